"""What waited for the end of the quiet hours: one message for each group."""

import datetime
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from huixiang.channels.actions import queue_deliveries
from huixiang.channels.contracts import can_send
from huixiang.channels.models import Conversation
from huixiang.channels.windows import parts_of, why_not
from huixiang.feedback.models import Feedback
from huixiang.groupbot import queries
from huixiang.groupbot.answering import LONGEST_TITLE, around, delivery_of, note, notice_of
from huixiang.groupbot.links import follow_link
from huixiang.groupbot.manner import manner_of, quiet_until
from huixiang.groupbot.models import Group, Purpose, Remark, RemarkState, Silence
from huixiang.groupbot.wording import LONGEST_NAME, harmless, said
from huixiang.intake.models import Message
from huixiang.workspaces.models import Workspace

MOST_LISTED = 20


def say_what_waited() -> int:
    """Every group with something due; returns how many were spoken to. Journal: groupbot.spoke."""
    due = Remark.objects.filter(state=RemarkState.WAITING, due_at__lte=timezone.now())
    return sum(_speak_to(place) for place in due.values_list("conversation_id", flat=True).distinct())


@transaction.atomic
def _speak_to(conversation_id: uuid.UUID) -> bool:
    """Say all that waits for one group, unless a person has it, the bot was switched off, or it is quiet again."""
    group = Group.objects.select_for_update().get(conversation_id=conversation_id)
    waiting = Remark.objects.filter(conversation_id=conversation_id, state=RemarkState.WAITING).order_by("at", "id")
    remarks = list(waiting.select_related("conversation__account", "workspace"))
    if not remarks:
        return False
    place, workspace, now = remarks[0].conversation, remarks[0].workspace, timezone.now()
    manner = manner_of(place.account)
    end = quiet_until(manner, workspace.time_zone, now)
    if end is not None:  # the hours were changed meanwhile
        waiting.update(due_at=end)
        return False
    back = queries.back_at(group, manner.silent_hours)
    words = _words(place, workspace, remarks) if manner.on and can_send(place.account.kind) else ""
    if not words or (back is not None and now < back):
        waiting.update(state=RemarkState.DROPPED)
        return False
    if why_not(place, place.account.kind, parts_of(words, place.account.kind)):
        _too_late(group, remarks)
        return False
    _say(remarks, words, now)
    return True


def _too_late(group: Group, remarks: Sequence[Remark]) -> None:
    """The platform takes no answer here any more: the team sees that, the notice is said at the next word."""
    ids = [one.id for one in remarks]
    Remark.objects.filter(id__in=ids).update(state=RemarkState.DROPPED, why=Silence.LATE)
    if any(one.purpose == Purpose.NOTICE for one in remarks):
        group.introduced_at = None
        group.save(update_fields=["introduced_at"])


def _say(remarks: Sequence[Remark], words: str, now: datetime.datetime) -> None:
    delivery = delivery_of(Remark(conversation=remarks[0].conversation, workspace=remarks[0].workspace,
                                  purpose=remarks[-1].purpose), words)  # fmt: skip
    queue_deliveries([delivery])
    for one in remarks:
        one.delivery, one.state, one.at = delivery, RemarkState.SAID, now
    Remark.objects.bulk_update(remarks, ["delivery", "state", "at"])
    note(remarks[0].workspace_id, remarks)


def _words(place: Conversation, workspace: Workspace, remarks: Sequence[Remark]) -> str:
    """The notice if it waits, and the feedbacks that were told; those removed since are left out."""
    manner = manner_of(place.account)
    parts = [notice_of(manner, workspace)] if any(one.purpose == Purpose.NOTICE for one in remarks) else []
    found = Feedback.objects.filter(workspace=workspace, removed_at=None).defer("embedding", "search")
    feedbacks = found.in_bulk([one.feedback_id for one in remarks if one.feedback_id])
    names = dict(
        Message.objects.filter(id__in=[one.message_id for one in remarks if one.message_id], erased_at=None)
        .values_list("id", "author_name")
    )  # fmt: skip
    lines = [
        f"· {_who(names, one)}{harmless(told.title, LONGEST_TITLE)}\n  {follow_link(workspace, told)}"
        for one in remarks
        if one.feedback_id and (told := feedbacks.get(one.feedback_id))
    ]
    if lines:
        values = around(workspace) | {"number": str(len(lines)), "list": "\n".join(lines[:MOST_LISTED])}
        parts.append(said(manner, "several", values))
    return "\n\n".join(parts)


def _who(names: dict[uuid.UUID, str], remark: Remark) -> str:
    name = harmless(names.get(remark.message_id, ""), LONGEST_NAME) if remark.message_id else ""
    return f"{name}：" if name else ""
