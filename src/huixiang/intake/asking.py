"""Asking platforms for what is new: in turns, each from the place where the last one ended."""

import datetime
import logging
import uuid
from typing import Final

from django.db import transaction
from django.utils import timezone

from huixiang.channels import accounts
from huixiang.channels.contracts import Hears, TransportError, connector, connectors
from huixiang.channels.models import ChannelAccount, Health
from huixiang.intake.taking import take
from huixiang.kernel import jobs

log = logging.getLogger(__name__)

ROUNDS: Final = 50  # of one turn: what is left is asked for in the next
SLOWER: Final = 5  # times as long until the next turn when the last one failed


def ask_due() -> int:
    """Queue a turn for each account whose time it is; returns how many."""
    kinds = [kind for kind, by in connectors().items() if by.form]
    due = accounts.to_ask(kinds)
    asked = [account for account in due if _is_asked(account)]
    for account in asked:
        wake(account.id)
    return len(asked)


def _is_asked(account: ChannelAccount) -> bool:
    by = connector(account.kind)
    return by.asked_too or by.hears_by(account) == Hears.ASKING


def wake(account_id: uuid.UUID) -> None:
    """Queue a turn of one account."""
    key = f"intake.ask:{account_id}"
    jobs.queue("intake.ask", once=key, lock=key, account_id=str(account_id))


def ask(account_id: uuid.UUID) -> int:
    """Fetch and take in what is new of one account; returns how many messages came."""
    account = ChannelAccount.objects.select_related("workspace").filter(id=account_id).first()
    if account is None:
        return 0
    by, came = connector(account.kind), 0
    every = by.asks_every
    try:
        for _round in range(ROUNDS):
            number, more = _turn(account)
            came += number
            if not more:
                break
    except TransportError as error:
        accounts.note_trouble(account, error.sentence)
        every *= SLOWER
    else:
        accounts.note_trouble(account, "")
    next_at = timezone.now() + datetime.timedelta(seconds=every)
    Health.objects.filter(account=account).update(asks_next_at=next_at)
    return came


def _turn(account: ChannelAccount) -> tuple[int, bool]:
    """One question. Messages and the place to go on from are stored together or not at all."""
    health = accounts.health_of(account)
    asked = connector(account.kind).ask(account, health.cursor)
    with transaction.atomic():
        if asked.messages:
            take(account, asked.messages)
        Health.objects.filter(account=account).update(cursor=dict(asked.cursor))
    return len(asked.messages), asked.more
