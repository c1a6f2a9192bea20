"""When feedback is removed, or a person erased, their words leave the case too."""

import re
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.cases.models import Case, PendingAnswer, Turn
from huixiang.cases.states import Direction, Lane
from huixiang.channels.models import Delivery
from huixiang.channels.webhooks.models import WebhookDelivery
from huixiang.feedback.models import Feedback
from huixiang.intake.erasure import HIDDEN, places
from huixiang.intake.models import Attachment, Message
from huixiang.journal.actions import forget_words
from huixiang.journal.models import Words
from huixiang.members.traces import Person, Trace
from huixiang.workspaces.models import KeptAnswer

LINE = 160
PERSONAL = ("title", "text", "member")  # what an endpoint is told of somebody; see api.telling
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@transaction.atomic
def forget_feedback(*, workspace_id: uuid.UUID, feedback_ids: Sequence[uuid.UUID]) -> None:
    """Erase what cases took from this feedback: turns, titles, last lines, subject lines of mails.

    A case that is about nothing else any more also loses the reasons written about it in the journal.
    """
    messages = Message.objects.filter(workspace_id=workspace_id, feedback_id__in=feedback_ids).values("id")
    Turn.objects.filter(workspace_id=workspace_id, message_id__in=messages).update(text=_("Removed"))
    about = Feedback.objects.filter(workspace_id=workspace_id, id__in=feedback_ids).values("case_id")
    for case in Case.objects.select_for_update().filter(workspace_id=workspace_id, id__in=about):
        retitle(case)


def retitle(case: Case) -> None:
    """Let a case be called by what is left of its feedback, its last line and the subjects of its mails too."""
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


def _pending(who: Person) -> QuerySet[PendingAnswer]:
    """Answers to the person that waited for a yes."""
    return PendingAnswer.objects.filter(workspace_id=who.workspace_id, case__member_id__in=who.ids)


def _words(who: Person) -> QuerySet[Words]:
    return Words.objects.filter(workspace_id=who.workspace_id, entry__subject_id__in=_cases(who).values("id"))


def _removed(_row: Case, _who: Person) -> str:
    return _("Removed")


def _own_ids(who: Person) -> set[str]:
    """The ids by which others know the person: of their records, what they said and their cases."""
    said = Feedback.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids).values_list("id", flat=True)
    return {str(one) for one in [*who.ids, *said, *_cases(who).values_list("id", flat=True)]}


def _webhooks(who: Person) -> QuerySet[WebhookDelivery]:
    found = WebhookDelivery.objects.filter(workspace_id=who.workspace_id)
    return found.filter(payload__data__id__in=sorted(_own_ids(who)))


def _payload(row: WebhookDelivery, _who: Person) -> dict[str, Any]:
    """The message without what is personal in it; id, type, time and figures stay as they are."""
    data = {name: "" if name in PERSONAL else value for name, value in row.payload["data"].items()}
    return {**row.payload, "data": data}


def _tries(row: WebhookDelivery, _who: Person) -> list[dict[str, Any]]:
    """The tries without what the other side answered: it may repeat the message."""
    return [{**one, "answer": ""} if one.get("answer") else one for one in row.tries]


def _kept_answers(who: Person) -> QuerySet[KeptAnswer]:
    """Answers kept for a day that tell of one of their ids; the row stays, so that nothing is done twice."""
    kept, ids = KeptAnswer.objects.filter(workspace_id=who.workspace_id), _own_ids(who)
    bodies = kept.exclude(body="").values_list("id", "body").iterator(chunk_size=500)
    return kept.filter(id__in=[key for key, body in bodies if not ids.isdisjoint(UUID.findall(body))])


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
    Trace("pending_answers", PendingAnswer, _pending, blanks={"text": "", "privately": "", "reason": ""}),
    Trace("case_words", Words, _words, drop="now"),
    Trace("webhooks", WebhookDelivery, _webhooks, blanks={"payload": _payload, "tries": _tries}),
    Trace("kept_answers", KeptAnswer, _kept_answers, blanks={"body": ""}),
]  # fmt: skip
