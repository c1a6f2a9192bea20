"""Playbooks in words: when one is taken, whose a step is, how long it may take, when it is left out."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext, pgettext

from huixiang.channels.contracts import kinds as channel_kinds
from huixiang.feedback.models import Grade, Kind
from huixiang.members.models import Tier
from huixiang.playbooks.choosing import CONDITIONS
from huixiang.playbooks.models import RunStep, Step
from huixiang.playbooks.states import AfterState, CountedFrom, OwnerKind, StepState
from huixiang.workspaces.roles import Role

HOUR: Final = 60
DAY: Final = 24 * HOUR
Accounts = Mapping[str, str]  # names of channels by id
_LABELS: Final[dict[str, Promise]] = {
    "grades": gettext_lazy("Grade"),
    "kinds": gettext_lazy("Kind"),
    "tiers": gettext_lazy("Member"),
    "channels": gettext_lazy("Kind of channel"),
    "accounts": gettext_lazy("Channel"),
}
_SINGLE: Final = {"grades": "grade", "kinds": "kind", "tiers": "tier", "channels": "channel", "accounts": "account"}


def comma(words: Sequence[str]) -> str:
    """Words as a list in a sentence."""
    return pgettext("between playbooks' words", ", ").join(words)


def value_in_words(name: str, value: str, accounts: Accounts) -> str:
    """One value of a condition."""
    choices: dict[str, Any] = {"grades": Grade, "kinds": Kind, "tiers": Tier}
    if name in choices:
        return str(choices[name](value).label) if value in choices[name].values else value
    if name == "channels":
        return str(channel_kinds().get(value, value))
    return accounts.get(value) or _("a channel that is gone")


def conditions_in_words(conditions: Mapping[str, Sequence[str]], accounts: Accounts) -> list[tuple[str, str]]:
    """Each condition that is set, as its name and what it asks for; empty when every case fits."""
    return [
        (str(_LABELS[name]), comma([value_in_words(name, value, accounts) for value in _in_order(name, conditions)]))
        for name in CONDITIONS
        if conditions.get(name)
    ]


def _in_order(name: str, conditions: Mapping[str, Sequence[str]]) -> list[str]:
    """Grades, kinds and tiers as people list them, the rest as it stands."""
    orders: dict[str, list[str]] = {"grades": Grade.values, "kinds": Kind.values, "tiers": Tier.values[::-1]}
    wanted = conditions[name]
    return [value for value in orders.get(name, list(wanted)) if value in wanted]


def why_in_words(chosen: Mapping[str, Any], accounts: Accounts) -> str:
    """Why a run's playbook was taken: what of the case met its conditions, or a person who chose it."""
    if chosen.get("by_hand"):
        return _("Somebody chose it by hand.")
    met = [
        f"{_LABELS[name]} {value_in_words(name, chosen.get(_SINGLE[name], ''), accounts)}"
        for name in chosen.get("by", ())
        if name in _SINGLE
    ]
    if not met:
        return _("It is meant for every case that no playbook before it takes.")
    return _("It was chosen by: %(list)s") % {"list": comma(met)}


def duration(minutes: int, *, around_the_clock: bool, day_minutes: int) -> str:
    """A time as people say it, in days where it comes to whole ones."""
    if around_the_clock and minutes % DAY == 0:
        days = minutes // DAY
        return npgettext("time of a step", "%(n)d day", "%(n)d days", days) % {"n": days}
    if not around_the_clock and minutes % day_minutes == 0:
        days = minutes // day_minutes
        return npgettext("time of a step", "%(n)d working day", "%(n)d working days", days) % {"n": days}
    if minutes % (HOUR // 2) == 0 and minutes > HOUR:
        hours = f"{minutes / HOUR:g}"
        return (_("%(n)s hours") if around_the_clock else _("%(n)s working hours")) % {"n": hours}
    return (_("%(n)d minutes") if around_the_clock else _("%(n)d working minutes")) % {"n": minutes}


def due_in_words(step: Step, day_minutes: int) -> str:
    """How long a step may take and from when on; "" for one without a time."""
    if step.minutes is None:
        return ""
    time = duration(step.minutes, around_the_clock=step.around_the_clock, day_minutes=day_minutes)
    if step.counted_from == CountedFrom.START:
        return _("within %(time)s from the start") % {"time": time}
    return _("within %(time)s after the step before") % {"time": time}


def owner_in_words(step: Step) -> str:
    """Whose a step is by its playbook."""
    if step.owner_kind == OwnerKind.PERSON:
        return str(step.person) if step.person and not step.person.left_at else _("somebody who left; the case's owner")
    if step.owner_kind == OwnerKind.ROLE and step.role:
        return str(Role(step.role).label)
    if step.owner_kind == OwnerKind.ROTA:
        return _("Rota: %(name)s") % {"name": step.rota} if step.rota else _("a rota that is gone; the case's owner")
    return str(OwnerKind.CASE.label)


def only_if(step: Step, titles: Mapping[str, str]) -> list[str]:
    """When a step is done at all, each condition as a sentence of its own. `titles`: of the steps, by key."""
    told = []
    if step.min_grade:
        told.append(_("only from %(grade)s on") % {"grade": Grade(step.min_grade).label})
    if step.min_tier:
        told.append(_("only for %(tier)s and above") % {"tier": Tier(step.min_tier).label})
    if step.kinds:
        labels = [str(Kind(kind).label) for kind in Kind.values if kind in step.kinds]
        told.append(_("only for: %(kinds)s") % {"kinds": comma(labels)})
    if step.only_missing:
        told.append(_("only while details are missing"))
    if step.after_key and step.after_key in titles:
        ended = AfterState(step.after_state).label
        told.append(_("after “%(step)s” %(ended)s") % {"step": titles[step.after_key], "ended": ended})
    return told


def whose_in_words(row: RunStep) -> str:
    """Whose a step of a case is: by name once it has begun, by its playbook before."""
    if row.owner:
        return str(row.owner)
    if row.role:
        return str(Role(row.role).label)
    if row.state == StepState.WAITING and row.step.owner_kind != OwnerKind.CASE:
        return owner_in_words(row.step)
    return str(row.case.owner) if row.case.owner else _("nobody yet")


def accounts_of(pairs: Sequence[tuple[uuid.UUID, str]]) -> dict[str, str]:
    """Names of channels by id, as the words here want them."""
    return {str(key): name for key, name in pairs}
