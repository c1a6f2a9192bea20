"""When feedback is removed, or a person erased, their words leave the case too."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.cases.models import Case, Turn
from huixiang.cases.states import Direction, Lane
from huixiang.channels.models import Delivery
from huixiang.feedback.models import Feedback
from huixiang.intake.erasure import HIDDEN, places
from huixiang.intake.models import Attachment, Message
from huixiang.journal.actions import forget_words
from huixiang.journal.models import Words
from huixiang.members.traces import Person, Trace

LINE = 160


@transaction.atomic
def forget_feedback(*, workspace_id: uuid.UUID, feedback_ids: Sequence[uuid.UUID]) -> None:
    """Erase what cases took from this feedback: turns, titles, last lines, subject lines of mails.

    A case that is about nothing else any more also loses the reasons written about it in the journal.
    """
    messages = Message.objects.filter(workspace_id=workspace_id, feedback_id__in=feedback_ids).values("id")
    Turn.objects.filter(workspace_id=workspace_id, message_id__in=messages).update(text=_("Removed"))
    about = Feedback.objects.filter(workspace_id=workspace_id, id__in=feedback_ids).values("case_id")
    for case in Case.objects.select_for_update().filter(workspace_id=workspace_id, id__in=about):
        _retitle(case)


def _retitle(case: Case) -> None:
    left = Feedback.objects.filter(workspace_id=case.workspace_id, case_id=case.id, removed_at=None)
    title = left.order_by("said_at").values_list("title", flat=True).first()
    if title is None:
        forget_words(workspace_id=case.workspace_id, subjects=[case.id])
    case.title = title or _("Removed")
    last = case.turns.exclude(direction=Direction.NOTE).order_by("at", "id").last()
    case.last_line = last.text[:LINE] if last else ""
    case.save(update_fields=["title", "last_line", "search"])
    Delivery.objects.filter(workspace_id=case.workspace_id, about_id=case.id).update(subject_line=case.title)


def _cases(who: Person) -> QuerySet[Case]:
    return Case.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids)


def _turns(who: Person) -> QuerySet[Turn]:
    """Everything said in the person's cases: our answers and notes speak of them, too."""
    return Turn.objects.filter(workspace_id=who.workspace_id, case__member_id__in=who.ids)


def _read_turns(who: Person) -> QuerySet[Turn]:
    return _turns(who).exclude(lane=Lane.INTERNAL)


def _files(who: Person) -> QuerySet[Attachment]:
    """What our side put into the person's cases."""
    return Attachment.objects.filter(workspace_id=who.workspace_id, turn_id__in=_turns(who).values("id"))


def _words(who: Person) -> QuerySet[Words]:
    return Words.objects.filter(workspace_id=who.workspace_id, entry__subject_id__in=_cases(who).values("id"))


def _removed(_row: Case, _who: Person) -> str:
    return _("Removed")


TRACES = [
    Trace(
        "cases", Case, _cases, word=gettext_lazy("Matters we handled"),
        told=("number", "title", "grade", "state", "opened_at", "solved_at", "confirmed_at", "closed_at"),
        retention=gettext_lazy("As long as the membership lasts"),
        fate=gettext_lazy("Titles and reasons go; grade, state and times stay, so that figures hold"),
        blanks={"title": _removed, "last_line": "", "close_reason": "", "proposed_reason": ""},
    ),
    Trace("turns", Turn, _turns, blanks={"text": ""}),
    Trace(
        "said_in_cases", Turn, _read_turns, word=gettext_lazy("What was said about them, by both sides"),
        told=("direction", "lane", "at", "text"), retention=gettext_lazy("As long as the membership lasts"),
        fate=gettext_lazy("The words of both sides go"),
    ),
    Trace("sent_files", Attachment, _files, blanks={"name": "", "state": HIDDEN}, drop="end", files=places),
    Trace("case_words", Words, _words, drop="now"),
]  # fmt: skip
