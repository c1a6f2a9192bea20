"""Answers to the member alone: a delivery on the best way there is."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from huixiang.cases import routes
from huixiang.cases.files import links_beside
from huixiang.cases.models import Case, Turn
from huixiang.cases.states import Direction
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.models import Delivery
from huixiang.channels.windows import fits
from huixiang.intake.models import Attachment, Message
from huixiang.kernel.errors import Refused


def deliver_alone(case: Case, text: str, attachments: Sequence[Attachment]) -> Delivery:
    """Queue the answer on the best way to the member. Raises Refused where there is none, or none is open."""
    ways = routes.private_routes(member=case.member, account=case.account, conversation=case.conversation)
    if not ways:
        raise Refused(
            _(
                "There is no way to write to this member alone: the channel does not carry it and no e-mail address "
                "is known. Answer in the group if it was told in one, or write a note."
            )
        )
    way = ways[0]
    if not way.window.now:
        raise Refused(
            _(
                "%(way)s takes no answer to this member now, and there is no other way to them. It opens again when "
                "they write. Write a note, or announce it."
            )
            % {"way": way.label}
        )
    text = links_beside(text, case=case, kind=way.account.kind, attachments=attachments)
    fits(way.conversation, way.account.kind, text)
    last = Turn.objects.filter(case=case, direction=Direction.INBOUND).order_by("-at").first()
    delivery = Delivery(
        workspace_id=case.workspace_id, account=way.account, conversation=way.conversation, recipient=way.recipient,
        recipient_member_id=case.member_id, purpose="reply", about_id=case.id, subject_line=case.title,
        text=text, in_reply_to=_external_id(last),
    )  # fmt: skip
    queue_deliveries([delivery])
    return delivery


def _external_id(turn: Turn | None) -> str:
    """The platform's id of the message a turn came from, so that mail threads hold together."""
    if turn is None or turn.message_id is None:
        return ""
    return Message.objects.values_list("external_id", flat=True).filter(id=turn.message_id).first() or ""
