"""How far people are: best results, courses, weak spots; of one person and of a whole team."""

import datetime
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from huixiang.academy.library import Course, Ending, Scenario, courses, courses_with, scenarios
from huixiang.academy.models import Answer, Attempt, AttemptState, CoursePass
from huixiang.cases.models import Turn
from huixiang.cases.states import Direction
from huixiang.engine.coach.reading import advise
from huixiang.workspaces.clearances import courses_missing
from huixiang.workspaces.models import Membership

ANSWERS_READ: Final = 4_000  # of a team, the latest: what people are weak at now
REAL_READ: Final = 20  # of one's real answers, the latest
SPOTS: Final = 3
COUNTED_SPOTS: Final = 2  # how often something must be lacking before it is called a weak spot


@dataclass(slots=True)
class Standing:
    """How somebody stands with one scenario. `best` is of the talks that were not lost; None: never finished well."""

    scenario: Scenario
    best: int | None = None
    tries: int = 0
    last_at: datetime.datetime | None = None
    running: Attempt | None = None

    @property
    def mark(self) -> int:
        """The strictest pass mark of the courses it belongs to."""
        return max((course.pass_mark for course in courses_with(self.scenario.key)), default=0)

    @property
    def passed(self) -> bool:
        """Whether it is good enough for every course it belongs to."""
        return self.best is not None and self.best >= self.mark


@dataclass(frozen=True, slots=True)
class Progress:
    """How somebody stands with one course. `fresh`: scenarios passed since it was last passed, or at all before that.

    `required`: the role needs it for red cases; `missing`: it is needed today and not there, or has lapsed.
    """

    course: Course
    standings: Sequence[Standing]
    fresh: int
    passed: CoursePass | None
    required: bool = False
    missing: bool = False

    @property
    def number(self) -> int:
        """How many scenarios it has."""
        return len(self.course.scenarios)

    @property
    def done(self) -> int:
        """How many of them are behind: all while a pass counts."""
        return self.number if self.passed and not self.missing else self.fresh

    @property
    def lapsed(self) -> bool:
        """Whether a pass was there and counts no more."""
        return self.missing and self.passed is not None


def attempt_by_id(*, workspace_id: uuid.UUID, attempt_id: uuid.UUID) -> Attempt | None:
    """An attempt of this workspace, whoever's."""
    found = Attempt.objects.filter(workspace_id=workspace_id, id=attempt_id)
    return found.select_related("membership__user").first()


def answers_of(attempt: Attempt) -> list[Answer]:
    """Its answers in order."""
    return list(attempt.answers.order_by("place"))


def recent(membership: Membership, number: int = 8) -> list[Attempt]:
    """The talks this person finished last."""
    found = Attempt.objects.filter(membership=membership, state=AttemptState.DONE)
    return list(found.order_by("-ended_at")[:number])


def tries_at(membership: Membership, scenario: Scenario) -> list[Attempt]:
    """Every talk of this person in a scenario that was finished, newest first."""
    found = Attempt.objects.filter(membership=membership, scenario=scenario.key, state=AttemptState.DONE)
    return list(found.order_by("-ended_at")[:20])


def standings(membership: Membership) -> dict[str, Standing]:
    """How this person stands with every scenario, by its key. One statement."""
    found = {key: Standing(scenario) for key, scenario in scenarios().items()}
    for attempt in Attempt.objects.filter(membership=membership).exclude(state=AttemptState.LEFT):
        if attempt.scenario in found:
            _count(found[attempt.scenario], attempt)
    return found


def _count(standing: Standing, attempt: Attempt) -> None:
    if attempt.state == AttemptState.RUNNING:
        standing.running = attempt
        return
    standing.tries += 1
    if attempt.ended_at and (standing.last_at is None or attempt.ended_at > standing.last_at):
        standing.last_at = attempt.ended_at
    if attempt.ending != Ending.LOST and attempt.score is not None:
        standing.best = max(standing.best or 0, attempt.score)


def progress(membership: Membership, known: Mapping[str, Standing]) -> list[Progress]:
    """How this person stands with every course. Five statements at most."""
    passes = _latest_passes(membership)
    since = {course: one.passed_at for course, one in passes.items()}
    fresh = _fresh(membership, since)
    required = _required(membership)
    missing = set(courses_missing(membership))
    return [
        Progress(
            course, [known[key] for key in course.scenarios], fresh[course.key], passes.get(course.key),
            course.key in required, course.key in missing,
        )
        for course in courses().values()
    ]  # fmt: skip


def _required(membership: Membership) -> set[str]:
    rules = membership.workspace.clearance_rules.filter(role=membership.role)
    return {course for rule in rules for course in rule.courses}


def _latest_passes(membership: Membership) -> dict[str, CoursePass]:
    return {one.course: one for one in CoursePass.objects.filter(membership=membership).order_by("passed_at")}


def _fresh(membership: Membership, since: Mapping[str, datetime.datetime]) -> dict[str, int]:
    """Of each course, how many scenarios count towards its next pass."""
    done = Attempt.objects.filter(membership=membership, state=AttemptState.DONE).exclude(ending=Ending.LOST)
    rows = list(done.values_list("scenario", "score", "ended_at"))
    found = {}
    for course in courses().values():
        start = since.get(course.key)
        good = {
            key for key, score, at in rows
            if key in course.scenarios and (score or 0) >= course.pass_mark and (start is None or (at and at > start))
        }  # fmt: skip
        found[course.key] = len(good)
    return found


def weak_spots(membership: Membership) -> Counter[str]:
    """What was lacking in this person's answers here, and at fault in the latest they really sent. Two statements."""
    found: Counter[str] = Counter()
    answers = Answer.objects.filter(attempt__membership=membership).order_by("-at")
    for weak in answers.values_list("weak", flat=True)[:100]:
        found.update(weak)
    sent = Turn.objects.filter(workspace_id=membership.workspace_id, by=membership, direction=Direction.OUTBOUND)
    for text in sent.order_by("-at").values_list("text", flat=True)[:REAL_READ]:
        found.update({str(finding.fault) for finding in advise(text).findings})
    return found


def spots(found: Counter[str]) -> list[tuple[str, int]]:
    """The weak spots worth naming, the most frequent first."""
    return [(name, number) for name, number in found.most_common(SPOTS) if number >= COUNTED_SPOTS]


def next_scenario(known: Mapping[str, Standing], far: Sequence[Progress], weak: Counter[str]) -> Standing | None:
    """What to practise next: what is begun; else what is not passed yet, required courses first, then weak spots."""
    running = [one for one in known.values() if one.running]
    if running:
        return running[0]
    wanted = {key for one in far if one.missing for key in one.course.scenarios}
    left = [one for one in known.values() if not one.passed]

    def rank(one: Standing) -> tuple[bool, int, int]:
        return one.scenario.key in wanted, sum(weak[name] for name in one.scenario.trains), -one.scenario.order

    return max(left, key=rank, default=None)


@dataclass(slots=True)
class Person:
    """One of the team with their results."""

    membership: Membership
    passed: dict[str, CoursePass] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    tries: int = 0
    practised: int = 0
    mean: int | None = None
    last_at: datetime.datetime | None = None
    spots: list[tuple[str, int]] = field(default_factory=list)

    @property
    def cells(self) -> list[tuple[Course, CoursePass | None, bool]]:
        """Of each course: the pass that is there, and whether one is wanting for red cases."""
        return [(course, self.passed.get(key), key in self.missing) for key, course in courses().items()]
