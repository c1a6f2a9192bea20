"""The results of a whole team: who passed what, when, how well, and where they are weak."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Avg, Count, Max

from huixiang.academy.models import Answer, Attempt, AttemptState, CoursePass
from huixiang.academy.queries import ANSWERS_READ, Person, spots
from huixiang.workspaces import clearances
from huixiang.workspaces.models import Membership, Workspace


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Whom to show: by words of their name, by role, by course and whether it is `passed` or `open`."""

    q: str = ""
    role: str = ""
    course: str = ""
    state: str = ""


def results(workspace: Workspace, wanted: Narrowing) -> list[Person]:
    """The team by name with their results, narrowed. Six statements whatever the number."""
    found = {one.id: Person(one) for one in _team(workspace, wanted)}
    _add_passes(found, workspace)
    _add_attempts(found)
    _add_spots(found, workspace)
    return [one for one in found.values() if _fits(one, wanted)]


def _team(workspace: Workspace, wanted: Narrowing) -> Iterable[Membership]:
    team = workspace.memberships.select_related("user").order_by("user__name", "user__email")
    if wanted.q:
        team = team.filter(user__name__icontains=wanted.q)
    return team.filter(role=wanted.role) if wanted.role else team


def _fits(person: Person, wanted: Narrowing) -> bool:
    if not wanted.course or not wanted.state:
        return True
    return (wanted.course in person.passed) == (wanted.state == "passed")


def _add_passes(found: dict[uuid.UUID, Person], workspace: Workspace) -> None:
    for one in CoursePass.objects.filter(membership__in=list(found)).order_by("passed_at"):
        found[one.membership_id].passed[one.course] = one
    missing = clearances.missing_by([person.membership for person in found.values()], workspace)
    for person in found.values():
        person.missing = missing[person.membership.id]


def _add_attempts(found: dict[uuid.UUID, Person]) -> None:
    done = Attempt.objects.filter(membership__in=list(found), state=AttemptState.DONE).values("membership_id")
    for row in done.annotate(
        tries=Count("id"), practised=Count("scenario", distinct=True), mean=Avg("score"), last=Max("ended_at")
    ):
        person = found[row["membership_id"]]
        person.tries, person.practised = row["tries"], row["practised"]
        person.mean, person.last_at = round(row["mean"]), row["last"]


def _add_spots(found: dict[uuid.UUID, Person], workspace: Workspace) -> None:
    counted: defaultdict[uuid.UUID, Counter[str]] = defaultdict(Counter)
    latest = Answer.objects.filter(workspace=workspace).order_by("-at")
    for membership_id, weak in latest.values_list("attempt__membership_id", "weak")[:ANSWERS_READ]:
        counted[membership_id].update(weak)
    for person in found.values():
        person.spots = spots(counted[person.membership.id])


def together(people: Iterable[Person]) -> list[tuple[str, int]]:
    """The weak spots of all of them together."""
    total: Counter[str] = Counter()
    for person in people:
        total.update(dict(person.spots))
    return spots(total)
