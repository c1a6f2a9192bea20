"""The funnel and its lists as their address names them: period, filters, which part, in which order."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from huixiang.channels.queries import accounts
from huixiang.feedback.models import Grade
from huixiang.insights.conversion.queries import SORTS, Listed, Wanted, themes_to_choose
from huixiang.insights.conversion.stages import BY_KEY, LOST, Stage
from huixiang.members.models import Tier
from huixiang.workspaces.models import Membership

DAYS: Final = (7, 30, 90)
USUAL: Final = 30
LONGEST_QUERY: Final = 100
LONGEST_DAYS: Final = 3_660


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. `days` is 0 for dates of one's own; `last` is the last day that counts."""

    wanted: Wanted
    part: Listed
    days: int
    first: datetime.date
    last: datetime.date

    @property
    def narrow(self) -> bool:
        """Whether anything but the period is chosen."""
        one = self.wanted
        return bool(one.account_id or one.theme_id or one.tier or one.grade)


def asked_of(query: QueryDict, viewer: Membership) -> Asked:
    """What an address names; whatever makes no sense is left open. Days begin in the active time zone."""
    days, first, last = _period(query)
    tier, grade, lost, sort = (query.get(name, "") for name in ("tier", "grade", "lost", "sort"))
    wanted = Wanted(
        since=_midnight(first), until=_midnight(last + datetime.timedelta(days=1)),
        people=query.get("count") != "cases", account_id=_uuid(query.get("channel", "")),
        theme_id=_uuid(query.get("theme", "")), tier=tier if tier in Tier.values else "",
        grade=grade if grade in Grade.values else "",
    )  # fmt: skip
    part = Listed(
        stage=_stage(query.get("stage", "")), reached=_stage(query.get("reached", "")),
        lost=lost if lost in LOST else "", q=query.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY],
        mine=viewer.id if query.get("mine") == "1" else None, sort=sort if sort in SORTS else "stuck",
    )  # fmt: skip
    return Asked(wanted, part, days, first, last)


def _period(query: QueryDict) -> tuple[int, datetime.date, datetime.date]:
    today = timezone.localdate()
    first, last = _day(query.get("since", "")), _day(query.get("until", "")) or today
    if first and first <= last and (last - first).days < LONGEST_DAYS:
        return 0, first, last
    chosen = query.get("days", "")
    days = int(chosen) if chosen in {str(one) for one in DAYS} else USUAL
    return days, today - datetime.timedelta(days=days - 1), today


def _day(text: str) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 9000 else None  # noqa: PLR2004 - years a calendar of ours can hold with a period before


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _stage(key: str) -> Stage | None:
    return BY_KEY[key].stage if key in BY_KEY else None


def _key(stage: Stage | None) -> str:
    return next((key for key, one in BY_KEY.items() if one.stage == stage), "")


def period_of(asked: Asked) -> dict[str, object]:
    """The period as an address names it; the usual one is not named."""
    if not asked.days:
        return {"since": asked.first, "until": asked.last}
    return {"days": "" if asked.days == USUAL else asked.days}


def query_of(asked: Asked, **more: object) -> str:
    """The filters, with some of them changed by `more`, as the query of an address; what is open is not named."""
    one = asked.wanted
    named: dict[str, object] = {
        **period_of(asked), "count": "" if one.people else "cases", "channel": one.account_id, "tier": one.tier,
        "grade": one.grade, "theme": one.theme_id,
    } | more  # fmt: skip
    query = QueryDict(mutable=True)
    for name, value in named.items():
        if value:
            query[name] = str(value)
    return query.urlencode()


def part_of(asked: Asked) -> dict[str, object]:
    """Which part of the ways is listed, as an address names it."""
    part = asked.part
    return {
        "stage": _key(part.stage), "reached": _key(part.reached), "lost": part.lost, "q": part.q,
        "mine": "1" if part.mine else "", "sort": "" if part.sort == "stuck" else part.sort,
    }  # fmt: skip


def beside(asked: Asked) -> str:
    """The part of the ways as it is added to a query; "" when all are listed."""
    named = {name: value for name, value in part_of(asked).items() if value}
    return f"&{urlencode(named)}" if named else ""


def choices(membership: Membership, asked: Asked) -> dict[str, Any]:
    """What the form over the figures offers: two statements."""
    return {
        "asked": asked,
        "wanted": asked.wanted,
        "accounts": accounts(membership.workspace),
        "themes": themes_to_choose(workspace=membership.workspace, chosen=asked.wanted.theme_id),
        "tiers": Tier.choices[::-1],
        "grades": Grade.choices,
        "periods": [(days, query_of(asked, since="", until="", days=days), days == asked.days) for days in DAYS],
        "by_people": query_of(asked, count=""),
        "by_cases": query_of(asked, count="cases"),
        "everything": query_of(asked, channel="", tier="", grade="", theme=""),
    }
