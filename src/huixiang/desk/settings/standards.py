"""How long each clock of each grade may take, when it warns, and whom a breach is carried up to."""

import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from huixiang.cases.clocks_models import ClockName
from huixiang.desk import access
from huixiang.desk.cases.clocks import worked
from huixiang.feedback.models import Grade
from huixiang.kernel.errors import Refused
from huixiang.playbooks import escalation, standards
from huixiang.playbooks.models import EscalationLevel, ResponseStandard, Rota
from huixiang.playbooks.states import EscalateTo
from huixiang.workspaces.calendars import WorkingHours
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import team
from huixiang.workspaces.roles import Permission, Role

HOUR, DAY = 60, 24 * 60
NUMBER = re.compile(r"^\d{1,5}([.。]\d)?$")


@dataclass(frozen=True, slots=True)
class Cell:
    """What one clock of one grade may take, as it is written: a number and a unit; none: no such clock."""

    name: str
    label: str
    number: str
    unit: str
    words: str
    needed: bool


def _address(membership: Membership) -> str:
    return reverse("desk:settings_standards", args=[membership.workspace.slug])


@access.page()
def page(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The table of grades and clocks, and the chain."""
    workspace = membership.workspace
    day = WorkingHours.of(workspace).day_minutes
    people = team(workspace)
    rotas = list(Rota.objects.filter(workspace=workspace).order_by("name"))
    levels = escalation.chain(workspace)
    context = {
        "rows": [_row(one, day) for one in standards.standards(workspace)],
        "clocks": [label for _name, label in ClockName.choices], "day": worked(_minutes(day), DAY),
        "shares": standards.WARN_SHARES, "levels": [_level(one, people, rotas) for one in levels],
        "choices": _whom(people, rotas), "grade_choices": Grade.choices,
    }  # fmt: skip
    return access.shown(
        request, membership, "desk/settings/standards.html", "settings", tab="settings_standards", **context
    )


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def _row(standard: ResponseStandard, day: int) -> dict[str, Any]:
    day = DAY if standard.around_the_clock else day
    return {
        "grade": standard.grade,
        "cells": [_cell(standard, name, str(label), day) for name, label in ClockName.choices],
        "always": standard.around_the_clock,
        "share": standard.warn_share,
    }


def _cell(standard: ResponseStandard, name: str, label: str, day: int) -> Cell:
    minutes = standards.minutes_of(standard, name)
    needed = name == ClockName.FIRST_ANSWER
    if minutes is None:
        return Cell(name, label, "", "hours", "", needed)
    for unit, size in (("days", day), ("hours", HOUR)):
        if minutes % size == 0:
            return Cell(name, label, str(minutes // size), unit, worked(_minutes(minutes), day), needed)
    return Cell(name, label, str(minutes), "minutes", worked(_minutes(minutes), day), needed)


@access.verb(Permission.CONFIGURE)
def save(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Keep the table; clocks that run are counted by it only where that is asked for."""
    workspace, sent = membership.workspace, request.POST
    day = WorkingHours.of(workspace).day_minutes
    wanted = {grade: _wanted(sent, grade, day) for grade in Grade.values}
    renewed = standards.set_standards(
        workspace=workspace, wanted=wanted, also_running="also_running" in sent, actor=access.actor(membership)
    )
    if "also_running" not in sent:
        return access.done(request, _("Saved. Cases opened from now on follow it."), _address(membership))
    said = ngettext(
        "Saved. %(n)d running clock follows it, too.", "Saved. %(n)d running clocks follow it, too.", renewed
    )
    return access.done(request, said % {"n": renewed}, _address(membership))


def _wanted(sent: QueryDict, grade: str, day: int) -> standards.Wanted:
    always = f"always-{grade}" in sent
    sizes = {"minutes": 1, "hours": HOUR, "days": DAY if always else day}
    share = sent.get(f"share-{grade}", "")
    return standards.Wanted(
        minutes={name: _time(sent, f"{name}-{grade}", sizes) for name in ClockName.values},
        around_the_clock=always,
        warn_share=int(share) if share.isascii() and share.isdigit() and len(share) < 4 else -1,  # noqa: PLR2004 - per cent
    )


def _time(sent: QueryDict, key: str, sizes: dict[str, int]) -> int | None:
    """Minutes; None for a field left empty: there is no such clock."""
    text, size = sent.get(key, "").strip(), sizes.get(sent.get(f"unit-{key}", ""))
    if not text:
        return None
    if size is None or not (text.isascii() and NUMBER.match(text)):
        raise Refused(_("“%(text)s” is not a time like 4 or 1.5.") % {"text": text[:20]})
    return round(float(text) * size)


def _whom(people: list[Membership], rotas: list[Rota]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Whom a level can tell, in groups: (group, [(value, words), …])."""
    roles = [(f"role:{value}", str(label)) for value, label in Role.choices]
    found = [
        ("", [("owner", _("The owner; nobody owns it: whoever answers"))]),
        (_("Everybody with a role"), roles),
        (_("One person"), [(f"person:{one.id}", str(one)) for one in people]),
    ]
    if rotas:
        found.append((_("Whoever is next on a rota"), [(f"rota:{one.id}", one.name) for one in rotas]))
    return found


def _level(level: EscalationLevel, people: list[Membership], rotas: list[Rota]) -> dict[str, Any]:
    words = dict(pair for _group, pairs in _whom(people, rotas) for pair in pairs)
    chosen = _chosen(level)
    hours = level.minutes > 0 and level.minutes % HOUR == 0
    told = [words.get(one, _("somebody who left")) for one in chosen] or [_("nobody")]
    return {
        "position": level.position, "number": level.minutes // HOUR if hours else level.minutes,
        "unit": "hours" if hours else "minutes", "chosen": chosen, "grades": level.grades,
        "words": pgettext("between people", ", ").join(told), "after": worked(_minutes(level.minutes), DAY),
    }  # fmt: skip


def _chosen(level: EscalationLevel) -> list[str]:
    if level.to == EscalateTo.PEOPLE:
        return [f"person:{one}" for one in level.people]
    return [{"role": f"role:{level.role}", "rota": f"rota:{level.rota_id}"}.get(level.to, "owner")]


@access.verb(Permission.CONFIGURE)
def save_chain(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Keep the levels; one ticked to go, and the empty one at the end, are left out."""
    sent = request.POST
    keys = [key for key in sent.getlist("level") if key.isalnum() and len(key) < 4]  # noqa: PLR2004 - 1 to 8, or new
    wanted = [
        _level_of(sent, key) for key in keys
        if f"gone-{key}" not in sent and (key != "new" or sent.get("minutes-new", "").strip())
    ]  # fmt: skip
    escalation.set_chain(workspace=membership.workspace, wanted=wanted, actor=access.actor(membership))
    return access.done(request, _("Saved. What runs over from now on is carried up so."), _address(membership))


def _level_of(sent: QueryDict, key: str) -> escalation.Wanted:
    minutes = _time(sent, f"minutes-{key}", {"minutes": 1, "hours": HOUR})
    if minutes is None:
        raise Refused(_("Say for every level how long after the breach it is told."))
    grades = tuple(one for one in sent.getlist(f"grades-{key}") if one in Grade.values)
    whom = sent.getlist(f"who-{key}")
    people = tuple(_id(one) for one in whom if one.startswith("person:"))
    if people:
        return escalation.Wanted(minutes, EscalateTo.PEOPLE, people=people, grades=grades)
    kind, _colon, value = (whom[0] if whom else "").partition(":")
    if kind == "rota":
        return escalation.Wanted(minutes, EscalateTo.ROTA, rota_id=_id(whom[0]), grades=grades)
    return escalation.Wanted(minutes, kind, role=value, grades=grades)


def _id(chosen: str) -> uuid.UUID:
    try:
        return uuid.UUID(chosen.partition(":")[2])
    except ValueError:
        raise Refused(_("Say for every level who is told.")) from None
