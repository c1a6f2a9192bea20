"""What reaches us days after it was said: its clocks begin when the team could first know."""

import csv
import datetime
import io

import pytest
from django.utils import timezone

from huixiang.cases.actions import regrade, reply
from huixiang.cases.models import Case, Clock
from huixiang.cases.states import CaseState
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.insights.queries import month_figures
from huixiang.intake.actions import receive
from huixiang.intake.imports import actions as imports
from huixiang.intake.imports import mapping, reading
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM
from huixiang.playbooks.actions import regraded, regraded_at_once, regraded_many
from huixiang.playbooks.standards import Wanted, set_standards
from huixiang.triage.actions import correct_kind, process
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.factories import inbound
from tests.factories.rows import hours_ago

DAY = 24


def around_the_clock(workspace: Workspace, actor: object = SYSTEM) -> None:
    """Standards of an hour, two, three and four, day and night: their ends can be reckoned without a calendar."""
    grades = ("red", "orange", "yellow", "blue")
    wanted = {grade: Wanted({"first_answer": 60 * place}, True) for place, grade in enumerate(grades, start=1)}
    set_standards(workspace=workspace, wanted=wanted, actor=actor)  # type: ignore[arg-type]


HOURS = {"red": 1, "orange": 2, "yellow": 3, "blue": 4}


def late(
    account: ChannelAccount, text: str = factories.BLACK_SCREEN, hours: float = 2 * DAY, **told: object
) -> Message:
    """A message said so long ago that reaches us, and is read, only now."""
    [receipt] = receive(account=account, messages=[inbound(text, sent_at=hours_ago(hours), **told)])
    process(workspace_id=account.workspace_id)
    return Message.objects.get(id=receipt.id)


def due_after(case: Case, moment: datetime.datetime) -> datetime.timedelta:
    case.refresh_from_db()
    assert case.due_at is not None
    return case.due_at - moment


def test_what_is_imported_two_days_old_is_not_overdue_on_arrival(
    app_channel: ChannelAccount, workspace: Workspace, operator: Membership
) -> None:
    around_the_clock(workspace)
    account = workspace.channel_accounts.get(slug="files")
    table = io.StringIO()
    rows = [["编号", "时间", "用户编号", "内容"]]
    rows += [[f"r-{days}", f"{hours_ago(DAY * days):%Y-%m-%d %H:%M}", f"u-{days}", factories.BLACK_SCREEN]
             for days in (1, 2, 6, 9)]  # fmt: skip
    csv.writer(table).writerows(rows)
    stored = imports.keep_upload(workspace=workspace, file_name="群.csv", chunks=[table.getvalue().encode()])
    run = imports.note(
        workspace=workspace, account=account, stored=stored, file_name="群.csv",
        mapping=mapping.guess(reading.preview(stored).columns), by=operator,
    )  # fmt: skip
    imports.run(run.id)
    process(workspace_id=workspace.id)
    cases = {case.member.identities.get().external_id: case for case in Case.objects.filter(workspace=workspace)}
    old = cases.pop("u-9")
    assert (old.historical, old.due_at, old.clocks.count()) == (True, None, 0)
    came = dict(Message.objects.values_list("author_id", "received_at"))
    for who, case in cases.items():
        assert due_after(case, came[who]) == datetime.timedelta(hours=HOURS[case.grade]), who
        assert [clock.started_at for clock in case.clocks.all()] == [came[who]]
    assert not Case.objects.filter(due_at__lt=timezone.now()).exists()
    said = {message.author_id: message.sent_at for message in Message.objects.all()}
    assert {who: case.opened_at for who, case in cases.items()} == {who: said[who] for who in cases}


def test_what_comes_at_once_begins_when_it_was_said(app_channel: ChannelAccount, workspace: Workspace) -> None:
    around_the_clock(workspace)
    ahead = timezone.now() + datetime.timedelta(seconds=20)  # a clock that goes a little fast
    receive(account=app_channel, messages=[inbound(factories.BLACK_SCREEN, sent_at=ahead)])
    process(workspace_id=workspace.id)
    case = Case.objects.get()
    assert (case.begins_at, due_after(case, ahead)) == (ahead, datetime.timedelta(hours=HOURS[case.grade]))


def test_a_case_older_than_the_field_begins_when_it_opened(app_channel: ChannelAccount) -> None:
    late(app_channel)
    Case.objects.update(known_at=None)
    case = Case.objects.get()
    assert case.begins_at == case.opened_at


@pytest.mark.parametrize("verb", ["one", "many", "at_once"])
def test_another_grade_counts_from_the_same_beginning(
    app_channel: ChannelAccount, workspace: Workspace, verb: str
) -> None:
    around_the_clock(workspace)
    message = late(app_channel)
    case = Case.objects.get()
    regrade(case=case, grade="red", reason="是安全问题", actor=SYSTEM)
    if verb == "one":
        regraded(workspace=workspace, case=case)
    elif verb == "many":
        regraded_many(workspace=workspace, cases=[case])
    else:
        regraded_at_once(workspace=workspace, cases=[case])
    assert due_after(case, message.received_at) == datetime.timedelta(hours=1)
    assert Clock.objects.get().due_at == case.due_at


def test_a_later_word_that_comes_late_is_due_from_its_coming(
    app_channel: ChannelAccount, workspace: Workspace, operator: Membership
) -> None:
    late(app_channel, author_id="甲", thread="t", private=True)
    case = Case.objects.get()
    reply(case=case, by=operator, text="请补充一下版本", lane="private")
    message = late(app_channel, "还是一样，又黑屏了", DAY, author_id="甲", thread="t", private=True)
    case.refresh_from_db()
    running = case.clocks.get(name="next_answer")
    assert (case.state, running.started_at) == (CaseState.WAITING_US, message.received_at)
    assert running.due_at > timezone.now()


def test_what_a_person_makes_a_complaint_begins_when_it_came(
    app_channel: ChannelAccount, workspace: Workspace, operator: Membership
) -> None:
    around_the_clock(workspace)
    message = late(app_channel, factories.PRAISE)
    assert not Case.objects.exists()
    correct_kind(feedback=Feedback.objects.get(), kind="complaint", by=operator)
    case = Case.objects.get()
    assert due_after(case, message.received_at) == datetime.timedelta(hours=HOURS[case.grade])


def test_the_first_answer_is_measured_from_when_it_could_be_given(
    app_channel: ChannelAccount, operator: Membership
) -> None:
    late(app_channel)
    came = hours_ago(1)
    Case.objects.update(known_at=came, first_answered_at=came + datetime.timedelta(minutes=20))
    assert month_figures(app_channel.workspace).first_answer_seconds == 20 * 60
