"""How rooms are run here: who is called when one opens, and how often it tells where things stand."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.desk import access
from huixiang.desk.inbox.asked import uuid_of
from huixiang.desk.war_rooms.room import SECTION
from huixiang.feedback.models import Grade
from huixiang.kernel.errors import Refused
from huixiang.war_rooms import seating
from huixiang.war_rooms.states import Part
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import team
from huixiang.workspaces.roles import Permission, Role

SPARE: Final = 2  # empty rows below each part's
UNITS: Final = {"minutes": 1, "hours": 60}


@access.page()
def habits(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Both, for everybody to read."""
    minutes = seating.habits(membership.workspace_id)
    rows = seating.usual(membership.workspace_id)
    context: dict[str, Any] = {
        "grades": [_shown(grade, minutes[grade]) for grade in (Grade.RED, Grade.ORANGE)],
        "parts": [
            (part, word, [row.role or str(row.membership_id) for row in rows if row.part == part])
            for part, word in Part.choices
        ],
        "named": [(row.get_part_display(), row.membership or Role(row.role).label) for row in rows],
        "roles": Role.choices, "team": team(membership.workspace), "spare": range(SPARE),
    }  # fmt: skip
    return access.shown(request, membership, "desk/war_rooms/habits.html", SECTION, **context)


def _shown(grade: str, minutes: int) -> dict[str, Any]:
    hours = minutes % 60 == 0
    return {"grade": grade, "number": minutes // 60 if hours else minutes, "hours": hours}


@access.verb(Permission.CONFIGURE)
def save(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Keep the same."""
    minutes = seating.habits(membership.workspace_id)
    for grade in (Grade.RED, Grade.ORANGE):
        minutes[grade] = _minutes(request.POST.get(f"number-{grade}", ""), request.POST.get(f"unit-{grade}", ""))
    by_id = {str(one.id): one for one in team(membership.workspace)}
    people: list[tuple[str, str, Membership | None]] = []
    for part in Part.values:
        for wanted in request.POST.getlist(f"part-{part}"):
            if wanted in Role.values:
                people.append((part, wanted, None))
            elif uuid_of(wanted):
                people.append((part, "", access.found(by_id.get(wanted))))
    seating.set_habits(
        workspace=membership.workspace, minutes=minutes, people=people, actor=access.actor(membership)
    )
    address = reverse("desk:war_room_habits", args=[membership.workspace.slug])
    return access.done(request, _("Saved. Rooms that open from now on follow it."), address)


def _minutes(number: str, unit: str) -> int:
    if not (number.isascii() and number.isdigit() and len(number) < 6 and unit in UNITS):  # noqa: PLR2004 - far more than any of them
        raise Refused(_("Give a time for every grade."))
    return int(number) * UNITS[unit]
