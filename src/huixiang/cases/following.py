"""Cases go where their feedback is: about what, when people merge, split and part themes."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db import transaction

from huixiang.cases import events
from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.journal.actions import Note, record_all


@transaction.atomic
def follow(*, workspace_id: uuid.UUID, feedback_ids: Iterable[uuid.UUID], parted: bool = False) -> None:
    """Let the cases of these feedbacks be about the theme most of their feedback is about; a draw moves nothing.

    Three statements and the journal, whatever the number. Journal: cases.theme_followed for each that moved; when a
    theme was `parted`, cases.theme_kept for each that stays although part of its feedback is elsewhere.
    """
    touched = Feedback.objects.filter(workspace_id=workspace_id, id__in=list(feedback_ids)).values("case_id")
    locked = Case.objects.select_for_update(of=("self",), no_key=True).order_by("id")
    cases = list(locked.filter(workspace_id=workspace_id, id__in=touched).only("id", "theme_id"))
    parts = _parts(workspace_id, cases)
    moved, notes = [], []
    for case in cases:
        before, after = case.theme_id, _largest(parts[case.id], case.theme_id)
        if after != before:
            case.theme_id = after
            moved.append(case)
            notes.append(Note(events.ThemeFollowed(subject=case.id, before=before, after=after)))
        elif parted and len(parts[case.id]) > 1:
            elsewhere = _rest(parts[case.id], after)
            notes.append(Note(events.ThemeKept(subject=case.id, theme_id=after, elsewhere=elsewhere)))
    Case.objects.bulk_update(moved, ["theme_id"], batch_size=500)
    record_all(notes, workspace_id=workspace_id)


def _parts(workspace_id: uuid.UUID, cases: list[Case]) -> dict[uuid.UUID, Counter[uuid.UUID]]:
    """For each case how much of its feedback is about which theme."""
    found: dict[uuid.UUID, Counter[uuid.UUID]] = defaultdict(Counter)
    rows = Feedback.objects.filter(workspace_id=workspace_id, case_id__in=[case.id for case in cases])
    for case_id, theme_id in rows.exclude(theme_id=None).values_list("case_id", "theme_id"):
        if case_id and theme_id:
            found[case_id][theme_id] += 1
    return found


def _largest(parts: Counter[uuid.UUID], now: uuid.UUID | None) -> uuid.UUID | None:
    if not parts:
        return now
    most = max(parts.values())
    return now if now and parts[now] == most else min(theme for theme, size in parts.items() if size == most)


def _rest(parts: Counter[uuid.UUID], theme_id: uuid.UUID | None) -> int:
    return sum(size for theme, size in parts.items() if theme != theme_id)
