"""What a person said that was worth keeping: it becomes a tombstone that only counts."""

import datetime

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.journal.models import Words
from huixiang.members.traces import Person, Trace, of_members


def _said_since(row: Feedback) -> datetime.datetime:
    """When the last of its words came: later messages are added to what is known. Each tells of its own as well."""
    messages = Message.objects.filter(workspace_id=row.workspace_id, feedback_id=row.id)
    latest: datetime.datetime | None = messages.aggregate(at=Max("received_at"))["at"]
    return max(row.created_at, latest or row.created_at)


def _removed_at(row: Feedback, _who: Person) -> datetime.datetime:
    return row.removed_at or timezone.now()


def _reason(_row: Feedback, _who: Person) -> str:
    return _("Erased at the wish of whoever said it")


def _words(who: Person) -> QuerySet[Words]:
    said = Feedback.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids)
    return Words.objects.filter(workspace_id=who.workspace_id, entry__subject_id__in=said.values("id"))


TRACES = [
    Trace(
        "feedback", Feedback, of_members(Feedback), word=gettext_lazy("What was told us"),
        told=("title", "text", "said_at", "account__name", "kind", "grade", "public", "facts", "emotion_quote"),
        retention=gettext_lazy("As long as the membership lasts"),
        fate=gettext_lazy("The words go, in public too; that somebody said it still counts"),
        blanks={
            "title": "", "text": "", "emotion_quote": "", "facts": {}, "aspects": [], "reasons": [],
            "removed_at": _removed_at, "removed_reason": _reason,
        },
        ends={"embedding": None, "text_hash": ""}, said=("title", "text", "emotion_quote"),
        since=_said_since,
    ),
    Trace("feedback_words", Words, _words, drop="now"),
]  # fmt: skip
