"""The Feishu connector: what it is, and answers by it."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import (
    Asked,
    Call,
    Connector,
    Heard,
    Hears,
    Limit,
    Paste,
    Per,
    Setting,
    Sort,
    Taken,
    TransportError,
)
from huixiang.channels.files import Brought
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.connectors.feishu import line, media, naming
from huixiang.connectors.feishu.events import RECEIVED
from huixiang.connectors.feishu.inbound import heard
from huixiang.connectors.feishu.platform import GONE, Refusal, ask

LINE, CALLS = "line", "calls"
DROPS_DOUBLES: Final = 3300  # seconds in which Feishu surely drops what comes twice; it says an hour
REMEMBERED: Final = 7 * 24 * 3600
MESSAGE_ID: Final = re.compile(r"om_\w{1,100}", re.ASCII)
MESSAGES: Final = "/open-apis/im/v1/messages"
CALLS_SOMEBODY: Final = re.compile(r"<(?=/?\s*at\b)", re.IGNORECASE)
SCOPES: Final = (
    "contact:contact.base:readonly", "contact:user.base:readonly", "im:chat:readonly",
    "im:message.group_at_msg:readonly", "im:message.group_msg", "im:message.p2p_msg:readonly",
    "im:message:readonly", "im:message:send_as_bot",
)  # fmt: skip


class FeishuConnector(Connector):
    """A bot of an application in Feishu or Lark."""

    kind = "feishu"
    label = gettext_lazy("Feishu / Lark")
    short = gettext_lazy("Feishu")
    hears = Hears.LINE
    form = (
        Setting("app_id", gettext_lazy("App ID"), gettext_lazy("Begins with cli_"), pattern=r"cli_[0-9A-Za-z]{1,60}"),
        Setting("app_secret", gettext_lazy("App Secret"), sort=Sort.SECRET),
        Setting(
            "way", gettext_lazy("How messages come in"),
            gettext_lazy("The long connection needs no public address and nothing further here."),
            sort=Sort.CHOICE, default=LINE,
            choices=((LINE, gettext_lazy("Long connection")), (CALLS, gettext_lazy("Feishu calls our address"))),
        ),
        Setting(
            "encrypt_key", gettext_lazy("Encrypt Key"),
            gettext_lazy("Only when Feishu calls our address: “Events & callbacks”, “Encryption strategy”"),
            sort=Sort.SECRET, required=False, only_with=("way", CALLS),
        ),
        Setting(
            "verification_token", gettext_lazy("Verification Token"),
            gettext_lazy("Only when Feishu calls our address: stands beside the Encrypt Key"),
            sort=Sort.SECRET, required=False, only_with=("way", CALLS),
        ),
        Setting(
            "api", gettext_lazy("Address of the open platform"),
            gettext_lazy("For Lark https://open.larksuite.com; or a gateway of your own"),
            sort=Sort.ADDRESS, required=False, default="https://open.feishu.cn",
        ),
    )  # fmt: skip
    limits = (Limit(50, 1.0), Limit(1000, 60.0), Limit(5, 1.0, Per.PLACE))
    longest = 10_000
    keeps_files = True

    def hears_by(self, account: ChannelAccount) -> Hears:
        """A line, unless calls were chosen."""
        return Hears.CALLS if value(account, "way") == CALLS else Hears.LINE

    def can_post(self) -> bool:
        """Into every group the bot is in."""
        return True

    def hear(self, account: ChannelAccount, call: Call) -> Heard:
        """Verify, decrypt, read one call; its test of the address is answered, too."""
        return heard(account, call)

    def fetch_file(self, account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
        """A picture, film or file out of a message in a talk the bot is in."""
        return media.fetched(account, reference)

    async def listen(self, account: ChannelAccount, taken: Taken) -> None:
        """Hold the long connection. Raises TransportError."""
        await line.listen(account, taken)

    def ask(self, account: ChannelAccount, cursor: Mapping[str, Any]) -> Asked:
        """Messages are never asked for; names of people and groups are. Raises TransportError."""
        naming.learn(account)
        return Asked((), cursor)

    def check(self, account: ChannelAccount) -> str:
        """The bot's name. Raises TransportError, also when calls are chosen and cannot be proven."""
        name = naming.learn_own(account)
        if self.hears_by(account) == Hears.CALLS and not value(account, "encrypt_key"):
            sentence = _("Calls are taken once the Encrypt Key of the application is set here.")
            raise TransportError(sentence, permanent=True)
        return name

    def send(self, delivery: Delivery) -> DeliveryState:
        """Say it, as an answer to what was said where that can still be seen.

        Feishu drops doubles by our id for an hour: within it a line that broke is worth another try.
        Raises TransportError, unknown, when it may have arrived longer ago.
        """
        body = {
            "msg_type": "text", "uuid": delivery.transaction,
            "content": json.dumps({"text": CALLS_SOMEBODY.sub("＜", delivery.words)}, ensure_ascii=False),
        }  # fmt: skip
        broke = f"feishu:broke:{delivery.transaction}"
        if time.time() - cache.get(broke, time.time()) > DROPS_DOUBLES:
            raise TransportError(_("The line broke off while sending; it may have arrived."), unknown=True)
        try:
            _said(delivery, body)
        except TransportError as error:
            if not error.unknown:
                raise
            cache.add(broke, time.time(), REMEMBERED)
            raise TransportError(error.sentence) from error
        return DeliveryState.DELIVERED

    def to_paste(self, account: ChannelAccount, address: str) -> Sequence[Paste]:
        """The event, the permissions, and our address where Feishu calls it."""
        scopes = json.dumps({"scopes": {"tenant": SCOPES, "user": []}})
        called = self.hears_by(account) == Hears.CALLS
        return (
            Paste(gettext_lazy("“Permissions & scopes”, “Batch import”"), scopes),
            *([Paste(gettext_lazy("“Events & callbacks”, “Request URL”"), address)] if called else []),
            Paste(gettext_lazy("“Events & callbacks”, “Add events”"), RECEIVED),
        )


def _said(delivery: Delivery, body: Mapping[str, Any]) -> None:
    """An answer goes where the question stood: to a person alone nothing is said in a group."""
    place = delivery.conversation
    there = delivery.into_group or (place is not None and place.private)
    if there and MESSAGE_ID.fullmatch(delivery.in_reply_to):
        try:
            _post(delivery, f"{MESSAGES}/{quote(delivery.in_reply_to)}/reply", body)
        except Refusal as refusal:
            if refusal.code not in GONE:
                raise
        else:
            return
    if delivery.into_group and place is None:
        raise TransportError(_("No group is known yet: say something in a group the bot is in."), permanent=True)
    group = place.external_id if delivery.into_group and place is not None else ""
    params = {"receive_id_type": "chat_id" if group else "open_id"}
    _post(delivery, MESSAGES, {**body, "receive_id": group or delivery.recipient}, params)


def _post(delivery: Delivery, path: str, body: Mapping[str, Any], params: Mapping[str, str] | None = None) -> None:
    ask(delivery.account, "POST", path, json_body=dict(body), params=params, safe_again=False)
