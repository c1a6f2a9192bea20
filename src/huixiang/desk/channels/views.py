"""Channel accounts and what could not be delivered."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.channels import contracts, queries
from huixiang.channels.actions import retry
from huixiang.desk import access
from huixiang.desk.channels.accounts import OPENED_HERE, open_named
from huixiang.intake.queries import counts, import_runs
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


@access.page()
def listing(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Every account with its kind, what failed, and the latest imports."""
    workspace, kinds = membership.workspace, contracts.kinds()
    accounts = queries.accounts(workspace)
    return access.shown(
        request, membership, "desk/channels/listing.html", "channels",
        accounts=[(one, kinds.get(one.kind, one.kind), contracts.can_send(one.kind)) for one in accounts],
        kinds=[(kind, kinds[kind]) for kind in OPENED_HERE if kind in kinds],
        troubled=queries.unfinished_business(workspace=workspace),
        runs=import_runs(workspace, limit=5),
        waiting=counts(workspace)["pending"],
    )  # fmt: skip


@access.verb(Permission.CONFIGURE)
def open_channel(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Open an account of a kind that needs no key: for programs, files, mail or the community's own pages."""
    account = open_named(membership, kind=request.POST.get("kind", ""), name=request.POST.get("name", ""))
    said = _("“%(name)s” is open. Programs name it as the channel “%(slug)s”.")
    address = reverse("desk:channels", args=[membership.workspace.slug])
    return access.done(request, said % {"name": account.name, "slug": account.slug}, address)


@access.verb(Permission.REPLY)
def send_again(request: HttpRequest, membership: Membership, delivery_id: uuid.UUID) -> HttpResponse:
    """Send a message again that failed or may not have arrived."""
    if not retry(workspace_id=membership.workspace_id, delivery_id=delivery_id, actor=access.actor(membership)):
        if queries.delivery_exists(workspace_id=membership.workspace_id, delivery_id=delivery_id):
            raise Refused(_("It is on its way already."))
        access.found(None)
    default = reverse("desk:channels", args=[membership.workspace.slug])
    return access.done(request, _("It is being sent again."), access.back(request, default))
