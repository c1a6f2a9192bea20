"""Answers that were to go out later speak of the person, too."""

from django.db.models import QuerySet

from huixiang.dialogue.models import ScheduledReply
from huixiang.members.traces import Person, Trace


def _scheduled(who: Person) -> QuerySet[ScheduledReply]:
    return ScheduledReply.objects.filter(workspace_id=who.workspace_id, case__member_id__in=who.ids)


TRACES = [Trace("scheduled_replies", ScheduledReply, _scheduled, blanks={"text": "", "why": "", "anyway": ""})]
