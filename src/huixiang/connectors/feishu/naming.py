"""Names: Feishu's events carry none, neither of people nor of groups nor of the bot itself.

What is known is kept in the cache for a while. What is not is asked for apart, after the message was taken: nothing
slow happens before that. Whoever may not be asked for stays without a name; nothing depends on it.
"""

from dataclasses import replace
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from django.core.cache import cache
from django.db.models import F

from huixiang.channels.contracts import InboundMessage, TransportError
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.connectors.feishu.platform import Refusal, ask
from huixiang.kernel.lines import one_line
from huixiang.members.models import Identity, Member

KNOWN: Final = 7 * 24 * 3600  # seconds a name is kept
PAUSE, PAUSED = "pause", 600  # seconds without a question after one that could not be asked
REFUSED: Final = 6 * 3600  # seconds until somebody Feishu does not tell of is asked for again
AT_ONCE: Final = 50  # of one turn
LONGEST: Final = 80


def own_id(account: ChannelAccount) -> str:
    """The bot's own open_id; "" as long as nobody asked."""
    return str(cache.get(_key(account, "me"), ""))


def learn_own(account: ChannelAccount) -> str:
    """Ask who the bot is, keep its open_id, return its name. Raises TransportError."""
    bot = ask(account, "GET", "/open-apis/bot/v3/info").get("bot") or {}
    cache.set(_key(account, "me"), str(bot.get("open_id") or ""), KNOWN)
    return str(bot.get("app_name") or "")


def named(account: ChannelAccount, message: InboundMessage, *, own: str) -> tuple[InboundMessage, bool]:
    """The message with the names that are known, and whether one has to be asked for, or the bot's `own` id."""
    person, group, pause = (_key(account, what) for what in (message.author_id, message.thread or "-", PAUSE))
    known = cache.get_many([person, group, pause])
    found = replace(message, author_name=known.get(person, ""), group=known.get(group) or message.group)
    missing = person not in known or (bool(message.thread) and group not in known) or not own
    return found, missing and pause not in known


def learn(account: ChannelAccount) -> None:
    """Ask for the names that are missing and write them down.

    Raises TransportError when Feishu cannot be asked; then nothing is asked for a while.
    """
    try:
        _learn(account)
    except TransportError:
        cache.set(_key(account, PAUSE), "", PAUSED)
        raise


def _learn(account: ChannelAccount) -> None:
    if not own_id(account):
        learn_own(account)
    people = Identity.objects.filter(account=account, member__name="", member__anonymous=False)
    for external_id, member_id in people.order_by("-id").values_list("external_id", "member_id")[:AT_ONCE]:
        if name := _learned(account, external_id, f"/open-apis/contact/v3/users/{quote(external_id, safe='')}"):
            Member.objects.filter(id=member_id, name="").update(name=name)
    groups = Conversation.objects.filter(account=account, group=F("external_id")).exclude(group="")
    for chat_id in groups.order_by("-id").values_list("external_id", flat=True)[:AT_ONCE]:
        if name := _learned(account, chat_id, f"/open-apis/im/v1/chats/{quote(chat_id, safe='')}"):
            Conversation.objects.filter(account=account, external_id=chat_id).update(group=name)


def _learned(account: ChannelAccount, external_id: str, path: str) -> str:
    """The name, from the cache or from Feishu; "" when Feishu does not tell."""
    key = _key(account, external_id)
    name = cache.get(key)
    if name is not None:
        return str(name)
    try:
        data = ask(account, "GET", path, params={"user_id_type": "open_id"}).get("data")
    except Refusal as refusal:
        if refusal.again_in is not None:
            raise
        data = None
    name = one_line(_name_in(data))[:LONGEST]
    cache.set(key, name, KNOWN if name else REFUSED)
    return name


def _name_in(data: Any) -> str:
    user = data.get("user", data) if isinstance(data, dict) else None
    name = user.get("name") if isinstance(user, dict) else None
    return name if isinstance(name, str) else ""


def _key(account: ChannelAccount, what: str) -> str:
    """Whatever an id consists of, a key takes it."""
    return f"feishu:name:{account.id}:{sha256(what.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
