"""An account's page: values to paste, what the platform expects, the first message, how it does."""

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from huixiang.channels import accounts, closing, doing, trying
from huixiang.channels.contracts import Connector, Hears, connectors
from huixiang.channels.models import ChannelAccount
from huixiang.channels.webhooks.queries import refused_calls
from huixiang.desk import access
from huixiang.desk.channels import addressees, fields
from huixiang.desk.channels.connecting import can_check
from huixiang.desk.channels.guides import guide_of
from huixiang.desk.channels.health import Health, hidden_from_outside, in_words, limit_words
from huixiang.desk.journal_words import tell_all
from huixiang.engine.masking import mask
from huixiang.groupbot.manner import manner_of, quiet_until
from huixiang.intake import arrivals
from huixiang.journal.queries import history
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

SHOWN_REFUSED = 5
SHOWN_HISTORY = 8
FIRST_WORDS = 60


def account_of(membership: Membership, account_id: uuid.UUID) -> ChannelAccount:
    """One account of the asker's workspace, or 404."""
    found = accounts.by_id(workspace_id=membership.workspace_id, account_id=account_id)
    account: ChannelAccount = access.found(found)
    return account


def address_of(membership: Membership, account: ChannelAccount, view: str = "channel") -> str:
    """The address of one of the account's pages."""
    return reverse(f"desk:{view}", args=[membership.workspace.slug, account.id])


def connector_of(account: ChannelAccount) -> Connector:
    """Its connector; a bare one that offers nothing for a kind that is no longer there."""
    by = connectors().get(account.kind)
    if by is None:
        by = Connector()
        by.kind, by.label = account.kind, account.kind
    return by


@access.page()
def account(request: HttpRequest, membership: Membership, account_id: uuid.UUID) -> HttpResponse:
    """Everything about one account; secrets and addresses only for those who may configure it."""
    found = account_of(membership, account_id)
    by = connector_of(found)
    context = {
        "account": found, "by": by, "guide": guide_of(by), "checks": can_check(by) and not found.closed_at,
        "kept": fields.shown(by, found.settings), "refused": refused_calls(found, SHOWN_REFUSED),
        "told": tell_all(history(workspace_id=membership.workspace_id, subjects=[found.id])[-SHOWN_HISTORY:][::-1],
                         membership.workspace),
        "in_groups": _in_groups(found, by), **_health(found, by), **_first(found, by),
    }  # fmt: skip
    if holds(membership, Permission.CONFIGURE) and not found.closed_at:
        context |= _to_change(found, by)
    return access.shown(request, membership, "desk/channels/account.html", "channels", **context)


def _in_groups(found: ChannelAccount, by: Connector) -> dict[str, Any] | None:
    """Whether its bot speaks in groups, and until when it is quiet now; None where there are no groups, or no ears."""
    if found.closed_at or not by.can_post() or by.hears_by(found) == Hears.NOTHING:
        return None
    manner = manner_of(found)
    return {"on": manner.on, "quiet": quiet_until(manner, found.workspace.time_zone, timezone.now())}


def _to_change(found: ChannelAccount, by: Connector) -> dict[str, Any]:
    """What only those see who may change it: values to paste, secrets, whom a test can go to, how it can end."""
    address = called_at(found) if by.form and by.hears_by(found) == Hears.CALLS else ""
    return {
        "address": address,
        "proxy": fields.proxy_of(found) if by.form else "",
        "hidden": hidden_from_outside(settings.PUBLIC_URL) if address else "",
        "pastes": by.to_paste(found, address) if by.form else (),
        "secrets": fields.secrets_of(by, found.settings),
        "addressees": addressees.offered(found, by),
        "removable": closing.removable(found),
        "closable": closing.closable(found),
    }


def called_at(found: ChannelAccount) -> str:
    """The address a platform calls."""
    return settings.PUBLIC_URL + reverse("platform_hook", args=[found.kind, found.token]) if found.token else ""


def _health(found: ChannelAccount, by: Connector) -> dict[str, Any]:
    row = accounts.health_of(found)
    out = doing.outgoing([found.id]).get(found.id, doing.Outgoing())
    came = arrivals.arrived([found.id]).get(found.id)
    return {
        "health": Health.of(found, by, row, out, came),
        "words": in_words(found, by, row, out),
        "limits": [limit_words(one) for one in doing.limits_left(found)],
        "windows": doing.windows_of(found),
        "tests": trying.tried(found),
    }


def _first(found: ChannelAccount, by: Connector) -> dict[str, Any]:
    """The latest message's first words, masked; while there is none, that it is waited for."""
    latest = arrivals.latest(found)
    said = [mask(one.masked_text or one.text).text[:FIRST_WORDS] for one in latest]
    return {
        "account": found, "by": by, "hears": by.hears_by(found), "latest": latest[0] if latest else None,
        "first_words": said[0] if said else "",
    }  # fmt: skip


@access.page()
def first(request: HttpRequest, membership: Membership, account_id: uuid.UUID) -> HttpResponse:
    """Whether something came yet; the page asks until it has."""
    found = account_of(membership, account_id)
    context = _first(found, connector_of(found))
    context |= {"row": accounts.health_of(found), "refused": refused_calls(found, 1)}
    return access.part(request, membership, "desk/channels/first.html", **context)
