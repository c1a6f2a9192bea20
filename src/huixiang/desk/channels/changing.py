"""What can be done with an account: check it, try it, change its settings, pause it, end it."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.channels import accounts, closing, trying
from huixiang.channels.contracts import Sort
from huixiang.channels.models import ChannelAccount
from huixiang.desk import access
from huixiang.desk.channels import addressees, fields
from huixiang.desk.channels.account import account_of, address_of, connector_of
from huixiang.desk.channels.connecting import WRONG, can_check, checked, say
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


def _open_one(membership: Membership, account_id: uuid.UUID) -> ChannelAccount:
    found = account_of(membership, account_id)
    if found.closed_at:
        raise Refused(_("This channel is closed."))
    return found


@access.verb(Permission.CONFIGURE)
def check(request: HttpRequest, membership: Membership, account_id: uuid.UUID) -> HttpResponse:
    """Ask the platform who we are to it."""
    found = _open_one(membership, account_id)
    answer = checked(connector_of(found), found)
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/channels/checked.html", answer=answer)
    say(request, answer)
    return access.done(request, "", address_of(membership, found))


@access.verb(Permission.CONFIGURE)
def test(request: HttpRequest, membership: Membership, account_id: uuid.UUID) -> HttpResponse:
    """Send a message marked as a test to whom was chosen."""
    found = _open_one(membership, account_id)
    to = addressees.chosen(found, request.POST.get("to", ""))
    trying.send_test(account=found, to=to, words=request.POST.get("words", ""), actor=access.actor(membership))
    said = _("The test is on its way; below stands whether it arrived.")
    return access.done(request, said, address_of(membership, found) + "#test")


@access.page()
def tested(request: HttpRequest, membership: Membership, account_id: uuid.UUID) -> HttpResponse:
    """The latest tests and what became of them; the page asks while one is on its way."""
    found = account_of(membership, account_id)
    return access.part(request, membership, "desk/channels/tested.html", account=found, tests=trying.tried(found))


@access.either(Permission.CONFIGURE)
def settings(request: HttpRequest, membership: Membership, account_id: uuid.UUID) -> HttpResponse:
    """Name and settings as they stand; by POST change them. A secret left empty stays as it is."""
    found = _open_one(membership, account_id)
    if request.method != "POST":
        return _settings(request, membership, found, None)
    try:
        changed = _changed(request, membership, found)
    except Refused as refused:
        return _settings(request, membership, found, refused)
    by, said = connector_of(found), _("Saved.")
    answer = checked(by, found) if changed and can_check(by) else None
    if answer is not None and not answer.right:
        messages.error(request, answer.words)
    elif answer is not None:
        said = f"{said} {answer.words}"
    return access.done(request, said, address_of(membership, found))


@transaction.atomic
def _changed(request: HttpRequest, membership: Membership, found: ChannelAccount) -> list[str]:
    """Name and settings, both or neither; the names of the settings that are others now."""
    by, actor = connector_of(found), access.actor(membership)
    accounts.rename(account=found, name=request.POST.get("name", ""), actor=actor)
    return accounts.change(account=found, given=fields.given_of(by, request.POST), actor=actor)


def _settings(
    request: HttpRequest, membership: Membership, found: ChannelAccount, refused: Refused | None
) -> HttpResponse:
    by, wrong = connector_of(found), refused.fields if refused else {}
    drawn = fields.fields(by, found.settings, fields.given_of(by, request.POST) if refused else None, wrong)
    response = access.shown(
        request, membership, "desk/channels/settings.html", "channels", account=found, by=by, fields=drawn,
        number_wrong=len(wrong), name=request.POST.get("name", found.name), name_wrong=wrong.get("name", ""),
    )  # fmt: skip
    response.status_code = WRONG if refused else response.status_code
    return response


@access.verb(Permission.CONFIGURE)
def act(request: HttpRequest, membership: Membership, account_id: uuid.UUID) -> HttpResponse:
    """Pause or resume it, give it a new address or a new secret, remove or close it."""
    found, by = _open_one(membership, account_id), access.actor(membership)
    wanted = request.POST.get("act", "")
    if wanted == "pause":
        accounts.pause(account=found, reason=_("A person paused it."), actor=by)
        said = _("Paused. Nothing goes out; what comes in is taken.")
    elif wanted == "resume":
        accounts.resume(account=found, actor=by)
        said = _("Resumed. What waited goes out first.")
    elif wanted == "address":
        accounts.new_address(account=found, actor=by)
        said = _("The address is a new one: paste it into the platform's console.")
    elif wanted == "rotate":
        said = _rotated(found, request.POST.get("secret", ""), membership)
    else:
        return _ended(request, membership, found, wanted)
    return access.done(request, said, address_of(membership, found))


def _rotated(found: ChannelAccount, name: str, membership: Membership) -> str:
    """Make a new value for a secret that is ours to make."""
    for one in connector_of(found).form:
        if one.name == name and one.made and one.sort == Sort.SECRET:
            accounts.change(account=found, given={name: accounts.made(one)}, actor=access.actor(membership))
            return _("A new secret is made. Paste it into the platform's console; the one before is good for a day.")
    raise Refused(_("This secret is made by the platform: change it in the settings."))


def _ended(request: HttpRequest, membership: Membership, found: ChannelAccount, wanted: str) -> HttpResponse:
    listing, by = reverse("desk:channels", args=[membership.workspace.slug]), access.actor(membership)
    if wanted == "remove":
        closing.remove(account=found, actor=by)
        return access.done(request, _("“%(name)s” is removed.") % {"name": found.name}, listing)
    if wanted != "close":
        raise Refused(_("Choose what to do."))
    unsent = closing.close(account=found, actor=by)
    said = _("“%(name)s” is closed. What came stays.") % {"name": found.name}
    if unsent:
        more = ngettext("%(n)d message was not sent.", "%(n)d messages were not sent.", unsent) % {"n": unsent}
        said = f"{said} {more}"
    return access.done(request, said, listing)
