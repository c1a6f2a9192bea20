"""Taking in what a platform brought, whichever way it came: a call, a line, an answer to our question."""

from collections.abc import Sequence

from huixiang.channels import accounts
from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.channels.webhooks.receiving import refuse
from huixiang.intake.actions import REFUSED, receive


def take(account: ChannelAccount, messages: Sequence[InboundMessage], *, body: str = "") -> None:
    """Store messages; what cannot be stored is parked in plain sight, with the call's `body` where there was one.

    The account's health says that something genuine came, also when no message was in it.
    """
    receipts = receive(account=account, messages=messages) if messages else []
    for receipt, message in zip(receipts, messages, strict=True):
        if receipt.status == REFUSED:
            refuse(account=account, reason=receipt.error, body=body or message.text)
    accounts.note_heard(account, len(messages))
