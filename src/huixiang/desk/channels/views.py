"""The channels: every account with how it does, what could not be delivered, and the latest imports."""

import uuid
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.channels import contracts, doing, queries
from huixiang.channels.actions import retry
from huixiang.channels.contracts import Hears
from huixiang.channels.models import ChannelAccount
from huixiang.desk import access
from huixiang.desk.channels.account import connector_of
from huixiang.desk.channels.health import Health, Words, in_words
from huixiang.desk.channels.kinds import WITHOUT_INTERFACE
from huixiang.intake.arrivals import Arrived, arrived
from huixiang.intake.queries import counts, import_runs
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


@dataclass(frozen=True, slots=True)
class Row:
    """One account of the listing."""

    account: ChannelAccount
    kind: str
    comes_in: bool
    goes_out: bool
    waits: bool
    unused: bool
    health: Health
    words: list[Words]


@access.page()
def listing(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Every account with its health, what failed, and the latest imports."""
    workspace = membership.workspace
    rows = _rows(doing.accounts_of(workspace))
    return access.shown(
        request, membership, "desk/channels/listing.html", "channels",
        rows=[one for one in rows if one.account.closed_at is None],
        closed=[one for one in rows if one.account.closed_at],
        priced=any(one.health.cost is not None for one in rows),
        without=WITHOUT_INTERFACE,
        troubled=queries.unfinished_business(workspace=workspace),
        runs=import_runs(workspace, limit=5),
        waiting=counts(workspace)["pending"],
    )  # fmt: skip


def _rows(accounts: list[ChannelAccount]) -> list[Row]:
    """The accounts with what goes out and what came, for all of them at once."""
    ids = [one.id for one in accounts]
    out, came = doing.outgoing(ids), arrived(ids)
    return [_row(one, out.get(one.id, doing.Outgoing()), came.get(one.id)) for one in accounts]


def _row(account: ChannelAccount, out: doing.Outgoing, came: Arrived | None) -> Row:
    by, kept = connector_of(account), getattr(account, "health", None)
    health, words = Health.of(account, by, kept, out, came), in_words(account, by, kept, out)
    comes_in = by.hears_by(account) != Hears.NOTHING or not by.form
    waits = bool(by.form) and comes_in and health.last_in_at is None
    unused = health.last_in_at is None and health.last_out_at is None
    return Row(account, str(by.label), comes_in, contracts.can_answer(account), waits, unused, health, words)


@access.verb(Permission.REPLY)
def send_again(request: HttpRequest, membership: Membership, delivery_id: uuid.UUID) -> HttpResponse:
    """Send a message again that failed or may not have arrived."""
    if not retry(workspace_id=membership.workspace_id, delivery_id=delivery_id, actor=access.actor(membership)):
        if queries.delivery_exists(workspace_id=membership.workspace_id, delivery_id=delivery_id):
            raise Refused(_("It is on its way already."))
        access.found(None)
    default = reverse("desk:channels", args=[membership.workspace.slug])
    return access.done(request, _("It is being sent again."), access.back(request, default))
