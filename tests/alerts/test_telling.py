"""Who is told, where, when, and what becomes of it."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from huixiang.alerts import actions, delivering, rules, scanning, targets
from huixiang.alerts.models import Alert, Notice, QuietHours
from huixiang.alerts.routing import after_quiet, receivers, team_of
from huixiang.cases.models import Case
from huixiang.channels.accounts import pause
from huixiang.channels.actions import open_account
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.factories.jobs import run_waiting

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime.datetime:
    return datetime.datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "days_off", "until"),
    [
        (at(2, 12), False, at(2, 12)),  # a Monday at noon
        (at(2, 23), False, at(3, 8)),
        (at(3, 3), False, at(3, 8)),
        (at(3, 8), False, at(3, 8)),
        (at(6, 23), False, at(7, 8)),
        (at(6, 23), True, at(9, 8)),  # Friday night, the weekend is quiet as well
        (at(8, 12), True, at(9, 8)),
    ],
)
def test_quiet_hours_end(moment: datetime.datetime, days_off: bool, until: datetime.datetime) -> None:
    assert after_quiet(moment, QuietHours(days_off=days_off), SHANGHAI) == until


def test_two_equal_times_are_never_quiet() -> None:
    never = QuietHours(starts=datetime.time(9), ends=datetime.time(9))
    assert after_quiet(at(2, 9), never, SHANGHAI) == at(2, 9)


@pytest.fixture
def mails(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def never_quiet(workspace: Workspace) -> None:
    same = datetime.time(0)
    actions.set_quiet(workspace=workspace, starts=same, ends=same, days_off=False, actor=SYSTEM)


def paused(account: ChannelAccount) -> Alert:
    pause(account=account, reason="令牌已失效")
    scanning.look(workspace_id=account.workspace_id, kinds=["paused"])
    return Alert.objects.get(rule="paused", subject_id=account.id)


def test_owner_then_roles(workspace: Workspace, owner: Membership, operator: Membership, case: Case) -> None:
    standing, team = rules.standing(workspace.id), team_of(workspace)
    of_case = Alert(rule="koc", owner_id=operator.id, figures={})
    assert receivers(of_case, standing["koc"], team) == [operator]
    of_case.owner_id = None
    assert receivers(of_case, standing["koc"], team) == [operator]  # by role now
    of_case.also_ids = [owner.id]
    assert set(receivers(of_case, standing["koc"], team)) == {owner, operator}
    of_step = Alert(rule="step", figures={"roles": ["owner"]})
    assert receivers(of_step, standing["step"], team) == [owner]


@pytest.mark.usefixtures("mails")
def test_what_came_together_is_one_mail_and_preferences_count(
    workspace: Workspace, owner: Membership, app_channel: ChannelAccount, portal_channel: ChannelAccount
) -> None:
    never_quiet(workspace)
    administrator = factories.membership(workspace, "administrator", name="许宁")
    actions.set_ways(membership=administrator, ways={"paused": ["desk"]})
    paused(app_channel)
    paused(portal_channel)
    later = timezone.now() + datetime.timedelta(minutes=6)
    assert delivering.queue_due(timezone.now()) == 0
    assert delivering.send(receiver=f"membership:{owner.id}", now=later) == 2
    [sent] = mail.outbox
    assert (sent.to, "2 条预警" in sent.subject) == ([owner.user.email], True)
    assert sent.body.count("令牌已失效") == 2
    assert f"/w/{workspace.slug}/alerts/" in sent.body
    assert delivering.send(receiver=f"membership:{owner.id}", now=later) == 0
    ways = Notice.objects.filter(membership=administrator).values_list("way", "state")
    assert set(ways) == {("desk", "sent")}


@pytest.mark.usefixtures("mails")
def test_quiet_hours_hold_all_but_what_is_urgent(
    workspace: Workspace, owner: Membership, app_channel: ChannelAccount
) -> None:
    now = timezone.localtime(timezone.now(), SHANGHAI)
    starts, ends = ((now + datetime.timedelta(hours=hours)).time() for hours in (-1, 1))
    actions.set_quiet(workspace=workspace, starts=starts, ends=ends, days_off=False, actor=SYSTEM)
    alert = paused(app_channel)
    held = Notice.objects.get(alert=alert, membership=owner, way="mail")
    assert datetime.timedelta(minutes=50) < held.due_at - now < datetime.timedelta(minutes=61)
    factories.case(app_channel, "刹车突然完全失灵，差点追尾，车上还有两个孩子，太危险了")
    scanning.look(workspace_id=workspace.id, kinds=["red"])
    assert Notice.objects.get(alert__rule="red", membership=owner, way="mail").due_at <= timezone.now()
    actions.set_quiet(
        workspace=workspace, starts=datetime.time(0), ends=datetime.time(0), days_off=False, actor=SYSTEM,
        membership=owner,
    )  # fmt: skip
    other = Notice.objects.filter(alert__rule="paused", membership=owner, way="mail")
    assert other.get().due_at == held.due_at  # what waits already keeps its time
    actions.drop_quiet(membership=owner, actor=SYSTEM)
    assert QuietHours.objects.filter(membership=owner).count() == 0


@pytest.mark.usefixtures("mails")
def test_a_mail_that_fails_is_tried_again_then_shown_with_why(
    owner: Membership, app_channel: ChannelAccount, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "tests.alerts.test_telling.Refusing"
    alert = paused(app_channel)
    moment = timezone.now() + datetime.timedelta(days=2)
    for _again in range(4):
        assert delivering.send(receiver=f"membership:{owner.id}", now=moment) == 0
        moment += datetime.timedelta(hours=1)
    notice = Notice.objects.get(alert=alert, membership=owner, way="mail")
    assert (notice.state, notice.attempts, notice.error) == ("failed", 4, "the post is on strike")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    delivering.again(notice=notice)
    run_waiting()
    notice.refresh_from_db()
    assert (notice.state, notice.error, len(mail.outbox)) == ("sent", "", 1)


class Refusing:
    """A mail server that takes nothing."""

    def __init__(self, **_options: object) -> None: ...

    def send_messages(self, _messages: object) -> int:
        raise OSError("the post is on strike")


def test_nobody_is_mailed_without_a_mail_server(
    workspace: Workspace, owner: Membership, app_channel: ChannelAccount
) -> None:
    alert = paused(app_channel)
    assert set(alert.notices.values_list("way", flat=True)) == {"desk"}


def test_a_group_is_told_through_our_own_channel_and_its_failure_is_shown(
    workspace: Workspace, app_channel: ChannelAccount
) -> None:
    never_quiet(workspace)
    robot = open_account(workspace=workspace, slug="duty", kind="wecom_group", name="值班群")
    assert targets.robots(workspace) == [robot]
    made = targets.add(workspace=workspace, name="", account=robot, wants=["paused"], actor=SYSTEM)
    alert = paused(app_channel)
    later = timezone.now() + datetime.timedelta(minutes=6)
    assert delivering.send(receiver=f"target:{made.id}", now=later) == 1
    delivery = Delivery.objects.get(purpose="alert")
    assert (delivery.account_id, delivery.into_group, "令牌已失效" in delivery.text) == (robot.id, True, True)
    Delivery.objects.update(state="failed", error="机器人不在群里了")
    delivering.queue_due(later)
    notice = Notice.objects.get(alert=alert, target=made)
    assert (notice.state, notice.error) == ("failed", "机器人不在群里了")
