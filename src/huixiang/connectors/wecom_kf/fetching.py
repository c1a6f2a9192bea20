"""Fetching what is new of every service account, each from the place where the last fetch ended."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from huixiang.channels import delivering
from huixiang.channels.accounts import value
from huixiang.channels.contracts import Asked, InboundMessage, TransportError, Unreadable
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.channels.webhooks.receiving import refuse
from huixiang.connectors.payload import found, items, word
from huixiang.connectors.wechat_api import Line, Refusal
from huixiang.connectors.wecom_kf.inbound import (
    BY_THE_SYSTEM,
    WRITTEN,
    forget_token,
    from_a_customer,
    message,
    token_for,
)  # fmt: skip
from huixiang.intake.acceptance import unstorable

log = logging.getLogger(__name__)

AT_ONCE: Final = 1000
NAMES_AT_ONCE: Final = 100
PLACES_AT_ONCE: Final = 100
PLACES_KEPT: Final = 600  # seconds the list of service accounts is believed
WRONG_TOKEN: Final = 95007
FAILED: Final[Mapping[str, Promise]] = {
    "1": gettext_lazy("The service account was deleted in WeCom."),
    "2": gettext_lazy("The application was switched off in WeCom."),
    "4": gettext_lazy("The 48 hours after their message are over. It opens again when they write."),
    "5": gettext_lazy("The conversation was closed in WeCom. It opens again when they write."),
    "6": gettext_lazy("The five answers to their last message are used up. It opens again when they write."),
    "8": gettext_lazy("The company is not verified with WeCom."),
    "10": gettext_lazy("This person does not take messages of the service account."),
}
"""Why a message that WeCom had taken did not arrive, by its number."""


def fetched(account: ChannelAccount, line: Line, cursor: Mapping[str, Any]) -> Asked:
    """One round: a page of every service account. Raises TransportError."""
    places = {str(place): str(at) for place, at in (found(dict(cursor), "places") or {}).items()}
    came: list[dict[str, Any]] = []
    more = False
    for place in known_places(account, line):
        said = _page(account, line, place, places.get(place, ""))
        came += [one for one in items(said, "msg_list") if isinstance(one, dict)]
        after = word(said, "next_cursor") or places.get(place, "")
        more = more or (said.get("has_more") == 1 and after != places.get(place, ""))
        places[place] = after
    _note_failures(account, came)
    written = [one for one in came if from_a_customer(one)]
    return Asked(_messages(account, written, _names(line, written)), {"places": places}, more)


def known_places(account: ChannelAccount, line: Line) -> list[str]:
    """The service accounts whose messages are fetched: that of the settings, else all that the application serves."""
    chosen = value(account, "open_kfid")
    return [chosen] if chosen else [place for place, _name in listed(account, line)]


def listed(account: ChannelAccount, line: Line) -> list[tuple[str, str]]:
    """Every service account the application may serve, with its name. Raises TransportError."""
    key = f"wecom_kf.places:{account.id}"
    kept = cache.get(key)
    if kept is None:
        said = line.post("/cgi-bin/kf/account/list", {"offset": 0, "limit": PLACES_AT_ONCE}, safe_again=True)
        rows = [one for one in items(said, "account_list") if found(one, "manage_privilege") is not False]
        kept = [(word(one, "open_kfid"), word(one, "name")) for one in rows if word(one, "open_kfid")]
        cache.set(key, kept, PLACES_KEPT)
    return [(place, name) for place, name in kept]


def _page(account: ChannelAccount, line: Line, place: str, after: str) -> dict[str, Any]:
    body: dict[str, Any] = {"cursor": after, "limit": AT_ONCE, "voice_format": 0, "open_kfid": place}
    token = token_for(account, place)
    try:
        return line.post("/cgi-bin/kf/sync_msg", {**body, "token": token} if token else body, safe_again=True)
    except Refusal as refusal:
        if not token or refusal.code != WRONG_TOKEN:
            raise
        forget_token(account, place)
        return line.post("/cgi-bin/kf/sync_msg", body, safe_again=True)


def _messages(
    account: ChannelAccount, written: Sequence[dict[str, Any]], names: Mapping[str, str]
) -> list[InboundMessage]:
    """The messages; one that makes no sense is kept in plain sight and does not hold up the others."""
    read: list[InboundMessage] = []
    for one in written:
        try:
            read.append(message(one, names))
        except Unreadable as error:
            refuse(account=account, reason=error.sentence, body=json.dumps(one, ensure_ascii=False))
    return read


def _names(line: Line, written: Iterable[dict[str, Any]]) -> dict[str, str]:
    """How the people call themselves in WeChat; without names the messages come in all the same."""
    people = sorted({word(one, "external_userid") for one in written} - {""})
    names: dict[str, str] = {}
    for first in range(0, len(people), NAMES_AT_ONCE):
        body = {"external_userid_list": people[first : first + NAMES_AT_ONCE]}
        try:
            said = line.post("/cgi-bin/kf/customer/batchget", body, safe_again=True)
        except TransportError as error:
            log.warning("channel %s: no names: %s", line.account.id, error.sentence)
            break
        names.update({word(one, "external_userid"): word(one, "nickname") for one in items(said, "customer_list")})
    return {person: name for person, name in names.items() if not unstorable(name)}


def _note_failures(account: ChannelAccount, came: Iterable[dict[str, Any]]) -> None:
    """What WeCom had taken but could not bring to the person has failed, with its reason."""
    for one in came:
        if one.get("origin") == BY_THE_SYSTEM and word(one, "event", "event_type") == "msg_send_fail":
            why = FAILED.get(word(one, "event", "fail_type"), gettext_lazy("WeCom could not bring it to the person."))
            delivery = _sent_as(account, word(one, "event", "external_userid"), word(one, "event", "fail_msgid"))
            if delivery is not None and delivery.state == DeliveryState.DELIVERED:
                with transaction.atomic():
                    delivering.finish(delivery, DeliveryState.FAILED, str(why))


def _sent_as(account: ChannelAccount, person: str, transaction_id: str) -> Delivery | None:
    """The delivery that went out under this id, whole or as one of its parts."""
    since = timezone.now() - WRITTEN - WRITTEN
    for delivery in Delivery.objects.filter(account=account, recipient=person, created_at__gt=since):
        for part in range(max(delivery.parts_sent, 1)):
            delivery.cut(part, "")
            if delivery.transaction == transaction_id:
                return delivery
    return None
