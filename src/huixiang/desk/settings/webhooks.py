"""Webhooks going out, and the addresses that bring messages in."""

import datetime
import json
import uuid
from typing import Any

from django.conf import settings as installation
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.channels.actions import open_account
from huixiang.channels.models import ChannelAccount
from huixiang.channels.queries import account_by_slug, accounts
from huixiang.channels.webhooks import actions, queries, receiving
from huixiang.channels.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookState
from huixiang.channels.webhooks.types import TEST, TYPES
from huixiang.desk import access
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

PAGE = 40
LOCAL_TIME = "%Y-%m-%dT%H:%M"


def _endpoint(membership: Membership, endpoint_id: uuid.UUID) -> WebhookEndpoint:
    found: WebhookEndpoint = access.found(
        queries.endpoint_by_id(workspace_id=membership.workspace_id, endpoint_id=endpoint_id)
    )
    return found


def _source(membership: Membership, slug: str) -> ChannelAccount:
    account = account_by_slug(workspace=membership.workspace, slug=slug)
    found: ChannelAccount = access.found(account if account and account.kind == receiving.KIND else None)
    return found


def _address(membership: Membership, view: str = "settings_webhooks", **arguments: Any) -> str:
    return reverse(f"desk:{view}", kwargs={"workspace": membership.workspace.slug, **arguments})


def _keep_secret(request: HttpRequest, owner: uuid.UUID, secret: str) -> None:
    """A new secret waits encrypted in the session and is shown once."""
    request.session[f"webhook:{owner}"] = encrypt(secret)


def _new_secret(request: HttpRequest, owner: uuid.UUID) -> str:
    try:
        return decrypt(request.session.pop(f"webhook:{owner}", ""))
    except ValueError:  # the installation's secret was changed in between
        return ""


def _shown(request: HttpRequest, membership: Membership, template: str, **context: Any) -> HttpResponse:
    response = access.shown(
        request, membership, f"desk/webhooks/{template}.html", "settings", tab="settings_webhooks", **context
    )
    response["Cache-Control"] = "no-store"
    return response


@access.page(Permission.INTEGRATE)
def listing(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Who is told what happens, and which addresses bring messages in."""
    sources = [one for one in accounts(membership.workspace) if one.kind == receiving.KIND]
    return _shown(
        request, membership, "listing", endpoints=queries.endpoints(membership.workspace), sources=sources,
        types=TYPES.items(),
    )  # fmt: skip


def _fields(request: HttpRequest) -> dict[str, Any]:
    return {
        "name": request.POST.get("name", ""),
        "url": request.POST.get("url", ""),
        "wanted": request.POST.getlist("events"),
        "personal": "personal" in request.POST,
    }


@access.verb(Permission.INTEGRATE)
def create(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Tell an address from now on; the secret is shown on its page, once."""
    made, secret = actions.open_endpoint(
        workspace=membership.workspace, actor=access.actor(membership), **_fields(request)
    )
    _keep_secret(request, made.id, secret)
    return access.done(request, "", _address(membership, "webhook", endpoint_id=made.id))


@access.page(Permission.INTEGRATE)
def endpoint(request: HttpRequest, membership: Membership, endpoint_id: uuid.UUID) -> HttpResponse:
    """One endpoint: its settings, and the log of what went there."""
    found = _endpoint(membership, endpoint_id)
    state, event = request.GET.get("state", ""), request.GET.get("event", "")
    state = state if state in WebhookState.values else ""
    event = event if event in TYPES or event == TEST else ""
    page = queries.log(endpoint=found, state=state, event=event, cursor=request.GET.get("cursor", ""), size=PAGE)
    context: dict[str, Any] = {
        "endpoint": found, "rows": page.rows, "next_cursor": page.next_cursor, "state": state, "event": event,
    }  # fmt: skip
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/webhooks/rows.html", **context)
    yesterday = timezone.localtime(timezone.now() - datetime.timedelta(days=1)).strftime(LOCAL_TIME)
    return _shown(
        request, membership, "endpoint", secret=_new_secret(request, found.id), types=TYPES.items(),
        states=WebhookState.choices, yesterday=yesterday, **context,
    )  # fmt: skip


@access.verb(Permission.INTEGRATE)
def change(request: HttpRequest, membership: Membership, endpoint_id: uuid.UUID) -> HttpResponse:
    """Change what an endpoint is told, and where."""
    found = _endpoint(membership, endpoint_id)
    actions.change_endpoint(endpoint=found, actor=access.actor(membership), **_fields(request))
    return access.done(request, _("Saved."), _address(membership, "webhook", endpoint_id=found.id))


@access.verb(Permission.INTEGRATE)
def act(request: HttpRequest, membership: Membership, endpoint_id: uuid.UUID) -> HttpResponse:
    """Test, pause, resume, rotate the secret, or remove."""
    found, actor = _endpoint(membership, endpoint_id), access.actor(membership)
    wanted, said = request.POST.get("act", ""), _("Done.")
    if wanted == "test":
        actions.send_test(endpoint=found)
        said = _("A test is on its way; it stands on top of the log.")
    elif wanted == "pause":
        actions.pause(endpoint=found, reason="", actor=actor)
    elif wanted == "resume":
        actions.resume(endpoint=found, actor=actor)
    elif wanted == "rotate":
        _keep_secret(request, found.id, actions.rotate_secret(endpoint=found, actor=actor))
        said = ""
    elif wanted == "remove":
        actions.remove_endpoint(endpoint=found, actor=actor)
        return access.done(request, _("The webhook is removed."), _address(membership))
    else:
        raise Refused(_("Choose what to do."))
    return access.done(request, said, _address(membership, "webhook", endpoint_id=found.id))


@access.verb(Permission.INTEGRATE)
def replay_failed(request: HttpRequest, membership: Membership, endpoint_id: uuid.UUID) -> HttpResponse:
    """Send everything again that failed since a moment."""
    found = _endpoint(membership, endpoint_id)
    try:
        since = parse_datetime(request.POST.get("since", ""))
    except ValueError:
        since = None
    if since is None:
        raise Refused(_("Say since when."))
    since = since if since.tzinfo else timezone.make_aware(since)
    again = actions.replay_failed(endpoint=found, since=since, actor=access.actor(membership))
    said = ngettext("%(n)d message is sent again.", "%(n)d messages are sent again.", again) % {"n": again}
    return access.done(request, said, _address(membership, "webhook", endpoint_id=found.id))


def _delivery(membership: Membership, webhook_message_id: uuid.UUID) -> WebhookDelivery:
    found: WebhookDelivery = access.found(
        queries.delivery_by_id(workspace_id=membership.workspace_id, message_id=webhook_message_id)
    )
    return found


@access.page(Permission.INTEGRATE)
def message(request: HttpRequest, membership: Membership, webhook_message_id: uuid.UUID) -> HttpResponse:
    """One message: what was sent, and what was answered at each try."""
    found = _delivery(membership, webhook_message_id)
    tries = [{**one, "when": parse_datetime(one["at"])} for one in found.tries[::-1]]
    written = json.dumps(found.payload, ensure_ascii=False, indent=2)
    return _shown(request, membership, "message", found=found, tries=tries, written=written)


@access.verb(Permission.INTEGRATE)
def replay(request: HttpRequest, membership: Membership, webhook_message_id: uuid.UUID) -> HttpResponse:
    """Send one message again."""
    found = _delivery(membership, webhook_message_id)
    again = actions.replay(endpoint=found.endpoint, delivery_ids=[found.id], actor=access.actor(membership))
    if not again:
        raise Refused(_("It waits to be sent already."))
    default = _address(membership, "webhook_message", webhook_message_id=found.id)
    return access.done(request, _("It is sent again."), access.back(request, default))


@access.verb(Permission.INTEGRATE)
def create_source(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Open a channel that takes signed calls; its address and secret are shown on its page."""
    name = request.POST.get("name", "").strip()[:80]
    if not name:
        raise Refused(_("Give the channel a name."))
    taken = {one.slug for one in accounts(membership.workspace)}
    slug = next(slug for slug in (f"webhook-{number}" for number in range(1, len(taken) + 2)) if slug not in taken)
    actor = access.actor(membership)
    account = open_account(
        workspace=membership.workspace, slug=slug, kind=receiving.KIND, name=name, actor=actor
    )
    _keep_secret(request, account.id, receiving.set_up(account=account, actor=actor))
    return access.done(request, "", _address(membership, "webhook_source", slug=slug))


@access.page(Permission.INTEGRATE)
def source(request: HttpRequest, membership: Membership, slug: str) -> HttpResponse:
    """The values to paste, which field is what, and what could not be taken."""
    account = _source(membership, slug)
    mapping = account.settings["mapping"]
    return _shown(
        request, membership, "source", account=account, secret=_new_secret(request, account.id),
        address=installation.PUBLIC_URL + reverse("hook", args=[account.settings["token"]]),
        fields=[(name, label, mapping[name]) for name, label in receiving.FIELDS.items()],
        answers=receiving.answers_to(account), refused=queries.refused_calls(account),
    )  # fmt: skip


@access.verb(Permission.INTEGRATE)
def save_source(request: HttpRequest, membership: Membership, slug: str) -> HttpResponse:
    """Keep which field is what, or where answers go, or make a new secret."""
    account, actor = _source(membership, slug), access.actor(membership)
    if "rotate" in request.POST:
        _keep_secret(request, account.id, receiving.rotate(account=account, actor=actor))
        return access.done(request, "", _address(membership, "webhook_source", slug=slug))
    if "answers" in request.POST:
        receiving.answer_at(account=account, url=request.POST["answers"], actor=actor)
        return access.done(request, _("Saved."), _address(membership, "webhook_source", slug=slug))
    wanted = {name: request.POST.get(name, "") for name in receiving.FIELDS}
    receiving.map_fields(account=account, wanted=wanted, actor=actor)
    return access.done(request, _("Saved."), _address(membership, "webhook_source", slug=slug))
