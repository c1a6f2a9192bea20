"""When feedback is removed, its words leave the case too."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huixiang.cases.models import Case, Turn
from huixiang.cases.states import Direction
from huixiang.channels.models import Delivery
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.journal.actions import forget_words

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
    case.save(update_fields=["title", "last_line"])
    Delivery.objects.filter(workspace_id=case.workspace_id, about_id=case.id).update(subject_line=case.title)
