"""Writing into the journal: inside the transaction of the fact, or not at all."""

import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from huixiang.journal import dispatch, through
from huixiang.journal.events import SYSTEM, Actor, Event
from huixiang.journal.models import Words
from huixiang.kernel import prepared
from huixiang.kernel.crypto import digest

SALT_BYTES = 16

# Entries in their order, and the words beside those that have any, whatever the number in one round trip.
WRITE = """
    WITH note AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('journal_entry', 'id')) AS id, row.* FROM unnest(
            %(name)s::text[], %(actor_kind)s::text[], %(actor_id)s::uuid[], %(subject_kind)s::text[],
            %(subject_id)s::uuid[], %(data)s::jsonb[], %(words)s::text[], %(salt)s::bytea[], %(digest)s::bytea[]
        ) AS row (name, actor_kind, actor_id, subject_kind, subject_id, data, words, salt, digest)
    ), entry AS (
        INSERT INTO journal_entry (
            id, workspace_id, at, month, name, actor_kind, actor_id, subject_kind, subject_id, data, words_digest
        ) OVERRIDING SYSTEM VALUE
        SELECT id, %(workspace)s::uuid, %(at)s::timestamptz, %(month)s::date, name, actor_kind, actor_id, subject_kind,
               subject_id, data, digest
        FROM note
    ), beside AS (
        INSERT INTO journal_words (entry_id, workspace_id, text, salt)
        SELECT id, %(workspace)s::uuid, words, salt FROM note WHERE salt IS NOT NULL
    )
    SELECT count(*) FROM note
"""


@dataclass(frozen=True, slots=True)
class Note:
    """An event with the words said about it, and who did it."""

    event: Event
    words: str = ""
    actor: Actor = SYSTEM


def record(event: Event, *, workspace_id: uuid.UUID, actor: Actor = SYSTEM, words: str = "") -> None:
    """Write one event and queue the jobs that follow it. Must run inside the fact's transaction."""
    record_all([Note(event, words, actor)], workspace_id=workspace_id)


def record_all(notes: Sequence[Note], *, workspace_id: uuid.UUID) -> None:
    """Write many events with one statement, and queue what follows once for each event name."""
    if not notes:
        return
    salts = [secrets.token_bytes(SALT_BYTES) if note.words else None for note in notes]
    _write(notes, salts, workspace_id)
    for name in dict.fromkeys(note.event.name for note in notes):
        subjects = [note.event.subject for note in notes if note.event.name == name]
        dispatch.follow(name, workspace_id=workspace_id, subjects=subjects)


def _write(notes: Sequence[Note], salts: Sequence[bytes | None], workspace_id: uuid.UUID) -> None:
    now, actors = timezone.now(), [through.actor(note.actor) for note in notes]
    prepared.rows(
        WRITE,
        {
            "workspace": workspace_id,
            "at": now,
            "month": now.date().replace(day=1),
            "name": [note.event.name for note in notes],
            "actor_kind": [actor.kind for actor in actors],
            "actor_id": [actor.id for actor in actors],
            "subject_kind": [note.event.subject_kind for note in notes],
            "subject_id": [note.event.subject for note in notes],
            "data": [json.dumps(note.event.data()) for note in notes],
            "words": [note.words for note in notes],
            "salt": salts,
            "digest": [salt and digest(salt, note.words.encode()) for salt, note in zip(salts, notes, strict=True)],
        },
    )


def forget_words(*, workspace_id: uuid.UUID, subjects: Sequence[uuid.UUID]) -> int:
    """Drop text and salt of every entry about these subjects; the chain stays whole. Returns how many."""
    dropped, _by_model = Words.objects.filter(workspace_id=workspace_id, entry__subject_id__in=subjects).delete()
    return dropped
