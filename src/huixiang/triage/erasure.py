"""What judgements quote of a person's words."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.members.traces import Person, Trace
from huixiang.triage.models import Assessment, CopyKey, Correction, Opinion


def _assessments(who: Person) -> QuerySet[Assessment]:
    said = Feedback.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids)
    return Assessment.objects.filter(workspace_id=who.workspace_id, feedback_id__in=said.values("id"))


def _corrections(who: Person) -> QuerySet[Correction]:
    said = Feedback.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids).values("id")
    messages = Message.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids).values("id")
    return Correction.objects.filter(workspace_id=who.workspace_id, subject_id__in=said.union(messages))


def _keys(who: Person) -> QuerySet[CopyKey]:
    said = Feedback.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids)
    return CopyKey.objects.filter(workspace_id=who.workspace_id, feedback_id__in=said.values("id"))


def _opinions(who: Person) -> QuerySet[Opinion]:
    said = Feedback.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids)
    return Opinion.objects.filter(workspace_id=who.workspace_id, feedback_id__in=said.values("id"))


def _unquoted(row: Assessment, _who: Person) -> dict[str, Any]:
    """Neither quote nor reason stays: a reason may repeat a quote."""
    return {dial: {"reason": "", "quote": ""} for dial in row.reasons}


TRACES = [
    Trace(
        "assessments", Assessment, _assessments, word=_("How it was judged"),
        told=("influence", "authenticity", "prevalence", "severity", "reasons", "grade", "at"),
        retention=_("As long as the membership lasts"), fate=_("The figures stay, every quote goes"),
        blanks={"reasons": _unquoted},
    ),
    Trace("corrections", Correction, _corrections, blanks={"reason": ""}),
    Trace("opinions", Opinion, _opinions, blanks={"reason": ""}),
    Trace("copy_keys", CopyKey, _keys, drop="end"),
]  # fmt: skip
