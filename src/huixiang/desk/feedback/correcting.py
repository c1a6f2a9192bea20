"""The dialog in which a person says what a feedback really is, and the way back."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.cases.models import Case
from huixiang.cases.states import CaseState
from huixiang.desk import access
from huixiang.desk.vocabulary import SENTIMENTS, SEVERITIES, field_name, finding_in_words
from huixiang.feedback import queries
from huixiang.feedback.models import Feedback, Kind
from huixiang.triage.correcting import NO_FEEDBACK
from huixiang.triage.learning import corrections
from huixiang.triage.learning.fields import known_aspects
from huixiang.triage.learning.queries import corrections_of
from huixiang.triage.models import Correction
from huixiang.triage.wording import Said, worded
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

SELECTED: Final = ("kind", "sentiment", "severity")


@dataclass(frozen=True, slots=True)
class Told:
    """A correction that stands, in words; `batch` takes it back."""

    row: Correction
    field: str
    before: str
    after: str
    by: str
    batch: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Correctable:
    """A feedback with what the dialog offers: the aspects it has are ticked, what was corrected is told."""

    feedback: Feedback
    aspects: list[tuple[str, Said, bool]]
    corrected: list[Told]


def told(row: Correction) -> Told:
    """A correction in words. A theme stands as its id: the page that lists them knows the names."""
    return Told(
        row, field_name(row.field), finding_in_words(row.field, row.before), finding_in_words(row.field, row.after),
        str(row.by) if row.by else _("Somebody who left"), row.batch if corrections.can_take_back(row) else None,
    )  # fmt: skip


def correctable(workspace_id: uuid.UUID, feedbacks: Sequence[Feedback]) -> dict[str, Any]:
    """What the dialogs of these feedbacks need, as a template takes it: one statement."""
    rows = corrections_of(workspace_id=workspace_id, subject_ids=[one.id for one in feedbacks])
    names = known_aspects()
    return {
        "correctables": [_one(one, names, [row for row in rows if row.subject_id == one.id]) for one in feedbacks],
        "kinds_kept": [(kind, kind.label) for kind in Kind if kind not in NO_FEEDBACK],
        "kinds_noise": [(kind, kind.label) for kind in NO_FEEDBACK],
        "sentiments": SENTIMENTS.items(),
        "severities": SEVERITIES.items(),
    }


def _one(feedback: Feedback, names: Sequence[str], rows: Sequence[Correction]) -> Correctable:
    has = [str(one["name"]) for one in feedback.aspects]
    offered = dict.fromkeys([*has, *names])
    shown = [told(row) for row in rows if row.field != Correction.Field.THEME]
    return Correctable(feedback, [(name, worded(name), name in has) for name in offered], shown)


def _address(membership: Membership, feedback_id: uuid.UUID) -> str:
    return reverse("desk:feedback_detail", args=[membership.workspace.slug, feedback_id])


@access.verb(Permission.HANDLE)
def correct(request: HttpRequest, membership: Membership, feedback_id: uuid.UUID) -> HttpResponse:
    """Say what a feedback really is; the toast takes it back."""
    feedback = access.found(queries.feedback_by_id(workspace_id=membership.workspace_id, feedback_id=feedback_id))
    made = corrections.correct(
        feedback=feedback, values=_values(request.POST, feedback), reason=request.POST.get("reason", ""), by=membership
    )
    undo = reverse("desk:correction_undo", args=[membership.workspace.slug, made.batch])
    messages.success(request, _said(made.case), extra_tags=f"undo={undo}")
    return access.done(request, "", access.back(request, _address(membership, feedback.id)))


def _values(sent: QueryDict, feedback: Feedback) -> Mapping[str, Any]:
    """What was chosen otherwise than it stood when the form was opened."""
    values: dict[str, Any] = {
        name: sent[name] for name in SELECTED if name in sent and sent[name] != sent.get(f"was_{name}")
    }
    if "aspects_shown" in sent and sorted(sent.getlist("aspects")) != sorted(sent.getlist("was_aspects")):
        values["aspects"] = _aspects(sent, feedback, values)
    return values


def _aspects(sent: QueryDict, feedback: Feedback, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The ticked ones: those it had keep how they were spoken of, new ones are spoken of as the whole is."""
    had = {str(one["name"]): one["sentiment"] for one in feedback.aspects}
    whole = values.get("sentiment", feedback.sentiment)
    return [{"name": name, "sentiment": had.get(name, whole)} for name in dict.fromkeys(sent.getlist("aspects"))]


def _said(case: Case | None) -> str:
    """What is told: also what became of the case of something that is no feedback."""
    if case is None:
        return _("Corrected, and kept as a correction.")
    if case.state == CaseState.CLOSED:
        return _("Corrected. %(case)s is closed: it was about this alone.") % {"case": case.label}
    return _("Corrected. %(case)s stays open: somebody answered there, or it is about more.") % {"case": case.label}


@access.verb(Permission.HANDLE)
def undo(request: HttpRequest, membership: Membership, correction_id: uuid.UUID) -> HttpResponse:
    """Take back what was corrected in one go."""
    access.found(corrections.batch_exists(workspace_id=membership.workspace_id, batch=correction_id))
    feedback = corrections.take_back(workspace_id=membership.workspace_id, batch=correction_id, by=membership)
    said = _("The correction is taken back.")
    return access.done(request, said, access.back(request, _address(membership, feedback.id)))
