"""Writing into the journal: inside the transaction of the fact, or not at all."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from huixiang.journal import dispatch, through
from huixiang.journal.events import SYSTEM, Actor, Event
from huixiang.journal.models import Entry, Words
from huixiang.kernel.crypto import digest

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Note:
    """An event with the words said about it, who did it, and whether its time is not now."""

    event: Event
    words: str = ""
    actor: Actor = SYSTEM


def record(event: Event, *, workspace_id: uuid.UUID, actor: Actor = SYSTEM, words: str = "") -> None:
    """Write one event and queue the jobs that follow it. Must run inside the fact's transaction."""
    record_all([Note(event, words, actor)], workspace_id=workspace_id)


def record_all(notes: Sequence[Note], *, workspace_id: uuid.UUID) -> None:
    """Write many events with two statements, and queue what follows once for each event name."""
    if not notes:
        return
    salts = [secrets.token_bytes(SALT_BYTES) if note.words else b"" for note in notes]
    entries = Entry.objects.bulk_create(
        [_entry(note, salt, workspace_id) for note, salt in zip(notes, salts, strict=True)]
    )
    Words.objects.bulk_create(
        Words(entry=entry, workspace_id=workspace_id, text=note.words, salt=salt)
        for entry, note, salt in zip(entries, notes, salts, strict=True)
        if note.words
    )
    for name in dict.fromkeys(note.event.name for note in notes):
        subjects = [note.event.subject for note in notes if note.event.name == name]
        dispatch.follow(name, workspace_id=workspace_id, subjects=subjects)


def _entry(note: Note, salt: bytes, workspace_id: uuid.UUID) -> Entry:
    now, actor = timezone.now(), through.actor(note.actor)
    return Entry(
        workspace_id=workspace_id,
        at=now,
        month=now.date().replace(day=1),
        name=note.event.name,
        actor_kind=actor.kind,
        actor_id=actor.id,
        subject_kind=note.event.subject_kind,
        subject_id=note.event.subject,
        data=note.event.data(),
        words_digest=digest(salt, note.words.encode()) if note.words else None,
    )


def forget_words(*, workspace_id: uuid.UUID, subjects: Sequence[uuid.UUID]) -> int:
    """Drop text and salt of every entry about these subjects; the chain stays whole. Returns how many."""
    dropped, _by_model = Words.objects.filter(
        workspace_id=workspace_id, entry__subject_id__in=subjects
    ).delete()
    return dropped
