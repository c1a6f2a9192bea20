"""One act on many cases: who may, what is left and why, the journal, taking it back, doing it as a job."""

import datetime
import uuid

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.cases import bulk
from huixiang.cases.actions import assign, end, hear
from huixiang.cases.filters import Filters
from huixiang.cases.inbox import counts, ids
from huixiang.cases.models import BulkRun, Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal import through
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.triage.models import Correction
from huixiang.workspaces.actions import create_api_key
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.cases.test_handling import said
from tests.cases.test_inbox import opened
from tests.factories.jobs import run_waiting

LONG_AGO = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def three(app_channel: ChannelAccount) -> list[Case]:
    return [opened(app_channel, by=name) for name in "甲乙丙"]


def start(
    by: Membership, act: str, cases: list[Case], since: datetime.datetime | None = None, **chosen: str
) -> BulkRun:
    case_ids = [case.id for case in cases]
    return bulk.start(by=by, act=act, chosen=chosen, case_ids=case_ids, loaded_at=since or timezone.now())


def owners(cases: list[Case]) -> list[Membership | None]:
    return [Case.objects.select_related("owner").get(id=case.id).owner for case in cases]


def entries(name: str) -> int:
    return Entry.objects.filter(name=name).count()


def test_assigned_and_taken_back(three: list[Case], operator: Membership, owner: Membership) -> None:
    assign(case=three[0], owner=owner, actor=Actor("staff", operator.id))
    run = start(operator, "assign", three, owner=str(operator.id))
    assert (run.state, run.done, bulk.refusals(run)) == ("done", 3, [])
    assert owners(three) == [operator] * 3
    assert entries("cases.assigned") == 4
    bulk.undo(run=run, by=operator)
    assert owners(three) == [owner, None, None]
    with pytest.raises(Refused):
        bulk.undo(run=run, by=operator)


def test_what_a_colleague_took_meanwhile_is_left_and_told(
    three: list[Case], operator: Membership, owner: Membership
) -> None:
    loaded = timezone.now()
    assign(case=three[1], owner=owner, actor=Actor("staff", owner.id))
    run = start(operator, "assign", three, loaded, owner=str(operator.id))
    clock = timezone.localtime().strftime("%H:")
    assert (run.done, bulk.left_by_others(run)) == (2, [three[1].id])
    assert bulk.refusals(run)[0][1].startswith(f"程屿 在 {clock}")
    assert owners(three) == [operator, owner, operator]
    again = bulk.start(
        by=operator, act="assign", chosen={"owner": str(operator.id), "anyway": "1"},
        case_ids=bulk.left_by_others(run), loaded_at=loaded,
    )  # fmt: skip
    assert (again.done, owners(three)) == (1, [operator] * 3)


def test_what_a_program_did_meanwhile_is_told_too(three: list[Case], operator: Membership, owner: Membership) -> None:
    key = create_api_key(workspace=operator.workspace, scopes=["cases:write"], name="工单系统", acts_for=operator)[0]
    loaded = timezone.now()
    with through.key(key.id):
        assign(case=three[1], owner=owner, actor=Actor("staff", operator.id))
        own = start(operator, "assign", three[:2], loaded, owner=str(operator.id))
    assert (own.done, bulk.left_by_others(own)) == (2, [])  # what it did itself does not stand in its way
    run = start(operator, "close", three, loaded, reason="重复")
    assert (run.done, set(bulk.left_by_others(run))) == (1, {three[0].id, three[1].id})
    assert "工单系统" in bulk.refusals(run)[0][1]


def test_closing_leaves_what_has_ended(three: list[Case], operator: Membership) -> None:
    end(case=three[2], state="solved", actor=Actor("staff", operator.id))
    with pytest.raises(Refused):
        start(operator, "close", three, reason=" ")
    run = start(operator, "close", three, reason="导入的旧消息")
    assert (run.done, [one[0] for one in bulk.refusals(run)]) == (2, [three[2].id])
    states = Case.objects.filter(id__in=[case.id for case in three]).order_by("id").values_list("state", flat=True)
    assert sorted(states) == ["closed", "closed", "solved"]
    words = Entry.objects.filter(name="cases.state_changed", words__isnull=False)
    assert [entry.words.text for entry in words] == ["导入的旧消息"] * 2
    assert not bulk.can_undo(run, operator)


def test_grades_with_one_reason_as_one_by_one(app_channel: ChannelAccount, operator: Membership) -> None:
    cases = [factories.case(app_channel, text) for text in (factories.COLD_START, factories.RUDE_SERVICE)]
    wanted = next(grade for grade in ("blue", "yellow", "orange") if grade not in {case.grade for case in cases})
    run = start(operator, "grade", cases, grade=wanted, reason="误判")
    assert run.done == 2
    for case in cases:
        before = case.urgency
        case.refresh_from_db()
        clock = case.clocks.get(name="first_answer")
        assert (case.grade, case.due_at == clock.due_at, case.urgency != before) == (wanted, True, True)
        assert Feedback.objects.get(case_id=case.id).grade == wanted
    kept = Correction.objects.filter(field="grade").values_list("after", "reason", "by_id")
    assert list(kept) == [(wanted, "误判", operator.id)] * 2
    again = start(operator, "grade", cases, grade=wanted, reason="误判")
    assert (again.done, again.left) == (0, 2)


def test_read_unread_and_tags_are_taken_back(three: list[Case], operator: Membership) -> None:
    def unread() -> int:
        return counts(viewer=operator, wanted=[Filters(view="unread")])[0]

    read = start(operator, "read", three)
    assert unread() == 0
    bulk.undo(run=read, by=operator)
    assert unread() == 3
    tagged = start(operator, "tag", three, tag="旧车型")
    assert [tag.name for tag in three[0].tags.all()] == ["旧车型"]
    bulk.undo(run=tagged, by=operator)
    assert list(three[0].tags.all()) == []
    assert (entries("cases.tagged"), entries("cases.untagged")) == (3, 3)


@pytest.mark.parametrize("act", ["assign", "close", "grade", "tag", "merge"])
def test_who_may_only_read_changes_nothing(three: list[Case], analyst: Membership, act: str) -> None:
    with pytest.raises(Refused):
        start(analyst, act, three, owner=str(analyst.id), reason="x", grade="red", tag="x")
    assert start(analyst, "read", three).done == 3


def test_another_workspaces_case_is_no_longer_there(
    three: list[Case], operator: Membership, other_workspace: Workspace
) -> None:
    foreign = opened(other_workspace.channel_accounts.get(slug="owners-app"))
    run = start(operator, "assign", [*three, foreign], owner=str(operator.id))
    assert (run.done, [one[0] for one in bulk.refusals(run)]) == (3, [foreign.id])
    assert owners([foreign]) == [None]


def test_nobody_of_another_team_is_given_cases(
    three: list[Case], operator: Membership, other_workspace: Workspace
) -> None:
    stranger = factories.membership(other_workspace, "operator")
    for wanted in (str(stranger.id), "x"):
        with pytest.raises(Refused):
            start(operator, "assign", three, owner=wanted)


def test_many_become_a_job_that_goes_on_where_it_ended(
    app_channel: ChannelAccount, operator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(bulk, "BATCH", 2)
    cases = [opened(app_channel, by=str(place)) for place in range(5)]
    run = start(operator, "close", cases, reason="导入")
    assert (run.state, run.taken, run.done) == ("running", 0, 0)
    assert bulk.take_some(run.id)  # a worker that was killed after its first batch
    run.refresh_from_db()
    assert (run.taken, run.done) == (2, 2)
    assert "cases.run_bulk" in run_waiting()
    run.refresh_from_db()
    assert (run.state, run.taken, run.done, bulk.refusals(run)) == ("done", 5, 5, [])
    assert ids(viewer=operator, filters=Filters(), most=9) == []


@pytest.mark.parametrize("number", [2, 40])
def test_a_few_statements_whatever_the_number(
    app_channel: ChannelAccount, operator: Membership, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cases = [opened(app_channel, by=str(place)) for place in range(number)]
    with django_assert_num_queries(19):
        start(operator, "assign", cases, owner=str(operator.id))
    with django_assert_num_queries(20):
        start(operator, "close", cases, reason="重复")


def test_too_many_and_none_are_refused(operator: Membership) -> None:
    for case_ids in ([], [uuid.uuid4()] * (bulk.MOST + 1)):
        with pytest.raises(Refused):
            bulk.start(by=operator, act="read", chosen={}, case_ids=case_ids, loaded_at=LONG_AGO)


def test_taking_unread_back_hides_nothing_that_came_between(three: list[Case], operator: Membership) -> None:
    start(operator, "read", three)
    run = start(operator, "unread", three)
    hear(workspace_id=operator.workspace_id, said=[said(three[0], "又来了")])
    bulk.undo(run=run, by=operator)
    assert ids(viewer=operator, filters=Filters(view="unread"), most=9) == [three[0].id]


def test_who_lost_the_permission_takes_nothing_back(three: list[Case], operator: Membership) -> None:
    run = start(operator, "assign", three, owner=str(operator.id))
    Membership.objects.filter(id=operator.id).update(role="viewer")
    demoted = Membership.objects.get(id=operator.id)
    assert not bulk.can_undo(run, demoted)
    with pytest.raises(Refused):
        bulk.undo(run=run, by=demoted)
    assert owners(three) == [operator] * 3


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"left_at": LONG_AGO}])
def test_a_run_stops_where_its_owner_may_no_longer(
    app_channel: ChannelAccount, operator: Membership, monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    monkeypatch.setattr(bulk, "BATCH", 2)
    cases = [opened(app_channel, by=str(place)) for place in range(4)]
    run = start(operator, "close", cases, reason="导入")
    assert bulk.take_some(run.id)
    Membership.objects.filter(id=operator.id).update(**change)
    run_waiting()
    run.refresh_from_db()
    assert (run.state, run.taken, run.done) == ("stopped", 2, 2)
    assert Case.objects.filter(state="closed").count() == 2


def test_taking_many_back_is_a_job_that_goes_on_where_it_ended(
    app_channel: ChannelAccount, operator: Membership, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(bulk, "BATCH", 2)
    cases = [opened(app_channel, by=str(place)) for place in range(5)]
    run = start(operator, "assign", cases, owner=str(operator.id))
    run_waiting()
    assert [len(batch.before) for batch in run.batches.order_by("start")] == [2, 2, 1]  # each written once
    bulk.undo(run=run, by=operator)
    run.refresh_from_db()
    assert (run.state, run.undone, owners(cases)) == ("undoing", 0, [operator] * 5)
    assert bulk.take_back_some(run.id)
    run.refresh_from_db()
    assert (run.state, run.undone, owners(cases).count(None)) == ("undoing", 2, 2)
    assert "cases.undo_bulk" in run_waiting()
    run.refresh_from_db()
    assert (run.state, run.undone, owners(cases)) == ("undone", 5, [None] * 5)
