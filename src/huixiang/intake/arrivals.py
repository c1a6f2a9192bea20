"""What came in by which account: how many of late, and the latest message."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Max
from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.intake.models import Message

WITHIN: Final = datetime.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Arrived:
    """How many messages came in 30 days, and when the latest did."""

    number: int
    last_at: datetime.datetime


def arrived(account_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Arrived]:
    """What came by these accounts in 30 days: one statement. Accounts without a message are not in it."""
    rows = Message.objects.filter(account_id__in=list(account_ids), received_at__gte=timezone.now() - WITHIN)
    counted = rows.values_list("account_id").annotate(number=Count("id"), last=Max("received_at"))
    return {account_id: Arrived(number, last) for account_id, number, last in counted}


def latest(account: ChannelAccount, limit: int = 1) -> list[Message]:
    """The latest messages, newest first. Their text is unmasked."""
    return list(Message.objects.filter(account=account).select_related("member").order_by("-received_at")[:limit])
