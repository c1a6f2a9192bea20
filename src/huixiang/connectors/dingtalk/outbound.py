"""DingTalk: what the connector is, and answers: to a person, into a group, or to the talk's own address."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import (
    Answer,
    Call,
    Connector,
    Heard,
    Hears,
    Limit,
    NothingAsked,
    Paste,
    Per,
    Setting,
    Sort,
    Taken,
    TransportError,
)
from huixiang.channels.files import Brought
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState
from huixiang.channels.windows import handle_of
from huixiang.connectors.dingtalk import interface, media, stream
from huixiang.connectors.dingtalk.events import event, is_event
from huixiang.connectors.dingtalk.inbound import NOBODYS_ID, check_robot, message
from huixiang.connectors.http import api_address
from huixiang.connectors.http import call as called
from huixiang.connectors.payload import found, items, json_object, word

STREAM, HTTP = "stream", "http"
TO_PERSON, TO_GROUP = "/v1.0/robot/oToMessages/batchSend", "/v1.0/robot/groupMessages/send"
SPARE: Final = 30  # seconds before its end a talk's address is no longer used
TOO_FAST: Final = frozenset({130101, 410100})
BLOCKED: Final = 600.0  # seconds for which a robot that was too fast is silenced
REFUSED: Final = 400


class DingtalkConnector(Connector):
    """A robot of an application in a company's DingTalk."""

    kind = "dingtalk"
    label = gettext_lazy("DingTalk")
    form = (
        Setting(
            "mode", gettext_lazy("How messages come in"),
            gettext_lazy("Stream needs no address of ours that is reached from outside"),
            Sort.CHOICE, default=STREAM,
            choices=((STREAM, gettext_lazy("Stream: we hold a line")), (HTTP, gettext_lazy("HTTP: DingTalk calls us"))),
        ),
        Setting(
            "client_id", gettext_lazy("Client ID"),
            gettext_lazy("AppKey of the application; empty for a plain group robot, which answers its group only"),
            required=False, needed_with=("mode", STREAM),
        ),
        Setting("client_secret", gettext_lazy("Client Secret"), gettext_lazy("AppSecret"), Sort.SECRET),
        Setting(
            "robot_code", gettext_lazy("Robot code"), gettext_lazy("Only where it is not the client id"), required=False
        ),
        Setting(
            "event_token", gettext_lazy("Token of the event push"),
            gettext_lazy("Only with HTTP, if events are pushed, too"), Sort.SECRET, required=False,
            only_with=("mode", HTTP),
        ),
        Setting(
            "event_key", gettext_lazy("Key of the event push"), gettext_lazy("aes_key, 43 letters and digits"),
            Sort.SECRET, required=False, pattern=r"[A-Za-z0-9]{43}", only_with=("mode", HTTP),
        ),
        Setting(
            "corp_id", gettext_lazy("Company's id"),
            gettext_lazy("CorpId; only for the event push of older applications"), required=False,
            only_with=("mode", HTTP),
        ),
        api_address("https://api.dingtalk.com"),
    )  # fmt: skip
    limits = (Limit(20, 60.0, Per.PLACE),)
    longest = 4_000
    keeps_files = True

    def hears_by(self, account: ChannelAccount) -> Hears:
        """By a line or by calls, as the account is set."""
        return Hears.LINE if value(account, "mode") == STREAM else Hears.CALLS

    def can_write_alone(self, account: ChannelAccount, recipient: str, place: Conversation | None) -> bool:
        """A plain group robot, and a person DingTalk does not name: only in answer, where they wrote alone."""
        named = bool(value(account, "client_id")) and not recipient.startswith(NOBODYS_ID)
        return named or place is not None

    def can_post(self) -> bool:
        """Groups that were heard of can be written to at any time."""
        return True

    def hear(self, account: ChannelAccount, call: Call) -> Heard:
        """One message of the robot, or one event, which DingTalk only wants to hear was taken."""
        if is_event(call):
            _happened, answer = event(account, call)
            return Heard(answer=answer)
        check_robot(account, call)
        return Heard([message(account, json_object(call.body))], Answer("{}", media_type="application/json"))

    async def listen(self, account: ChannelAccount, taken: Taken) -> None:
        """Hold a line of Stream mode."""
        await stream.hold(account, taken)

    def fetch_file(self, account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
        """A picture, film or file, as long as DingTalk knows its code."""
        return media.fetched(account, reference, _robot(account))

    def check(self, account: ChannelAccount) -> str:
        """Ask for an access token; DingTalk tells no name of the robot."""
        if not value(account, "client_id"):
            if value(account, "mode") == STREAM:
                raise TransportError(_("Stream needs the client id."), permanent=True)
            raise NothingAsked
        interface.access_token(account)
        return _robot(account)

    def to_paste(self, account: ChannelAccount, address: str) -> Sequence[Paste]:
        """Stream needs nothing pasted; otherwise the address the robot's messages are to go to."""
        if value(account, "mode") == STREAM:
            return ()
        return (Paste(gettext_lazy("Message receiving address, mode HTTP"), address),)

    def send(self, delivery: Delivery) -> DeliveryState:
        """Say it where they talk as long as DingTalk allows that, else by the interface. It drops no doubles."""
        account, address = delivery.account, _address(delivery)
        if address and _said_there(account, address, delivery):
            return DeliveryState.DELIVERED
        if not value(account, "client_id"):
            raise TransportError(_("A plain group robot only answers, within about 90 minutes."), permanent=True)
        if delivery.into_group:
            place = delivery.conversation.external_id if delivery.conversation else delivery.recipient
            interface.posted(account, TO_GROUP, {"openConversationId": place, **_text(account, delivery.words)})
        else:
            _to_person(account, delivery)
        return DeliveryState.DELIVERED


def _robot(account: ChannelAccount) -> str:
    return value(account, "robot_code") or value(account, "client_id")


def _text(account: ChannelAccount, words: str) -> dict[str, str]:
    param = json.dumps({"content": words}, ensure_ascii=False)
    return {"robotCode": _robot(account), "msgKey": "sampleText", "msgParam": param}


def _address(delivery: Delivery) -> str:
    """The talk's own address while it is good, and where what is said there is read by those it is for.

    What is for one person does not go into a group; with a person the interface is used, if it can be.
    """
    place = delivery.conversation
    if place is None or not (delivery.into_group or place.private):
        return ""
    if place.private and value(delivery.account, "client_id") and not delivery.recipient.startswith(NOBODYS_ID):
        return ""
    until, _space, address = handle_of(place).partition(" ")
    return address if address and float(until) - SPARE > timezone.now().timestamp() else ""


def _said_there(account: ChannelAccount, address: str, delivery: Delivery) -> bool:
    """Whether it was said; False when the address is no longer good but there is the interface yet."""
    body = {"msgtype": "text", "text": {"content": delivery.words}}
    status, said = called(account, "POST", address, json_body=body)
    code, why = found(said, "errcode"), word(said, "errmsg")[: interface.LONGEST_REASON]
    if code in TOO_FAST:
        raise TransportError(_("DingTalk asks us to slow down: %(why)s") % {"why": why}, again_in=BLOCKED)
    if status < REFUSED and code == 0:
        return True
    if delivery.into_group and value(account, "client_id"):
        return False
    sentence = _("DingTalk refused (%(code)s: %(why)s)") % {"code": code or status, "why": why}
    raise TransportError(sentence, permanent=True)


def _to_person(account: ChannelAccount, delivery: Delivery) -> None:
    if delivery.recipient.startswith(NOBODYS_ID):
        raise TransportError(
            _("DingTalk does not say who this is: they can only be answered where they wrote."), permanent=True
        )
    body: dict[str, Any] = {"userIds": [delivery.recipient], **_text(account, delivery.words)}
    said = interface.posted(account, TO_PERSON, body)
    if delivery.recipient in items(said, "invalidStaffIdList"):
        raise TransportError(_("DingTalk knows no such person in the company any more."), permanent=True)
    if delivery.recipient in items(said, "flowControlledStaffIdList"):
        raise TransportError(_("DingTalk asks us to slow down with this person."), again_in=interface.LATER)
