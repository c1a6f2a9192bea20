"""A message of ours to see whether answers arrive: to one person, or into one group; marked as a test."""

import uuid
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from huixiang.channels import events
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.changes import AccountChange
from huixiang.channels.contracts import connector
from huixiang.channels.models import ChannelAccount, Conversation, Delivery
from huixiang.channels.windows import open_now
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused

PURPOSE: Final = "test"
LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a test goes: a person of the platform, in their conversation if there is one, or a whole group."""

    recipient: str
    member_id: uuid.UUID
    conversation: Conversation | None
    into_group: bool = False
    in_reply_to: str = ""


@transaction.atomic
def send_test(*, account: ChannelAccount, to: Addressee, words: str, actor: Actor) -> Delivery:
    """Queue a test. Journal: channels.account_changed, and channels.delivery_finished once it is out.

    Raises Refused while the account is paused or closed, cannot be answered, or takes no answer there any more.
    """
    words = words.replace("\x00", "").strip()[:LONGEST]
    if account.paused_reason:
        raise Refused(_("The channel is paused: resume it first."))
    if not connector(account.kind).sends_for(account):
        raise Refused(_("This channel cannot be answered."))
    if not words:
        raise Refused(_("Write what to send."))
    if not open_now(to.conversation, account.kind).now:
        raise Refused(_("The platform takes no answer there now. It opens again when they write."))
    delivery = Delivery(
        workspace_id=account.workspace_id, account=account, conversation=to.conversation, recipient=to.recipient,
        recipient_member_id=to.member_id, purpose=PURPOSE, subject_line=_("Test"), text=_("[Test] %s") % words,
        into_group=to.into_group, in_reply_to=to.in_reply_to,
    )  # fmt: skip
    queue_deliveries([delivery])
    event = events.AccountChanged(subject=account.id, what=AccountChange.TESTED)
    record(event, workspace_id=account.workspace_id, actor=actor)
    return delivery


def tried(account: ChannelAccount, limit: int = 3) -> list[Delivery]:
    """The latest tests, newest first."""
    return list(Delivery.objects.filter(account=account, purpose=PURPOSE).order_by("-created_at")[:limit])
