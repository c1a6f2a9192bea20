import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from huixiang.journal import dispatch
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry, Seal, Unsealed, Words
from huixiang.journal.queries import history, latest
from huixiang.workspaces.events import MemberJoinedTeam, WorkspaceCreated
from tests.factories.jobs import arguments_of, waiting

pytestmark = pytest.mark.django_db
HERE, THERE = uuid.uuid4(), uuid.uuid4()
STAFF = Actor("staff", uuid.uuid4())


def test_an_entry_says_who_did_what_to_what() -> None:
    record(MemberJoinedTeam(subject=THERE, role="owner"), workspace_id=HERE, actor=STAFF, words="来了新同事")
    entry = Entry.objects.get()
    assert (entry.workspace_id, entry.name, entry.actor_kind, entry.actor_id) == (
        HERE, "workspaces.joined_team", "staff", STAFF.id,
    )  # fmt: skip
    assert (entry.subject_kind, entry.subject_id, entry.data) == ("membership", THERE, {"role": "owner"})
    assert Words.objects.get(entry=entry).text == "来了新同事"
    assert entry.words_digest is not None


def test_nothing_is_left_of_a_rolled_back_transaction() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - what fails is the end of it
        record(WorkspaceCreated(subject=HERE), workspace_id=HERE, words="理由")
        _ = 1 / 0
    assert [model.objects.count() for model in (Entry, Words, Unsealed)] == [0, 0, 0]


@pytest.mark.parametrize("table", ["journal_entry", "journal_seal"])
@pytest.mark.parametrize("change", ["UPDATE {} SET workspace_id = workspace_id", "DELETE FROM {}"])
def test_the_database_refuses_changes(table: str, change: str) -> None:
    record(WorkspaceCreated(subject=HERE), workspace_id=HERE)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))
    assert Entry.objects.count() == 1


def test_no_way_of_writing_passes_the_sealer() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_entry (workspace_id, at, month, name, actor_kind, subject_kind, subject_id, data)"
            " VALUES (%s, now(), now(), 'by hand', 'system', 'workspace', %s, '{}')",
            [HERE, HERE],
        )
    assert Unsealed.objects.filter(workspace_id=HERE).count() == 1


def test_many_notes_cost_one_statement(django_assert_num_queries: Any) -> None:
    notes = [Note(WorkspaceCreated(subject=uuid.uuid4()), words="一", actor=SYSTEM) for _ in range(300)]
    with django_assert_num_queries(1):
        record_all(notes, workspace_id=HERE)
    assert (Entry.objects.count(), Words.objects.count()) == (300, 300)


def test_no_notes_cost_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        record_all([], workspace_id=HERE)


def test_followers_are_queued_once_for_all_subjects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "_table", {"workspaces.workspace_created": ["one.task", "another.task"]})
    record_all([Note(WorkspaceCreated(subject=HERE)), Note(WorkspaceCreated(subject=THERE))], workspace_id=HERE)
    assert waiting() == ["one.task", "another.task"]
    assert arguments_of("one.task") == [{"workspace_id": str(HERE), "subjects": [str(HERE), str(THERE)]}]


def test_history_is_of_the_workspace_and_in_order() -> None:
    for role in ("owner", "analyst"):
        record(MemberJoinedTeam(subject=THERE, role=role), workspace_id=HERE)
    record(MemberJoinedTeam(subject=THERE, role="operator"), workspace_id=uuid.uuid4())
    assert [e.data["role"] for e in history(workspace_id=HERE, subjects=[THERE])] == ["owner", "analyst"]
    assert [e.data["role"] for e in latest(workspace_id=HERE)] == ["analyst", "owner"]
    newest = latest(workspace_id=HERE, limit=1)[0]
    assert [e.data["role"] for e in latest(workspace_id=HERE, before=newest.id)] == ["owner"]
    assert latest(workspace_id=HERE, name="workspaces.workspace_created") == []


def test_seals_start_empty() -> None:
    assert Seal.objects.count() == 0
