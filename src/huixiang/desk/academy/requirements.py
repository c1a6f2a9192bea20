"""Which courses which role needs before it answers red cases; who would be locked out is shown before it holds."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.academy.library import courses
from huixiang.desk import access
from huixiang.desk.academy.views import spoken
from huixiang.kernel.errors import Refused
from huixiang.workspaces import clearances
from huixiang.workspaces.clearances import Wanted
from huixiang.workspaces.models import ClearanceRule, Membership
from huixiang.workspaces.roles import GRANTS, Permission, Role

GRACE: Final = datetime.timedelta(days=14)  # proposed, so that there is time to take the courses
ANSWERING: Final = [role for role in Role if Permission.REPLY in GRANTS[role]]


@dataclass(frozen=True, slots=True)
class Locked:
    """Somebody who could not answer red cases, and the courses they still need, in words."""

    membership: Membership
    courses: str


@access.either(Permission.TEAM)
def requirements(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Show the requirement, or keep it: first who would be locked out is shown, then it is confirmed."""
    if request.method != "POST":
        return _shown(request, membership, _kept(clearances.rules(membership.workspace)), ())
    wanted = _wanted(request.POST)
    out = _locked_out(membership, wanted)
    if out and "confirmed" not in request.POST:
        return _shown(request, membership, wanted, out, status=422)
    changed = clearances.require(
        workspace=membership.workspace, wanted=wanted, known=list(courses()), actor=access.actor(membership)
    )
    address = reverse("desk:academy_requirements", args=[membership.workspace.slug])
    return access.done(request, _("Saved.") if changed else _("Nothing was changed."), address)


def _kept(rules: Sequence[ClearanceRule]) -> Wanted:
    first = rules[0] if rules else None
    day = first.from_day if first else timezone.localdate() + GRACE
    return Wanted({rule.role: rule.courses for rule in rules}, day, first.valid_months if first else None)


def _wanted(sent: QueryDict) -> Wanted:
    needed = {role.value: sent.getlist(f"course-{role.value}") for role in ANSWERING}
    months = sent.get("valid_months", "").strip()
    try:
        day = datetime.date.fromisoformat(sent.get("from_day", ""))
    except ValueError:
        raise Refused(_("Choose the day from which it holds.")) from None
    if months and not (months.isascii() and months.isdigit() and len(months) <= 3):  # noqa: PLR2004 - far more than any
        raise Refused(_("A pass counts for one to sixty months, or for good."))
    return Wanted(needed, day, int(months) if months else None)


def _locked_out(membership: Membership, wanted: Wanted) -> list[Locked]:
    comma = pgettext("between courses", ", ")
    titles = {key: course.in_language(spoken()).title for key, course in courses().items()}
    found = clearances.locked_out(workspace=membership.workspace, wanted=wanted)
    return [Locked(one, comma.join(titles.get(key, key) for key in missing)) for one, missing in found]


def _shown(
    request: HttpRequest, membership: Membership, wanted: Wanted, out: Sequence[Locked], status: int = 200
) -> HttpResponse:
    rows: list[dict[str, Any]] = [
        {
            "role": role, "word": role.label,
            "cells": [
                (key, course.in_language(spoken()).title, key in wanted.courses.get(role.value, ()))
                for key, course in courses().items()
            ],
        }
        for role in ANSWERING
    ]  # fmt: skip
    on = any(wanted.courses.values())
    answer = access.shown(
        request, membership, "desk/academy/requirements.html", "academy", rows=rows, wanted=wanted, out=out,
        on=on and not out, titles=[row[1] for row in rows[0]["cells"]], asking=status != 200,  # noqa: PLR2004 - the status
        begun=on and wanted.from_day <= timezone.localdate(),
        locked_now=_locked_out(membership, wanted) if on and not out else [],
    )  # fmt: skip
    answer.status_code = status
    return answer
