"""Sending what is queued: of each account by one sender at a time, in order to each person, within the limits.

An account is a job of its own, so a slow platform holds up nobody else. A message waits while an earlier one to the
same person through the same account is not done: what is said keeps its order.
"""

import datetime
import logging
import time
import uuid
from collections.abc import Collection, Sequence
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels import accounts, events
from huixiang.channels.contracts import Connector, Limit, Per, TransportError, connector
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState, Health, Sent
from huixiang.channels.splitting import pieces
from huixiang.engine.masking import mask
from huixiang.journal.actions import record

log = logging.getLogger(__name__)

RETRY_AFTER: Final = [datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480)]
SENDING_LEASE: Final = datetime.timedelta(minutes=5)
CLAIMED_AT_ONCE: Final = 20
BUDGET: Final = 20.0  # seconds of one turn: then the other accounts of the worker have theirs
PATIENCE: Final = 3.0  # seconds that are waited for a limit within a turn; what must wait longer is put back
REMEMBERED: Final = datetime.timedelta(hours=1)  # the longest span limits are counted over
UNFINISHED: Final = (DeliveryState.QUEUED, DeliveryState.SENDING)


def accounts_due() -> list[uuid.UUID]:
    """The accounts with something due, those that are paused or send by an open line left out."""
    due = ChannelAccount.objects.filter(id__in=_due(timezone.now()).values("account_id"), paused_reason="")
    return sorted(account.id for account in due if not connector(account.kind).sends_by_line(account))


def due_among(account_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Those of these accounts with something due."""
    due = _due(timezone.now()).filter(account_id__in=account_ids, account__paused_reason="")
    return list(due.values_list("account_id", flat=True).distinct())


def by_line(account_id: uuid.UUID) -> bool:
    """Whether the account's messages go out by its open line: then only the process that holds it can send them."""
    account = ChannelAccount.objects.filter(id=account_id).first()
    return account is not None and connector(account.kind).sends_by_line(account)


def wake_due() -> int:
    """Queue a sender for each account with something due; returns how many."""
    found = accounts_due()
    for account_id in found:
        accounts.wake(account_id)
    return len(found)


def deliver_due() -> int:
    """Send what is due of all accounts until nothing is; returns how many were tried."""
    return sum(deliver_account(account_id) for account_id in accounts_due())


def deliver_account(account_id: uuid.UUID, *, budget: float = float("inf")) -> int:
    """Send what is due of one account until nothing is, or the time of its turn is over; returns how many were tried.

    What is left after the turn is queued as another.
    """
    tried, end = 0, time.monotonic() + budget
    while (claimed := _claim(account_id)) is not None:
        for place, delivery in enumerate(claimed):
            if time.monotonic() > end:
                _put_back(claimed[place:], 0)
                accounts.wake(account_id)
                return tried
            try:
                tried += _send(delivery)
            except _Full as full:
                _put_back(claimed[place:], full.seconds)
                return tried
    return tried


class _Full(Exception):  # noqa: N818 - no error
    """The account's limit is used up; `seconds` until it may go on."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


def _due(now: datetime.datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state__in=UNFINISHED, next_attempt_at__lte=now)


@transaction.atomic
def _claim(account_id: uuid.UUID) -> list[Delivery] | None:
    """Take due messages under a lease, the oldest of each person; None when nothing is due.

    They stay queued until each one's turn comes.

    A lease that ran out while sending leaves the outcome unknown, one that ran out before leaves it queued.
    """
    now = timezone.now()
    earlier = Delivery.objects.filter(
        account_id=account_id, recipient=OuterRef("recipient"), state__in=UNFINISHED, id__lt=OuterRef("id")
    )
    due = _due(now).filter(account_id=account_id, account__paused_reason="").exclude(Exists(earlier))
    claimed = list(
        due.select_for_update(skip_locked=True, of=("self",))
        .select_related("account", "account__workspace", "conversation")
        .order_by("next_attempt_at", "id")[:CLAIMED_AT_ONCE]
    )
    if not claimed:
        return None
    for delivery in claimed:
        if delivery.state == DeliveryState.SENDING:
            finish(delivery, DeliveryState.UNKNOWN, _("The sending was cut off; it may have arrived."))
    sendable = [delivery for delivery in claimed if delivery.state == DeliveryState.QUEUED]
    for delivery in sendable:
        delivery.next_attempt_at = now + SENDING_LEASE
    Delivery.objects.bulk_update(sendable, ["next_attempt_at"])
    return sendable


def _put_back(claimed: Sequence[Delivery], seconds: float) -> None:
    """Give up the lease: the next sender may have them, in so many seconds."""
    at = timezone.now() + datetime.timedelta(seconds=seconds)
    ids = [delivery.id for delivery in claimed]
    Delivery.objects.filter(id__in=ids, state=DeliveryState.QUEUED).update(next_attempt_at=at)


def _send(delivery: Delivery) -> bool:
    """One try; False when it is another sender's, or must wait for its turn.

    Whatever the connector throws ends in a state a person can see. Raises _Full when the account's limit is used up.
    """
    by = connector(delivery.account.kind)
    whole, here = _waits(by, delivery)
    if whole > PATIENCE:
        raise _Full(whole)
    if here > PATIENCE:
        _put_back([delivery], here)
        return False
    time.sleep(max(whole, here))
    if not _begin(delivery):
        return False
    delivery.attempts += 1
    try:
        state = _said(by, delivery)
    except TransportError as error:
        _failed(delivery, error)
    except Exception as error:  # a connector's bug must not stop the queue for everybody
        log.exception("connector %s failed on delivery %s", delivery.account.kind, delivery.id)
        _failed(delivery, TransportError(str(error) or type(error).__name__, unknown=True))
    else:
        with transaction.atomic():
            finish(delivery, state, "")
            _note_sent(delivery)
    return True


def _said(by: Connector, delivery: Delivery) -> DeliveryState:
    """Say it, in as many messages as it needs; a part that was taken is not said again at the next try."""
    _check_window(by, delivery)
    state = DeliveryState.DELIVERED
    parts = pieces(delivery.whole, by.longest, in_bytes=by.in_bytes)
    for part in range(delivery.parts_sent, len(parts)):
        if part:
            time.sleep(min(max(_waits(by, delivery)), PATIENCE))
        delivery.cut(part, parts[part])
        state = by.send(delivery)
        _count(by, delivery)
        if len(parts) > 1:
            delivery.parts_sent = part + 1
            Delivery.objects.filter(id=delivery.id).update(parts_sent=delivery.parts_sent)
    return state


def _check_window(by: Connector, delivery: Delivery) -> None:
    """Raises TransportError, permanent, when the platform takes no more answers here: it would only drop them."""
    place = delivery.conversation
    window = by.window(place) if place is not None else None
    if window is None:
        return
    if window.until is not None and window.until <= timezone.now():
        raise TransportError(
            _("The time in which this platform takes an answer is over. It opens again when they write."),
            permanent=True,
        )
    if window.answers is not None and window.answers <= 0:
        raise TransportError(
            _("The platform takes no more answers to their last message. It opens again when they write."),
            permanent=True,
        )


def _count(by: Connector, delivery: Delivery) -> None:
    """Note what went out, for the limits, and take one of the answers the platform allows."""
    if by.limits:
        Sent.objects.create(
            workspace_id=delivery.workspace_id, account_id=delivery.account_id, place=_place(delivery),
            at=timezone.now(),
        )  # fmt: skip
    if delivery.conversation_id:
        left = Conversation.objects.filter(id=delivery.conversation_id, reply_left__gt=0)
        left.update(reply_left=F("reply_left") - 1)


def _place(delivery: Delivery) -> str:
    if delivery.into_group and delivery.conversation:
        return delivery.conversation.external_id
    return delivery.recipient


def _waits(by: Connector, delivery: Delivery) -> tuple[float, float]:
    """Seconds until the limits of the account, and of this conversation, allow one more; 0 for now."""
    if not by.limits:
        return 0.0, 0.0
    now = timezone.now()
    old = now - REMEMBERED
    Sent.objects.filter(account_id=delivery.account_id, at__lt=old).delete()
    sent = Sent.objects.filter(account_id=delivery.account_id, at__gte=old).order_by("at")
    rows, place = list(sent.values_list("at", "place")), _place(delivery)
    found = {
        per: max((_wait_for(limit, rows, place, now) for limit in by.limits if limit.per == per), default=0.0)
        for per in Per
    }
    return found[Per.ACCOUNT], found[Per.PLACE]


def _wait_for(limit: Limit, rows: Sequence[tuple[datetime.datetime, str]], place: str, now: datetime.datetime) -> float:
    span = datetime.timedelta(seconds=limit.seconds)
    counted = [at for at, where in rows if at > now - span and (limit.per == Per.ACCOUNT or where == place)]
    if len(counted) < limit.number:
        return 0.0
    return max((counted[-limit.number] + span - now).total_seconds(), 0.0)


def _begin(delivery: Delivery) -> bool:
    """Mark it as being sent, unless the lease ran out meanwhile and another sender has it: then hands off."""
    ours = Delivery.objects.filter(id=delivery.id, state=DeliveryState.QUEUED, next_attempt_at=delivery.next_attempt_at)
    return bool(ours.update(state=DeliveryState.SENDING, next_attempt_at=timezone.now() + SENDING_LEASE))


@transaction.atomic
def _failed(delivery: Delivery, error: TransportError) -> None:
    """What the other side said is read by everybody of the team: an address in it is masked like any other."""
    sentence = mask(error.sentence).text
    accounts.note_trouble(delivery.account, sentence)
    if error.pauses:
        accounts.pause(account=delivery.account, reason=sentence)
        delivery.attempts -= 1
        _again(delivery, sentence, datetime.timedelta())
    elif error.again_in is not None:
        delivery.attempts -= 1
        _again(delivery, sentence, datetime.timedelta(seconds=error.again_in))
    elif error.unknown:
        finish(delivery, DeliveryState.UNKNOWN, sentence)
    elif error.permanent or delivery.attempts > len(RETRY_AFTER):
        finish(delivery, DeliveryState.FAILED, sentence)
    else:
        _again(delivery, sentence, RETRY_AFTER[delivery.attempts - 1])


def _again(delivery: Delivery, sentence: str, after: datetime.timedelta) -> None:
    delivery.state = DeliveryState.QUEUED
    delivery.error = sentence
    delivery.next_attempt_at = timezone.now() + after
    delivery.save(update_fields=["state", "error", "attempts", "next_attempt_at"])


def finish(delivery: Delivery, state: str, error: str) -> None:
    """Bring a delivery to its end, within the caller's transaction. Journal: channels.delivery_finished."""
    delivery.state, delivery.error = state, error
    delivery.finished_at = timezone.now()
    delivery.save(update_fields=["state", "error", "attempts", "finished_at"])
    record(
        events.DeliveryFinished(subject=delivery.id, state=state, purpose=delivery.purpose),
        workspace_id=delivery.workspace_id,
    )


def _note_sent(delivery: Delivery) -> None:
    if connector(delivery.account.kind).form:
        Health.objects.filter(account_id=delivery.account_id).update(
            last_out_at=timezone.now(), sent=F("sent") + 1, error="", error_at=None
        )
