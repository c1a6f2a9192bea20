"""Discourse: what the connector is, answers as posts, and our user's inbox.

Discourse takes no id of ours with a post, so a line that breaks after the request leaves the outcome unknown.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import (
    Asked,
    Call,
    Connector,
    Heard,
    Hears,
    InboundMessage,
    Limit,
    Paste,
    Setting,
    Sort,
    TransportError,
)  # fmt: skip
from huixiang.channels.files import Brought
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.connectors.discourse import media
from huixiang.connectors.discourse.inbound import check_signature, heard, message
from huixiang.connectors.http import call as called
from huixiang.connectors.payload import found, items, word, written

REFUSED, FORBIDDEN, NOT_FOUND = 400, 403, 404
TOPIC: Final = re.compile(r"topic:(\d{1,12})", re.ASCII)
POST: Final = re.compile(r"post:\d+#(\d{1,9})", re.ASCII)
NEW: Final = datetime.timedelta(hours=24)  # of an inbox read for the first time


class DiscourseConnector(Connector):
    """A forum."""

    kind = "discourse"
    label = gettext_lazy("Discourse forum")
    hears = Hears.CALLS
    form = (
        Setting("site", gettext_lazy("Address of the forum"), sort=Sort.ADDRESS),
        Setting(
            "username", gettext_lazy("User who answers"),
            gettext_lazy("Whose posts are passed over when they come back"), pattern=r"[\w.-]{1,60}",
        ),
        Setting("api_key", gettext_lazy("API key"), gettext_lazy("Admin → API → for this one user"), Sort.SECRET),
        Setting("secret", gettext_lazy("Secret of the webhook"), sort=Sort.SECRET, made=True),
        Setting(
            "staff", gettext_lazy("Also take posts of the forum's staff"), sort=Sort.FLAG, required=False,
        ),
    )  # fmt: skip
    limits = (Limit(50, 60.0),)
    longest = 30_000
    keeps_files = True

    def can_post(self) -> bool:
        """Into topics."""
        return True

    def hear(self, account: ChannelAccount, call: Call) -> Heard:
        """A new post, or the hint that our user was written to."""
        check_signature(account, call)
        return heard(account, call)

    def ask(self, account: ChannelAccount, cursor: Mapping[str, Any]) -> Asked:
        """What our user was sent since; the place to go on from is the latest post of each talk."""
        inbox = self._asked(account, "GET", f"topics/private-messages/{quote(value(account, 'username'))}.json")
        seen: dict[str, int] = {}
        messages: list[InboundMessage] = []
        for topic in items(inbox, "topic_list", "topics"):
            number, latest = word(topic, "id"), word(topic, "highest_post_number")
            if not (number.isdigit() and latest.isdigit()):
                continue
            before = int(cursor.get(number, 0))
            if int(latest) > before:
                messages += self._posts(account, number, before)
            seen[number] = max(int(latest), before)
        return Asked(messages, seen)

    def send(self, delivery: Delivery) -> DeliveryState:
        """A post in the topic; to a person a private message, in the talk they began if there is one."""
        self._asked(delivery.account, "POST", "posts.json", _body(delivery))
        return DeliveryState.DELIVERED

    def fetch_file(self, account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
        """An upload of a post the user may see."""
        return media.fetched(account, reference)

    def check(self, account: ChannelAccount) -> str:
        """The user's name, as the forum knows it by the key."""
        me = self._asked(account, "GET", "session/current.json")
        return f"@{word(me, 'current_user', 'username')}"

    def to_paste(self, account: ChannelAccount, address: str) -> Sequence[Paste]:
        """The forum's page for webhooks asks for these."""
        return (
            Paste(gettext_lazy("Admin → API → Webhooks → Payload URL"), address),
            Paste(gettext_lazy("Content type"), "application/json"),
            Paste(gettext_lazy("Secret"), value(account, "secret"), secret=True),
            Paste(gettext_lazy("Events"), "Post is created"),
        )

    def _posts(self, account: ChannelAccount, topic: str, before: int) -> list[InboundMessage]:
        """What was written in one talk after the post of that place."""
        read = self._asked(account, "GET", f"t/{topic}/{before + 1}.json?include_raw=true")
        fresh = []
        for post in items(read, "post_stream", "posts"):
            place = word(post, "post_number")
            new = before or timezone.now() - written(word(post, "created_at")) < NEW
            if new and place.isdigit() and int(place) > before:
                fresh.append(message(account, post, private=True, title=word(read, "title")))
        return [one for one in fresh if one is not None]

    def _asked(self, account: ChannelAccount, method: str, path: str, body: Any = None) -> Any:
        status, said = _called(account, method, path, body)
        if status < REFUSED:
            return said
        why = "; ".join(str(one) for one in items(said, "errors"))[:300] or word(said, "error") or str(status)
        if status == FORBIDDEN and not _lets_in(account):
            raise TransportError(_("The forum no longer accepts the API key: %(why)s") % {"why": why}, pauses=True)
        if status in (FORBIDDEN, NOT_FOUND):
            raise TransportError(
                _("The user may not write there, or it is gone: %(why)s") % {"why": why}, permanent=True
            )
        raise TransportError(_("The forum refused: %(why)s") % {"why": why}, permanent=True)


def _called(account: ChannelAccount, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"Api-Key": value(account, "api_key"), "Api-Username": value(account, "username")}
    address = f"{value(account, 'site').rstrip('/')}/{path}"
    return called(account, method, address, json_body=body, headers=headers, safe_again=method == "GET")


def _lets_in(account: ChannelAccount) -> bool:
    """Whether the key is still good: the forum refuses a bad key and a closed topic with the same words."""
    status, said = _called(account, "GET", "session/current.json")
    return status < REFUSED and bool(found(said, "current_user"))


def _body(delivery: Delivery) -> dict[str, Any]:
    place = delivery.conversation
    topic = TOPIC.fullmatch(place.external_id) if place and (delivery.into_group or place.private) else None
    if topic is None:
        title = delivery.subject_line or str(delivery.account)
        return {
            "title": title, "raw": delivery.words, "target_recipients": delivery.recipient,
            "archetype": "private_message",
        }  # fmt: skip
    answered = POST.fullmatch(delivery.in_reply_to)
    more = {"reply_to_post_number": int(answered[1])} if answered else {}
    return {"topic_id": int(topic[1]), "raw": delivery.words, **more}
