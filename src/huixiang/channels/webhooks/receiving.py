"""The incoming webhook of a channel account: its address, its secrets, which JSON field is what."""

import datetime
import secrets
import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels import events
from huixiang.channels.models import ChannelAccount, RefusedCall
from huixiang.channels.webhooks import address
from huixiang.channels.webhooks.actions import new_secret
from huixiang.engine.masking import mask
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.errors import Refused

KIND: Final = "webhook"
OLD_SECRET_LASTS = datetime.timedelta(hours=24)
EXCERPT = 300
REFUSED_KEPT = 100
LONGEST_PATH = 120
FIELDS: Final[dict[str, Promise]] = {
    "list": gettext_lazy("List of messages; empty: the body is one message"),
    "text": gettext_lazy("Text"),
    "external_id": gettext_lazy("Message's id; without it the id of the call"),
    "author_id": gettext_lazy("Author's id"),
    "author_name": gettext_lazy("Author's name"),
    "author_email": gettext_lazy("Author's e-mail address"),
    "time": gettext_lazy("Time: ISO 8601 or seconds since 1970"),
    "thread": gettext_lazy("Conversation"),
    "reply_to": gettext_lazy("Id of the message this one answers"),
    "private": gettext_lazy("Whether only the author and staff can read it"),
}
DEFAULT: Final[dict[str, str]] = {
    "list": "", "text": "data.text", "external_id": "data.id", "author_id": "data.author.id",
    "author_name": "data.author.name", "author_email": "data.author.email", "time": "timestamp",
    "thread": "data.thread", "reply_to": "data.reply_to", "private": "data.private",
}  # fmt: skip


@transaction.atomic
def set_up(*, account: ChannelAccount, actor: Actor) -> str:
    """Give an account its address and its first secret, which is returned. Journal: channels.account_changed."""
    secret = new_secret()
    account.settings = {
        **account.settings, "token": secrets.token_urlsafe(24), "secret": encrypt(secret), "mapping": DEFAULT,
    }  # fmt: skip
    _save(account, "opened", actor)
    return secret


@transaction.atomic
def rotate(*, account: ChannelAccount, actor: Actor) -> str:
    """Make a new secret; the one before is good for another day. Journal: channels.account_changed."""
    secret = new_secret()
    account.settings = {
        **account.settings, "old_secret": account.settings["secret"], "secret": encrypt(secret),
        "old_until": (timezone.now() + OLD_SECRET_LASTS).isoformat(),
    }  # fmt: skip
    _save(account, "rotated", actor)
    return secret


@transaction.atomic
def map_fields(*, account: ChannelAccount, wanted: Mapping[str, str], actor: Actor) -> None:
    """Say which field of the JSON is what. Journal: channels.account_changed. Raises Refused without the text."""
    mapping = {name: wanted.get(name, "").strip() for name in FIELDS}
    if not mapping["text"]:
        raise Refused(_("Say which field holds the text."))
    if any(len(path) > LONGEST_PATH or not path.isprintable() for path in mapping.values()):
        raise Refused(_("A field is named like data.author.name."))
    account.settings = {**account.settings, "mapping": mapping}
    _save(account, "mapped", actor)


@transaction.atomic
def answer_at(*, account: ChannelAccount, url: str, actor: Actor) -> None:
    """Say to which address answers go, "" for none. Journal: channels.account_changed. Raises Refused in words."""
    url = url.strip()
    if url:
        address.parsed(url)
    account.settings = {**account.settings, "answers": url}
    _save(account, "answers", actor)


def answers_to(account: ChannelAccount) -> str:
    """Where answers go; "" where the other side only tells."""
    return str(account.settings.get("answers", ""))


def _save(account: ChannelAccount, what: str, actor: Actor) -> None:
    account.save(update_fields=["settings"])
    event = events.AccountChanged(subject=account.id, what=what)
    record(event, workspace_id=account.workspace_id, actor=actor)


def account_by_token(token: str) -> ChannelAccount | None:
    """The account this address belongs to."""
    found = ChannelAccount.objects.filter(kind=KIND, settings__token=token)
    return found.select_related("workspace").first()


def secrets_of(account: ChannelAccount) -> list[str]:
    """The secret, and the one before while it is still good."""
    stored = [account.settings["secret"]]
    until = account.settings.get("old_until")
    if until and datetime.datetime.fromisoformat(until) > timezone.now():
        stored.append(account.settings["old_secret"])
    return [decrypt(one) for one in stored]


def refuse(*, account: ChannelAccount, reason: str, body: str) -> None:
    """Keep in plain sight what could not be taken, and why; the hundred latest of an account."""
    excerpt = mask(body.replace("\x00", "").encode("utf-8", "replace").decode()[: 2 * EXCERPT]).text[:EXCERPT]
    RefusedCall.objects.create(workspace_id=account.workspace_id, account=account, reason=reason, excerpt=excerpt)
    kept: list[uuid.UUID] = list(account.refused_calls.order_by("-at").values_list("id", flat=True)[:REFUSED_KEPT])
    account.refused_calls.exclude(id__in=kept).delete()


def value_at(body: Any, path: str) -> Any:
    """What stands at a path like `data.author.name` or `items.0.text`; None when nothing does."""
    for step in path.split(".") if path else []:
        if isinstance(body, list) and step.isascii() and step.isdigit() and int(step[:6]) < len(body):
            body = body[int(step[:6])]
        elif isinstance(body, dict):
            body = body.get(step)
        else:
            return None
    return body
