"""How accounts do: what waits and what failed, what is left of limits and windows."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Max, Q
from django.utils import timezone

from huixiang.channels.contracts import Limit, Per, connectors
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState, Sent
from huixiang.workspaces.models import Workspace

WITHIN: Final = datetime.timedelta(days=30)
WAITING: Final = (DeliveryState.QUEUED, DeliveryState.SENDING)
TROUBLED: Final = (DeliveryState.FAILED, DeliveryState.UNKNOWN)
GONE_OUT: Final = (DeliveryState.DELIVERED, DeliveryState.READY)
UNSETTLED: Final = (*WAITING, *TROUBLED, DeliveryState.HELD)


@dataclass(slots=True)
class Outgoing:
    """Messages going out by one account: what waits, was held back by a person, failed; what went out in 30 days."""

    waiting: int = 0
    held: int = 0
    failed: int = 0
    gone_out: int = 0
    last_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A limit of the platform and what of it is left now; None where it is counted for each conversation."""

    limit: Limit
    left: int | None


@dataclass(frozen=True, slots=True)
class Windows:
    """How many conversations can be answered now by what the platform allows, and how many no more."""

    open: int
    shut: int


def accounts_of(workspace: Workspace) -> list[ChannelAccount]:
    """Every account with its health, closed ones last: one statement."""
    found = workspace.channel_accounts.select_related("health")
    return sorted(found, key=lambda one: (one.closed_at is not None, one.name))


def outgoing(account_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Outgoing]:
    """What goes out by these accounts: one statement. Accounts without a message are not in it."""
    lately = Q(state__in=GONE_OUT, created_at__gte=timezone.now() - WITHIN)
    rows = Delivery.objects.filter(Q(state__in=UNSETTLED) | lately, account_id__in=list(account_ids))
    found: dict[uuid.UUID, Outgoing] = {}
    counted = rows.values_list("account_id", "state").annotate(number=Count("id"), last=Max("finished_at"))
    for account_id, state, number, last in counted:
        _add(found.setdefault(account_id, Outgoing()), state, number, last)
    return found


def _add(one: Outgoing, state: str, number: int, last: datetime.datetime | None) -> None:
    if state in WAITING:
        one.waiting += number
    elif state in TROUBLED:
        one.failed += number
    elif state == DeliveryState.HELD:
        one.held += number
    else:
        one.gone_out += number
        one.last_at = max(filter(None, (one.last_at, last)), default=None)


def limits_left(account: ChannelAccount) -> list[Left]:
    """The limits of an account's platform with what is left of each: one statement, none where there is no limit."""
    by = connectors().get(account.kind)
    if by is None or not by.limits:
        return []
    longest = max(limit.seconds for limit in by.limits)
    since = timezone.now() - datetime.timedelta(seconds=longest)
    sent = list(Sent.objects.filter(account=account, at__gte=since).values_list("at", flat=True))
    return [Left(limit, None if limit.per == Per.PLACE else _left(limit, sent)) for limit in by.limits]


def _left(limit: Limit, sent: Sequence[datetime.datetime]) -> int:
    since = timezone.now() - datetime.timedelta(seconds=limit.seconds)
    return max(limit.number - sum(at > since for at in sent), 0)


def windows_of(account: ChannelAccount) -> Windows:
    """How many conversations of the account can be answered now, of those the platform bounds: one statement."""
    bounded = Conversation.objects.filter(account=account)
    bounded = bounded.filter(Q(reply_until__isnull=False) | Q(reply_left__isnull=False))
    shut = Q(reply_until__lte=timezone.now()) | Q(reply_left=0)
    counted = bounded.aggregate(all=Count("id"), shut=Count("id", filter=shut))
    return Windows(counted["all"] - counted["shut"], counted["shut"])
