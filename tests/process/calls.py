"""How each platform that calls us makes message number n: signed or encrypted anew at each call."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

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


WAYS = [
    Way("slack", {"signing_secret": SECRET, "bot_token": "xoxb-1"}, slack, 3.0),
    Way("telegram", {"bot_token": "123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI", "secret": SECRET}, telegram, 10.0),
]
