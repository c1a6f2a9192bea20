"""How each platform that calls us makes message number n: signed or encrypted anew at each call."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from huixiang.connectors.wechat_crypto import encrypted, signature
from tests.connectors.feishu.sender import sealed, signed
from tests.process.deluge import Made

SECRET = "0123456789abcdef0123456789abcdef"
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


WAYS = [
    Way("feishu", {"app_id": "cli_a", "app_secret": "s", "way": "calls", "encrypt_key": SECRET}, feishu, 3.0),
    Way("slack", {"signing_secret": SECRET, "bot_token": "xoxb-1"}, slack, 3.0),
    Way("telegram", {"bot_token": "123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI", "secret": SECRET}, telegram, 10.0),
    Way("dingtalk", {"mode": "http", "client_secret": SECRET}, dingtalk, 5.0),
    Way("wecom_bot", {"mode": "calls", "token": BOT_TOKEN, "aes_key": BOT_KEY}, wecom_bot, 5.0),
]
