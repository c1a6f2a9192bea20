"""What the rules see, what stands, what is told again, what is over."""

import datetime
import uuid
from typing import Any

import pytest
from django.utils import timezone

from huixiang.alerts import actions, scanning, tallies
from huixiang.alerts.models import Alert, AlertKind, DayTally, HourTally, Notice
from huixiang.cases import approving
from huixiang.cases.actions import end, regrade
from huixiang.cases.models import Case, Clock
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.playbooks.models import RunStep
from huixiang.themes.models import EarlyWarning, Theme
from huixiang.triage.models import Assessment
from huixiang.war_rooms.models import Red, Room
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.factories import rows

DANGER = "刹车突然完全失灵，差点追尾，车上还有两个孩子，太危险了"


def look(workspace: Workspace, *kinds: str, **more: Any) -> list[Alert]:
    return scanning.look(workspace_id=workspace.id, kinds=kinds, **more)


def open_alerts(rule: str) -> list[uuid.UUID]:
    found = Alert.objects.filter(rule=rule, closed_at=None).order_by("raised_at", "id")
    return list(found.values_list("subject_id", flat=True))


def test_a_red_case_is_told_once_and_closes_with_it(workspace: Workspace, app_channel: ChannelAccount) -> None:
    case = factories.case(app_channel, DANGER)
    first, second = look(workspace, "red"), look(workspace, "red")
    assert ([one.subject_id for one in first], second) == ([case.id], [])
    assert first[0].evidence == [Feedback.objects.get(case_id=case.id).id]
    regrade(case=case, grade="yellow", reason="看错了", actor=SYSTEM)
    look(workspace, "red")
    assert open_alerts("red") == []
    names = Entry.objects.filter(name__startswith="alerts.").order_by("id").values_list("name", flat=True)
    assert list(names) == ["alerts.raised", "alerts.closed"]


def test_who_took_it_in_the_war_room_has_acknowledged_it(
    workspace: Workspace, operator: Membership, app_channel: ChannelAccount
) -> None:
    case = factories.case(app_channel, DANGER)
    look(workspace, "red")
    Red.objects.update_or_create(
        case=case, defaults={"workspace": workspace, "acknowledged_by": operator, "acknowledged_at": timezone.now()}
    )
    look(workspace, "red")
    assert Alert.objects.get(rule="red").acknowledged_by == operator


def failed(account: ChannelAccount, number: int) -> None:
    for _one in range(number):
        Delivery.objects.create(
            workspace=account.workspace, account=account, recipient="u", recipient_member_id=account.id, text="好",
            purpose="reply", state="failed", error="没有这个人", finished_at=timezone.now(),
        )  # fmt: skip


def test_it_is_told_again_only_when_it_is_much_worse(
    workspace: Workspace, operator: Membership, app_channel: ChannelAccount
) -> None:
    failed(app_channel, 4)
    [alert] = look(workspace, "failed")
    actions.acknowledge(workspace_id=workspace.id, ids=[alert.id], by=operator, note="在查")
    failed(app_channel, 1)
    assert look(workspace, "failed") == []
    alert.refresh_from_db()
    assert (alert.times, alert.measure, alert.acknowledged_by) == (1, 5, operator)
    failed(app_channel, 1)
    assert look(workspace, "failed") == [alert]
    alert.refresh_from_db()
    assert (alert.times, alert.acknowledged_by, alert.note, alert.figures["messages"]) == (2, None, "", 6)


def test_what_is_put_off_is_silent_until_its_time_or_until_it_presses_more(
    workspace: Workspace, operator: Membership, app_channel: ChannelAccount
) -> None:
    failed(app_channel, 1)
    [alert] = look(workspace, "failed")
    _put_off, until = actions.snooze(workspace=workspace, ids=[alert.id], span="tomorrow", by=operator)
    local = until.astimezone(datetime.timezone(datetime.timedelta(hours=8)))
    assert (local.hour, local.minute) == (9, 0)
    failed(app_channel, 5)
    assert look(workspace, "failed") == []
    assert [scanning.wake_the_put_off(timezone.now()), scanning.wake_the_put_off(until)] == [0, 1]
    alert.refresh_from_db()
    assert (alert.snoozed_until, alert.times) == (None, 2)


def test_a_rule_that_is_off_sees_nothing_and_takes_back_what_it_said(
    workspace: Workspace, app_channel: ChannelAccount
) -> None:
    failed(app_channel, 1)
    look(workspace, "failed")
    actions.set_rules(workspace=workspace, wanted={"failed": (False, "normal", ["owner"])}, actor=SYSTEM)
    look(workspace)
    assert open_alerts("failed") == []
    actions.set_rules(workspace=workspace, wanted={"failed": (True, "low", ["owner"])}, actor=SYSTEM)
    look(workspace)
    assert open_alerts("failed") == []  # five of them at least
    failed(app_channel, 4)
    look(workspace)
    assert open_alerts("failed") == [app_channel.id]


def test_danger_is_told_by_theme_and_is_urgent_where_a_case_is_red(
    workspace: Workspace, app_channel: ChannelAccount
) -> None:
    case = factories.case(app_channel, DANGER)
    look(workspace, "safety")
    alert = Alert.objects.get(rule="safety")
    assert (alert.subject_id, alert.severity, alert.figures["people"]) == (case.theme_id, "urgent", 1)
    end(case=case, state="closed", reason="重复", actor=SYSTEM)
    look(workspace, "safety")
    assert open_alerts("safety") == []


def test_words_of_danger_in_talk_that_was_taken_for_noise(workspace: Workspace, app_channel: ChannelAccount) -> None:
    factories.received(app_channel, factories.inbound(factories.CHATTER))
    assert look(workspace) == []
    assert Message.objects.filter(state="noise").update(text="那个插座今天早上冒烟了") == 1
    [alert] = look(workspace)
    assert (alert.rule, alert.subject_id, alert.severity) == ("safety", app_channel.id, "notice")
    assert alert.figures["talk"] == 1
    assert look(workspace) == []  # it stands, and is not told again
    assert open_alerts("safety") == [app_channel.id]


def test_a_koc_who_waits_and_a_clock_that_warns(workspace: Workspace, operator: Membership, case: Case) -> None:
    case.member.tier = "koc"
    case.member.save()
    assert look(workspace, "koc", "clock") == []
    now = timezone.now()
    Clock.objects.update(started_at=now - datetime.timedelta(hours=9), warn_at=now - datetime.timedelta(minutes=1))
    told = {alert.rule: alert for alert in look(workspace, "koc", "clock")}
    assert set(told) == {"koc", "clock"}
    assert (told["koc"].owner_id, told["koc"].figures["hours"], told["clock"].figures["late"]) == (
        case.owner_id, 9, False,
    )  # fmt: skip
    Clock.objects.update(due_at=now - datetime.timedelta(minutes=1), level=1)
    assert {alert.rule for alert in look(workspace, "koc", "clock")} == {"koc", "clock"}
    Clock.objects.update(met_at=now)
    look(workspace, "koc", "clock")
    assert open_alerts("koc") + open_alerts("clock") == []


def test_an_influential_critic(workspace: Workspace, case: Case) -> None:
    assert look(workspace, "critic") == []
    Assessment.objects.update(influence=70)
    [alert] = look(workspace, "critic")
    assert alert.subject_id == case.id
    actions.set_rules(workspace=workspace, wanted={"critic": (True, "low", [])}, actor=SYSTEM)
    look(workspace, "critic")
    assert open_alerts("critic") == []


def test_a_rise_is_acknowledged_here_and_there(
    workspace: Workspace, operator: Membership, app_channel: ChannelAccount
) -> None:
    theme = rows.theme(app_channel, people=5)
    warning = EarlyWarning.objects.create(
        workspace=workspace, theme=theme, days=1, people=5, expected=0.2, feedback_ids=[uuid.uuid4()]
    )
    [alert] = look(workspace, "rise")
    actions.acknowledge(workspace_id=workspace.id, ids=[alert.id], by=operator, note="已转产品")
    warning.refresh_from_db()
    assert (warning.acknowledged_by, warning.note) == (operator, "已转产品")
    actions.take_back(workspace_id=workspace.id, ids=[alert.id], actor=Actor("staff", operator.id))
    warning.refresh_from_db()
    assert warning.acknowledged_at is None
    EarlyWarning.objects.update(acknowledged_at=timezone.now(), acknowledged_by=operator)
    look(workspace, "rise")
    alert.refresh_from_db()
    assert alert.acknowledged_by == operator
    EarlyWarning.objects.update(ended_at=timezone.now())
    look(workspace, "rise")
    assert open_alerts("rise") == []


def spoke(account: ChannelAccount, theme: Theme, days: float, number: int, *, angry: bool) -> None:
    at, emotions = rows.hours_ago(24 * days), ["愤怒"] if angry else []
    said = [
        rows.unstored(account, by=f"{days}-{place}-{angry}", said_at=at, emotions=emotions, theme_id=theme.id)
        for place in range(number)
    ]
    Feedback.objects.bulk_create(said)


def test_anger_that_spreads_in_a_theme_is_not_told_of_its_channel_as_well(
    workspace: Workspace, app_channel: ChannelAccount
) -> None:
    theme = rows.theme(app_channel, said_at=rows.hours_ago(24 * 50))
    for day in range(4, 50, 3):
        spoke(app_channel, theme, day, 2, angry=False)
    assert look(workspace) == []
    spoke(app_channel, theme, 0.2, 9, angry=True)
    [alert] = look(workspace)
    assert (alert.rule, alert.subject_id, alert.figures["angry"], len(alert.evidence)) == ("anger", theme.id, 9, 9)
    assert DayTally.objects.filter(account=app_channel).count() > 10
    Feedback.objects.filter(emotions=["愤怒"]).update(emotions=[])
    look(workspace, "anger")
    spoke(app_channel, theme, 0.1, 9, angry=True)
    assert look(workspace, "anger") == []  # it rests some days
    assert open_alerts("anger") == []


def test_a_channel_that_falls_silent_and_speaks_again(workspace: Workspace, app_channel: ChannelAccount) -> None:
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    hours = [now - datetime.timedelta(hours=place) for place in range(30, 24 * 40)]
    HourTally.objects.bulk_create(
        HourTally(workspace=workspace, account=app_channel, hour=hour, messages=4) for hour in hours
    )
    [alert] = look(workspace, "silence")
    assert (alert.subject_id, alert.figures["hours"]) == (app_channel.id, 29)
    factories.received(app_channel, factories.inbound(factories.CHATTER))
    tallies.count_hours(timezone.now())
    tallies.count_hours(timezone.now())
    assert HourTally.objects.order_by("-hour").values_list("messages", flat=True)[0] == 1
    look(workspace, "silence")
    assert open_alerts("silence") == []


def test_a_room_that_owes_an_update_and_a_step_that_is_late(
    workspace: Workspace, operator: Membership, case: Case
) -> None:
    past = timezone.now() - datetime.timedelta(minutes=1)
    room = Room.objects.create(workspace=workspace, number=99, title="冷启动", grade="red", next_update_at=past)
    RunStep.objects.filter(state="active").update(due_at=past, owner=operator)
    told = {alert.rule: alert for alert in look(workspace, "room", "step")}
    assert (told["room"].subject_id, told["room"].severity) == (room.id, "urgent")
    assert (told["step"].subject_id, told["step"].owner, told["step"].severity) == (case.id, operator, "high")
    Room.objects.update(next_update_at=timezone.now() + datetime.timedelta(hours=1))
    look(workspace, "room")
    assert open_alerts("room") == []


@pytest.mark.parametrize("number", [1, 3])
def test_a_look_asks_as_often_however_much_there_is(
    workspace: Workspace, owner: Membership, app_channel: ChannelAccount, number: int, django_assert_num_queries: Any
) -> None:
    for place in range(number):
        case = factories.case(app_channel, DANGER + "啊" * place)
        case.member.tier = "core"
        case.member.save()
        approving.ask(case=case, by=owner, text="我们正在查")
        EarlyWarning.objects.create(
            workspace=workspace, theme=rows.theme(app_channel, 10 + place, 5), days=1, people=5, expected=0.1,
            feedback_ids=[],
        )  # fmt: skip
    failed(app_channel, number)
    past = timezone.now() - datetime.timedelta(minutes=1)
    Clock.objects.update(due_at=past)
    RunStep.objects.filter(state="active").update(due_at=past)
    look(workspace)
    Notice.objects.all().delete()
    Alert.objects.all().delete()
    with django_assert_num_queries(FIRST):
        told = look(workspace)
    seen = {AlertKind.RED, AlertKind.CLOCK, AlertKind.RISE, AlertKind.FAILED, AlertKind.APPROVAL}
    assert {one.rule for one in told} >= seen
    with django_assert_num_queries(AGAIN):
        assert look(workspace) == []


FIRST, AGAIN = 32, 25
"""Statements of a look that raises, and of one that finds everything as it was."""


def test_another_workspace_is_not_looked_at(
    workspace: Workspace, other_workspace: Workspace, app_channel: ChannelAccount
) -> None:
    factories.case(app_channel, DANGER)
    assert look(other_workspace) == []
    assert Alert.objects.count() == 0
