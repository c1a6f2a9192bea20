"""The workspace, its keys, its journal."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.desk import access
from huixiang.desk.journal_words import tell_all
from huixiang.journal import queries as journal_queries
from huixiang.journal.sealing import verify
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.errors import Refused
from huixiang.workspaces import actions, queries
from huixiang.workspaces.models import Membership, Scope
from huixiang.workspaces.roles import Permission

LONGEST_KEPT_DAYS = 365
ENTRIES = 50


def _address(membership: Membership, view: str) -> str:
    return reverse(f"desk:{view}", args=[membership.workspace.slug])


@access.page()
def workspace_settings(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Name, community, how long noise is kept."""
    return access.shown(request, membership, "desk/settings/workspace.html", "settings", tab="settings")


@access.verb(Permission.CONFIGURE)
def save_workspace(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Keep the same."""
    name = request.POST.get("name", "").strip()[:80]
    if not name:
        raise Refused(_("The workspace needs a name."))
    actions.change_workspace(
        workspace=membership.workspace,
        actor=access.actor(membership),
        name=name,
        community_name=request.POST.get("community_name", "").strip()[:80],
        noise_kept_days=_days(request.POST.get("noise_kept_days", "")),
        second_factor_required=_second_factor(request, membership),
    )
    return access.done(request, _("Saved."), _address(membership, "settings"))


def _second_factor(request: HttpRequest, membership: Membership) -> bool:
    """Whoever asks it of everybody has one: else this very page would be closed to them next."""
    wanted = "second_factor_required" in request.POST
    if wanted and not membership.workspace.second_factor_required and not membership.has_second_factor:
        raise Refused(_("Set up your own second step first: account menu, Two-step sign-in."))
    return wanted


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= LONGEST_KEPT_DAYS):
        raise Refused(_("Give the days as a number from 1 to %(most)d.") % {"most": LONGEST_KEPT_DAYS})
    return int(text)


@access.page(Permission.INTEGRATE)
def keys(request: HttpRequest, membership: Membership) -> HttpResponse:
    """API keys; a new one's secret waits encrypted in the session and is shown this once."""
    secret = _new_secret(request, membership)
    response = access.shown(
        request, membership, "desk/settings/keys.html", "settings", tab="settings_keys",
        keys=[(key, queries.orphaned(key)) for key in queries.api_keys(membership.workspace)], secret=secret,
        scopes=Scope.choices,
    )  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response


def _new_secret(request: HttpRequest, membership: Membership) -> str:
    try:
        return decrypt(request.session.pop(f"key:{membership.workspace_id}", ""))
    except ValueError:  # the installation's secret was changed in between: the key cannot be shown any more
        return ""


@access.verb(Permission.INTEGRATE)
def create_key(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Make a key for a program."""
    scopes = [scope for scope in request.POST.getlist("scopes") if scope in Scope.values]
    if not scopes:
        raise Refused(_("Choose what the key opens."))
    _key, secret = actions.create_api_key(
        workspace=membership.workspace,
        scopes=scopes,
        name=request.POST.get("name", "").strip()[:80],
        acts_for=membership,
        actor=access.actor(membership),
    )
    request.session[f"key:{membership.workspace_id}"] = encrypt(secret)
    return access.done(request, "", _address(membership, "settings_keys"))


@access.verb(Permission.INTEGRATE)
def revoke_key(request: HttpRequest, membership: Membership, key_id: uuid.UUID) -> HttpResponse:
    """End a key at once."""
    if not actions.revoke_api_key(workspace=membership.workspace, key_id=key_id, actor=access.actor(membership)):
        access.found(None)
    return access.done(request, _("The key is revoked."), _address(membership, "settings_keys"))


@access.page()
def journal(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The latest entries in words, with their places in the chain."""
    before = request.GET.get("before", "")
    place = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None  # noqa: PLR2004 - bigint
    entries = journal_queries.latest(workspace_id=membership.workspace_id, before=place, limit=ENTRIES)
    context: dict[str, Any] = {
        "tab": "settings_journal",
        "entries": tell_all(entries, membership.workspace),
        "next_before": entries[-1].id if len(entries) == ENTRIES else None,
    }
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/settings/entries.html", **context)
    return access.shown(request, membership, "desk/settings/journal.html", "settings", **context)


@access.verb(Permission.CONFIGURE)
def verify_journal(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Recompute the whole chain and say what was found."""
    verdict = verify(membership.workspace_id)
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/settings/verdict.html", verdict=verdict)
    return access.shown(
        request, membership, "desk/settings/journal.html", "settings", tab="settings_journal", verdict=verdict,
        entries=tell_all(
            journal_queries.latest(workspace_id=membership.workspace_id, limit=ENTRIES), membership.workspace
        ),
    )  # fmt: skip
