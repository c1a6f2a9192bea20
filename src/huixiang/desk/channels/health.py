"""How an account does, in words an operator can act upon."""

import datetime
import ipaddress
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final, Self
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.channels.accounts import COST
from huixiang.channels.contracts import Connector, Hears, Per
from huixiang.channels.doing import Left, Outgoing
from huixiang.channels.models import ChannelAccount
from huixiang.channels.models import Health as Row
from huixiang.intake.arrivals import Arrived

STRANGERS_LATELY: Final = datetime.timedelta(days=1)
QUIET: Final = datetime.timedelta(days=7)
MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Health:
    """The figures of an account; `cost` a month and for each message that came, None where not known."""

    last_in_at: datetime.datetime | None
    last_out_at: datetime.datetime | None
    came: int
    out: Outgoing
    cost: Decimal | None
    cost_each: Decimal | None
    quiet: bool

    @classmethod
    def of(
        cls, account: ChannelAccount, by: Connector, row: Row | None, out: Outgoing, came: Arrived | None
    ) -> Self:  # fmt: skip
        """From what is kept: health rows of platforms, else what the messages themselves tell."""
        number = came.number if came else 0
        last_in = (row.last_in_at if row else None) or (came.last_at if came else None)
        cost = _number(account.settings.get(COST))
        each = (cost / number).quantize(Decimal("0.01"), ROUND_HALF_UP) if cost is not None and number else None
        quiet = last_in is not None and last_in < timezone.now() - QUIET and by.hears != Hears.NOTHING
        return cls(last_in, (row.last_out_at if row else None) or out.last_at, number, out, cost, each, quiet)


def _number(stored: object) -> Decimal | None:
    try:
        return Decimal(str(stored)) if stored else None
    except InvalidOperation:
        return None


@dataclass(frozen=True, slots=True)
class Words:
    """One thing to know: `bad` wants a person; `then` is what to do."""

    bad: bool
    what: str
    then: str = ""
    at: datetime.datetime | None = None


def in_words(account: ChannelAccount, by: Connector, row: Row | None, out: Outgoing) -> list[Words]:
    """What wants a person, the gravest first; nothing when all is well."""
    if account.closed_at:
        return []
    found = [_paused(account, out), _error(account, row), _strangers(row), _failed(out), _silent(by, account, row)]
    return [one for one in found if one is not None]


def _paused(account: ChannelAccount, out: Outgoing) -> Words | None:
    if not account.paused_reason:
        return None
    then = _("What comes in is taken. Put it right, then resume.")
    if out.waiting:
        waits = ngettext("%(n)d message waits to go out.", "%(n)d messages wait to go out.", out.waiting)
        then = f"{waits % {'n': out.waiting}} {then}"
    return Words(True, _("Paused: %(why)s") % {"why": account.paused_reason}, then)


def _error(account: ChannelAccount, row: Row | None) -> Words | None:
    if row is None or not row.error or row.error == account.paused_reason:
        return None
    then = _("What can be tried again is tried again by itself. If it stays, check the settings.")
    if row.last_in_at is None and row.last_out_at is None:
        then = _("Put the value right under Settings: the platform is asked again when you save.")
    return Words(True, row.error, then, row.error_at)


def _strangers(row: Row | None) -> Words | None:
    if row is None or row.not_genuine_at is None or row.not_genuine_at < timezone.now() - STRANGERS_LATELY:
        return None
    what = ngettext("%(n)d call was not genuine", "%(n)d calls were not genuine", row.not_genuine)
    then = _("A secret is probably wrong on one of the two sides: compare the values to paste.")
    return Words(True, what % {"n": row.not_genuine}, then, row.not_genuine_at)


def _failed(out: Outgoing) -> Words | None:
    if not out.failed:
        return None
    what = ngettext("%(n)d message could not be delivered", "%(n)d messages could not be delivered", out.failed)
    return Words(True, what % {"n": out.failed}, _("They stand on the channels' page, each with its reason."))


def _silent(by: Connector, account: ChannelAccount, row: Row | None) -> Words | None:
    """Of an open line, that it is not open; nobody else notices before a member complains."""
    if by.hears_by(account) != Hears.LINE or (row and row.held_until and row.held_until > timezone.now()):
        return None
    return Words(True, _("The line to the platform is not open"), _("“huixiang up” opens it within a minute."))


def limit_words(one: Left) -> str:
    """A limit of the platform, and what is left of it, in words."""
    span, where = _span(one.limit.seconds), one.limit.per == Per.PLACE
    values = {"n": one.limit.number, "span": span}
    whole = _("%(n)d in %(span)s in each conversation") if where else _("%(n)d in %(span)s")
    left = _(", %(left)d left now") % {"left": one.left} if one.left is not None else ""
    return whole % values + left


def _span(seconds: float) -> str:
    for size, one, many in (
        (DAY, _("a day"), _("%(n)g days")), (HOUR, _("an hour"), _("%(n)g hours")),
        (MINUTE, _("a minute"), _("%(n)g minutes")), (1, _("a second"), _("%(n)g seconds")),
    ):  # fmt: skip
        if seconds >= size:
            return one if seconds == size else many % {"n": seconds / size}
    return _("%(n)g seconds") % {"n": seconds}


def hidden_from_outside(address: str) -> str:
    """Why a platform cannot call this address, in words; "" when it can as far as is known."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if _inside(host):
        return _(
            "Platforms cannot call %(host)s: it is this machine or your own network. Set HUIXIANG_PUBLIC_URL to "
            "the address under which Huixiang is reached from the internet, and start it again."
        ) % {"host": host}
    if parts.scheme != "https":
        return _("Most platforms call https addresses only. Put a certificate in front of %(host)s.") % {"host": host}
    return ""


def _inside(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".internal", ".localhost", ".test"))
