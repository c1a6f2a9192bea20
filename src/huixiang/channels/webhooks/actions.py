"""Endpoints: opening, changing, pausing. Messages: queueing, sending, trying again, replaying."""

import base64
import datetime
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels import events
from huixiang.channels.webhooks import address, sending
from huixiang.channels.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookState
from huixiang.channels.webhooks.types import TEST, TYPES
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel import jobs
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Workspace

RETRY_AFTER = [
    datetime.timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 28_800, 28_800)
]  # a day in all
JITTER = 0.2
LEASE = datetime.timedelta(minutes=5)
SLOW = 5_000  # milliseconds
MOST_ENDPOINTS = 20
OLD_SECRET_LASTS = datetime.timedelta(hours=24)
KEPT = datetime.timedelta(days=30)
TRIES_KEPT = 12
CHANGEABLE = ("name", "url", "events", "personal")


def new_secret() -> str:
    """A secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _tell(endpoint: WebhookEndpoint, what: str, actor: Actor, words: str = "") -> None:
    event = events.WebhookChanged(subject=endpoint.id, what=what)
    record(event, workspace_id=endpoint.workspace_id, actor=actor, words=words)


def _checked(*, name: str, url: str, wanted: Sequence[str]) -> dict[str, Any]:
    name, url = name.strip()[:80], url.strip()
    if not name:
        raise Refused(_("Give the webhook a name."))
    known = [one for one in TYPES if one in set(wanted)]
    if not known:
        raise Refused(_("Choose at least one event."))
    address.parsed(url)
    return {"name": name, "url": url, "events": known}


@transaction.atomic
def open_endpoint(
    *, workspace: Workspace, name: str, url: str, wanted: Sequence[str], personal: bool, actor: Actor
) -> tuple[WebhookEndpoint, str]:
    """Tell somebody's address what happens from now on; returns the secret, which is shown this once.

    Journal: channels.webhook_changed. Raises Refused for an address that may not be called.
    """
    if WebhookEndpoint.objects.filter(workspace=workspace).count() >= MOST_ENDPOINTS:
        raise Refused(_("There are %(most)d webhooks already.") % {"most": MOST_ENDPOINTS})
    fields = _checked(name=name, url=url, wanted=wanted)
    address.resolve(fields["url"])
    secret = new_secret()
    made = WebhookEndpoint.objects.create(workspace=workspace, personal=personal, secret=encrypt(secret), **fields)
    _tell(made, "opened", actor)
    return made, secret


@transaction.atomic
def change_endpoint(
    *, endpoint: WebhookEndpoint, name: str, url: str, wanted: Sequence[str], personal: bool, actor: Actor
) -> None:
    """Change name, address, events, or whether personal data goes along. Journal: channels.webhook_changed."""
    fields = _checked(name=name, url=url, wanted=wanted) | {"personal": personal}
    if fields["url"] != endpoint.url:
        address.resolve(fields["url"])
    for field, value in fields.items():
        setattr(endpoint, field, value)
    endpoint.save(update_fields=CHANGEABLE)
    _tell(endpoint, "changed", actor)


@transaction.atomic
def rotate_secret(*, endpoint: WebhookEndpoint, actor: Actor) -> str:
    """Make a new secret and return it; for a day messages are signed with both. Journal: channels.webhook_changed."""
    secret = new_secret()
    endpoint.old_secret, endpoint.secret = endpoint.secret, encrypt(secret)
    endpoint.old_secret_until = timezone.now() + OLD_SECRET_LASTS
    endpoint.save(update_fields=["secret", "old_secret", "old_secret_until"])
    _tell(endpoint, "rotated", actor)
    return secret


@transaction.atomic
def pause(*, endpoint: WebhookEndpoint, reason: str, actor: Actor) -> None:
    """Send nothing there until somebody resumes; what waits fails and can be replayed. Journal: the same."""
    reason = reason.strip()[:300] or _("Paused by hand.")
    WebhookEndpoint.objects.filter(id=endpoint.id).update(paused_reason=reason)
    waiting = endpoint.deliveries.filter(state=WebhookState.WAITING)
    waiting.update(state=WebhookState.FAILED, error=_("The webhook is paused."), finished_at=timezone.now())
    _tell(endpoint, "paused", actor, reason)


@transaction.atomic
def resume(*, endpoint: WebhookEndpoint, actor: Actor) -> None:
    """Send again. What failed meanwhile stays where it is until it is replayed. Journal: channels.webhook_changed."""
    WebhookEndpoint.objects.filter(id=endpoint.id).update(paused_reason="", failing_since=None)
    _tell(endpoint, "resumed", actor)


@transaction.atomic
def remove_endpoint(*, endpoint: WebhookEndpoint, actor: Actor) -> None:
    """Forget an endpoint with its log. Journal: channels.webhook_changed."""
    _tell(endpoint, "removed", actor, endpoint.name)
    endpoint.delete()


@dataclass(frozen=True, slots=True)
class Message:
    """Something that happened, as endpoints are told: an id that stays the same, its type, and the data."""

    id: str
    event: str
    at: datetime.datetime
    data: dict[str, Any]
    personal: dict[str, Any]


@transaction.atomic
def queue(*, endpoints: Iterable[WebhookEndpoint], messages: Sequence[Message]) -> int:
    """Keep a message for each endpoint that wants it, each once, and wake the sender; returns how many wanted it."""
    rows = [
        _delivery(endpoint, message)
        for endpoint in endpoints
        for message in messages
        if message.event in endpoint.events or message.event == TEST
    ]
    WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        jobs.queue("channels.send_webhooks", once="channels.send_webhooks")
    return len(rows)


def _delivery(endpoint: WebhookEndpoint, message: Message) -> WebhookDelivery:
    data = message.data | (message.personal if endpoint.personal else {})
    paused = bool(endpoint.paused_reason)
    return WebhookDelivery(
        workspace_id=endpoint.workspace_id, endpoint=endpoint, message_id=message.id, event=message.event,
        payload={"type": message.event, "timestamp": message.at.isoformat(), "data": data},
        state=WebhookState.FAILED if paused else WebhookState.WAITING,
        error=_("The webhook is paused.") if paused else "", finished_at=timezone.now() if paused else None,
    )  # fmt: skip


def send_test(*, endpoint: WebhookEndpoint) -> None:
    """Queue a message that tells nothing, so that the other side can be tried."""
    message = Message(f"test_{new_id().hex}", TEST, timezone.now(), {"id": str(endpoint.id)}, {})
    queue(endpoints=[endpoint], messages=[message])


@transaction.atomic
def replay(*, endpoint: WebhookEndpoint, delivery_ids: Sequence[uuid.UUID], actor: Actor) -> int:
    """Send finished messages again under their own ids; returns how many. Journal: channels.webhook_changed."""
    if endpoint.paused_reason:
        raise Refused(_("The webhook is paused. Resume it first."))
    finished = endpoint.deliveries.filter(id__in=list(delivery_ids)).exclude(state=WebhookState.WAITING)
    return _replay(endpoint, finished, actor)


@transaction.atomic
def replay_failed(*, endpoint: WebhookEndpoint, since: datetime.datetime, actor: Actor) -> int:
    """Send everything again that failed since a moment; returns how many. Journal: channels.webhook_changed."""
    if endpoint.paused_reason:
        raise Refused(_("The webhook is paused. Resume it first."))
    failed = endpoint.deliveries.filter(state=WebhookState.FAILED, created_at__gte=since)
    return _replay(endpoint, failed, actor)


def _replay(endpoint: WebhookEndpoint, rows: Any, actor: Actor) -> int:
    again: int = rows.update(
        state=WebhookState.WAITING, attempts=0, error="", finished_at=None, next_attempt_at=timezone.now()
    )
    if again:
        _tell(endpoint, "replayed", actor, str(again))
        jobs.queue("channels.send_webhooks", once="channels.send_webhooks")
    return again


@transaction.atomic
def _claim() -> WebhookDelivery | None:
    """Take one due message under a lease: a sender that is killed loses none, it is due again when that ends.

    One at a time: a lease over many would run out while the first of them hold the sender up.
    """
    now = timezone.now()
    due = WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=WebhookState.WAITING, next_attempt_at__lte=now
    )
    claimed = due.select_related("endpoint").order_by("next_attempt_at", "id").first()
    if claimed:
        claimed.next_attempt_at = now + LEASE
        claimed.save(update_fields=["next_attempt_at"])
    return claimed


def send_due() -> int:
    """Send what is due until nothing is; returns how many were tried.

    An endpoint that did not answer, or was slow, keeps the others waiting once: the rest of what it is due goes a
    minute later.
    """
    tried = 0
    while delivery := _claim():
        tried += 1
        if not _send(delivery):
            _put_off(delivery.endpoint_id)
    return tried


def _put_off(endpoint_id: uuid.UUID) -> None:
    now = timezone.now()
    rest = WebhookDelivery.objects.filter(endpoint_id=endpoint_id, state=WebhookState.WAITING, next_attempt_at__lte=now)
    rest.update(next_attempt_at=now + RETRY_AFTER[1])


def _send(delivery: WebhookDelivery) -> bool:
    """One try; False when the other side gave no answer at all, or took long to give it."""
    endpoint = delivery.endpoint
    outcome = sending.send(
        url=endpoint.url, message_id=delivery.message_id, payload=delivery.payload, secrets=_secrets(endpoint)
    )
    with transaction.atomic():
        if _is_ours(delivery):
            _write_down(delivery, outcome)
    return outcome.status is not None and outcome.milliseconds < SLOW


def _is_ours(delivery: WebhookDelivery) -> bool:
    """Whether the row is as it was taken: not removed, paused or taken by another sender while the request ran."""
    ours = WebhookDelivery.objects.select_for_update().filter(
        id=delivery.id, state=WebhookState.WAITING, next_attempt_at=delivery.next_attempt_at
    )
    return ours.exists()


def _secrets(endpoint: WebhookEndpoint) -> list[str]:
    """The secret, and the one before it while it retires."""
    stored = [endpoint.secret]
    if endpoint.old_secret and endpoint.old_secret_until and endpoint.old_secret_until > timezone.now():
        stored.append(endpoint.old_secret)
    return [decrypt(one) for one in stored]


def _write_down(delivery: WebhookDelivery, outcome: sending.Outcome) -> None:
    now = timezone.now()
    delivery.attempts += 1
    delivery.response_status, delivery.error = outcome.status, outcome.error
    said = {"at": now.isoformat(), "status": outcome.status, "milliseconds": outcome.milliseconds}
    delivery.tries = [*delivery.tries, said | {"error": outcome.error, "answer": outcome.answer}][-TRIES_KEPT:]
    last = outcome.gone or delivery.attempts > len(RETRY_AFTER)
    if outcome.error and not last:
        delivery.next_attempt_at = now + _pause_after(delivery.attempts)
    else:
        delivery.state = WebhookState.FAILED if outcome.error else WebhookState.DELIVERED
        delivery.finished_at = now
    kept = ("attempts", "response_status", "error", "tries", "next_attempt_at", "state", "finished_at")
    delivery.save(update_fields=kept)
    _note_health(delivery, outcome, now, last=last)


def _pause_after(attempts: int) -> datetime.timedelta:
    """The wait before the next try, a fifth more or less, so that many do not come at once."""
    return RETRY_AFTER[attempts - 1] * (1 + JITTER * (2 * secrets.randbelow(1_000) / 999 - 1))


def _note_health(delivery: WebhookDelivery, outcome: sending.Outcome, now: datetime.datetime, *, last: bool) -> None:
    """A success ends the failing; an endpoint that took nothing for as long as tries last is paused with the reason."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(id=delivery.endpoint_id)
    if not outcome.error:
        WebhookEndpoint.objects.filter(id=endpoint.id, failing_since__isnull=False).update(failing_since=None)
        return
    since = endpoint.failing_since or now
    WebhookEndpoint.objects.filter(id=endpoint.id, failing_since=None).update(failing_since=now)
    if not last or endpoint.paused_reason:
        return
    if outcome.gone:
        pause(endpoint=endpoint, reason=_("It answered 410: nobody is there any more."), actor=Actor("system"))
    elif now - since > sum(RETRY_AFTER[:-1], datetime.timedelta()) * (1 - JITTER):
        reason = _("Nothing was taken for a day. The last answer: %(error)s") % {"error": outcome.error}
        pause(endpoint=endpoint, reason=reason, actor=Actor("system"))


def forget_old() -> int:
    """Drop what is older than a month from the log; returns how many."""
    old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - KEPT).exclude(state=WebhookState.WAITING)
    return old.delete()[0]
