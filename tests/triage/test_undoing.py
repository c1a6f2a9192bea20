"""An import taken back: everything that came only from it goes, what somebody worked on stays."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from huixiang.cases.actions import assign, note
from huixiang.cases.models import Case, Turn
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.intake.imports import actions, undo
from huixiang.intake.models import ImportKept, ImportRun, Message
from huixiang.intake.tasks import run_import
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.members.models import Member
from huixiang.themes import actions as themes
from huixiang.themes.models import Theme
from huixiang.triage.actions import correct_kind, keep_as_feedback, process
from huixiang.triage.undoing import outlook, take_back, take_back_some
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.factories import BLACK_SCREEN, CHATTER, COLD_START, PRAISE, RUDE_SERVICE, ago
from tests.factories.jobs import run_waiting

Bring = Callable[..., ImportRun]
STAYS = {"journal", "insights"}  # the journal keeps everything; figures note by themselves what changed
TELLS = {"ImportRun", "ImportKept"}


@pytest.fixture
def files(workspace: Workspace) -> ChannelAccount:
    return workspace.channel_accounts.get(slug="files")


@pytest.fixture
def bring(files: ChannelAccount, tmp_path: Path, operator: Membership) -> Bring:
    """Import these texts as said by people of these names, one each, and read them."""

    def build(*texts: str, who: str = "车友") -> ImportRun:
        path = tmp_path / f"{who}{len(texts)}.csv"
        at = timezone.now().isoformat()
        lines = [f"{text},{who}{place},{who}-{place},{at}" for place, text in enumerate(texts)]
        path.write_text("text,who,id,time\n" + "\n".join(lines) + "\n", encoding="utf-8")
        run = actions.start(
            workspace=files.workspace, account=files, stored=path, file_name=path.name, by=operator,
            mapping={"text": "text", "author_id": "who", "author_name": "who", "external_id": "id", "time": "time"},
        )  # fmt: skip
        run_import(str(run.id))
        process(workspace_id=files.workspace_id)
        run.refresh_from_db()
        return run

    return build


def taken_back(run: ImportRun, by: Membership) -> ImportRun:
    undo.ask(run=run, actor=Actor("staff", by.id))
    take_back(run.id)
    run.refresh_from_db()
    return run


def counts() -> dict[str, int]:
    """How many rows every table of ours has."""
    models = [model for model in apps.get_models() if model.__module__.startswith("huixiang.")]
    counted = [one for one in models if one._meta.app_label not in STAYS and one.__name__ not in TELLS]
    return {one._meta.label: one._base_manager.count() for one in counted}


def case_of(said: Feedback) -> Case:
    assert said.case_id
    return Case.objects.get(id=said.case_id)


def theme_of(said: Feedback) -> Theme:
    assert said.theme_id
    return Theme.objects.get(id=said.theme_id)


def themes_now() -> list[tuple[Any, ...]]:
    return list(Theme.objects.order_by("id").values_list("name", "feedback_count", "people_count", "worst_grade"))


def test_it_is_as_if_the_file_had_never_come(bring: Bring, app_channel: ChannelAccount, operator: Membership) -> None:
    factories.received(app_channel, factories.inbound(COLD_START), factories.inbound(PRAISE))
    before, shown = counts(), themes_now()
    run = bring(COLD_START, RUDE_SERVICE, PRAISE, CHATTER, BLACK_SCREEN)
    assert counts() != before
    assert themes_now() != shown
    told = outlook(run)
    assert (told.messages, told.stay, told.kept) == (5, 0, {})
    done = taken_back(run, operator)
    assert counts() == before
    assert themes_now() == shown
    assert (done.state, done.kept, done.left["messages"], done.left["members"]) == ("undone", 0, 5, 5)
    assert (done.left["feedback"], done.left["cases"]) == (told.feedback, told.cases)
    names = set(Entry.objects.filter(subject_id=run.id).values_list("name", flat=True))
    assert names == {"intake.import_finished", "intake.import_undo_asked", "intake.import_undone"}
    assert Entry.objects.filter(name="feedback.taken_back").count() == done.left["feedback"]


def test_the_same_file_comes_in_anew_afterwards(bring: Bring, operator: Membership) -> None:
    taken_back(bring(COLD_START, PRAISE), operator)
    again = bring(COLD_START, PRAISE)
    assert (again.stored, again.duplicate, Feedback.objects.count()) == (2, 0, 2)


def test_what_somebody_worked_on_stays_and_is_named(bring: Bring, operator: Membership, owner: Membership) -> None:
    run = bring(COLD_START, RUDE_SERVICE, BLACK_SCREEN, PRAISE, CHATTER)
    cold, rude = (Feedback.objects.get(text=text) for text in (COLD_START, RUDE_SERVICE))
    assign(case=case_of(cold), owner=owner, actor=Actor("staff", operator.id))
    note(case=case_of(rude), by=operator, text="打过电话")
    praise = Feedback.objects.get(kind="praise")
    correct_kind(feedback=praise, kind="suggestion", by=operator)
    keep_as_feedback(message=Message.objects.get(text=CHATTER), by=operator)
    process(workspace_id=run.workspace_id)
    told = outlook(run)
    assert (told.messages, told.stay) == (1, 4)
    done = taken_back(run, operator)
    assert (done.left["messages"], done.kept) == (1, 4)
    assert set(Feedback.objects.values_list("text", flat=True)) >= {COLD_START, RUDE_SERVICE, PRAISE}
    assert not Feedback.objects.filter(text=BLACK_SCREEN).exists()
    kept = {row.subject_id: (row.kind, row.reason) for row in ImportKept.objects.filter(run=run)}
    assert kept[cold.case_id] == ("case", "assigned")  # type: ignore[index]
    assert kept[rude.case_id] == ("case", "handled")  # type: ignore[index]
    assert "corrected" in {reason for _kind, reason in kept.values()}
    assert len(kept) == sum(told.kept.values())
    assert Member.objects.filter(name__startswith="车友").count() == 4


def test_what_went_into_another_theme_or_was_announced_stays(bring: Bring, operator: Membership) -> None:
    run = bring(COLD_START, RUDE_SERVICE, BLACK_SCREEN)
    cold, rude, black = (Feedback.objects.get(text=text) for text in (COLD_START, RUDE_SERVICE, BLACK_SCREEN))
    source, target = theme_of(cold), theme_of(rude)
    themes.merge(source=source, target=target, actor=Actor("staff", operator.id))
    Theme.objects.filter(id=theme_of(black).id).update(announced_at=timezone.now(), status="announced")
    done = taken_back(run, operator)
    assert set(Feedback.objects.values_list("id", flat=True)) == {cold.id, black.id}
    reasons = dict(ImportKept.objects.filter(run=run).values_list("subject_id", "reason"))
    assert reasons == {cold.case_id: "merged", black.case_id: "announced"}
    assert (done.kept, done.left["messages"]) == (2, 1)


def test_a_case_that_was_there_before_only_loses_what_the_file_added(bring: Bring, operator: Membership) -> None:
    first = bring(COLD_START)
    case = Case.objects.get()
    second = bring(COLD_START, who="又")  # another person of the same matter
    assert Theme.objects.get().feedback_count == 2
    taken_back(second, operator)
    case.refresh_from_db()
    assert (Turn.objects.filter(case=case).count(), Theme.objects.get().feedback_count) == (1, 1)
    assert outlook(first).messages == 1


def test_it_goes_lot_by_lot_and_goes_on_after_a_kill(
    bring: Bring, operator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = bring(COLD_START, RUDE_SERVICE, PRAISE, CHATTER)
    monkeypatch.setattr("huixiang.triage.undoing.AT_ONCE", 1)
    undo.ask(run=run, actor=Actor("staff", operator.id))
    assert take_back_some(run.id)
    assert ImportRun.objects.get(id=run.id).left["messages"] == 1
    take_back(run.id, most_lots=1)  # the rest is queued again
    assert run_waiting().count("triage.undo_import") >= 1
    run.refresh_from_db()
    assert (run.state, run.left["messages"], Message.objects.count()) == ("undone", 4, 0)


def test_statements_do_not_grow_with_what_a_lot_holds(bring: Bring, operator: Membership) -> None:
    asked = []
    for number in (2, 12):
        run = bring(*[f"{COLD_START}，第{place}次" for place in range(number)], who=f"甲{number}")
        undo.ask(run=run, actor=Actor("staff", operator.id))
        with CaptureQueriesContext(connection) as seen:
            take_back_some(run.id)
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_one_that_still_runs_stops(files: ChannelAccount, tmp_path: Path, operator: Membership) -> None:
    path = tmp_path / "long.csv"
    path.write_text("text\n" + "".join(f"第{n}条\n" for n in range(2_500)), encoding="utf-8")
    run = actions.note(
        workspace=files.workspace, account=files, stored=path, file_name="a.csv", mapping={"text": "text"}, by=operator
    )

    def stop(state: ImportRun) -> None:
        undo.ask(run=state, actor=Actor("staff", operator.id))

    with pytest.raises(Refused):
        actions.run(run.id, stop)
    run.refresh_from_db()
    assert (run.state, run.read, run.to_take) == ("undoing", 1_000, 1_000)
    take_back(run.id)
    assert Message.objects.count() == 0
    assert actions.run(run.id).state == "undone"  # and does not begin again


def test_it_is_refused_twice_too_late_and_for_nothing(bring: Bring, operator: Membership) -> None:
    by = Actor("staff", operator.id)
    run = bring(PRAISE)
    old = ImportRun.objects.create(workspace=run.workspace, account=run.account, file_name="a", path="", state="done")
    for hindered in (taken_back(run, operator), old):
        with pytest.raises(Refused):
            undo.ask(run=hindered, actor=by)
    late = bring(PRAISE)
    ImportRun.objects.filter(id=late.id).update(finished_at=ago(days=undo.DAYS, minutes=1))
    with pytest.raises(Refused):
        undo.ask(run=late, actor=by)
    assert undo.forget_old() == 1
    assert Message.objects.count() == 1
