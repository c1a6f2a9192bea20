"""DingTalk's event push by HTTP: the console checks the address with one; encrypted as Tencent's platforms do it."""

import hmac
import json
import secrets
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.channels.accounts import value, values
from huixiang.channels.contracts import Answer, Call, NotGenuine, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.payload import check_fresh, json_object, word
from huixiang.connectors.wechat_crypto import decrypted, encrypted, signature

DONE: Final = "success"


def is_event(call: Call) -> bool:
    """Whether a call is an event and not the robot's."""
    return "nonce" in call.query and "sign" not in call.headers


def event(account: ChannelAccount, call: Call) -> tuple[dict[str, Any], Answer]:
    """What happened, and the answer DingTalk wants. Raises NotGenuine or Unreadable."""
    timestamp, nonce = call.query.get("timestamp", ""), call.query.get("nonce", "")
    given = call.query.get("signature") or call.query.get("msg_signature", "")
    check_fresh(call, timestamp, in_thousandths=True)
    sealed = word(json_object(call.body), "encrypt")
    token = next(
        (one for one in values(account, "event_token") if _same(signature(one, timestamp, nonce, sealed), given)), ""
    )
    if not token:
        raise NotGenuine(_("The signature does not fit: check the secret."))
    key, receiver, text = _opened(account, sealed)
    return json_object(text.encode()), _answer(token, key, receiver, timestamp)


def _same(wanted: str, given: str) -> bool:
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "surrogatepass"))


def _opened(account: ChannelAccount, sealed: str) -> tuple[str, str, str]:
    """The key that fits, whom it is for, and the text. Raises NotGenuine."""
    for key in values(account, "event_key"):
        for receiver in (value(account, "client_id"), value(account, "corp_id")):
            try:
                return key, receiver, decrypted(key, sealed, receiver)
            except UnicodeDecodeError as error:
                raise Unreadable(_("The body is not UTF-8.")) from error
            except ValueError:
                continue
    raise NotGenuine(_("The body cannot be decrypted: check the key, the client id and the company's id."))


def _answer(token: str, key: str, receiver: str, timestamp: str) -> Answer:
    nonce, sealed = secrets.token_hex(6), encrypted(key, DONE, receiver)
    said = {
        "msg_signature": signature(token, timestamp, nonce, sealed), "timeStamp": timestamp, "nonce": nonce,
        "encrypt": sealed,
    }  # fmt: skip
    return Answer(json.dumps(said), media_type="application/json")
