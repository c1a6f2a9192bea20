"""Clocks in a case's life: resting, grades, calendar changes, restarts, merging; and what a theme owes the public."""

import datetime

import pytest
from django.utils import timezone

from huixiang.cases import clocks_recount
from huixiang.cases.actions import end, hear, regrade, reply
from huixiang.cases.clocks_models import Clock, Recount
from huixiang.cases.clocks_watch import note_breaches, note_warnings
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback, Grade
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.playbooks.actions import regraded
from huixiang.playbooks.standards import Wanted, set_standards
from huixiang.themes import actions as themes
from huixiang.themes import changing
from huixiang.themes.models import Theme
from huixiang.triage.actions import correct_kind
from huixiang.triage.learning.corrections import take_back
from huixiang.triage.models import Correction
from huixiang.workspaces.calendar_changes import remove_own_day, set_own_day
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.cases.test_handling import said
from tests.factories.jobs import run_waiting

HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def standards(workspace: Workspace) -> None:
    """Every grade has four clocks day and night, so that their ends can be reckoned without a calendar."""
    names = ("first_answer", "next_answer", "resolution", "announcement")
    wanted = {
        grade: Wanted({name: 60 * (10 * place + rank) for place, name in enumerate(names, start=1)}, True, 50)
        for rank, grade in enumerate(Grade.values)
    }
    set_standards(workspace=workspace, wanted=wanted, actor=SYSTEM)


def told(name: str) -> list[dict[str, object]]:
    return list(Entry.objects.filter(name=name).order_by("id").values_list("data", flat=True))


def of(case: Case, name: str) -> Clock:
    return case.clocks.filter(name=name).latest("started_at")


def back(hours: float, **rows: object) -> None:
    """Let it be so many hours later for the clocks of these rows."""
    by = datetime.timedelta(hours=hours)
    for clock in Clock.objects.filter(**rows):
        for name in ("started_at", "due_at", "warn_at", "paused_at", "breach_noted_at"):
            if getattr(clock, name):
                setattr(clock, name, getattr(clock, name) - by)
        clock.pauses = [moment - by for moment in clock.pauses]
        clock.save()


def test_the_resolution_rests_while_it_is_the_members_turn(case: Case, operator: Membership) -> None:
    allowed = of(case, "resolution").due_at - case.begins_at
    reply(case=case, by=operator, text="谢谢，请问版本号是多少", lane="private")
    case.refresh_from_db()
    assert (case.due_at, of(case, "first_answer").met_at is None) == (None, False)
    back(7, case=case)
    Clock.objects.filter(name="resolution").update(started_at=case.begins_at - 9 * HOUR)
    hear(workspace_id=case.workspace_id, said=[said(case, "3.4.1")])
    case.refresh_from_db()
    resolution = of(case, "resolution")
    rested = resolution.pauses[1] - resolution.pauses[0]
    assert (resolution.paused_at, rested >= 7 * HOUR) == (None, True)
    assert resolution.due_at - resolution.started_at - rested == allowed
    assert case.due_at == min(resolution.due_at, of(case, "next_answer").due_at)


def test_what_rests_neither_warns_nor_breaches(case: Case, operator: Membership) -> None:
    reply(case=case, by=operator, text="谢谢", lane="private")
    back(1_000, case=case)
    assert (note_warnings(), note_breaches()) == (0, 0)


def test_it_warns_once_and_breaches_once(case: Case) -> None:
    first = of(case, "first_answer")
    back((first.due_at - first.started_at) / HOUR * 0.6, name="first_answer")
    assert [note_warnings(), note_warnings(), note_breaches()] == [1, 0, 0]
    first.refresh_from_db()
    due = first.due_at.astimezone(datetime.UTC)
    [warned] = told("cases.clock_warned")
    assert (warned["clock"], datetime.datetime.fromisoformat(str(warned["due_at"]))) == ("first_answer", due)
    back(1_000, name="first_answer")
    assert [note_breaches(), note_breaches(), note_warnings()] == [1, 0, 0]
    assert told("cases.clock_breached") == [{"clock": "first_answer"}]


def test_solved_in_time_is_met_and_closed_is_not(case: Case, app_channel: ChannelAccount) -> None:
    end(case=case, state="solved", actor=SYSTEM)
    met = of(case, "resolution")
    assert (met.met_at is not None, met.stopped_at, of(case, "first_answer").met_at) == (True, None, None)
    other = factories.case(app_channel, factories.RUDE_SERVICE)
    end(case=other, state="closed", actor=SYSTEM, reason="重复")
    assert (of(other, "resolution").met_at, of(other, "resolution").stopped_at is None) == (None, False)


def test_another_grade_counts_all_clocks_from_when_they_started(case: Case, workspace: Workspace) -> None:
    regrade(case=case, grade="red", reason="孩子在车里", actor=SYSTEM)
    regraded(workspace=workspace, case=case)
    hours = {clock.name: (clock.due_at - clock.started_at) / HOUR for clock in case.clocks.all()}
    assert hours == {"first_answer": 10, "resolution": 30}
    public = Clock.objects.get(theme=case.theme)
    assert (public.due_at - public.started_at, public.started_at) == (40 * HOUR, case.begins_at)


def working_hours(workspace: Workspace) -> None:
    wanted = {grade: Wanted({"first_answer": 60 * 9 * 30}) for grade in Grade.values}
    set_standards(workspace=workspace, wanted=wanted, actor=SYSTEM)


def test_a_calendar_change_moves_what_runs_and_leaves_what_was_breached(
    workspace: Workspace, app_channel: ChannelAccount
) -> None:
    working_hours(workspace)
    late, running = factories.case(app_channel), factories.case(app_channel, factories.BLACK_SCREEN)
    Clock.objects.exclude(name="first_answer").delete()
    past = timezone.now() - HOUR
    late.clocks.update(due_at=past)
    assert note_breaches() == 1
    before = of(running, "first_answer").due_at
    days = [timezone.localdate() + datetime.timedelta(days=number) for number in range(2, 16)]
    made = [set_own_day(workspace=workspace, day=day, spans=[], name="盘点", actor=SYSTEM) for day in days]
    run_waiting()
    running.refresh_from_db()
    assert of(running, "first_answer").due_at == running.due_at
    assert running.due_at is not None
    assert running.due_at > before
    assert of(late, "first_answer").due_at == past
    assert [(one["clocks"], one["moved"]) for one in told("cases.clocks_recounted")] == [(1, 1)]
    for own_day in made:
        remove_own_day(workspace=workspace, own_day=own_day, actor=SYSTEM)
    run_waiting()
    assert of(running, "first_answer").due_at == before


def test_a_recount_that_was_cut_off_goes_on_and_is_told_once(
    workspace: Workspace, app_channel: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    working_hours(workspace)
    cases = [factories.case(app_channel, text) for text in (factories.COLD_START, factories.BLACK_SCREEN)]
    Clock.objects.exclude(name="first_answer").delete()
    before = [of(case, "first_answer").due_at for case in cases]
    day = timezone.localdate() + datetime.timedelta(days=2)
    while day.weekday() > 4:
        day += datetime.timedelta(days=1)
    set_own_day(workspace=workspace, day=day, spans=[], name="", actor=SYSTEM)
    monkeypatch.setattr(clocks_recount, "BATCH", 1)
    run = Recount.objects.create(workspace=workspace)
    assert clocks_recount._take_some(run) is True  # and here the worker is killed
    assert told("cases.clocks_recounted") == []
    clocks_recount.recount(workspace_id=workspace.id)
    after = [of(case, "first_answer").due_at for case in cases]
    assert [one > two for one, two in zip(after, before, strict=True)] == [True, True]
    assert [(one["clocks"], one["moved"]) for one in told("cases.clocks_recounted")] == [(2, 2)]


def test_a_theme_owes_an_announcement_from_the_first_report(case: Case, app_channel: ChannelAccount) -> None:
    public = Clock.objects.get(theme=case.theme)
    assert (public.name, public.started_at, public.case_id) == ("announcement", case.begins_at, None)
    again = factories.case(app_channel, factories.COLD_START)
    assert again.theme_id == case.theme_id
    assert Clock.objects.filter(theme=case.theme).count() == 1
    assert len(told("cases.promise_started")) == 1


def test_an_announcement_meets_it_and_taking_it_up_again_begins_anew(case: Case) -> None:
    theme = Theme.objects.get(id=case.theme_id)
    for step in ("fixed", "announced"):
        themes.move(theme=Theme.objects.get(id=theme.id), to=step, actor=SYSTEM, words="已修复")
    run_waiting()
    theme.refresh_from_db()
    met = Clock.objects.get(theme=theme)
    assert met.met_at == theme.announced_at
    themes.move(theme=theme, to="fixing", actor=SYSTEM)
    run_waiting()
    theme.refresh_from_db()
    running = Clock.objects.get(theme=theme, met_at=None)
    assert (running.started_at, running.allowed_minutes) == (theme.fixing_at, met.allowed_minutes)


def test_declining_meets_it_until_that_is_taken_back(case: Case) -> None:
    theme = Theme.objects.get(id=case.theme_id)
    themes.move(theme=theme, to="declined", actor=SYSTEM, words="成本过高")
    run_waiting()
    assert Clock.objects.get(theme=theme).met_at is not None
    change = changing.latest(Theme.objects.get(id=theme.id))
    assert change is not None
    changing.undo(change_id=change.id, workspace_id=theme.workspace_id, actor=SYSTEM)
    run_waiting()
    assert Clock.objects.get(theme=theme).running is True


def test_merged_themes_owe_from_the_earlier_report_and_parted_ones_each_from_their_own(
    case: Case, app_channel: ChannelAccount
) -> None:
    other = factories.case(app_channel, factories.RUDE_SERVICE)
    source, target = Theme.objects.get(id=case.theme_id), Theme.objects.get(id=other.theme_id)
    Case.objects.filter(id=case.id).update(opened_at=case.opened_at - 3 * HOUR, known_at=None)
    begins = Case.objects.get(id=case.id).begins_at
    own = Clock.objects.get(theme=target).started_at
    done = themes.merge(source=source, target=target, actor=SYSTEM)
    run_waiting()
    assert Clock.objects.get(theme=target).started_at == begins
    assert Clock.objects.get(theme=source).running is False
    case.refresh_from_db()
    assert (case.theme_id, case.clocks.filter(stopped_at=None).count()) == (target.id, 2)
    themes.undo_merge(merge_id=done.id, workspace_id=target.workspace_id, actor=SYSTEM)
    run_waiting()
    assert Clock.objects.get(theme=target).started_at == own
    assert (Clock.objects.get(theme=source).running, Clock.objects.get(theme=source).started_at) == (True, begins)


def test_what_turns_out_to_be_talk_owes_nothing_until_that_is_taken_back(case: Case, operator: Membership) -> None:
    run_waiting()
    said_about = Feedback.objects.get(case_id=case.id)
    correct_kind(feedback=said_about, kind="chatter", by=operator)
    run_waiting()
    public = Clock.objects.get(theme=case.theme_id)
    assert (public.running, told("cases.promise_ended")) == (False, [{}])
    correction = Correction.objects.get(subject_id=said_about.id)
    assert correction.batch is not None
    take_back(workspace_id=case.workspace_id, batch=correction.batch, by=operator)
    run_waiting()
    case.refresh_from_db()
    assert Clock.objects.get(theme=case.theme_id, stopped_at=None).started_at == case.begins_at
    assert len(told("cases.promise_ended")) == 1


def test_another_persons_report_keeps_the_theme_owing(
    case: Case, operator: Membership, app_channel: ChannelAccount
) -> None:
    other = factories.case(app_channel, factories.RUDE_SERVICE)
    Case.objects.filter(id=other.id).update(theme_id=case.theme_id)
    Feedback.objects.filter(case_id=other.id).update(theme_id=case.theme_id)
    run_waiting()
    correct_kind(feedback=Feedback.objects.get(case_id=case.id), kind="praise", by=operator)
    run_waiting()
    assert (Clock.objects.get(theme=case.theme_id).running, told("cases.promise_ended")) == (True, [])
