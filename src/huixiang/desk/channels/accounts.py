"""Opening an account by its name alone."""

import secrets
from typing import Final

from django.utils.text import slugify
from django.utils.translation import gettext as _

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
        raise Refused(_("Give the channel a name."))
    known = accounts(membership.workspace)
    for account in known:
        if account.kind == kind and account.name == name:
            return account
    slug = _free_slug(name, kind, {account.slug for account in known})
    return open_account(workspace=membership.workspace, slug=slug, kind=kind, name=name, actor=actor(membership))


def _free_slug(name: str, kind: str, taken: set[str]) -> str:
    """From the name where it has Latin letters, else from the kind; numbered by chance when taken."""
    slug = slugify(name)[:LONGEST_SLUG] or kind
    return slug if slug not in taken else f"{slug}-{secrets.token_hex(3)}"
