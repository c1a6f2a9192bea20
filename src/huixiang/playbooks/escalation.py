"""Carrying a breach up: level by level, each so long after it, until the chain ends or the clock is met.

Times after the breach are counted as the clock is: nobody is told at three in the morning of what is due in working
hours. A level nobody stands behind is passed over.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases import events as case_events
from huixiang.cases.clocks_due import hours_of
from huixiang.cases.clocks_models import COUNTS_DOWN, Clock
from huixiang.cases.models import Case
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import Actor, Event
from huixiang.kernel.errors import Refused
from huixiang.playbooks.events import EscalationChanged
from huixiang.playbooks.hands import team_roles
from huixiang.playbooks.models import EscalationLevel, Rota, RotaPlace
from huixiang.playbooks.states import EscalateTo
from huixiang.themes.models import Theme
from huixiang.workspaces.calendars import WorkingHours, due
from huixiang.workspaces.models import Workspace
from huixiang.workspaces.roles import FIRST_ASKED, Role

AT_ONCE = 500
MOST_LEVELS = 8
LONGEST_MINUTES = 60 * 24 * 30
DEFAULT_CHAIN: Sequence[tuple[int, str, str]] = (
    (0, EscalateTo.OWNER, ""), (30, EscalateTo.ROLE, Role.OPERATOR), (120, EscalateTo.ROLE, Role.ADMINISTRATOR),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A level as somebody wants it; what does not belong to `to` is left empty."""

    minutes: int
    to: str
    role: str = ""
    people: tuple[uuid.UUID, ...] = ()
    rota_id: uuid.UUID | None = None
    grades: tuple[str, ...] = ()


def chain(workspace: Workspace) -> list[EscalationLevel]:
    """The workspace's levels in order; the default ones are made where there are none."""
    found = list(workspace.escalation_levels.select_related("rota"))
    if not found:
        rows = [
            EscalationLevel(workspace=workspace, position=place, minutes=minutes, to=to, role=role)
            for place, (minutes, to, role) in enumerate(DEFAULT_CHAIN, start=1)
        ]
        EscalationLevel.objects.bulk_create(rows, ignore_conflicts=True)
        found = list(workspace.escalation_levels.select_related("rota"))
    return found


@transaction.atomic
def set_chain(*, workspace: Workspace, wanted: Sequence[Wanted], actor: Actor) -> None:
    """Say whom a breach is carried up to, in order of the minutes. Journal: playbooks.escalation_changed.

    Raises Refused for an empty chain, and for a level that names nobody.
    """
    if not 1 <= len(wanted) <= MOST_LEVELS:
        raise Refused(_("A chain has one level at least and %(most)d at most.") % {"most": MOST_LEVELS})
    team, rotas = team_roles(workspace.id), set(Rota.objects.filter(workspace=workspace).values_list("id", flat=True))
    for one in wanted:
        _check(one, team, rotas)
    EscalationLevel.objects.filter(workspace=workspace).delete()
    EscalationLevel.objects.bulk_create(
        EscalationLevel(
            workspace=workspace, position=place, minutes=one.minutes, to=one.to, role=one.role,
            people=list(one.people), rota_id=one.rota_id, grades=list(one.grades),
        )
        for place, one in enumerate(sorted(wanted, key=lambda one: one.minutes), start=1)
    )  # fmt: skip
    event = EscalationChanged(subject=workspace.id, levels=len(wanted))
    record(event, workspace_id=workspace.id, actor=actor)


def _check(wanted: Wanted, team: Mapping[uuid.UUID, str], rotas: set[uuid.UUID]) -> None:
    if not 0 <= wanted.minutes <= LONGEST_MINUTES:
        raise Refused(_("A level is told within thirty days of the breach."))
    named = {
        EscalateTo.OWNER: True,
        EscalateTo.ROLE: wanted.role in Role.values,
        EscalateTo.PEOPLE: bool(wanted.people) and all(one in team for one in wanted.people),
        EscalateTo.ROTA: wanted.rota_id in rotas,
    }
    if not named.get(EscalateTo(wanted.to) if wanted.to in EscalateTo.values else EscalateTo.PEOPLE, False):
        raise Refused(_("Say for every level who is told."))


@transaction.atomic
def escalate() -> int:
    """Carry up every breach whose next level is due; returns how many levels were told.

    Journal: cases.clock_escalated, cases.promise_escalated.
    """
    waiting = Clock.objects.select_for_update(skip_locked=True).filter(COUNTS_DOWN, escalate_at__lte=timezone.now())
    by_workspace: dict[uuid.UUID, list[Clock]] = {}
    for clock in waiting.order_by("escalate_at")[:AT_ONCE]:
        by_workspace.setdefault(clock.workspace_id, []).append(clock)
    return sum(_carry(workspace_id, clocks) for workspace_id, clocks in by_workspace.items())


def _carry(workspace_id: uuid.UUID, clocks: Sequence[Clock]) -> int:
    people = _People(workspace_id, clocks)
    notes = [Note(event) for clock in clocks for event in _due_levels(clock, people, timezone.now())]
    Clock.objects.bulk_update(clocks, ["level", "escalate_at"], batch_size=500)
    record_all(notes, workspace_id=workspace_id)
    return len(notes)


def _due_levels(clock: Clock, people: "_People", now: datetime) -> Iterator[Event]:
    """The levels that are due, told one by one; the clock knows afterwards when the next one is."""
    grade, clock.escalate_at = people.grade(clock), None
    for level in people.chain:
        if level.position <= clock.level or (level.grades and grade not in level.grades):
            continue
        at = due(clock.due_at, timedelta(minutes=level.minutes), hours_of(clock, people.hours))
        if at > now:
            clock.escalate_at = at
            return
        clock.level, told = level.position, people.behind(level, clock)
        if told:
            yield _escalated(clock, told)


def _escalated(clock: Clock, told: list[uuid.UUID]) -> Event:
    if clock.case_id is None:
        return case_events.PromiseEscalated(subject=clock.theme_id, level=clock.level, membership_ids=told)  # type: ignore[arg-type]
    return case_events.ClockEscalated(
        subject=clock.case_id, clock=clock.name, level=clock.level, membership_ids=told
    )


class _People:
    """Chain, calendar, team and owners of a workspace, read once for all clocks that are carried up."""

    def __init__(self, workspace_id: uuid.UUID, clocks: Sequence[Clock]) -> None:
        workspace = Workspace.objects.get(id=workspace_id)
        self.chain, self.hours = chain(workspace), WorkingHours.of(workspace)
        self._roles = team_roles(workspace_id)
        cases = Case.objects.filter(id__in=[clock.case_id for clock in clocks if clock.case_id])
        themes = Theme.objects.filter(id__in=[clock.theme_id for clock in clocks if clock.theme_id])
        self._about = {row[0]: row[1:] for row in cases.values_list("id", "owner_id", "grade")}
        self._about |= {row[0]: row[1:] for row in themes.values_list("id", "owner_id", "worst_grade")}

    def grade(self, clock: Clock) -> str:
        """The grade of the case, or the worst of the theme."""
        return str(self._about[self._key(clock)][1])

    def behind(self, level: EscalationLevel, clock: Clock) -> list[uuid.UUID]:
        """Who of the team stands behind a level just now."""
        if level.to == EscalateTo.OWNER:
            owner = self._about[self._key(clock)][0]
            return [owner] if owner in self._roles else self._with(*FIRST_ASKED)
        if level.to == EscalateTo.ROLE:
            found = self._with(level.role)
            return found or (self._with(Role.OWNER) if level.role == Role.ADMINISTRATOR else [])
        if level.to == EscalateTo.ROTA:
            return self._next_on(level.rota_id) if level.rota_id else []
        return [one for one in level.people if one in self._roles]

    @staticmethod
    def _key(clock: Clock) -> uuid.UUID:
        return clock.case_id or clock.theme_id  # type: ignore[return-value]

    def _with(self, *roles: str) -> list[uuid.UUID]:
        return sorted(one for one, role in self._roles.items() if role in roles)

    def _next_on(self, rota_id: uuid.UUID) -> list[uuid.UUID]:
        """Whoever is there and was asked longest ago; it is their turn with this."""
        today = timezone.localdate()
        places = RotaPlace.objects.select_for_update().filter(rota_id=rota_id, membership_id__in=list(self._roles))
        there = [place for place in places if place.away_until is None or place.away_until < today]
        if not there:
            return []
        chosen = min(there, key=lambda place: (place.asked_at is not None, place.asked_at or 0, place.position))
        RotaPlace.objects.filter(id=chosen.id).update(asked_at=timezone.now())
        return [chosen.membership_id]
