"""What waits to be sent: what is due, whose turn it is, and who has taken it.

What is said in one place keeps its order: a message waits while an earlier one to the same group, or to the same
person, is not done. What goes to very many at once (announcements) waits for everything else of its account, so that
a person's answer does not stand behind ten thousand notices; what has begun to go out in parts is ended first.
"""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from huixiang.channels.models import Delivery, DeliveryState

LEASE: Final = datetime.timedelta(minutes=5)
AT_ONCE: Final = 20
UNFINISHED: Final = (DeliveryState.QUEUED, DeliveryState.SENDING)


def due() -> QuerySet[Delivery]:
    """What is due now of accounts that are not paused."""
    now = timezone.now()
    return Delivery.objects.filter(state__in=UNFINISHED, next_attempt_at__lte=now, account__paused_reason="")


def whose_turn(account_id: uuid.UUID) -> QuerySet[Delivery]:
    """What is due of an account now and waits for nothing said before it in the same place, in the order of sending."""
    before = Q(mass__lt=OuterRef("mass")) | Q(mass=OuterRef("mass"), id__lt=OuterRef("id"))
    earlier = Delivery.objects.filter(before, account_id=account_id, place=OuterRef("place"), state__in=UNFINISHED)
    return due().filter(account_id=account_id).exclude(Exists(earlier)).order_by("mass", "next_attempt_at", "id")


def claim(account_id: uuid.UUID) -> list[Delivery]:
    """Lock those whose turn it is, within the caller's transaction; their conversations are read when they are sent."""
    found = whose_turn(account_id).select_for_update(skip_locked=True, of=("self",))
    return list(found.select_related("account", "account__workspace")[:AT_ONCE])


def lease(claimed: Iterable[Delivery]) -> list[Delivery]:
    """Take those that wait; nobody else has them until the lease is over. They stay queued until each one's turn."""
    taken = [delivery for delivery in claimed if delivery.state == DeliveryState.QUEUED]
    until = timezone.now() + LEASE
    for delivery in taken:
        delivery.next_attempt_at = until
    Delivery.objects.bulk_update(taken, ["next_attempt_at"])
    return taken


def begin(delivery: Delivery) -> bool:
    """Mark it as being sent, unless the lease ran out meanwhile and another sender has it: then hands off."""
    ours = Delivery.objects.filter(id=delivery.id, state=DeliveryState.QUEUED, next_attempt_at=delivery.next_attempt_at)
    return bool(ours.update(state=DeliveryState.SENDING, next_attempt_at=timezone.now() + LEASE))


def part_sent(delivery: Delivery, number: int) -> None:
    """Keep how many parts are out: another try goes on behind them. The lease begins anew."""
    delivery.parts_sent = number
    row = Delivery.objects.filter(id=delivery.id)
    row.update(parts_sent=number, next_attempt_at=timezone.now() + LEASE)


def put_back(claimed: Sequence[Delivery], seconds: float) -> None:
    """Give up the lease: the next sender may have them, in so many seconds."""
    at = timezone.now() + datetime.timedelta(seconds=seconds)
    ids = [delivery.id for delivery in claimed]
    Delivery.objects.filter(id__in=ids, state=DeliveryState.QUEUED).update(next_attempt_at=at)


def again(delivery: Delivery, sentence: str, after: datetime.timedelta) -> None:
    """Queue it for another try, with what went wrong, "" for nothing."""
    delivery.state = DeliveryState.QUEUED
    delivery.error = sentence
    delivery.next_attempt_at = timezone.now() + after
    delivery.save(update_fields=["state", "error", "attempts", "next_attempt_at"])
