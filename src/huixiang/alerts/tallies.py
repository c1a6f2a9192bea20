"""Counts of days and hours, kept so that a look at the past costs the same however long it was.

Hours are counted of what came in, days of what was said. Both are written again from the latest on at each look: what
came in meanwhile is counted once, also after a pause or a second worker's look.
"""

import datetime
import uuid
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection

from huixiang.alerts import anger, silence
from huixiang.alerts.models import DayTally, HourTally, Watch
from huixiang.workspaces.models import Workspace

DAY: Final = datetime.timedelta(days=1)
KEPT: Final = DAY * (max(anger.PAST, silence.PAST) + 14)
AGAIN: Final = 2  # days counted once more: what was read late
ANGRY: Final = "('愤怒' = ANY(emotions) OR escalation)"
"""What counts as angry, over feedback's columns: the engine heard anger, or that they will go public."""
COUNT_HOURS = """
    INSERT INTO alerts_hourtally (id, workspace_id, account_id, hour, messages)
    SELECT gen_random_uuid(), workspace_id, account_id, date_trunc('hour', received_at), count(*)
    FROM intake_message
    WHERE id >= %(first)s AND received_at >= %(start)s AND received_at <= %(now)s AND NOT historical
    GROUP BY 2, 3, 4
    ON CONFLICT (account_id, hour) DO UPDATE SET messages = excluded.messages
"""
COUNT_DAYS = f"""
    INSERT INTO alerts_daytally (id, workspace_id, account_id, day, people, angry)
    SELECT gen_random_uuid(), workspace_id, account_id, (said_at AT TIME ZONE %(zone)s)::date,
           count(DISTINCT member_id), count(DISTINCT member_id) FILTER (WHERE {ANGRY})
    FROM feedback_feedback
    WHERE workspace_id = %(workspace)s AND said_at >= %(start)s AND said_at < %(end)s AND NOT historical
    GROUP BY 2, 3, 4
    ON CONFLICT (account_id, day) DO UPDATE SET people = excluded.people, angry = excluded.angry
"""  # noqa: S608 - put together from what stands here


def _oldest_id(at: datetime.datetime) -> uuid.UUID:
    """The smallest id that can have been made at this time: ids begin with their milliseconds (kernel.ids)."""
    return uuid.UUID(int=int(at.timestamp() * 1000) << 80)


def count_hours(now: datetime.datetime) -> None:
    """Count what came in since the latest hour that was counted, of every workspace: two statements."""
    latest = HourTally.objects.order_by("-hour").values_list("hour", flat=True).first()
    start = max(latest or now - KEPT, now - KEPT)
    start = start.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(COUNT_HOURS, {"first": _oldest_id(start), "start": start, "now": now})


def count_days(watch: Watch, now: datetime.datetime) -> None:
    """Count the days that ended since the last look, once a day: one statement, none on the same day again."""
    zone = ZoneInfo(watch.workspace.time_zone)
    yesterday = now.astimezone(zone).date() - DAY
    if watch.tallied_to is not None and watch.tallied_to >= yesterday:
        return
    start = now.astimezone(zone).date() - KEPT if watch.tallied_to is None else watch.tallied_to - AGAIN * DAY
    midnight = [datetime.datetime.combine(day, datetime.time(), zone) for day in (start, yesterday + DAY)]
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT_DAYS,
            {"workspace": watch.workspace_id, "zone": zone.key, "start": midnight[0], "end": midnight[1]},
        )
    watch.tallied_to = yesterday


def forget(now: datetime.datetime) -> None:
    """Drop what is older than any past that is looked at."""
    HourTally.objects.filter(hour__lt=now - KEPT).delete()
    DayTally.objects.filter(day__lt=(now - KEPT).date()).delete()


def days_of(
    workspace: Workspace, accounts: Sequence[uuid.UUID], now: datetime.datetime
) -> dict[uuid.UUID, list[anger.Day]]:
    """People and angry people of each account on each day before today, yesterday first."""
    today = now.astimezone(ZoneInfo(workspace.time_zone)).date()
    length = anger.PAST + anger.WINDOWS[-1] + 1
    found = {account: [(0, 0)] * length for account in accounts}
    rows = DayTally.objects.filter(workspace_id=workspace.id, day__gte=today - length * DAY, account_id__in=accounts)
    for account, day, people, angry in rows.values_list("account_id", "day", "people", "angry"):
        if 0 <= (ago := (today - day).days - 1) < length:
            found[account][ago] = (people, angry)
    return found


def hours_of(
    accounts: Sequence[uuid.UUID], now: datetime.datetime
) -> tuple[datetime.datetime, dict[uuid.UUID, list[float]]]:
    """Messages of each account in each whole hour of the past, and when the first hour begins."""
    this = now.replace(minute=0, second=0, microsecond=0)
    start = this - DAY * silence.PAST
    length = silence.PAST * silence.HOURS
    found = {account: [0.0] * length for account in accounts}
    rows = HourTally.objects.filter(account_id__in=accounts, hour__gte=start, hour__lt=this)
    for account, hour, messages in rows.values_list("account_id", "hour", "messages"):
        found[account][int((hour - start) / silence.HOUR)] = messages
    return start, found
