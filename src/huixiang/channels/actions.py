"""Opening accounts, finding conversations, sending."""

import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from huixiang.channels import accounts, delivering, events
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.lines import one_line
from huixiang.workspaces.models import Workspace


@transaction.atomic
def open_account(*, workspace: Workspace, slug: str, kind: str, name: str, actor: Actor = SYSTEM) -> ChannelAccount:
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
            Conversation(workspace_id=workspace_id, account_id=account_id, external_id=external, private=private)
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
    for account_id in sorted({delivery.account_id for delivery in deliveries}):
        accounts.wake(account_id)


@transaction.atomic
def retry(*, workspace_id: uuid.UUID, delivery_id: uuid.UUID, actor: Actor) -> bool:
    """Send a failed or unknown message again because a person says so. Journal: channels.delivery_retried."""
    troubled = (
        Delivery.objects.select_for_update()
        .filter(workspace_id=workspace_id, id=delivery_id, state__in=[DeliveryState.FAILED, DeliveryState.UNKNOWN])
        .exclude(recipient="")
    )
    again = troubled.first()
    if again is None:
        return False
    again.state, again.attempts, again.error = DeliveryState.QUEUED, 0, ""
    again.finished_at, again.next_attempt_at = None, timezone.now()
    again.save(update_fields=["state", "attempts", "error", "finished_at", "next_attempt_at"])
    record(events.DeliveryRetried(subject=delivery_id), workspace_id=workspace_id, actor=actor)
    accounts.wake(again.account_id)
    return True


@transaction.atomic
def report_fetched(*, account: ChannelAccount, delivery_ids: Sequence[uuid.UUID]) -> int:
    """An app says that it has shown these messages; returns how many were waiting for that."""
    waiting = Delivery.objects.select_for_update().filter(
        account=account, id__in=delivery_ids, state=DeliveryState.READY
    )
    for delivery in waiting:
        delivering.finish(delivery, DeliveryState.DELIVERED, "")
    return len(waiting)


def hold(*, workspace_id: uuid.UUID, about_id: uuid.UUID, purpose: str) -> int:
    """Hold back what waits to go out about one thing, in the caller's transaction; returns how many.

    What is being handed over at this moment goes out, also by a second try.
    """
    waiting = _about(workspace_id, about_id, purpose).filter(state=DeliveryState.QUEUED)
    return waiting.update(state=DeliveryState.HELD)


def release(*, workspace_id: uuid.UUID, about_id: uuid.UUID, purpose: str) -> int:
    """Queue again what was held back about one thing, in the caller's transaction; returns how many."""
    held = _about(workspace_id, about_id, purpose).filter(state=DeliveryState.HELD)
    woken = sorted(set(held.values_list("account_id", flat=True)))
    released = held.update(state=DeliveryState.QUEUED, next_attempt_at=timezone.now())
    for account_id in woken:
        accounts.wake(account_id)
    return released


def _about(workspace_id: uuid.UUID, about_id: uuid.UUID, purpose: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(workspace_id=workspace_id, about_id=about_id, purpose=purpose)
