"""What a company's members write to an application, as WeCom calls us with it: encrypted XML, one a call."""

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Answer, Call, Heard, InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.wechat_calls import echo, moment, opened, text, who
from huixiang.connectors.wechat_media import named


def checked(account: ChannelAccount, call: Call) -> Heard:
    """The address check: the decrypted text and nothing else, within a second. Raises NotGenuine."""
    return Heard(answer=Answer(echo(account, call, value(account, "corp_id"))))


def heard(account: ChannelAccount, call: Call) -> Heard:
    """One message; an event is none. The empty answer says that it was taken. Raises NotGenuine or Unreadable."""
    sent = opened(account, call, value(account, "corp_id"))
    return Heard([] if sent.get("MsgType") == "event" else [message(sent)])


def message(sent: dict[str, str]) -> InboundMessage:
    """One message of a member; answers are not bound to a time. Raises Unreadable."""
    at, person = moment(sent), who(sent)
    return InboundMessage(
        external_id=sent.get("MsgId") or f"{person}:{sent['CreateTime']}", text=text(sent), author_id=person,
        author_name="", sent_at=at, private=True, addressed=True,
        files=named(sent.get("MsgType", ""), sent.get("MediaId", ""), at),
    )  # fmt: skip
