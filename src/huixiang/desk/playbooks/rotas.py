"""Rotas: people who take steps in turn."""

import datetime
import uuid

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from huixiang.desk import access
from huixiang.desk.playbooks.editor import uuid_of
from huixiang.desk.playbooks.views import TAB
from huixiang.kernel.errors import Refused
from huixiang.playbooks import queries
from huixiang.playbooks import rotas as keeping
from huixiang.playbooks.models import Rota
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import team
from huixiang.workspaces.roles import Permission


@access.page()
def listing(request: HttpRequest, membership: Membership) -> HttpResponse:
    """All of them, each with its people in their order and whose turn it is."""
    people, uses = team(membership.workspace), queries.rota_uses(membership.workspace_id)
    rows = [_shown(rota, uses.get(rota.id, 0), people) for rota in queries.rotas(membership.workspace_id)]
    return access.shown(
        request, membership, "desk/playbooks/rotas.html", "settings", tab=TAB, rotas=rows, people=people
    )


def _shown(rota: Rota, uses: int, people: list[Membership]) -> dict[str, object]:
    places, today = list(rota.places.all()), timezone.localdate()
    there = [place for place in places if place.away_until is None or place.away_until < today]
    on = {place.membership_id for place in places}
    following = min(there, key=lambda one: (one.asked_at is not None, one.asked_at or 0, one.position), default=None)
    away = {place.id for place in places} - {place.id for place in there}
    return {
        "rota": rota, "uses": uses, "places": [(place, place.id in away) for place in places],
        "next": following, "others": [one for one in people if one.id not in on],
    }  # fmt: skip


@access.verb(Permission.CONFIGURE)
def save(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Make a rota of a name and its first person."""
    keeping.save(
        workspace=membership.workspace, rota=None, name=request.POST.get("name", ""),
        people=_people(request.POST.getlist("person")), away={}, by=membership,
    )  # fmt: skip
    return access.done(request, _("The rota is made. Put its people in their order."), _address(membership))


@access.verb(Permission.CONFIGURE)
def change(request: HttpRequest, membership: Membership, rota_id: uuid.UUID) -> HttpResponse:
    """Keep its people and who is away; a button moves one of them, takes one off, or removes the rota."""
    rota = access.found(queries.rota_by_id(workspace_id=membership.workspace_id, rota_id=rota_id))
    what, _colon, key = request.POST.get("do", "save").partition(":")
    if what == "remove":
        keeping.remove(rota=rota, by=membership)
        return access.done(request, _("The rota is gone; its steps are the case owners'."), _address(membership))
    people = _arranged(_people(request.POST.getlist("person")), what, uuid_of(key))
    keeping.save(
        workspace=membership.workspace, rota=rota, name=request.POST.get("name", ""), people=people,
        away=_away(request.POST, people), by=membership,
    )  # fmt: skip
    return access.done(request, _("Saved."), f"{_address(membership)}#r-{rota.id}")


def _address(membership: Membership) -> str:
    return reverse("desk:settings_rotas", args=[membership.workspace.slug])


def _people(sent: list[str]) -> list[uuid.UUID]:
    return [key for one in sent if (key := uuid_of(one))]


def _arranged(people: list[uuid.UUID], what: str, which: uuid.UUID | None) -> list[uuid.UUID]:
    if which not in people:
        return people
    if what == "off":
        return [one for one in people if one != which]
    place = people.index(which)
    to = {"up": place - 1, "down": place + 1}.get(what, place)
    if 0 <= to < len(people):
        people[place], people[to] = people[to], people[place]
    return people


def _away(sent: QueryDict, people: list[uuid.UUID]) -> dict[uuid.UUID, datetime.date | None]:
    return {one: _day(sent.get(f"away-{one}", "")) for one in people}


def _day(text: str) -> datetime.date | None:
    if not text.strip():
        return None
    try:
        day = parse_date(text.strip())
    except ValueError:
        day = None
    if day is None:
        raise Refused(_("“%(text)s” is not a date.") % {"text": text[:20]})
    return day
