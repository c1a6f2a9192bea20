"""What an official account's followers send, as WeChat calls us with it: encrypted, one message or event a call."""

import datetime
from typing import Final

from django.db.models import Q

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Answer, Call, Heard, InboundMessage, ReplyWindow, place_of
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.connectors.wechat_calls import moment, opened, signed, text, who
from huixiang.connectors.wechat_media import named

WRITTEN: Final = datetime.timedelta(hours=48)
ANSWERS: Final = 5
TOUCHED: Final = datetime.timedelta(minutes=1)
ANSWERS_TOUCHED: Final = 3
TOUCHES: Final = frozenset({"subscribe", "SCAN", "CLICK", "scancode_push", "scancode_waitmsg"})
LEAVES: Final = "unsubscribe"
TAKEN: Final = Answer("success")


def checked(account: ChannelAccount, call: Call) -> Heard:
    """The address check: the sign it brought, as it came. Raises NotGenuine."""
    signed(account, call, call.query.get("signature", ""))
    return Heard(answer=Answer(call.query.get("echostr", "")))


def heard(account: ChannelAccount, call: Call) -> Heard:
    """One message, or an event that opens or shuts a window. Raises NotGenuine or Unreadable."""
    sent = opened(account, call, value(account, "app_id"))
    if sent.get("MsgType") == "event":
        _touched(account, sent)
        return Heard(answer=TAKEN)
    return Heard([message(sent)], TAKEN)


def message(sent: dict[str, str]) -> InboundMessage:
    """One message; it may be answered five times within two days. Raises Unreadable."""
    at, person = moment(sent), who(sent)
    return InboundMessage(
        external_id=sent.get("MsgId") or f"{person}:{sent['CreateTime']}",
        text=text(sent), author_id=person, author_name="", sent_at=at, private=True, addressed=True,
        window=ReplyWindow(at + WRITTEN, ANSWERS), files=named(sent.get("MsgType", ""), sent.get("MediaId", ""), at),
    )  # fmt: skip


def _touched(account: ChannelAccount, sent: dict[str, str]) -> None:
    """Following, scanning or a press in the menu opens a minute for three answers; nobody is kept who never wrote.

    A window that is open for longer stays as it is. The same event again changes nothing.
    """
    until = moment(sent) + TOUCHED
    place = place_of(thread="", private=True, author_id=sent.get("FromUserName", ""))
    known = Conversation.objects.filter(account=account, external_id=place)
    if sent.get("Event") == LEAVES:
        known.update(reply_left=0)
    elif sent.get("Event") in TOUCHES:
        shut = Q(reply_until__lt=until) | Q(reply_until__isnull=True) | Q(reply_left=0)
        known.filter(shut).exclude(reply_until=until).update(reply_until=until, reply_left=ANSWERS_TOUCHED)
