"""What the bot kept of a person: that it spoke of them, and what it said of several people at once."""

from django.db.models import QuerySet

from huixiang.channels.models import Delivery
from huixiang.groupbot.models import Remark
from huixiang.members.scrubbing import scrub
from huixiang.members.traces import Person, Trace, of_members


def _of_several(who: Person) -> QuerySet[Delivery]:
    """What was said after the quiet hours, to nobody alone: it may name them and what they told."""
    told = Remark.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids, delivery__isnull=False)
    found = Delivery.objects.filter(workspace_id=who.workspace_id, id__in=told.values("delivery_id"))
    return found.exclude(recipient_member_id__in=who.ids)


TRACES = [
    Trace(
        "bot_told", Delivery, _of_several, reads=("created_at",), blanks={"text": scrub("text", "created_at")}
    ),
    Trace("bot_remarks", Remark, of_members(Remark)),
]  # fmt: skip
