"""Answers that wait for a second person's yes: who hears of them, where, when, and when it is over."""

import datetime
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from huixiang.alerts import actions, delivering, scanning, targets
from huixiang.alerts.models import Alert, Notice, RuleSetting
from huixiang.cases import approving
from huixiang.cases.actions import regrade
from huixiang.cases.models import Case, PendingAnswer
from huixiang.channels.actions import open_account
from huixiang.channels.models import Delivery
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.alerts.test_groups import Heard, heard
from tests.factories.jobs import run_waiting

__all__ = ["heard"]
WORDS = "我们正在查，周五前在这里说进展"


@pytest.fixture(autouse=True)
def _mails(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PUBLIC_URL = "https://hx.example"


@pytest.fixture
def told(case: Case) -> Case:
    Case.objects.filter(id=case.id).update(public=True, grade="orange")
    case.refresh_from_db()
    return case


@pytest.fixture
def writer(told: Case) -> Membership:
    """A specialist, who owns the case."""
    made = factories.membership(told.workspace, "specialist", name="小林")
    Case.objects.filter(id=told.id).update(owner=made)
    return made


def quiet_now(workspace: Workspace, *, quiet: bool) -> None:
    """Quiet hours around this moment, or none at all."""
    span = datetime.timedelta(hours=1 if quiet else 0)
    here = timezone.localtime(timezone.now(), datetime.timezone(datetime.timedelta(hours=8)))
    actions.set_quiet(
        workspace=workspace, starts=(here - span).time(), ends=(here + span).time(), days_off=False, actor=SYSTEM
    )


def told_of(alert: Alert) -> set[tuple[str, str]]:
    rows = Notice.objects.filter(alert=alert, membership__isnull=False).select_related("membership__user")
    return {(str(one.membership), one.way) for one in rows}


def the_alert() -> Alert:
    return Alert.objects.get(rule="approval")


def test_who_may_say_yes_is_told_and_nobody_else(
    told: Case, writer: Membership, operator: Membership, owner: Membership, analyst: Membership
) -> None:
    quiet_now(told.workspace, quiet=False)
    pending = approving.ask(case=told, by=writer, text=WORDS)
    run_waiting()
    alert = the_alert()
    assert (alert.subject_id, alert.severity, alert.owner_id) == (pending.id, "high", writer.id)
    assert told_of(alert) == {(name, way) for name in ("知夏", "程屿") for way in ("desk", "mail")}
    assert mail.outbox == []  # gathered first
    later = timezone.now() + datetime.timedelta(minutes=6)
    assert delivering.send(receiver=f"membership:{operator.id}", now=later) == 1
    [sent] = mail.outbox
    assert (sent.to, "有答复等人批准" in sent.subject) == ([operator.user.email], True)
    assert f"[重要] {told.label}" in sent.body
    assert "小林写的公开答复" in sent.body
    assert f"https://hx.example/w/{told.workspace.slug}/alerts/{alert.id}/" in sent.body


def test_a_writer_who_may_publish_hears_nothing_of_their_own(
    told: Case, operator: Membership, owner: Membership
) -> None:
    approving.ask(case=told, by=operator, text=WORDS)
    wanted = {"approval": (True, "normal", ["viewer", "operator"])}
    actions.set_rules(workspace=told.workspace, wanted=wanted, actor=SYSTEM)
    run_waiting()
    assert told_of(the_alert()) == set()  # the owner's role was taken out, a viewer's cannot be put in
    assert RuleSetting.objects.get(rule="approval").roles == ["operator"]


def test_red_is_told_at_once_in_quiet_hours_and_orange_waits(
    told: Case, writer: Membership, operator: Membership
) -> None:
    quiet_now(told.workspace, quiet=True)
    approving.ask(case=told, by=writer, text=WORDS)
    run_waiting()
    held = Notice.objects.get(alert=the_alert(), membership=operator, way="mail")
    assert held.due_at > timezone.now() + datetime.timedelta(minutes=50)
    regrade(case=told, grade="red", reason="有人受伤", actor=SYSTEM)
    run_waiting()
    told_them = "".join(str(one.body) for one in mail.outbox if one.to == [operator.user.email])
    assert "小林写的公开答复" in told_them
    assert (the_alert().severity, Notice.objects.get(id=held.id).state) == ("urgent", "sent")


@pytest.mark.parametrize("verdict", ["sent", "returned", "withdrawn"])
def test_it_is_seen_to_by_whoever_decides_and_nobody_is_told_any_more(
    told: Case, writer: Membership, operator: Membership, owner: Membership, verdict: str
) -> None:
    quiet_now(told.workspace, quiet=False)
    pending = approving.ask(case=told, by=writer, text=WORDS)
    run_waiting()
    if verdict == "sent":
        approving.approve(pending=pending, by=operator)
    elif verdict == "returned":
        approving.send_back(pending=pending, by=operator, reason="先别承诺周五")
    else:
        approving.withdraw(pending=pending, by=operator)
    run_waiting()
    alert = the_alert()
    assert (alert.closed_at is not None, alert.acknowledged_by) == (True, operator)
    later = timezone.now() + datetime.timedelta(minutes=6)
    assert delivering.send(receiver=f"membership:{owner.id}", now=later) == 0
    assert ("有答复等人批准" in str([one.subject for one in mail.outbox]), PendingAnswer.objects.get().state) == (
        False, verdict,
    )  # fmt: skip


def test_the_next_answer_is_an_alert_of_its_own_and_a_long_wait_is_told_again(
    told: Case, writer: Membership, operator: Membership
) -> None:
    first = approving.ask(case=told, by=writer, text=WORDS)
    scanning.look(workspace_id=told.workspace_id, kinds=["approval"])
    actions.acknowledge(workspace_id=told.workspace_id, ids=[the_alert().id], by=operator)
    approving.send_back(pending=first, by=operator, reason="先别承诺周五")
    second = approving.ask(case=told, by=writer, text="我们正在查")
    [raised] = scanning.look(workspace_id=told.workspace_id, kinds=["approval"])
    assert raised.subject_id == second.id
    PendingAnswer.objects.filter(id=second.id).update(at=timezone.now() - datetime.timedelta(hours=5))
    [again] = scanning.look(workspace_id=told.workspace_id, kinds=["approval"])
    assert (again.id, again.times) == (raised.id, 2)
    assert scanning.look(workspace_id=told.workspace_id, kinds=["approval"]) == []


def test_groups_that_want_it_are_told_by_apprise_and_through_our_own_robot(
    told: Case, writer: Membership, heard: Heard
) -> None:
    workspace = told.workspace
    Case.objects.filter(id=told.id).update(grade="red")
    robot = open_account(workspace=workspace, slug="duty", kind="wecom_group", name="值班群")
    targets.add(workspace=workspace, name="", account=robot, wants=["approval"], actor=SYSTEM)
    targets.add(workspace=workspace, name="手机", address=heard.address, wants=["approval"], actor=SYSTEM)
    targets.add(workspace=workspace, name="别的", address=heard.address + "/x", wants=["paused"], actor=SYSTEM)
    approving.ask(case=told, by=writer, text=WORDS)
    run_waiting()
    [said] = heard.told
    assert ("有答复等人批准" in said["title"], "小林写的公开答复" in said["message"]) == (True, True)
    assert "小林写的公开答复" in Delivery.objects.get(purpose="alert", into_group=True).text
