"""What narrows the list of feedback, as its address names it."""

import datetime
import uuid
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from huixiang.channels.queries import accounts
from huixiang.feedback.models import Grade, Kind
from huixiang.feedback.search import Filters
from huixiang.themes.queries import theme_by_id
from huixiang.workspaces.models import Workspace

LONGEST = 200


def filters_of(values: QueryDict) -> Filters:
    """The filters an address names; whatever makes no sense is left open. `tab` and `kind` both name the kind."""
    kind = values.get("tab") or values.get("kind", "")
    return Filters(
        q=" ".join(values.get("q", "").replace("\x00", " ").split())[:LONGEST],
        kinds=(kind,) if kind in Kind.values else (),
        grades=tuple(grade for grade in Grade.values if grade in values.getlist("grade")),
        theme_id=_id(values.get("theme", "")),
        account_id=_id(values.get("channel", "")),
        since=_midnight(values.get("since", "")),
    )


def _id(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


def _midnight(value: str) -> datetime.datetime | None:
    """Where a day begins in the active time zone."""
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError:
        return None
    if not 1 < day.year < datetime.MAXYEAR:
        return None
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def address(filters: Filters, *, tab: str = "", without: str = "", **more: str) -> str:
    """The query string of these filters, one of them left out if wanted; what is open is not named."""
    named: dict[str, Any] = {
        "tab": tab, "q": filters.q, "grade": list(filters.grades), "theme": filters.theme_id,
        "channel": filters.account_id, "since": timezone.localdate(filters.since) if filters.since else "", **more,
    }  # fmt: skip
    query = QueryDict(mutable=True)
    for name, value in named.items():
        if value and name != without:
            query.setlist(name, [str(one) for one in value] if isinstance(value, list) else [str(value)])
    return query.urlencode()


def is_narrow(filters: Filters) -> bool:
    """Whether anything but the kind is chosen."""
    return bool(filters.q or filters.grades or filters.theme_id or filters.account_id or filters.since)


def choices(workspace: Workspace, filters: Filters, tab: str) -> dict[str, object]:
    """What the form over the list offers."""
    return {
        "grades": Grade.choices,
        "accounts": accounts(workspace),
        "theme": theme_by_id(workspace_id=workspace.id, theme_id=filters.theme_id),
        "without_theme": address(filters, tab=tab, without="theme"),
        "narrow": is_narrow(filters),
    }
