"""Whose a step is when it begins: a person, a role, the next on a rota, or whoever owns the case."""

import datetime
import uuid
from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils import timezone

from huixiang.playbooks.models import RotaPlace, RunStep, Step
from huixiang.playbooks.states import OwnerKind
from huixiang.workspaces.models import Membership


class Hands:
    """The team, and the rotas in play, read once for a batch of steps. Rotas stay locked until the transaction ends.

    Whoever left, a role nobody has, and a rota nobody is there for leave the step to the case's owner.
    """

    def __init__(self, workspace_id: uuid.UUID, steps: Iterable[Step]) -> None:
        steps = list(steps)
        self._roles = team_roles(workspace_id) if any(one.owner_kind != OwnerKind.CASE for one in steps) else {}
        rotas = {one.rota_id for one in steps if one.owner_kind == OwnerKind.ROTA and one.rota_id}
        self._places = _places(rotas) if rotas else {}
        self._asked: list[RotaPlace] = []

    def give(self, row: RunStep, at: datetime.datetime) -> None:
        """Say whose the step is from now on."""
        step = row.step
        if step.owner_kind == OwnerKind.PERSON and step.person_id in self._roles:
            row.owner_id = step.person_id
        elif step.owner_kind == OwnerKind.ROLE and step.role in self._roles.values():
            row.role = step.role
        elif step.owner_kind == OwnerKind.ROTA and step.rota_id:
            row.owner_id = self._next(step.rota_id, at)

    def store(self) -> None:
        """Write whose turn it was: one statement, when there was one."""
        if self._asked:
            RotaPlace.objects.bulk_update(self._asked, ["asked_at"], batch_size=500)

    def _next(self, rota_id: uuid.UUID, at: datetime.datetime) -> uuid.UUID | None:
        today = timezone.localdate(at)
        there = [
            place for place in self._places.get(rota_id, ())
            if place.membership_id in self._roles and (place.away_until is None or place.away_until < today)
        ]  # fmt: skip
        if not there:
            return None
        chosen = min(there, key=_since)
        last = max((place.asked_at for place in there if place.asked_at), default=at)
        chosen.asked_at = max(at, last + datetime.timedelta(microseconds=1))
        if chosen not in self._asked:
            self._asked.append(chosen)
        return chosen.membership_id


def _since(place: RotaPlace) -> tuple[bool, datetime.datetime | int, int]:
    """Never asked comes first, then whoever was asked longest ago."""
    return (place.asked_at is not None, place.asked_at or 0, place.position)


def _places(rotas: set[uuid.UUID]) -> dict[uuid.UUID, Sequence[RotaPlace]]:
    rows: QuerySet[RotaPlace] = RotaPlace.objects.select_for_update().filter(rota_id__in=rotas).order_by("id")
    found: dict[uuid.UUID, list[RotaPlace]] = {}
    for row in rows:
        found.setdefault(row.rota_id, []).append(row)
    return {rota: sorted(places, key=lambda place: place.position) for rota, places in found.items()}


def team_roles(workspace_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """The role of everybody who is in the team now."""
    return dict(Membership.objects.filter(workspace_id=workspace_id).values_list("id", "role"))


def whose(row: RunStep, roles: dict[uuid.UUID, str]) -> list[uuid.UUID]:
    """The memberships a step is up to just now; none when nobody owns the case. `roles`: the team, see team_roles."""
    if row.owner_id:
        return [row.owner_id] if row.owner_id in roles else []
    if row.role:
        return [one for one, role in roles.items() if role == row.role]
    return [row.case.owner_id] if row.case.owner_id else []
