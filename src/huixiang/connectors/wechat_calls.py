"""Callbacks as Tencent's platforms make them: proven, decrypted, and read as fields by name."""

import datetime
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Final

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import values
from huixiang.channels.contracts import Call, Heard, NotGenuine, Setting, Sort, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.wechat_crypto import DELTA, KEY_LENGTH, OtherReceiver, decrypted, signature
from huixiang.intake.acceptance import unstorable

TOKEN: Final = Setting(
    "token", gettext_lazy("Token"), gettext_lazy("3 to 32 letters and digits; leave empty to have one made"),
    Sort.SECRET, made=True, pattern=r"[A-Za-z0-9]{3,32}",
)  # fmt: skip
AES_KEY: Final = Setting(
    "aes_key", gettext_lazy("EncodingAESKey"), gettext_lazy("43 letters and digits; leave empty to have one made"),
    Sort.SECRET, made=True, length=KEY_LENGTH, pattern=r"[A-Za-z0-9]{43}",
)  # fmt: skip
LONGEST_TIME: Final = 10  # digits of seconds since 1970
SHOWN: Final[Mapping[str, str]] = {
    "image": "[图片]", "voice": "[语音]", "video": "[视频]", "shortvideo": "[视频]", "file": "[文件]",
    "location": "[位置]", "link": "[链接]", "business_card": "[名片]", "miniprogram": "[小程序]",
    "merged_msg": "[聊天记录]", "note": "[笔记]", "meeting": "[会议]", "schedule": "[日程]",
    "channels": "[视频号]", "channels_shop_product": "[商品]", "channels_shop_order": "[订单]",
}  # fmt: skip
"""What stands for a message without words, as the platform's own clients show it in their lists."""


def by_method(
    account: ChannelAccount, call: Call, checked: Callable[[ChannelAccount, Call], Heard],
    heard: Callable[[ChannelAccount, Call], Heard],
) -> Heard:  # fmt: skip
    """GET is the console's check of the address, POST brings something. Raises NotGenuine or Unreadable."""
    if call.method == "GET":
        return checked(account, call)
    if call.method == "POST":
        return heard(account, call)
    raise NotGenuine(_("Only GET and POST are known here."), 405)


def opened(account: ChannelAccount, call: Call, receiver: str) -> dict[str, str]:
    """The fields of a call's message, decrypted. Raises NotGenuine; Unreadable for what is genuine but no message."""
    try:
        encrypt = fields(call.body.decode()).get("Encrypt", "")
    except (Unreadable, UnicodeDecodeError) as error:
        raise NotGenuine(_("The call is not encrypted: choose the safe mode in the platform's console.")) from error
    if not encrypt:
        raise NotGenuine(_("The call is not encrypted: choose the safe mode in the platform's console."))
    return fields(proven(account, call, encrypt, receiver))


def echo(account: ChannelAccount, call: Call, receiver: str) -> str:
    """The decrypted text of an address check. A plus in it may have come as a space. Raises NotGenuine."""
    return proven(account, call, call.query.get("echostr", "").replace(" ", "+"), receiver)


def proven(account: ChannelAccount, call: Call, encrypt: str, receiver: str) -> str:
    """What is in an encrypted text, once time, signature, key and receiver are proven. Raises NotGenuine."""
    signed(account, call, call.query.get("msg_signature", ""), encrypt)
    for key in values(account, "aes_key"):
        try:
            return decrypted(key, encrypt, receiver)
        except OtherReceiver as error:
            raise NotGenuine(_("The call is meant for another account: check the id.")) from error
        except ValueError:
            continue
    raise NotGenuine(_("The call cannot be decrypted: check the EncodingAESKey."))


def signed(account: ChannelAccount, call: Call, given: str, *parts: str) -> None:
    """See that a call is of these minutes and signed with one of our tokens. Raises NotGenuine."""
    at, nonce = call.query.get("timestamp", ""), call.query.get("nonce", "")
    if not (at.isascii() and at.isdigit() and len(at) <= LONGEST_TIME):
        raise NotGenuine(_("The call has no time."))
    if abs(call.at.timestamp() - int(at)) > DELTA:
        raise NotGenuine(_("The call is older than five minutes."))
    wanted = [signature(token, at, nonce, *parts) for token in values(account, "token")]
    if not any(hmac.compare_digest(one.encode(), given.encode("utf-8", "replace")) for one in wanted):
        raise NotGenuine(_("The signature does not fit: check the Token."))


def fields(text: str) -> dict[str, str]:
    """The fields of a message, XML or JSON, those within others left out. Raises Unreadable."""
    found = _of_json(text) if text.lstrip().startswith("{") else _of_xml(text)
    for name, value in found.items():
        if sentence := unstorable(value, name):
            raise Unreadable(sentence, text)
    return found


def _of_json(text: str) -> dict[str, str]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("The body is not JSON."), text) from error
    return {name: str(found) for name, found in read.items() if isinstance(found, str | int | float)}


def _of_xml(text: str) -> dict[str, str]:
    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unreadable(_("The body is not XML."), text) from error
    return {str(one.tag): one.text or "" for one in root if not len(one)}


def moment(sent: Mapping[str, str]) -> datetime.datetime:
    """When a message was sent. Raises Unreadable."""
    return seconds_since_1970(sent.get("CreateTime", ""))


def seconds_since_1970(written: str) -> datetime.datetime:
    """A time as the platforms write it. Raises Unreadable."""
    if not (written.isascii() and written.isdigit() and len(written) <= LONGEST_TIME):
        raise Unreadable(_("The message has no time."))
    return datetime.datetime.fromtimestamp(int(written), datetime.UTC)


def who(sent: Mapping[str, str]) -> str:
    """Who sent a message. Raises Unreadable."""
    person = sent.get("FromUserName", "")
    if not person:
        raise Unreadable(_("A message has FromUserName, CreateTime and MsgType."))
    return person


def text(sent: Mapping[str, str]) -> str:
    """The words, or what stands for a picture, a voice and the like; with its words where it has some."""
    kind = sent.get("MsgType", "")
    if kind == "text":
        return sent.get("Content", "")
    words = {
        "voice": (sent.get("Recognition", ""),),
        "location": (sent.get("Label", ""),),
        "link": (sent.get("Title", ""), sent.get("Url", "")),
    }.get(kind, ())
    return marked(kind, *words)


def marked(kind: str, *words: str) -> str:
    """What stands for a message of this kind, and its words."""
    return " ".join((SHOWN.get(kind, f"[{kind}]"), *(one for one in words if one)))
