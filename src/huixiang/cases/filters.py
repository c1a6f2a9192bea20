"""What narrows the inbox, as an address names it and as a saved view keeps it."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from huixiang.cases.states import CaseState, Stage
from huixiang.feedback.models import Grade
from huixiang.members.models import Tier

VIEWS: Final = (
    "todo", "mine", "unassigned", "unread", "overdue", "waiting", "unfinished", "ended", "historical", "handed",
    "approval", "snoozed", "all",
)  # fmt: skip
BY_TIME = ("newest", "oldest")
ORDERS: Final = ("urgent", "due", *BY_TIME, "grade")
LONGEST_QUERY = 100

Named = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the inbox shows: a view, and what narrows it. What is empty leaves a field open.

    `owner` is "me", "none" or a membership's id; `sort` is one of ORDERS or "" for the view's own order.
    """

    view: str = "todo"
    grades: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    owner: str = ""
    theme_id: uuid.UUID | None = None
    account_id: uuid.UUID | None = None
    tag_id: uuid.UUID | None = None
    unread: bool = False
    overdue: bool = False
    failed: bool = False
    since: datetime.date | None = None
    until: datetime.date | None = None
    q: str = ""
    sort: str = ""

    @property
    def order(self) -> str:
        """The order of the list. Ended cases are many and have no urgency: they stand by time."""
        orders = orders_of(self.view)
        return self.sort if self.sort in orders else orders[0]

    @property
    def narrow(self) -> bool:
        """Whether anything but the view and the order is chosen."""
        return replace(self, sort="") != Filters(view=self.view)


def orders_of(view: str) -> tuple[str, ...]:
    """The orders a view can stand in, its own first."""
    return BY_TIME if view in ("ended", "all") else ORDERS


def _several(values: Sequence[str], allowed: Iterable[str]) -> tuple[str, ...]:
    wanted = set(values)
    return tuple(value for value in allowed if value in wanted)


def _uuid(values: Sequence[str]) -> uuid.UUID | None:
    try:
        return uuid.UUID(values[-1]) if values else None
    except ValueError:
        return None


def _day(values: Sequence[str]) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(values[-1]) if values else None
    except ValueError:
        return None
    return day if day and 1 < day.year < datetime.MAXYEAR else None


def _owner(values: Sequence[str]) -> str:
    last = values[-1] if values else ""
    found = _uuid(values)
    return last if last in ("me", "none") else str(found) if found else ""


def _one(values: Sequence[str], allowed: Iterable[str], other: str) -> str:
    return values[-1] if values and values[-1] in allowed else other


def _words(values: Sequence[str]) -> str:
    return " ".join(values[-1].replace("\x00", "").split())[:LONGEST_QUERY] if values else ""


def filters_of(named: Named) -> Filters:
    """The filters an address or a saved view names; whatever makes no sense is left open."""

    def get(name: str) -> Sequence[str]:
        return named.get(name, ())

    return Filters(
        view=_one(get("view"), VIEWS, "todo"),
        grades=_several(get("grade"), Grade.values),
        states=_several(get("state"), CaseState.values),
        stages=_several(get("stage"), Stage.values),
        tiers=_several(get("tier"), Tier.values),
        owner=_owner(get("owner")),
        theme_id=_uuid(get("theme")),
        account_id=_uuid(get("channel")),
        tag_id=_uuid(get("tag")),
        unread=bool(_one(get("unread"), "1", "")),
        overdue=bool(_one(get("overdue"), "1", "")),
        failed=bool(_one(get("failed"), "1", "")),
        since=_day(get("since")),
        until=_day(get("until")),
        q=_words(get("q")),
        sort=_one(get("sort"), ORDERS, ""),
    )


def named(filters: Filters) -> dict[str, list[str]]:
    """The filters by the names an address uses, without what is open; the plain inbox gives nothing."""
    said: dict[str, Sequence[object]] = {
        "view": [] if filters.view == "todo" else [filters.view],
        "grade": filters.grades,
        "state": filters.states,
        "stage": filters.stages,
        "tier": filters.tiers,
        "owner": [filters.owner],
        "theme": [filters.theme_id],
        "channel": [filters.account_id],
        "tag": [filters.tag_id],
        "unread": [filters.unread and 1],
        "overdue": [filters.overdue and 1],
        "failed": [filters.failed and 1],
        "since": [filters.since],
        "until": [filters.until],
        "q": [filters.q],
        "sort": [filters.sort if filters.order == filters.sort else ""],
    }
    kept = {name: [str(value) for value in values if value] for name, values in said.items()}
    return {name: values for name, values in kept.items() if values}


