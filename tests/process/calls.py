"""How each platform that calls us makes message number n: signed or encrypted anew at each call."""

import base64
import datetime
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huixiang.connectors.wechat_crypto import encrypted, signature
from tests.connectors.feishu.sender import sealed, signed
from tests.process.deluge import Made

SECRET = "0123456789abcdef0123456789abcdef"
TOKEN, AES_KEY = "HuixiangToken2026", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
CORP, SERVICE = "ww0123456789abcdef", "wk0123456789abcdef"
BEGAN = int(time.time())
WORDS = ("方向盘打到底有异响，过减速带更明显", "早上好啊各位", "车机黑屏重启，导航全没了", "今天去露营了，风景真好")


@dataclass(frozen=True, slots=True)
class Way:
    """A kind, its settings, how a message is made, and how soon the platform wants its answer."""

    kind: str
    settings: Mapping[str, str]
    make: Callable[[int], Made]
    seconds: float


def words(number: int) -> str:
    return f"{WORDS[number % len(WORDS)]} {number}"


def _now() -> str:
    return str(int(time.time()))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def feishu(number: int) -> Made:
    message = {
        "message_id": f"om_{number:032d}", "create_time": str((BEGAN + number % 60) * 1000), "chat_id": "oc_1",
        "chat_type": "group", "message_type": "text", "content": json.dumps({"text": words(number)}),
    }  # fmt: skip
    sender = {"sender_type": "user", "sender_id": {"open_id": f"ou_{number % 500}"}}
    header = {"event_id": f"e-{number}", "event_type": "im.message.receive_v1", "app_id": "cli_a"}
    body = sealed({"schema": "2.0", "header": header, "event": {"sender": sender, "message": message}}, SECRET)
    return Made(body, signed(body, key=SECRET))


def slack(number: int) -> Made:
    event = {
        "type": "message", "channel": "C0LAN2Q65", "channel_type": "channel", "user": f"U{number % 500:09d}",
        "text": words(number), "ts": f"{BEGAN + number % 60}.{number:06d}",
    }  # fmt: skip
    body = _json({"type": "event_callback", "event_id": f"Ev{number}", "team_id": "T1", "event": event})
    at = _now()
    signed = hmac.new(SECRET.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
    return Made(body, {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={signed}"})


def telegram(number: int) -> Made:
    person = {"id": 1000 + number % 500, "is_bot": False, "first_name": "车友"}
    message = {
        "message_id": number, "from": person, "chat": {"id": person["id"], "type": "private"},
        "date": BEGAN, "text": words(number),
    }  # fmt: skip
    body = _json({"update_id": number + 1, "message": message})
    return Made(body, {"X-Telegram-Bot-Api-Secret-Token": SECRET})


def dingtalk(number: int) -> Made:
    at = int(time.time()) * 1000 + number % 1000  # its signature covers the time only: no two have the same
    body = _json({
        "msgId": f"m-{number}", "msgtype": "text", "text": {"content": words(number)}, "createAt": at,
        "conversationType": "1", "conversationId": "c-1", "senderStaffId": f"s-{number % 500}", "senderNick": "车友",
    })  # fmt: skip
    signed = hmac.new(SECRET.encode(), f"{at}\n{SECRET}".encode(), hashlib.sha256).digest()
    return Made(body, {"timestamp": str(at), "sign": base64.b64encode(signed).decode()})


BOT_TOKEN, BOT_KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


def wecom_bot(number: int) -> Made:
    sent = {
        "msgid": f"m-{number}", "aibotid": "b-1", "chattype": "single", "from": {"userid": f"u-{number % 500}"},
        "msgtype": "text", "text": {"content": words(number)},
    }  # fmt: skip
    at, nonce = _now(), str(number)
    sealed = encrypted(BOT_KEY, _json(sent).decode(), "")
    query = {"timestamp": at, "nonce": nonce, "msg_signature": signature(BOT_TOKEN, at, nonce, sealed)}
    return Made(_json({"encrypt": sealed}), {}, query)


def _written(number: int) -> str:
    """A time of message n, to the second, in ISO 8601."""
    return datetime.datetime.fromtimestamp(BEGAN + number % 60, datetime.UTC).isoformat()


def _thousandths(number: int) -> str:
    """Now, and another one for each number: these platforms sign the time alone."""
    return str(int(time.time() * 1000) // 10_000 * 10_000 + number)


def _tencents(number: int, receiver: str, text: str, body: str) -> Made:
    encrypt, at = encrypted(AES_KEY, text, receiver), _now()
    query = {"msg_signature": signature(TOKEN, at, str(number), encrypt), "timestamp": at, "nonce": str(number)}
    return Made(body.format(encrypt=encrypt).encode(), {"Content-Type": "text/xml"}, query)


def _tencents_xml(number: int, receiver: str) -> Made:
    text = (
        f"<xml><ToUserName><![CDATA[{receiver}]]></ToUserName><FromUserName><![CDATA[u{number % 500}]]></FromUserName>"
        f"<CreateTime>{BEGAN}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{words(number)}]]></Content><MsgId>{10_000_000 + number}</MsgId></xml>"
    )
    return _tencents(number, receiver, text, "<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>")


def wecom_kf_news(number: int) -> Made:
    """That there is something to fetch: nothing of what was written is in it."""
    text = (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><CreateTime>{int(time.time())}</CreateTime>"
        "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event>"
        f"<Token><![CDATA[token-{number}]]></Token><OpenKfId><![CDATA[{SERVICE}]]></OpenKfId></xml>"
    )
    return _tencents(number, CORP, text, "<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>")


def wechat_oa(number: int) -> Made:
    return _tencents_xml(number, "wx0123456789abcdef")


def wecom_app(number: int) -> Made:
    return _tencents_xml(number, CORP)


def qq_bot(number: int) -> Made:
    said = {
        "id": f"q{number}", "content": words(number), "timestamp": _written(number), "group_openid": "g1",
        "author": {"member_openid": f"u{number % 500}"},
    }  # fmt: skip
    body, at = _json({"op": 0, "t": "GROUP_AT_MESSAGE_CREATE", "d": said}), _now()
    key = Ed25519PrivateKey.from_private_bytes(SECRET.encode()[:32])
    return Made(body, {"X-Signature-Timestamp": at, "X-Signature-Ed25519": key.sign(at.encode() + body).hex()})


def discourse(number: int) -> Made:
    post = {
        "id": number + 1, "username": f"u{number % 500}", "name": "车友", "created_at": _written(number),
        "raw": words(number), "topic_id": 7, "topic_title": "用车体验", "post_number": 2, "post_type": 1,
        "user_id": 100, "topic_archetype": "regular",
    }  # fmt: skip
    body = _json({"post": post})
    signed = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Discourse-Event": "post_created", "X-Discourse-Event-Signature": f"sha256={signed}"}
    return Made(body, {**headers, "X-Discourse-Event-Id": str(number)})


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def weibo(number: int) -> Made:
    at = datetime.datetime.fromtimestamp(BEGAN, datetime.UTC).strftime("%a %b %d %H:%M:%S %z %Y")
    said = {"type": "text", "receiver_id": 1, "sender_id": 1000 + number % 500, "created_at": at, "text": words(number)}
    stamp = _thousandths(number)
    joined = "".join(sorted([SECRET, stamp, str(number)]))
    query = {"timestamp": stamp, "nonce": str(number), "signature": _sha1(joined)}
    return Made(_json({**said, "data": {}}), {}, query)


TENCENT = {"token": TOKEN, "aes_key": AES_KEY, "app_secret": SECRET}
WAYS = [
    Way("dingtalk", {"mode": "http", "client_id": "ding1", "client_secret": SECRET}, dingtalk, 5.0),
    Way(
        "discourse", {"site": "http://127.0.0.1:9", "username": "huixiang", "api_key": "k", "secret": SECRET},
        discourse, 10.0,
    ),
    Way("feishu", {"app_id": "cli_a", "app_secret": "s", "way": "calls", "encrypt_key": SECRET}, feishu, 3.0),
    Way("qq_bot", {"app_id": "12345", "secret": SECRET}, qq_bot, 3.0),
    Way("slack", {"signing_secret": SECRET, "bot_token": "xoxb-1"}, slack, 3.0),
    Way("telegram", {"bot_token": "123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI", "secret": SECRET}, telegram, 10.0),
    Way("wechat_oa", {"app_id": "wx0123456789abcdef", **TENCENT}, wechat_oa, 5.0),
    Way("wecom_app", {"corp_id": CORP, "agent_id": "1000002", **TENCENT}, wecom_app, 5.0),
    Way("wecom_bot", {"mode": "calls", "token": BOT_TOKEN, "aes_key": BOT_KEY}, wecom_bot, 5.0),
    Way("weibo", {"app_secret": SECRET, "access_token": "t"}, weibo, 5.0),
]  # fmt: skip
