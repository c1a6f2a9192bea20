"""When an answer that is sent later goes out: tomorrow at nine, or when the member's day begins."""

import datetime
import statistics
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.utils import timezone

from huixiang.cases.models import Case, Turn
from huixiang.cases.states import Direction

NINE = datetime.time(9)
MORNING = range(5, 12)  # the hours, by the clock of the workspace, in which a day can begin
LOOKED_AT = 50  # words of the member's


def tomorrow(zone: str, *, after: datetime.datetime | None = None) -> datetime.datetime:
    """Nine o'clock of the next day in this time zone."""
    return _next(NINE, zone, after=after, today=False)


def their_morning(case: Case, *, after: datetime.datetime | None = None) -> datetime.datetime:
    """The next time the member's day begins: when they mostly write in the morning, nine when they never did."""
    zone = case.workspace.time_zone
    said = Turn.objects.filter(case__member_id=case.member_id, direction=Direction.INBOUND).order_by("-at")
    at = _usual([moment.astimezone(ZoneInfo(zone)) for moment in said.values_list("at", flat=True)[:LOOKED_AT]])
    return _next(at, zone, after=after, today=True)


def _usual(moments: Sequence[datetime.datetime]) -> datetime.time:
    """The middle of the morning hours, to the half hour before it."""
    minutes = [one.hour * 60 + one.minute for one in moments if one.hour in MORNING]
    if not minutes:
        return NINE
    middle = int(statistics.median(minutes)) // 30 * 30
    return datetime.time(middle // 60, middle % 60)


def _next(at: datetime.time, zone: str, *, after: datetime.datetime | None, today: bool) -> datetime.datetime:
    now = (after or timezone.now()).astimezone(ZoneInfo(zone))
    here = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return here if today and here > now else here + datetime.timedelta(days=1)
