"""Clocks with pauses, held to the slow and obvious way: a minute at a time, those that rest or are not worked apart."""

import datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from huixiang.cases.clocks_due import reached, used
from huixiang.workspaces.calendars import WorkingHours

MINUTE = datetime.timedelta(minutes=1)
BERLIN = WorkingHours(ZoneInfo("Europe/Berlin"), (((540, 720), (780, 1440)),) * 5 + ((), ((0, 200),)), "DE")
START = datetime.datetime(2026, 10, 22, 6, tzinfo=datetime.UTC)  # a Thursday; on Sunday night the clock is put back


def counts(moment: datetime.datetime, pauses: list[datetime.datetime], hours: WorkingHours | None) -> bool:
    if any(begins <= moment < ends for begins, ends in zip(pauses[::2], pauses[1::2], strict=True)):
        return False
    if hours is None:
        return True
    local = moment.astimezone(hours.zone)
    return any(start <= local.hour * 60 + local.minute < end for start, end in hours.spans(local.date()))


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.integers(1, 900), max_size=6), minutes=st.integers(1, 2_000), always=st.booleans(),
    begins=st.integers(0, 600),
)  # fmt: skip
def test_a_clock_with_pauses_is_due_when_counting_minutes_says(
    steps: list[int], minutes: int, always: bool, begins: int
) -> None:
    hours, start, moments = (None if always else BERLIN), START + begins * MINUTE, []
    for step in steps[: len(steps) // 2 * 2]:
        moments.append((moments[-1] if moments else start) + step * MINUTE)
    now, left = start, minutes
    while left:
        left -= counts(now, moments, hours)
        now += MINUTE
    assert reached(start, moments, minutes * MINUTE, hours) == now
    if not moments or now > moments[-1]:
        assert used(start, moments, now, hours) == minutes * MINUTE
