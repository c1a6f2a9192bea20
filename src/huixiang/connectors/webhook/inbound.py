"""Taking a signed call: verify, read by the account's mapping, hand over. Whatever goes wrong is told in a sentence."""

import datetime
import json
import math
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.channels.webhooks.receiving import account_by_token, refuse, secrets_of, value_at
from huixiang.intake.actions import REFUSED, receive

MOST = 1_000
LARGEST = 4 * 1024 * 1024
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
LONGEST_ID = 180
BIGGEST_TIME = 10**11


class Unreadable(Exception):  # noqa: N818 - reads as a sentence
    """A call that cannot be taken; `sentence` says why."""

    def __init__(self, sentence: str, status: int = 422) -> None:
        super().__init__(sentence)
        self.sentence, self.status = sentence, status


@csrf_exempt
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """One call. 200 with what became of its messages; the same call again doubles nothing."""
    account = account_by_token(token) if token.isascii() and "\x00" not in token else None
    if account is None:
        return _said(_("There is no webhook at this address."), 404)
    if request.method != "POST":
        refused = _said(_("Send a POST."), 405)
        refused["Allow"] = "POST"
        return refused
    try:
        return _taken(account, request)
    except Unreadable as error:
        return _said(error.sentence, error.status)


def _said(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status, json_dumps_params={"ensure_ascii": False})


def _taken(account: ChannelAccount, request: HttpRequest) -> HttpResponse:
    if account.paused_reason:
        raise Unreadable(_("This channel is paused: %(why)s") % {"why": account.paused_reason}, 503)
    text = _verified(account, request)
    try:
        messages = _messages(account, request.headers["webhook-id"], _json(text))
    except Unreadable as error:
        refuse(account=account, reason=error.sentence, body=text)
        raise
    receipts = receive(account=account, messages=messages)
    for receipt in receipts:
        if receipt.status == REFUSED:
            refuse(account=account, reason=receipt.error, body=text)
    results = [
        {"external_id": one.external_id, "status": one.status, **({"error": one.error} if one.error else {})}
        for one in receipts
    ]
    status = 422 if results and all(one["status"] == REFUSED for one in results) else 200
    first = next((one["error"] for one in results if "error" in one), "")
    answer = {"results": results} | ({"error": first} if status != 200 else {})  # noqa: PLR2004 - all well
    return JsonResponse(answer, status=status, json_dumps_params={"ensure_ascii": False})


def _verified(account: ChannelAccount, request: HttpRequest) -> str:
    """The body, once its signature and time are proven. Raises Unreadable in words."""
    missing = [name for name in HEADERS if not request.headers.get(name)]
    if missing:
        raise Unreadable(_("The header %(name)s is missing.") % {"name": missing[0]}, 400)
    if len(request.headers["webhook-id"]) > LONGEST_ID:
        raise Unreadable(_("The header %(name)s is too long.") % {"name": "webhook-id"}, 400)
    try:
        text = request.body.decode()
    except RequestDataTooBig as error:
        raise Unreadable(_("The body is larger than 4 MB."), 413) from error
    except UnicodeDecodeError as error:
        raise Unreadable(_("The body is not UTF-8."), 400) from error
    if len(request.body) > LARGEST:
        raise Unreadable(_("The body is larger than 4 MB."), 413)
    _check_signature(account, text, {name: request.headers[name] for name in HEADERS})
    return text


def _check_signature(account: ChannelAccount, text: str, headers: dict[str, str]) -> None:
    """By any secret that is good now; the time may be off by five minutes."""
    why = ""
    for secret in secrets_of(account):
        try:
            Webhook(secret).verify(text, headers, json_parse=False)
        except WebhookVerificationError as error:
            why = str(error)
        except ValueError:  # a signature that is no base64, or has no version
            why = "signature"
        else:
            return
    if "timestamp" in why.lower():
        raise Unreadable(_("The time of the call is missing, or off by more than five minutes."), 401)
    raise Unreadable(_("The signature does not fit: check the secret."), 401)


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("The body is not JSON."), 400) from error


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _messages(account: ChannelAccount, call_id: str, body: Any) -> list[InboundMessage]:
    mapping: Mapping[str, str] = account.settings["mapping"]
    items = value_at(body, mapping["list"]) if mapping["list"] else [body]
    if not isinstance(items, list):
        raise Unreadable(_("%(path)s is no list of messages.") % {"path": mapping["list"]})
    if not 0 < len(items) <= MOST:
        raise Unreadable(_("A call brings 1 to %(most)d messages.") % {"most": MOST})
    return [_message(mapping, item, f"{call_id}:{place}" if place else call_id) for place, item in enumerate(items)]


def _message(mapping: Mapping[str, str], item: Any, own_id: str) -> InboundMessage:
    found = {name: value_at(item, path) if path else None for name, path in mapping.items() if name != "list"}
    if not isinstance(found["text"], str):
        raise Unreadable(_("There is no text at %(path)s.") % {"path": mapping["text"]})
    return InboundMessage(
        external_id=_word(mapping, found, "external_id") or own_id,
        text=found["text"],
        author_id=_word(mapping, found, "author_id"),
        author_name=_word(mapping, found, "author_name"),
        author_email=_word(mapping, found, "author_email"),
        sent_at=_time(mapping, found["time"]),
        thread=_word(mapping, found, "thread"),
        reply_to=_word(mapping, found, "reply_to"),
        private=found["private"] in (True, "true", 1),
    )


def _word(mapping: Mapping[str, str], found: Mapping[str, Any], name: str) -> str:
    """Text, or a whole number written as text; nothing stays nothing."""
    value = found[name]
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Unreadable(_("What stands at %(path)s is no text.") % {"path": mapping[name]})
    return str(value)


def _time(mapping: Mapping[str, str], value: Any) -> datetime.datetime:
    if value is None:
        return timezone.now()
    try:
        if isinstance(value, str):
            read = datetime.datetime.fromisoformat(value)
            return (read if read.tzinfo else timezone.make_aware(read)).astimezone(datetime.UTC)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            seconds = value / 1000 if value > BIGGEST_TIME else value
            return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unreadable(_("What stands at %(path)s is no time.") % {"path": mapping["time"]}) from error
    raise Unreadable(_("What stands at %(path)s is no time.") % {"path": mapping["time"]})
