"""Opening accounts, finding conversations, sending."""

import datetime
import logging
import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels import events
from huixiang.channels.contracts import TransportError, connector
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState
from huixiang.engine.masking import mask
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel import jobs
from huixiang.kernel.lines import one_line
from huixiang.workspaces.models import Workspace

log = logging.getLogger(__name__)

RETRY_AFTER = [datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480)]
SENDING_LEASE = datetime.timedelta(minutes=5)
CLAIMED_AT_ONCE = 20


@transaction.atomic
def open_account(
    *, workspace: Workspace, slug: str, kind: str, name: str, actor: Actor = SYSTEM
) -> ChannelAccount:
    """Open a source of messages, or find it when the slug is taken. Journal: channels.account_opened."""
    account, created = ChannelAccount.objects.get_or_create(
        workspace=workspace, slug=slug, defaults={"kind": kind, "name": one_line(name)}
    )
    if created:
        record(events.AccountOpened(subject=account.id, kind=kind), workspace_id=workspace.id, actor=actor)
    return account


def conversations(
    *, workspace_id: uuid.UUID, wanted: Iterable[tuple[uuid.UUID, str, bool]]
) -> dict[tuple[uuid.UUID, str], Conversation]:
    """The conversations (account id, external id, private) of a batch, made where they are new: two statements."""
    rows = {(account_id, external): private for account_id, external, private in wanted}
    Conversation.objects.bulk_create(
        [
            Conversation(
                workspace_id=workspace_id, account_id=account_id, external_id=external, private=private
            )
            for (account_id, external), private in sorted(rows.items())
        ],
        ignore_conflicts=True,
    )
    found = Conversation.objects.filter(
        workspace_id=workspace_id,
        account_id__in={account_id for account_id, _external in rows},
        external_id__in={external for _account, external in rows},
    )
    return {(c.account_id, c.external_id): c for c in found if (c.account_id, c.external_id) in rows}


def queue_deliveries(deliveries: Sequence[Delivery]) -> None:
    """Store outgoing messages and wake the sender, in the caller's transaction."""
    Delivery.objects.bulk_create(deliveries)
    if deliveries:
        jobs.queue("channels.deliver", once="channels.deliver")


@transaction.atomic
def _claim() -> list[Delivery]:
    """Take due messages under a lease; they stay queued until each one's turn comes.

    A lease that ran out while sending leaves the outcome unknown, one that ran out before leaves it queued.
    """
    now = timezone.now()
    due = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state__in=[DeliveryState.QUEUED, DeliveryState.SENDING], next_attempt_at__lte=now
    )
    claimed = list(
        due.select_related("account", "conversation").order_by("next_attempt_at")[:CLAIMED_AT_ONCE]
    )
    for delivery in claimed:
        if delivery.state == DeliveryState.SENDING:
            _finish(delivery, DeliveryState.UNKNOWN, _("The sending was cut off; it may have arrived."))
    sendable = [delivery for delivery in claimed if delivery.state == DeliveryState.QUEUED]
    for delivery in sendable:
        delivery.next_attempt_at = now + SENDING_LEASE
    Delivery.objects.bulk_update(sendable, ["next_attempt_at"])
    return sendable


def deliver_due() -> int:
    """Send what is due until nothing is; returns how many were tried."""
    tried = 0
    while claimed := _claim():
        tried += sum(_send(delivery) for delivery in claimed)
    return tried


def _send(delivery: Delivery) -> bool:
    """One try; False when it is another sender's. Whatever the connector throws ends in a state a person can see."""
    if not _begin(delivery):
        return False
    delivery.attempts += 1
    try:
        state = connector(delivery.account.kind).send(delivery)
    except TransportError as error:
        _failed(delivery, error)
    except Exception as error:  # a connector's bug must not stop the queue for everybody
        log.exception("connector %s failed on delivery %s", delivery.account.kind, delivery.id)
        _failed(delivery, TransportError(str(error) or type(error).__name__, unknown=True))
    else:
        with transaction.atomic():
            _finish(delivery, state, "")
    return True


def _begin(delivery: Delivery) -> bool:
    """Mark it as being sent, unless the lease ran out meanwhile and another sender has it: then hands off."""
    ours = Delivery.objects.filter(
        id=delivery.id, state=DeliveryState.QUEUED, next_attempt_at=delivery.next_attempt_at
    )
    return bool(ours.update(state=DeliveryState.SENDING, next_attempt_at=timezone.now() + SENDING_LEASE))


@transaction.atomic
def _failed(delivery: Delivery, error: TransportError) -> None:
    """What the other side said is read by everybody of the team: an address in it is masked like any other."""
    sentence = mask(error.sentence).text
    if error.unknown:
        _finish(delivery, DeliveryState.UNKNOWN, sentence)
    elif error.permanent or delivery.attempts > len(RETRY_AFTER):
        _finish(delivery, DeliveryState.FAILED, sentence)
    else:
        delivery.state = DeliveryState.QUEUED
        delivery.error = sentence
        delivery.next_attempt_at = timezone.now() + RETRY_AFTER[delivery.attempts - 1]
        delivery.save(update_fields=["state", "error", "attempts", "next_attempt_at"])


def _finish(delivery: Delivery, state: str, error: str) -> None:
    delivery.state, delivery.error = state, error
    delivery.finished_at = timezone.now()
    delivery.save(update_fields=["state", "error", "attempts", "finished_at"])
    record(
        events.DeliveryFinished(subject=delivery.id, state=state, purpose=delivery.purpose),
        workspace_id=delivery.workspace_id,
    )


@transaction.atomic
def retry(*, workspace_id: uuid.UUID, delivery_id: uuid.UUID, actor: Actor) -> bool:
    """Send a failed or unknown message again because a person says so. Journal: channels.delivery_retried."""
    again = Delivery.objects.filter(
        workspace_id=workspace_id, id=delivery_id, state__in=[DeliveryState.FAILED, DeliveryState.UNKNOWN]
    ).exclude(recipient="").update(
        state=DeliveryState.QUEUED, attempts=0, error="", finished_at=None, next_attempt_at=timezone.now()
    )
    if again:
        record(events.DeliveryRetried(subject=delivery_id), workspace_id=workspace_id, actor=actor)
        jobs.queue("channels.deliver", once="channels.deliver")
    return bool(again)


@transaction.atomic
def report_fetched(*, account: ChannelAccount, delivery_ids: Sequence[uuid.UUID]) -> int:
    """An app says that it has shown these messages; returns how many were waiting for that."""
    waiting = Delivery.objects.select_for_update().filter(
        account=account, id__in=delivery_ids, state=DeliveryState.READY
    )
    for delivery in waiting:
        _finish(delivery, DeliveryState.DELIVERED, "")
    return len(waiting)
