"""The form an account is connected and changed with, made of what its connector says of its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from huixiang.channels.accounts import COMMON, COST, PROXY
from huixiang.channels.contracts import Connector, Setting, Sort

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
    made: bool
    kept: bool
    error: str


def settings_of(by: Connector) -> tuple[Setting, ...]:
    """The settings of a kind with those that every account has which talks to a platform."""
    return (*by.form, *COMMON) if by.form else ()


def fields(
    by: Connector, stored: Mapping[str, Any], given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> list[Field]:  # fmt: skip
    """The fields as they stand: what was just typed before what is stored before the default; faults beside each."""
    typed, faults = given or {}, wrong or {}
    return [_field(one, stored, typed, faults.get(one.name, "")) for one in settings_of(by)]


def _field(one: Setting, stored: Mapping[str, Any], typed: Mapping[str, str], fault: str) -> Field:
    secret, kept = one.sort == Sort.SECRET, bool(stored.get(one.name))
    value = typed.get(one.name) if one.name in typed else str(stored.get(one.name) or one.default)
    return Field(
        one.name, str(one.label), str(one.help), one.sort, INPUTS.get(one.sort, "text"),
        "" if secret else value or "", one.choices, one.required and not one.made and not (secret and kept),
        one.made, secret and kept, fault,
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
    kept = [one for one in by.form if one.sort == Sort.SECRET and stored.get(one.name)]
    return [Secret(one.name, str(one.label), one.made, _old_until(one.name, stored)) for one in kept]


def _old_until(name: str, stored: Mapping[str, Any]) -> Any:
    until = parse_datetime(stored.get(f"old_{name}_until") or "")
    return until if until and until > timezone.now() else None


def shown(by: Connector, stored: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The settings that may be read by whoever reads the page: no secrets, empty ones left out."""
    open_ones = [one for one in settings_of(by) if one.sort != Sort.SECRET]
    return [(str(one.label), _said(one, str(stored[one.name]))) for one in open_ones if stored.get(one.name)]


def _said(one: Setting, value: str) -> str:
    if one.sort == Sort.FLAG:
        return _("no") if value == OFF else _("yes")
    return next((str(word) for choice, word in one.choices if choice == value), value)
