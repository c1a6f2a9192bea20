"""Sending what is queued: of each account by one sender at a time, in order in each place, within the limits.

An account is a job of its own, so a slow platform holds up nobody else. Whose turn it is: see queue.
"""

import datetime
import logging
import time
import uuid
from collections.abc import Collection
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels import accounts, events, limits, queue, windows
from huixiang.channels.contracts import Connector, TransportError, connector
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState, Health
from huixiang.channels.splitting import pieces
from huixiang.engine.masking import mask
from huixiang.journal.actions import record

log = logging.getLogger(__name__)

RETRY_AFTER: Final = [datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480)]
BUDGET: Final = 20.0  # seconds of one turn: then the other accounts of the worker have theirs
PATIENCE: Final = 3.0  # seconds that are waited for a limit within a turn; what must wait longer is put back


def accounts_due() -> list[uuid.UUID]:
    """The accounts with something due, those that are paused or send by an open line left out."""
    due = ChannelAccount.objects.filter(id__in=queue.due().values("account_id"))
    return sorted(account.id for account in due if not connector(account.kind).sends_by_line(account))


def due_among(account_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Those of these accounts with something due."""
    due = queue.due().filter(account_id__in=account_ids)
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
                queue.put_back(claimed[place:], 0)
                accounts.wake(account_id)
                return tried
            try:
                tried += _send(delivery)
            except _Full as full:
                queue.put_back(claimed[place:], full.seconds)
                return tried
    return tried


class _Full(Exception):  # noqa: N818 - no error
    """A limit is used up; `seconds` until it may go on. `whole`: it is the account's, else of one place."""

    def __init__(self, seconds: float, *, whole: bool = True) -> None:
        super().__init__()
        self.seconds, self.whole = seconds, whole


@transaction.atomic
def _claim(account_id: uuid.UUID) -> list[Delivery] | None:
    """Take due messages under a lease, the oldest of each place; None when nothing is due.

    A lease that ran out while sending leaves the outcome unknown, one that ran out before leaves it queued.
    """
    claimed = queue.claim(account_id)
    if not claimed:
        return None
    for delivery in claimed:
        if delivery.state == DeliveryState.SENDING:
            finish(delivery, DeliveryState.UNKNOWN, _("The sending was cut off; it may have arrived."))
    return queue.lease(claimed)


def _send(delivery: Delivery) -> bool:
    """One try; False when it is another sender's, or must wait for its turn.

    Whatever the connector throws ends in a state a person can see. Raises _Full when the account's limit is used up.
    """
    by = connector(delivery.account.kind)
    whole, here = limits.waits(by, delivery)
    if whole > PATIENCE:
        raise _Full(whole)
    if here > PATIENCE:
        queue.put_back([delivery], here)
        return False
    time.sleep(max(whole, here))
    if not queue.begin(delivery):
        return False
    delivery.attempts += 1
    try:
        state = _said(by, delivery)
    except _Full as full:
        delivery.attempts -= 1
        queue.again(delivery, "", datetime.timedelta(seconds=full.seconds))
        if full.whole:
            raise
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
    """Say it, in as many messages as it needs; a part that was taken is not said again at the next try.

    Raises _Full where the limits allow the next part only later.
    """
    state = DeliveryState.DELIVERED
    parts, done = pieces(delivery.whole, by.longest, in_bytes=by.in_bytes), delivery.parts_sent
    _check_window(delivery, len(parts) - done)
    for part in range(done, len(parts)):
        if part > done:
            _rest(by, delivery)
        delivery.cut(part, parts[part])
        state = by.send(delivery)
        limits.count(by, delivery)
        if len(parts) > 1:
            queue.part_sent(delivery, part + 1)
    return state


def _rest(by: Connector, delivery: Delivery) -> None:
    """Wait for the limits between two parts. Raises _Full when that would take too long."""
    whole, here = limits.waits(by, delivery)
    if max(whole, here) > PATIENCE:
        raise _Full(max(whole, here), whole=whole > PATIENCE)
    time.sleep(max(whole, here))


def _check_window(delivery: Delivery, parts: int) -> None:
    """Read the conversation as it is now: another message may just have used up what the platform allowed here.

    Raises TransportError, permanent, when the platform takes no more answers, or fewer than there are parts: it would
    only drop them, and half an answer is worse than none.
    """
    if delivery.conversation_id is None:
        return
    place = Conversation.objects.filter(id=delivery.conversation_id).first()
    if place is not None:
        place.account = delivery.account
    delivery.conversation = place
    why = windows.why_not(place, delivery.account.kind, parts)
    if why:
        raise TransportError(why, permanent=True)


@transaction.atomic
def _failed(delivery: Delivery, error: TransportError) -> None:
    """What the other side said is read by everybody of the team: an address in it is masked like any other."""
    sentence = mask(error.sentence).text
    accounts.note_trouble(delivery.account, sentence)
    if error.pauses:
        accounts.pause(account=delivery.account, reason=sentence)
        delivery.attempts -= 1
        queue.again(delivery, sentence, datetime.timedelta())
    elif error.again_in is not None:
        delivery.attempts -= 1
        queue.again(delivery, sentence, datetime.timedelta(seconds=error.again_in))
    elif error.unknown:
        finish(delivery, DeliveryState.UNKNOWN, sentence)
    elif error.permanent or delivery.attempts > len(RETRY_AFTER):
        finish(delivery, DeliveryState.FAILED, sentence)
    else:
        queue.again(delivery, sentence, RETRY_AFTER[delivery.attempts - 1])


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
