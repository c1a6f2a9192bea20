"""Opening an account from the desk: by its name alone, or with the settings of its kind."""

import secrets
from collections.abc import Mapping
from typing import Final

from django.utils.text import slugify
from django.utils.translation import gettext as _

from huixiang.channels.accounts import connect
from huixiang.channels.actions import open_account
from huixiang.channels.models import ChannelAccount
from huixiang.channels.queries import accounts
from huixiang.desk.access import actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership

OPENED_HERE: Final = ("api", "import", "email", "portal")
LONGEST_NAME: Final = 80
LONGEST_SLUG: Final = 40


def open_named(membership: Membership, *, kind: str, name: str) -> ChannelAccount:
    """Open an account, or find the one of that kind and name. Raises Refused without a name or a known kind."""
    name = name.strip()[:LONGEST_NAME]
    if kind not in OPENED_HERE:
        raise Refused(_("Choose a kind of channel."))
    if not name:
        raise Refused(_("Give the channel a name."), fields={"name": _("Give the channel a name.")})
    known = accounts(membership.workspace)
    for account in known:
        if account.kind == kind and account.name == name and account.closed_at is None:
            return account
    slug = _free_slug(name, kind, {account.slug for account in known})
    return open_account(workspace=membership.workspace, slug=slug, kind=kind, name=name, actor=actor(membership))


def connect_named(membership: Membership, *, kind: str, name: str, given: Mapping[str, str]) -> ChannelAccount:
    """Connect an account with its settings. Raises Refused, with `fields` where single values are not right."""
    slug = _free_slug(name, kind, {account.slug for account in accounts(membership.workspace)})
    return connect(
        workspace=membership.workspace, kind=kind, name=name[:LONGEST_NAME], slug=slug, given=given,
        actor=actor(membership),
    )  # fmt: skip


def _free_slug(name: str, kind: str, taken: set[str]) -> str:
    """From the name where it has Latin letters, else from the kind; numbered by chance when taken."""
    slug = slugify(name)[:LONGEST_SLUG] or kind.replace("_", "-")
    return slug if slug not in taken else f"{slug}-{secrets.token_hex(3)}"
