"""The workspace, its team, its keys, its journal."""

import datetime
import uuid
from typing import Any

from django.conf import settings
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
from huixiang.workspaces.models import Membership, Scope, User
from huixiang.workspaces.roles import Permission, Role

LONGEST_KEPT_DAYS = 365
ENTRIES = 50


def _address(membership: Membership, view: str) -> str:
    return reverse(f"desk:{view}", args=[membership.workspace.slug])


@access.page()
def workspace_settings(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Name, community, working hours, how long noise is kept."""
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
        workday_start=_time(request.POST.get("workday_start", "")),
        workday_end=_time(request.POST.get("workday_end", "")),
    )
    return access.done(request, _("Saved."), _address(membership, "settings"))


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= LONGEST_KEPT_DAYS):
        raise Refused(_("Give the days as a number from 1 to %(most)d.") % {"most": LONGEST_KEPT_DAYS})
    return int(text)


def _time(text: str) -> datetime.time:
    try:
        return datetime.time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise Refused(_("Give the working hours like 09:00.")) from None


@access.page()
def team(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Everybody with a role."""
    return _team(request, membership)


def _team(request: HttpRequest, membership: Membership, **asked: Any) -> HttpResponse:
    context = {"people": queries.team(membership.workspace), "roles": Role.choices, **asked}
    return access.shown(request, membership, "desk/settings/team.html", "settings", tab="settings_team", **context)


@access.verb(Permission.CONFIGURE)
def save_team(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Change somebody's role, or give one to a user by their e-mail address, once it is confirmed who that is."""
    role = request.POST.get("role", "")
    if role not in Role.values:
        raise Refused(_("Choose a role."))
    if "email" in request.POST:
        return _add(request, membership, role)
    said = _change(membership, request.POST.get("membership", ""), role)
    return access.done(request, said, _address(membership, "settings_team"))


def _add(request: HttpRequest, membership: Membership, role: str) -> HttpResponse:
    """Anybody can sign up with any address: whoever adds somebody sees first whose account it is."""
    user = _newcomer(membership, request.POST["email"])
    job_title = request.POST.get("job_title", "").strip()[:60]
    if request.POST.get("confirmed") != str(user.id):
        chosen = {"newcomer": user, "role": role, "role_word": Role(role).label, "job_title": job_title}
        return _team(request, membership, **chosen)
    actions.join_team(
        workspace=membership.workspace, user=user, role=role, job_title=job_title, actor=access.actor(membership)
    )
    said = _("%(name)s is in the team.") % {"name": user}
    return access.done(request, said, _address(membership, "settings_team"))


def _newcomer(membership: Membership, email: str) -> User:
    user = queries.user_by_email(email)
    if user is None:
        raise Refused(_("Nobody has an account with this address. Let them sign up first."))
    if queries.membership_of(user=user, slug=membership.workspace.slug):
        raise Refused(_("They are in the team already; change the role in the list."))
    if settings.EMAIL_HOST and not queries.has_confirmed_email(user):
        raise Refused(_("This address is not confirmed yet. Let them open the link in the mail they were sent first."))
    return user


def _change(membership: Membership, wanted: str, role: str) -> str:
    try:
        membership_id = uuid.UUID(wanted)
    except ValueError:
        membership_id = uuid.UUID(int=0)
    other: Membership = access.found(
        queries.member_of_team(workspace_id=membership.workspace_id, membership_id=membership_id)
    )
    actions.change_role(membership=other, role=role, actor=access.actor(membership))
    return _("%(name)s is now: %(role)s.") % {"name": other, "role": Role(role).label}


@access.page()
def keys(request: HttpRequest, membership: Membership) -> HttpResponse:
    """API keys; a new one's secret waits encrypted in the session and is shown this once."""
    secret = _new_secret(request, membership)
    response = access.shown(
        request, membership, "desk/settings/keys.html", "settings", tab="settings_keys",
        keys=queries.api_keys(membership.workspace), secret=secret, scopes=Scope.choices,
    )  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response


def _new_secret(request: HttpRequest, membership: Membership) -> str:
    try:
        return decrypt(request.session.pop(f"key:{membership.workspace_id}", ""))
    except ValueError:  # the installation's secret was changed in between: the key cannot be shown any more
        return ""


@access.verb(Permission.CONFIGURE)
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


@access.verb(Permission.CONFIGURE)
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
