"""What is said on the community's own pages becomes messages like any other's."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels.actions import conversations, open_account
from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.channels.queries import first_of_kind
from huixiang.intake.actions import DUPLICATE, REFUSED, Receipt, issue_follow_code, receive
from huixiang.intake.attachments.actions import keep
from huixiang.intake.models import Attachment
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.members.actions import anonymous_member, identify
from huixiang.members.models import Member
from huixiang.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class Said:
    """What became of it. `code` is the follow code of an anonymous post, "" otherwise and for a repeated one."""

    conversation: Conversation | None
    code: str = ""
    repeated: bool = False


def account_of(workspace: Workspace) -> ChannelAccount:
    """The account of the community's own pages, opened when there is none yet."""
    found = first_of_kind(workspace_id=workspace.id, kind="portal")
    return found or open_account(workspace=workspace, slug="portal", kind="portal", name=_("Community page"))


@transaction.atomic
def say(
    *,
    workspace: Workspace,
    member: Member | None,
    text: str,
    public: bool,
    key: uuid.UUID | None = None,
    attachments: Sequence[Attachment] = (),
) -> Said:
    """Take in something new, by a member or (None) by nobody known.

    `key` makes a form sent twice one message. An anonymous author gets a member, a conversation and a follow code
    of their own. Journal: intake.messages_received. Job: triage.process. Raises Refused for what cannot be stored.
    """
    account = account_of(workspace)
    thread = str(new_id())
    author = thread if member is None else _identity(account, member)
    message = InboundMessage(
        external_id=str(key or new_id()), text=text, author_id=author,
        author_name=member.name if member else "", author_email=member.email if member else "",
        sent_at=timezone.now(), thread=thread, private=not public, public=public,
    )  # fmt: skip
    receipt = _receive(account, message)
    if receipt.status == DUPLICATE or receipt.id is None:
        return Said(None, repeated=True)
    place = conversations(workspace_id=workspace.id, wanted=[(account.id, thread, not public)])
    conversation = place[account.id, thread]
    if member:
        keep(attachments=attachments, message_id=receipt.id, member_id=member.id)
        return Said(conversation)
    nobody = anonymous_member(workspace=workspace, account=account, external_id=author)
    keep(attachments=attachments, message_id=receipt.id, member_id=nobody.id)
    return Said(conversation, issue_follow_code(conversation=conversation, member=nobody, message_id=receipt.id))


@transaction.atomic
def say_more(
    *, conversation: Conversation, member: Member, text: str, public: bool, attachments: Sequence[Attachment] = ()
) -> None:
    """Go on in a conversation of the portal: the pipeline lets it join the open case held there.

    Journal: intake.messages_received. Job: triage.process. Raises Refused for what cannot be stored.
    """
    account = conversation.account
    author = conversation.external_id if member.anonymous else _identity(account, member)
    message = InboundMessage(
        external_id=str(new_id()), text=text, author_id=author, author_name=member.name,
        author_email=member.email, sent_at=timezone.now(), thread=conversation.external_id,
        private=not public, public=public,
    )  # fmt: skip
    receipt = _receive(account, message)
    keep(attachments=attachments, message_id=receipt.id, member_id=member.id)


def _identity(account: ChannelAccount, member: Member) -> str:
    """The name a logged-in member goes by here: their user's id, as the routes back to them use it."""
    name = str(member.user_id or member.id)
    identify(account=account, external_id=name, member=member)
    return name


def _receive(account: ChannelAccount, message: InboundMessage) -> Receipt:
    [receipt] = receive(account=account, messages=[message])
    if receipt.status == REFUSED:
        raise Refused(receipt.error)
    return receipt
