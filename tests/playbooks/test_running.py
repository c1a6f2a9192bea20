import datetime

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.cases.actions import open_cases, regrade
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.members.models import Member
from huixiang.playbooks import acting, editing, running, shipped
from huixiang.playbooks.actions import regraded, regraded_at_once, start_late
from huixiang.playbooks.choosing import Known, holds
from huixiang.playbooks.models import Playbook, PlaybookRun, RunStep, Step
from huixiang.workspaces.models import Membership, Workspace
from tests.factories.rows import unstored
from tests.playbooks.opening import opened, run_of, states, steps

# What starting playbooks on a batch costs, whatever its size: versions and their steps, where cases come from,
# own days of the calendar, runs, their steps, the journal.
STARTING = 7


@pytest.mark.parametrize(
    ("grade", "key"),
    [("red", "red-crisis"), ("orange", "orange-cross-team"), ("yellow", "yellow-standard"), ("blue", "blue-comfort")],
)
def test_each_grade_has_a_shipped_playbook(
    app_channel: ChannelAccount, operator: Membership, grade: str, key: str
) -> None:
    [case] = opened(app_channel, grade=grade)
    run = run_of(case)
    assert (run.version.playbook.key, run.version.number) == (key, 1)
    assert run.why == {
        "grade": grade, "kind": "defect", "tier": "plain", "channel": "api", "account": str(app_channel.id),
        "by": ["grades"],
    }  # fmt: skip
    [entry] = Entry.objects.filter(name="playbooks.started", subject_id=case.id)
    assert (entry.data["run_id"], entry.data["carried"]) == (str(run.id), 0)


def test_shipped_playbooks_are_alike_in_both_languages() -> None:
    def bare(language: str) -> list[object]:
        return [
            [(step["key"], step["kind"], step.get("minutes"), step.get("done"), step.get("template"), step.get("after"))
             for step in book["step"]]
            for book in shipped.books(language)
        ]  # fmt: skip

    assert bare("zh_hans") == bare("en")
    assert [len(book["step"]) for book in shipped.books("en")] == [13, 11, 8, 4]


def test_furnishing_twice_makes_them_once(workspace: Workspace) -> None:
    assert (shipped.furnish(workspace=workspace), shipped.furnish(workspace=workspace)) == (True, False)
    assert list(Playbook.objects.order_by("position").values_list("name", flat=True)) == [
        "红·危机", "橙·跨部门", "黄·标准", "蓝·安抚",
    ]  # fmt: skip
    assert Step.objects.count() == 36


def test_steps_begin_at_once_or_after_the_one_before(app_channel: ChannelAccount, operator: Membership) -> None:
    [case] = opened(app_channel, grade="yellow")
    assert states(case) == {
        "contact": "active", "thank": "active", "details": "waiting", "verify": "waiting",
        "inform-product": "waiting", "offer": "waiting", "fix": "waiting", "call-back": "waiting",
    }  # fmt: skip
    acting.tick(row=steps(case)["thank"], by=operator, note="电话里说了")
    after = steps(case)
    assert (after["details"].state, after["verify"].state) == ("active", "waiting")
    assert (after["thank"].by_id, after["thank"].note) == (operator.id, "电话里说了")


def test_what_is_not_for_such_cases_is_left_out(app_channel: ChannelAccount, operator: Membership) -> None:
    [case] = opened(app_channel, grade="yellow", kind="complaint", missing=[])
    acting.tick(row=steps(case)["thank"], by=operator)
    now = states(case)
    left_out = {key for key, state in now.items() if state == "skipped"}
    assert (left_out, now["verify"]) == ({"fix", "inform-product", "details"}, "active")


def test_a_step_is_due_by_its_time_around_the_clock_or_in_working_hours(
    app_channel: ChannelAccount, operator: Membership
) -> None:
    friday = datetime.datetime(2026, 11, 20, 17, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
    [red] = opened(app_channel, grade="red", said_at=friday)
    [yellow] = opened(app_channel, grade="yellow", said_at=friday)
    assert steps(red)["contact"].due_at == friday + datetime.timedelta(minutes=30)
    assert steps(yellow)["contact"].due_at == datetime.datetime(2026, 11, 23, 14, 0, tzinfo=friday.tzinfo)


def test_historical_cases_get_none(app_channel: ChannelAccount, operator: Membership) -> None:
    opened(app_channel, historical=True)
    assert not PlaybookRun.objects.exists()


@pytest.mark.parametrize("number", [1, 256])
def test_starting_costs_the_same_for_any_number(
    app_channel: ChannelAccount, operator: Membership, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shipped.furnish(workspace=app_channel.workspace)
    author = unstored(app_channel).member
    said = [_said(app_channel, author) for _place in range(number)]
    Feedback.objects.bulk_create(said)
    cases = open_cases(workspace_id=app_channel.workspace_id, feedbacks=said)
    with django_assert_num_queries(STARTING):
        running.begin(workspace=app_channel.workspace, cases=cases, said=said)
    assert RunStep.objects.count() == 4 * number


def _said(account: ChannelAccount, author: Member) -> Feedback:
    return Feedback(
        workspace=account.workspace, account=account, member=author, text="打不着火", title="打不着火", kind="defect",
        sentiment=-1, severity=1, grade="blue", said_at=timezone.now(), model_version="test",
    )  # fmt: skip


def test_another_grade_ends_the_run_and_what_was_done_counts(app_channel: ChannelAccount, operator: Membership) -> None:
    [case] = opened(app_channel, grade="yellow")
    acting.tick(row=steps(case)["contact"], by=operator, note="打过电话")
    first = run_of(case)
    regrade(case=case, grade="orange", reason="影响一批人", actor=SYSTEM)
    regraded(workspace=app_channel.workspace, case=case)
    first.refresh_from_db()
    assert (first.end_reason, set(first.steps.values_list("state", flat=True))) == ("regraded", {"done", "stopped"})
    second, now = run_of(case), steps(case)
    assert second.version.playbook.key == "orange-cross-team"
    assert (now["contact"].state, now["contact"].carried, now["contact"].note) == ("done", True, "打过电话")
    written = Entry.objects.filter(subject_id=case.id, name__startswith="playbooks.").order_by("id")
    names = list(written.values_list("name", flat=True))
    assert [name for name in names if name != "playbooks.step_done"] == [
        "playbooks.started", "playbooks.ended", "playbooks.started",
    ]  # fmt: skip


def test_a_playbook_for_both_grades_goes_on_by_its_version(
    app_channel: ChannelAccount, operator: Membership, owner: Membership
) -> None:
    shipped.furnish(workspace=app_channel.workspace)
    book = Playbook.objects.get(key="yellow-standard")
    _widen(book, owner, ["orange", "yellow"])
    Playbook.objects.filter(key="orange-cross-team").update(on=False)
    [case] = opened(app_channel, grade="yellow")
    before = run_of(case)
    _widen(book, owner, ["orange", "yellow"])
    regrade(case=case, grade="orange", reason="影响一批人", actor=SYSTEM)
    regraded_at_once(workspace=app_channel.workspace, cases=[case])
    assert (run_of(case).id, run_of(case).version.number) == (before.id, 2)
    assert Playbook.objects.get(id=book.id).active.number == 3  # type: ignore[union-attr]


def _widen(book: Playbook, by: Membership, grades: list[str]) -> None:
    book = Playbook.objects.select_related("workspace", "active").get(id=book.id)
    rows = editing.rows_of(book.active)  # type: ignore[arg-type]
    editing.save_draft(playbook=book, name=book.name, conditions={"grades": grades}, steps=rows, by=by)
    editing.publish(playbook=book, note="也管橙色", by=by)


def test_regrading_many_costs_the_same_for_any_number(
    app_channel: ChannelAccount, operator: Membership, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number, place in ((1, "甲"), (3, "乙")):
        cases = opened(app_channel, number, grade="blue", text=place)
        Case.objects.filter(id__in=[case.id for case in cases]).update(grade="yellow")
        for case in cases:
            case.grade = "yellow"
        with django_assert_num_queries(17):
            running.rechoose(workspace=app_channel.workspace, cases=cases)


def test_a_case_without_a_playbook_gets_one_when_asked(app_channel: ChannelAccount, operator: Membership) -> None:
    [case] = opened(app_channel)
    RunStep.objects.all().delete()
    PlaybookRun.objects.all().delete()
    start_late(workspace=app_channel.workspace, case=case)
    start_late(workspace=app_channel.workspace, case=case)
    assert PlaybookRun.objects.get().case_id == case.id


def test_conditions_hold_all_and_of_channels_one(app_channel: ChannelAccount) -> None:
    known = Known("red", "defect", "koc", "api", app_channel.id)
    assert holds({}, known)
    assert holds({"grades": ["red"], "tiers": ["koc", "core"]}, known)
    assert not holds({"grades": ["red"], "tiers": ["plain"]}, known)
    assert holds({"channels": ["email"], "accounts": [str(app_channel.id)]}, known)
    assert not holds({"channels": ["email"]}, known)
