"""Cases that are put off: out of sight until their time, or until something happens."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from huixiang.cases import inbox, snoozing
from huixiang.cases.actions import assign, end, reopen
from huixiang.cases.filters import Filters
from huixiang.cases.marks import mark_read
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership, OwnDay, Workspace
from tests import factories
from tests.factories.jobs import run_waiting

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = datetime.timedelta(hours=1)


def at(month: int, day: int, hour: int = 9) -> datetime.datetime:
    return datetime.datetime(2026, month, day, hour, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (at(3, 4, 7), at(3, 5)),  # a Wednesday, before work
        (at(3, 6, 17), at(3, 9)),  # a Friday
        (at(9, 30, 12), at(10, 8)),  # the holiday of the first of October
    ],
)
def test_the_next_working_day(workspace: Workspace, now: datetime.datetime, begins: datetime.datetime) -> None:
    assert snoozing.next_workday(workspace, now) == begins


def test_own_days_and_hours_count(workspace: Workspace) -> None:
    day = datetime.date(2026, 3, 9)
    OwnDay.objects.create(workspace=workspace, day=day, name="盘点", spans=[])
    OwnDay.objects.create(workspace=workspace, day=day + datetime.timedelta(days=1), name="晚开", spans=[[630, 900]])
    assert snoozing.next_workday(workspace, at(3, 6, 17)) == at(3, 10, 10) + HOUR / 2


def views(viewer: Membership) -> dict[str, int]:
    tally = inbox.tally(viewer).views
    listed = {
        view: len(inbox.inbox(viewer=viewer, filters=Filters(view=view)).rows)
        for view in ("todo", "mine", "snoozed", "overdue")
    }
    assert listed == {view: tally[view] for view in listed}
    assert inbox.to_do_count(viewer.workspace_id) == listed["todo"]
    return listed


def told(case: Case) -> list[str]:
    rows = Entry.objects.filter(subject_id=case.id, name__in=["cases.snoozed", "cases.woken"]).order_by("id")
    return [str(one.data.get("why", "off")) for one in rows]


def test_it_is_out_of_sight_until_its_time_and_comes_back_unread(case: Case, operator: Membership) -> None:
    run_waiting()
    mark_read(cases=[case], by=operator)
    snoozing.snooze(case=case, at=timezone.now() + HOUR, by=operator)
    assert views(operator) == {"todo": 0, "mine": 0, "snoozed": 1, "overdue": 0}
    assert [snoozing.wake_due(), snoozing.wake_due(timezone.now() + 2 * HOUR)] == [0, 1]
    assert views(operator) == {"todo": 1, "mine": 1, "snoozed": 0, "overdue": 0}
    assert len(inbox.inbox(viewer=operator, filters=Filters(view="unread")).rows) == 1
    assert told(case) == ["off", "time"]


def test_what_is_overdue_is_seen_all_the_same(case: Case, operator: Membership) -> None:
    snoozing.snooze(case=case, at=timezone.now() + HOUR, by=operator)
    Case.objects.update(due_at=timezone.now() - HOUR)
    assert views(operator) == {"todo": 0, "mine": 0, "snoozed": 1, "overdue": 1}


def test_it_comes_back_when_the_member_writes_or_it_is_given_to_somebody(
    app_channel: ChannelAccount, operator: Membership, owner: Membership
) -> None:
    same = {"author_id": "u", "thread": "t"}
    case = factories.case(app_channel, **same)
    assign(case=case, owner=operator, actor=SYSTEM)
    snoozing.snooze(case=case, at=timezone.now() + HOUR, by=operator)
    run_waiting()  # what happened before it was put off wakes nothing
    assert told(case) == ["off"]
    factories.received(app_channel, factories.inbound("还是不行啊，什么时候能好？", **same))
    run_waiting()
    assert told(case) == ["off", "news"]
    case.refresh_from_db()
    snoozing.snooze(case=case, at=timezone.now() + HOUR, by=operator)
    assign(case=case, owner=owner, actor=SYSTEM)
    run_waiting()
    assert told(case) == ["off", "news", "off", "news"]


def test_what_has_ended_is_not_put_off_and_what_is_reopened_is_back(case: Case, operator: Membership) -> None:
    with pytest.raises(Refused):
        snoozing.snooze(case=case, at=timezone.now() - HOUR, by=operator)
    snoozing.snooze(case=case, at=timezone.now() + HOUR, by=operator)
    end(case=case, state="solved", actor=SYSTEM)
    with pytest.raises(Refused):
        snoozing.snooze(case=case, at=timezone.now() + HOUR, by=operator)
    reopen(case=case, actor=SYSTEM)
    run_waiting()
    assert views(operator)["todo"] == 1
    snoozing.wake(case=case, actor=Actor("staff", operator.id))
    assert told(case) == ["off", "news"]
