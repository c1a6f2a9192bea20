"""Accounts of connectors: connecting one, its settings, its secrets, pausing, how it does.

Secrets rest encrypted in `settings` under their own name; while one is being changed the one before stays valid under
`old_<name>` until `old_<name>_until`.
"""

import datetime
import re
import secrets
import string
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels import events
from huixiang.channels.contracts import Connector, Setting, Sort, connector
from huixiang.channels.models import ChannelAccount, Health
from huixiang.channels.webhooks.address import parsed
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel import jobs
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.errors import Refused
from huixiang.kernel.lines import one_line
from huixiang.workspaces.models import Workspace

OLD_SECRET_LASTS: Final = datetime.timedelta(hours=24)
LETTERS: Final = string.ascii_letters + string.digits
LONGEST_VALUE: Final = 4_000
PROXY: Final = "proxy"
COST: Final = "cost_a_month"
FORGET: Final = "\x00"  # given for a secret that may be left out: what is kept goes, and nobody can type it
COMMON: Final = (
    Setting(
        PROXY, gettext_lazy("Outgoing proxy"),
        gettext_lazy("http://host:port; where a platform trusts fixed addresses only"),
        Sort.SECRET, required=False, pattern=r"(https?|socks5)://[^\s]{3,200}",
    ),
    Setting(
        COST, gettext_lazy("Cost a month"), gettext_lazy("In your currency, for comparing channels"), Sort.NUMBER,
        required=False,
    ),
)  # fmt: skip
"""What every account that talks to a platform has beside the settings of its kind; the others have what they cost."""


def value(account: ChannelAccount, name: str) -> str:
    """A setting as it is to be used, secrets decrypted; the default where nothing was given."""
    setting = _setting(account.kind, name)
    stored = str(account.settings.get(name, ""))
    if setting is not None and setting.sort == Sort.SECRET:
        return decrypt(stored)
    return stored or (setting.default if setting else "")


def values(account: ChannelAccount, name: str) -> list[str]:
    """A secret, and the one before while it is still good: what comes in may be signed with either."""
    found = [value(account, name)]
    until = account.settings.get(f"old_{name}_until")
    if until and datetime.datetime.fromisoformat(until) > timezone.now():
        found.append(decrypt(account.settings[f"old_{name}"]))
    return [one for one in found if one]


def settings_of(by: Connector) -> tuple[Setting, ...]:
    """Everything an account of this kind can be given."""
    return (*by.form, *(one for one in COMMON if by.form or one.name == COST))


def _setting(kind: str, name: str) -> Setting | None:
    return next((one for one in settings_of(connector(kind)) if one.name == name), None)


def made(setting: Setting) -> str:
    """A fresh value for a secret that we choose."""
    return "".join(secrets.choice(LETTERS) for _place in range(setting.length))


@transaction.atomic
def connect(
    *, workspace: Workspace, kind: str, name: str, slug: str, given: Mapping[str, str], actor: Actor = SYSTEM
) -> ChannelAccount:
    """Open an account with its settings and an address of its own. Journal: channels.account_opened.

    Raises Refused in words, with `fields` (setting → sentence) where single values are not right.
    """
    settings = _checked(kind, given, {})
    if not name.strip():
        raise Refused(_("Give the channel a name."), fields={"name": _("Give the channel a name.")})
    account = ChannelAccount.objects.create(
        workspace=workspace, slug=slug, kind=kind, name=one_line(name)[:80], settings=settings,
        token=secrets.token_urlsafe(24),
    )  # fmt: skip
    health_of(account)
    record(events.AccountOpened(subject=account.id, kind=kind), workspace_id=workspace.id, actor=actor)
    return account


@transaction.atomic
def change(*, account: ChannelAccount, given: Mapping[str, str], actor: Actor) -> list[str]:
    """Change settings; a secret left empty stays, a new one leaves the old one valid for a day. Returns their names.

    Journal: channels.account_changed. Raises Refused as `connect` does.
    """
    fresh = _checked(account.kind, given, account.settings)
    changed = sorted(name for name, stored in fresh.items() if account.settings.get(name) != stored)
    for name in changed:
        setting = _setting(account.kind, name)
        if name != PROXY and setting is not None and setting.sort == Sort.SECRET and account.settings.get(name):
            fresh[f"old_{name}"] = account.settings[name]
            fresh[f"old_{name}_until"] = (timezone.now() + OLD_SECRET_LASTS).isoformat()
    account.settings = {**account.settings, **fresh}
    account.save(update_fields=["settings"])
    if changed:
        _changed(account, "settings", actor)
    return changed


def _checked(kind: str, given: Mapping[str, str], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they are stored. Raises Refused with a sentence for each value that is not right."""
    found: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for setting in settings_of(connector(kind)):
        if not _asked_for(setting, kind, given, stored):
            continue
        raw = given.get(setting.name, "").strip()
        if raw == FORGET and setting.sort == Sort.SECRET:
            raw = ""
        elif setting.sort == Sort.SECRET:
            if not raw and stored.get(setting.name):
                continue
            raw = raw or (made(setting) if setting.made else "")
        try:
            raw = _fits(setting, raw, needed=_needed(setting, kind, given, stored))
        except Refused as refused:
            wrong[setting.name] = str(refused.sentence)
            continue
        found[setting.name] = encrypt(raw) if setting.sort == Sort.SECRET else raw
    if wrong:
        raise Refused(next(iter(wrong.values())), fields=wrong)
    return found


def _asked_for(setting: Setting, kind: str, given: Mapping[str, str], stored: Mapping[str, Any]) -> bool:
    """Whether the setting is to be looked at: not one that nothing is said of, nor one of another way to connect."""
    if setting.only_with and not _chosen(setting.only_with, kind, given, stored):
        return False
    return setting.name in given or setting.name not in stored


def _needed(setting: Setting, kind: str, given: Mapping[str, str], stored: Mapping[str, Any]) -> bool:
    by_choice = setting.needed_with is not None and _chosen(setting.needed_with, kind, given, stored)
    return setting.required or by_choice


def _chosen(wanted: tuple[str, str], kind: str, given: Mapping[str, str], stored: Mapping[str, Any]) -> bool:
    name, choice = wanted
    asked = _setting(kind, name)
    default = asked.default if asked else ""
    return (given.get(name, str(stored.get(name, ""))).strip() or default) == choice


def _fits(setting: Setting, raw: str, *, needed: bool) -> str:
    raw = raw or ("" if setting.sort == Sort.SECRET else setting.default)
    if not raw:
        if needed:
            raise Refused(_("%(name)s is missing.") % {"name": setting.label})
        return ""
    if len(raw) > LONGEST_VALUE or "\x00" in raw:
        raise Refused(_("%(name)s is too long.") % {"name": setting.label})
    if setting.sort == Sort.ADDRESS:
        parsed(raw)
    if setting.sort == Sort.NUMBER and not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", raw, re.ASCII):
        raise Refused(_("%(name)s is a number.") % {"name": setting.label})
    if setting.sort == Sort.CHOICE and raw not in {choice for choice, _word in setting.choices}:
        raise Refused(_("Choose %(name)s from the list.") % {"name": setting.label})
    if setting.pattern and not re.fullmatch(setting.pattern, raw):
        raise Refused(_("%(name)s does not look like one: %(help)s") % {"name": setting.label, "help": setting.help})
    return raw


@transaction.atomic
def rename(*, account: ChannelAccount, name: str, actor: Actor) -> bool:
    """Call it otherwise; whether that changed anything. Journal: channels.account_changed. Raises Refused."""
    name = one_line(name).strip()[:80]
    if not name:
        raise Refused(_("Give the channel a name."), fields={"name": _("Give the channel a name.")})
    if name == account.name:
        return False
    account.name = name
    account.save(update_fields=["name"])
    _changed(account, "renamed", actor, name)
    return True


@transaction.atomic
def pause(*, account: ChannelAccount, reason: str, actor: Actor = SYSTEM) -> None:
    """Send nothing through the account until somebody resumes it; what waits, waits. Journal: channels.account_changed.

    What comes in is still taken. Says nothing twice.
    """
    if ChannelAccount.objects.filter(id=account.id, paused_reason="").update(paused_reason=reason[:1000]):
        account.paused_reason = reason
        _changed(account, "paused", actor, reason)


@transaction.atomic
def resume(*, account: ChannelAccount, actor: Actor) -> None:
    """Send again, beginning with what waited. Journal: channels.account_changed."""
    if ChannelAccount.objects.filter(id=account.id, closed_at=None).exclude(paused_reason="").update(paused_reason=""):
        account.paused_reason = ""
        Health.objects.filter(account=account).update(error="", error_at=None)
        _changed(account, "resumed", actor)
        wake(account.id)


def wake(account_id: uuid.UUID) -> None:
    """Queue the sender of an account, in the caller's transaction; those that send by an open line send themselves."""
    key = f"channels.deliver:{account_id}"
    jobs.queue("channels.deliver", once=key, lock=key, account_id=str(account_id))


@transaction.atomic
def new_address(*, account: ChannelAccount, actor: Actor) -> None:
    """Give the account another address; calls to the one before find nothing. Journal: channels.account_changed."""
    account.token = secrets.token_urlsafe(24)
    account.save(update_fields=["token"])
    _changed(account, "address", actor)


def _changed(account: ChannelAccount, what: str, actor: Actor, words: str = "") -> None:
    event = events.AccountChanged(subject=account.id, what=what)
    record(event, workspace_id=account.workspace_id, actor=actor, words=words)


def account_at(*, kind: str, token: str) -> ChannelAccount | None:
    """The account whose address this is."""
    if not token.isascii() or "\x00" in token:
        return None
    return ChannelAccount.objects.filter(token=token, kind=kind).select_related("workspace").first()


def by_id(*, workspace_id: uuid.UUID, account_id: uuid.UUID) -> ChannelAccount | None:
    """One account of the workspace."""
    return ChannelAccount.objects.filter(workspace_id=workspace_id, id=account_id).first()


def of_kinds(kinds: Iterable[str]) -> list[ChannelAccount]:
    """All accounts of these kinds, of all workspaces, also paused ones: what comes in is taken; closed ones are not."""
    found = ChannelAccount.objects.filter(kind__in=list(kinds), closed_at=None)
    return list(found.select_related("workspace").order_by("id"))


def to_ask(kinds: Iterable[str]) -> list[ChannelAccount]:
    """Accounts of these kinds whose time to be asked again has come."""
    due = Q(health__isnull=True) | Q(health__asks_next_at__isnull=True) | Q(health__asks_next_at__lte=timezone.now())
    return list(ChannelAccount.objects.filter(due, kind__in=list(kinds), closed_at=None).order_by("id"))


def health_of(account: ChannelAccount) -> Health:
    """The account's health, made when there is none yet."""
    found, _made = Health.objects.get_or_create(account=account, defaults={"workspace_id": account.workspace_id})
    return found


def note_heard(account: ChannelAccount, messages: int) -> None:
    """Something genuine came in."""
    _note(account, last_in_at=timezone.now(), taken=F("taken") + messages)


def note_not_genuine(account: ChannelAccount) -> None:
    """A call that did not prove where it comes from: often a secret pasted wrongly."""
    _note(account, not_genuine=F("not_genuine") + 1, not_genuine_at=timezone.now())


def note_trouble(account: ChannelAccount, sentence: str) -> None:
    """What went wrong last, in words; "" once it goes well again."""
    _note(account, error=sentence[:1000], error_at=timezone.now() if sentence else None)


def _note(account: ChannelAccount, **values: Any) -> None:
    if not Health.objects.filter(account=account).update(**values):
        health_of(account)
        Health.objects.filter(account=account).update(**values)
