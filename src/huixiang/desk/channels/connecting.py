"""Connecting a channel: choosing the kind, then its form; asking the platform whether the settings are right."""

import logging
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.channels.accounts import change, note_trouble
from huixiang.channels.contracts import Connector, NothingAsked, TransportError, connectors
from huixiang.channels.models import ChannelAccount
from huixiang.desk import access
from huixiang.desk.channels import fields, kinds
from huixiang.desk.channels.accounts import connect_named, open_named
from huixiang.desk.channels.guides import guide_of
from huixiang.engine.masking import mask
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

log = logging.getLogger(__name__)

WRONG = 422


class Checked(NamedTuple):
    """What a platform said when asked who we are: a name, or what is wrong."""

    right: bool
    words: str
    asked: bool = True  # False: nobody could be asked, so that nothing is proven


@access.either(Permission.CONFIGURE)
def connect(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Choose the kind; with `kind`, its form; by POST connect it and go on to the account's page."""
    by = connectors().get(request.POST.get("kind") or request.GET.get("kind", ""))
    if by is None or not kinds.guided(by):
        return _choose(request, membership)
    if request.method != "POST":
        return _form(request, membership, by)
    try:
        account = _opened(request, membership, by)
    except Refused as refused:
        return _form(request, membership, by, refused)
    _tell(request, by, account)
    return access.done(request, "", reverse("desk:channel", args=[membership.workspace.slug, account.id]))


def _choose(request: HttpRequest, membership: Membership) -> HttpResponse:
    here, elsewhere = kinds.choices(membership.workspace)
    return access.shown(
        request, membership, "desk/channels/connect.html", "channels", here=here, elsewhere=elsewhere,
        without=kinds.WITHOUT_INTERFACE,
    )  # fmt: skip


def _form(
    request: HttpRequest, membership: Membership, by: Connector, refused: Refused | None = None
) -> HttpResponse:
    """The form, with what was typed and what is wrong with it; secrets are typed anew."""
    wrong = refused.fields if refused else {}
    found = fields.fields(by, {}, fields.given_of(by, request.POST) if refused else None, wrong)
    context: dict[str, Any] = dict(zip(("fields", "rare"), fields.split(found), strict=True))
    response = access.shown(
        request, membership, "desk/channels/connect_form.html", "channels", by=by, guide=guide_of(by),
        name=request.POST.get("name", ""), name_wrong=wrong.get("name", ""),
        fault=refused.sentence if refused and not wrong else "", number_wrong=len(wrong), **context,
    )  # fmt: skip
    response.status_code = WRONG if refused else response.status_code
    return response


def _opened(request: HttpRequest, membership: Membership, by: Connector) -> ChannelAccount:
    name = request.POST.get("name", "")
    if not by.form:
        account = open_named(membership, kind=by.kind, name=name)
        change(account=account, given=fields.given_of(by, request.POST), actor=access.actor(membership))
        return account
    return connect_named(membership, kind=by.kind, name=name, given=fields.given_of(by, request.POST))


def _tell(request: HttpRequest, by: Connector, account: ChannelAccount) -> None:
    """Ask the platform at once: a wrong key is told where it was typed a moment ago."""
    if not can_check(by):
        messages.success(request, _("“%(name)s” is open.") % {"name": account.name})
        return
    found = checked(by, account)
    say(request, found)


def say(request: HttpRequest, found: Checked) -> None:
    """Tell it on the next page."""
    level = messages.success if found.asked and found.right else messages.info if found.right else messages.error
    level(request, found.words)


def can_check(by: Connector) -> bool:
    """Whether the platform can be asked who we are."""
    return type(by).check is not Connector.check


def checked(by: Connector, account: ChannelAccount) -> Checked:
    """Ask the platform who we are to it. Whatever happens is told in words; what is wrong stays until it is right."""
    try:
        name = by.check(account)
    except NothingAsked:
        words = _("Nothing could be asked: with these settings only the platform's first call proves them right.")
        return Checked(right=True, words=words, asked=False)
    except TransportError as error:
        words = mask(error.sentence).text
        if not error.unknown:
            note_trouble(account, words)
        return Checked(right=False, words=words)
    except Exception:  # a connector's bug is the page's sentence and the log's trace, no broken page
        log.exception("connector %s failed to check account %s", account.kind, account.id)
        return Checked(right=False, words=_("The check itself failed; the installation's log says why."))
    note_trouble(account, "")
    return Checked(right=True, words=_("The platform knows us as “%(name)s”.") % {"name": name})
