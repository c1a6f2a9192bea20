"""Finding files."""

import uuid
from collections.abc import Iterable

from django.db.models import Q

from huixiang.intake.models import Attachment, AttachmentState, Message

Found = dict[uuid.UUID, list[Attachment]]
AWAITED = (AttachmentState.KEPT, AttachmentState.REMOTE, AttachmentState.ASKED, AttachmentState.FAILED)


def attachment_by_id(*, workspace_id: uuid.UUID, attachment_id: uuid.UUID) -> Attachment | None:
    """A file that belongs to something said; None for one that waits or is erased."""
    found = Attachment.objects.filter(workspace_id=workspace_id, id=attachment_id)
    return found.filter(state=AttachmentState.KEPT).first()


def of_conversation_parts(
    *, message_ids: Iterable[uuid.UUID | None], turn_ids: Iterable[uuid.UUID] = (), awaited: bool = False
) -> Found:
    """The files of messages and turns, by the id of what they belong to, in order: one statement.

    `awaited`: those too that still lie with their platform or could not be fetched, each with its `remote`.
    """
    said = [message_id for message_id in message_ids if message_id]
    wanted = Q(message_id__in=said) | Q(turn_id__in=list(turn_ids))
    rows = Attachment.objects.filter(wanted, state__in=AWAITED if awaited else (AttachmentState.KEPT,)).order_by("id")
    found: Found = {}
    for one in rows.select_related("remote") if awaited else rows:
        found.setdefault(one.message_id or one.turn_id or one.id, []).append(one)
    return found


def awaited_by_id(*, workspace_id: uuid.UUID, attachment_id: uuid.UUID) -> Attachment | None:
    """A file of a message, here or not yet; None for one that waits to be sent or is erased."""
    found = Attachment.objects.filter(workspace_id=workspace_id, id=attachment_id, state__in=AWAITED)
    return found.exclude(message_id=None).select_related("remote").first()


def of_turn(turn_id: uuid.UUID) -> list[Attachment]:
    """What goes with one answer of ours."""
    return list(Attachment.objects.filter(turn_id=turn_id, state=AttachmentState.KEPT).order_by("id"))


def messages_of_feedback(*, workspace_id: uuid.UUID, feedback_ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """The messages a feedback was made of."""
    rows = Message.objects.filter(workspace_id=workspace_id, feedback_id__in=list(feedback_ids))
    return list(rows.values_list("id", flat=True).order_by("sent_at", "id"))


def message_of(attachment: Attachment) -> Message | None:
    """The message a file came with; None for what went with an answer of ours."""
    if attachment.message_id is None:
        return None
    return Message.objects.filter(workspace_id=attachment.workspace_id, id=attachment.message_id).first()
