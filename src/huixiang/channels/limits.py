"""How much goes out: what is counted for the limits of platforms, and how long the next message has to wait."""

import datetime
from collections.abc import Sequence
from typing import Final

from django.db.models import F
from django.utils import timezone

from huixiang.channels.contracts import Connector, Limit, Per
from huixiang.channels.models import Conversation, Delivery, Sent

REMEMBERED: Final = datetime.timedelta(hours=1)  # the longest span limits are counted over


def count(by: Connector, delivery: Delivery) -> None:
    """Note what went out, for the limits, and take one of the answers the platform allows."""
    if by.limits:
        Sent.objects.create(
            workspace_id=delivery.workspace_id, account_id=delivery.account_id, place=delivery.place,
            at=timezone.now(),
        )  # fmt: skip
    if delivery.conversation_id:
        left = Conversation.objects.filter(id=delivery.conversation_id, reply_left__gt=0)
        left.update(reply_left=F("reply_left") - 1)


def waits(by: Connector, delivery: Delivery) -> tuple[float, float]:
    """Seconds until the limits of the account, and of this conversation, allow one more; 0 for now."""
    if not by.limits:
        return 0.0, 0.0
    now = timezone.now()
    old = now - REMEMBERED
    Sent.objects.filter(account_id=delivery.account_id, at__lt=old).delete()
    sent = Sent.objects.filter(account_id=delivery.account_id, at__gte=old).order_by("at")
    rows = list(sent.values_list("at", "place"))
    found = {
        per: max((_wait_for(limit, rows, delivery.place, now) for limit in by.limits if limit.per == per), default=0.0)
        for per in Per
    }
    return found[Per.ACCOUNT], found[Per.PLACE]


def _wait_for(limit: Limit, rows: Sequence[tuple[datetime.datetime, str]], place: str, now: datetime.datetime) -> float:
    span = datetime.timedelta(seconds=limit.seconds)
    counted = [at for at, where in rows if at > now - span and (limit.per == Per.ACCOUNT or where == place)]
    if len(counted) < limit.number:
        return 0.0
    return max((counted[-limit.number] + span - now).total_seconds(), 0.0)
