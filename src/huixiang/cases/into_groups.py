"""Answers into the group a case was told in: everybody who is in it reads them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from huixiang.cases.files import links_beside
from huixiang.cases.models import Case, Turn
from huixiang.cases.states import Direction, Lane
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.contracts import can_send
from huixiang.channels.models import Conversation, Delivery
from huixiang.channels.windows import fits, open_now
from huixiang.intake.models import Attachment, Message
from huixiang.kernel.errors import Refused
from huixiang.members.models import Identity


def group_of(case: Case) -> Conversation | None:
    """The group an answer can go into: the case was told there, and its channel can be answered; else None."""
    place = case.conversation
    if place is None or not place.group or case.member.erasing_at or case.member.erased_at:
        return None
    return place if can_send(case.account.kind) and not case.account.paused_reason else None


def lane_of(case: Case, lane: str) -> str:
    """The lane an answer takes: a public one to what was said in a group goes into the group.

    Raises Refused where neither the board nor a group is there to be answered in.
    """
    if lane != Lane.PUBLIC or case.public:
        return lane
    place = group_of(case)
    if place is None:
        raise Refused(_("This was not said in public, so it cannot be answered there. Choose the private lane."))
    if not open_now(place, case.account.kind).now:
        raise Refused(_("The group takes no answer now. It opens again when somebody writes to us there."))
    return Lane.GROUP


def deliver_into_group(case: Case, text: str, attachments: Sequence[Attachment]) -> Delivery:
    """Queue the answer into the case's group, in answer to the member's last word there.

    Raises Refused where it takes more messages than the platform still takes there.
    """
    place = case.conversation
    text = links_beside(text, case=case, kind=case.account.kind, attachments=attachments)
    fits(place, case.account.kind, text)
    here = Turn.objects.filter(case=case, direction=Direction.INBOUND, conversation=place, message_id__isnull=False)
    last = here.order_by("-at", "-id").values("message_id")[:1]
    said = Message.objects.filter(id__in=last).values_list("external_id", "author_id").first()
    name = Identity.objects.filter(account=case.account, member=case.member).values_list("external_id", flat=True)
    delivery = Delivery(
        workspace_id=case.workspace_id, account=case.account, conversation=place,
        recipient=said[1] if said else name.first() or "", recipient_member_id=case.member_id, purpose="reply",
        about_id=case.id, subject_line=case.title, into_group=True, in_reply_to=said[0] if said else "",
        text=text,
    )  # fmt: skip
    queue_deliveries([delivery])
    return delivery
