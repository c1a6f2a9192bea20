"""What a person knows better: correcting a feedback's findings in one go, and taking that back."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases import actions as cases
from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.journal.actions import Note, record_all
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.playbooks import actions as playbooks
from huixiang.themes import actions as themes
from huixiang.triage import correcting, events
from huixiang.triage.learning.fields import FINDINGS, Change, change
from huixiang.triage.learning.judging import follow_grade, judge_anew
from huixiang.triage.models import Correction
from huixiang.workspaces.models import Membership

Field = Correction.Field
GRADING: Final = frozenset({Field.SENTIMENT, Field.SEVERITY})  # what the decision table looks at
LONGEST_REASON: Final = 1000


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was done: the batch to take back, the fields, and the case that was closed or stays open all the same."""

    batch: uuid.UUID
    fields: tuple[str, ...]
    case: Case | None


@transaction.atomic
def correct(*, feedback: Feedback, values: Mapping[str, Any], reason: str, by: Membership) -> Corrected:
    """Say what a feedback really is: kind, sentiment (-1 to 1), severity (0 to 4), aspects, whichever are given.

    Another severity or sentiment judges it anew and its case takes the grade; another kind gives or closes a case, as
    far as it is about nothing else. Journal: triage.corrected for each field, with the reason; triage.assessed,
    cases.regraded, cases.opened, cases.state_changed. Raises Refused for values it has or cannot have.
    """
    feedback = _locked(feedback)
    if feedback.removed_at:
        raise Refused(_("It was deleted: there is nothing left to correct."))
    made = [change(feedback, field, values[field]) for field in FINDINGS if field in values]
    changes = [one for one in made if one]
    if not changes:
        raise Refused(_("Choose something else than what it says already."))
    batch, words = new_id(), reason.strip()[:LONGEST_REASON]
    rows = [_row(feedback, one, words, by, batch) for one in changes]
    Correction.objects.bulk_create(rows)
    case = _apply(feedback, changes, reason=words, actor=Actor("staff", by.id))
    notes = [
        Note(_event(events.Corrected, feedback.id, one), words, Actor("staff", by.id)) for one in changes
    ]
    record_all(notes, workspace_id=feedback.workspace_id)
    return Corrected(batch, tuple(one.field for one in changes), case)


def _locked(feedback: Feedback) -> Feedback:
    themes.lock(feedback.workspace_id)  # before the row, in the pipeline's order
    found = Feedback.objects.select_for_update(of=("self",)).select_related("workspace", "account")
    return found.get(id=feedback.id)


def _row(feedback: Feedback, made: Change, reason: str, by: Membership, batch: uuid.UUID) -> Correction:
    return Correction(
        workspace_id=feedback.workspace_id, subject_id=feedback.id, field=made.field, before=made.before,
        after=made.after, stood=made.stood, reason=reason, by=by, model_version=feedback.model_version, batch=batch,
    )  # fmt: skip


def _event(kind: type[events.Corrected] | type[events.TakenBack], subject: uuid.UUID, made: Change) -> events.Corrected:
    return kind(subject=subject, field=made.field, before=made.before, after=made.after)


def _apply(feedback: Feedback, changes: Sequence[Change], *, reason: str, actor: Actor) -> Case | None:
    """Store the findings and let what follows follow; returns the case that a noise kind closed or left open."""
    fields = {made.field: made for made in changes}
    feedback.save(update_fields=sorted({name for made in changes for name in made.stood}))
    if feedback.kind not in correcting.NO_FEEDBACK and not GRADING.isdisjoint(fields):
        judged = judge_anew(feedback)
        if judged:
            follow_grade(feedback, judged, reason=reason, actor=actor)
    if Field.KIND in fields:
        return correcting.follow_kind(feedback, before=fields[Field.KIND].before, actor=actor)
    if not GRADING.isdisjoint(fields) and feedback.kind not in correcting.NO_FEEDBACK:
        correcting.give_case(feedback)
    return None


def can_take_back(row: Correction) -> bool:
    """Whether taking its batch back is the way to undo it; a move of themes is undone where it was made."""
    return row.batch is not None and row.undone_at is None and row.field not in {Field.GATE, Field.THEME}


def batch_exists(*, workspace_id: uuid.UUID, batch: uuid.UUID) -> bool | None:
    """Whether something of this workspace was corrected under this batch; None where nothing was."""
    return Correction.objects.filter(workspace_id=workspace_id, batch=batch).exists() or None


@transaction.atomic
def take_back(*, workspace_id: uuid.UUID, batch: uuid.UUID, by: Membership) -> Feedback:
    """Undo what was corrected in one go; the feedback stands as before, and nothing is learned from it.

    What follows, follows anew: grade, theme, case. Journal: triage.correction_taken_back for each field. Raises Refused
    when it was taken back already, or corrected otherwise since.
    """
    rows = list(Correction.objects.filter(workspace_id=workspace_id, batch=batch, undone_at=None).order_by("id"))
    if not rows:
        raise Refused(_("This was taken back already."))
    if any(row.field == Field.THEME for row in rows):
        raise Refused(_("It went to another theme by a move: undo that where it was made."))
    feedback = _locked(Feedback.objects.only("id", "workspace_id").get(id=rows[0].subject_id))
    Correction.objects.filter(id__in=[row.id for row in rows]).update(undone_at=timezone.now())
    back = [_grade_back(feedback, row, by) if row.field == Field.GRADE else _back(feedback, row) for row in rows]
    found = [one for one in back if one.field != Field.GRADE]
    if found:
        _apply(feedback, found, reason=_("a correction was taken back"), actor=Actor("staff", by.id))
    notes = [Note(_event(events.TakenBack, feedback.id, one), actor=Actor("staff", by.id)) for one in back]
    record_all(notes, workspace_id=workspace_id)
    return feedback


def _back(feedback: Feedback, row: Correction) -> Change:
    """Put back what stood, when what the person said stands still."""
    if feedback.removed_at or FINDINGS[row.field].told(feedback) != row.after:
        raise Refused(_("It was corrected otherwise since: take that back first."))
    stood = {name: getattr(feedback, name) for name in _stood(row)}
    for name, value in _stood(row).items():
        setattr(feedback, name, value)
    return Change(row.field, row.after, row.before, stood)


def _stood(row: Correction) -> dict[str, Any]:
    """The values before; of a correction from before they were kept, the field's own."""
    return row.stood or {row.field: FINDINGS[row.field].read(row.before)}


def _grade_back(feedback: Feedback, row: Correction, by: Membership) -> Change:
    case = Case.objects.filter(id=feedback.case_id).select_related("workspace").first() if feedback.case_id else None
    if case is None or case.grade != row.after:
        raise Refused(_("It was graded otherwise since: take that back first."))
    words = _("a correction was taken back")
    cases.regrade(case=case, grade=row.before, reason=words, actor=Actor("staff", by.id))
    playbooks.regraded(workspace=case.workspace, case=case)
    feedback.grade = row.before
    return Change(Field.GRADE, row.after, row.before, {})
