"""The form an account is connected and changed with, made of what its connector says of its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from huixiang.channels.accounts import COST, FORGET, PROXY, settings_of, value
from huixiang.channels.contracts import Connector, Setting, Sort
from huixiang.channels.models import ChannelAccount

INPUTS: Final = {Sort.SECRET: "password", Sort.ADDRESS: "url"}
OFF: Final = "0"  # of a switch that is on by default


@dataclass(frozen=True, slots=True)
class Field:
    """One field as it is drawn. Of a stored secret only that there is one is told, never what it is."""

    name: str
    label: str
    help: str
    sort: str
    input: str
    value: str
    choices: Sequence[tuple[str, Any]]
    required: bool
    optional: bool  # may be left empty whatever is chosen
    made: bool
    kept: bool
    error: str
    only_with: str  # "name=value" of the choice that shows it
    forgets: bool  # kept, and may be left out: a tick takes it away


def fields(
    by: Connector, stored: Mapping[str, Any], given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> list[Field]:  # fmt: skip
    """The fields as they stand: what was just typed before what is stored before the default; faults beside each."""
    typed, faults = given or {}, wrong or {}
    return [_field(one, stored, typed, faults.get(one.name, "")) for one in settings_of(by)]


def _field(one: Setting, stored: Mapping[str, Any], typed: Mapping[str, str], fault: str) -> Field:
    secret, kept = one.sort == Sort.SECRET, bool(stored.get(one.name))
    shown = typed.get(one.name) if one.name in typed else str(stored.get(one.name) or one.default)
    conditional = bool(one.only_with or one.needed_with)  # a browser that hides nothing must not insist
    return Field(
        one.name, str(one.label), str(one.help), one.sort, INPUTS.get(one.sort, "text"),
        "" if secret else shown or "", one.choices,
        one.required and not conditional and not one.made and not (secret and kept),
        not one.required and not one.needed_with, one.made, secret and kept, fault,
        "=".join(one.only_with or ()), secret and kept and not one.required and not one.made,
    )  # fmt: skip


def split(found: Sequence[Field]) -> tuple[list[Field], list[Field]]:
    """What must be looked at, and what most leave as it is: not required, with a default that serves."""
    rare = [one for one in found if not one.error and (one.name in (PROXY, COST) or _serves(one))]
    return [one for one in found if one not in rare], rare


def _serves(one: Field) -> bool:
    return not one.required and one.sort in (Sort.ADDRESS, Sort.NUMBER) and bool(one.value)


def given_of(by: Connector, sent: QueryDict) -> dict[str, str]:
    """What was sent for each setting. A switch that is off is not sent by browsers."""
    return {one.name: _given(one, sent) for one in settings_of(by)}


def _given(one: Setting, sent: QueryDict) -> str:
    if one.sort == Sort.FLAG and one.name not in sent:
        return OFF if one.default else ""
    if one.sort == Sort.SECRET and not one.required and not sent.get(one.name) and one.name in sent.getlist("forget"):
        return FORGET
    return sent.get(one.name, "")


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret of an account: whether we made it, and until when the one before is good as well."""

    name: str
    label: str
    made: bool
    old_until: Any


def secrets_of(by: Connector, stored: Mapping[str, Any]) -> list[Secret]:
    """The secrets an account has, with what is left of the ones before."""
    kept = [one for one in by.form if one.sort == Sort.SECRET and stored.get(one.name) and _applies(one, by, stored)]
    return [Secret(one.name, str(one.label), one.made, _old_until(one.name, stored)) for one in kept]


def _old_until(name: str, stored: Mapping[str, Any]) -> Any:
    until = parse_datetime(stored.get(f"old_{name}_until") or "")
    return until if until and until > timezone.now() else None


def shown(by: Connector, stored: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The settings that may be read by whoever reads the page: no secrets, empty ones left out."""
    open_ones = [one for one in settings_of(by) if one.sort != Sort.SECRET and _applies(one, by, stored)]
    return [(str(one.label), _said(one, str(stored[one.name]))) for one in open_ones if stored.get(one.name)]


def _applies(one: Setting, by: Connector, stored: Mapping[str, Any]) -> bool:
    """Whether it belongs to the way the account is connected."""
    if one.only_with is None:
        return True
    name, wanted = one.only_with
    chosen = next(str(stored.get(name) or other.default) for other in by.form if other.name == name)
    return chosen == wanted


def proxy_of(account: ChannelAccount) -> str:
    """The proxy's address without who signs in there; "" without one."""
    parts = urlsplit(value(account, PROXY))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""


def _said(one: Setting, value: str) -> str:
    if one.sort == Sort.FLAG:
        return _("no") if value == OFF else _("yes")
    return next((str(word) for choice, word in one.choices if choice == value), value)
