"""Themes that shrink, or are left with nothing, when an import is taken back."""

import uuid
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from huixiang.feedback.models import Feedback
from huixiang.journal.actions import Note, forget_words, record_all
from huixiang.journal.models import Entry
from huixiang.themes import events, measures
from huixiang.themes.models import Merge, Move, Theme, Vote
from huixiang.themes.states import ThemeStatus


@transaction.atomic
def shrink(
    *, workspace_id: uuid.UUID, theme_ids: Sequence[uuid.UUID], needed: Collection[uuid.UUID], run_id: uuid.UUID
) -> int:
    """Count these themes anew; one that nobody speaks of and nobody ever touched goes. Returns how many went.

    `needed` are those something above holds on to. The caller holds the lock of the themes.
    Journal: themes.taken_back for each that went.
    """
    measures.refresh(workspace_id=workspace_id, theme_ids=theme_ids, centres=True)
    gone = list(_untouched(workspace_id, set(theme_ids) - set(needed)).values_list("id", flat=True))
    forget_words(workspace_id=workspace_id, subjects=gone)
    Theme.objects.filter(id__in=gone).delete()
    notes = [Note(events.TakenBack(subject=one, run_id=run_id)) for one in gone]
    record_all(notes, workspace_id=workspace_id)
    return len(gone)


def _untouched(workspace_id: uuid.UUID, theme_ids: set[uuid.UUID]) -> QuerySet[Theme]:
    """Those without feedback or votes that no person named, moved, merged or did anything else to."""
    this = OuterRef("id")
    said = Feedback.objects.filter(workspace_id=workspace_id, theme_id=this)
    done = Entry.objects.filter(workspace_id=workspace_id, subject_id=this).exclude(actor_kind="system")
    merged = Merge.objects.filter(Q(source=this) | Q(target=this))
    moved = Move.objects.filter(Q(source=this) | Q(target=this))
    found = Theme.objects.filter(
        workspace_id=workspace_id, id__in=theme_ids, status=ThemeStatus.FOUND, owner=None, name_by_person=False
    )
    return found.exclude(
        Exists(said) | Exists(Vote.objects.filter(theme=this)) | Exists(done) | Exists(merged) | Exists(moved)
    )
