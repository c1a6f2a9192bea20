"""The academy's front page and its courses."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from huixiang.academy import queries
from huixiang.academy.library import Course, Lesson, Words, courses, scenarios
from huixiang.academy.models import Attempt
from huixiang.academy.queries import Progress, Standing
from huixiang.desk import access
from huixiang.desk.academy import words
from huixiang.workspaces.models import Membership

STATES: Final[dict[str, Promise]] = {
    "open": _("Not passed yet"),
    "passed": _("Passed"),
    "new": _("Never tried"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A scenario as a list shows it."""

    standing: Standing
    words: Words


@dataclass(frozen=True, slots=True)
class Offer:
    """A course as a card shows it."""

    progress: Progress
    lesson: Lesson


def spoken() -> str:
    """The language pages are read in."""
    return get_language() or "zh-hans"


@access.page()
def overview(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What is learned, what comes next, and every scenario."""
    known = queries.standings(membership)
    far = queries.progress(membership, known)
    weak = queries.weak_spots(membership)
    following = queries.next_scenario(known, far, weak)
    wanted = {name: request.GET.get(name, "").strip()[:60] for name in ("q", "course", "state")}
    listed = [one for one in map(_told, known.values()) if _fits(one, wanted)]
    return access.shown(
        request, membership, "desk/academy/overview.html", "academy", offers=[_offer(one) for one in far],
        following=_told(following) if following else None, reason=_reason(following, weak), rows=listed,
        narrowed=any(wanted.values()), wanted=wanted, states=STATES, spots=words.spot_names(queries.spots(weak)),
        recent=recent_talks(queries.recent(membership)), missing=[_offer(one) for one in far if one.missing],
        course_names=[(course.key, course.in_language(spoken()).title) for course in courses().values()],
    )  # fmt: skip


def _told(standing: Standing) -> Told:
    return Told(standing, standing.scenario.in_language(spoken()))


def _offer(progress: Progress) -> Offer:
    return Offer(progress, progress.course.in_language(spoken()))


def _fits(one: Told, wanted: dict[str, str]) -> bool:
    heard = f"{one.words.title} {one.words.summary} {one.words.channel} {one.words.who}".lower()
    course = courses().get(wanted["course"])
    states = {"passed": one.standing.passed, "open": not one.standing.passed, "new": not one.standing.tries}
    return (
        wanted["q"].lower() in heard
        and (course is None or one.standing.scenario.key in course.scenarios)
        and states.get(wanted["state"], True)
    )


def _reason(following: Standing | None, weak: dict[str, int]) -> str:
    """The weak spot a scenario is good against, "" when it is simply the next one."""
    if following is None or following.running:
        return ""
    trained = [name for name in following.scenario.trains if weak.get(name, 0) >= queries.COUNTED_SPOTS]
    return words.spot_name(max(trained, key=lambda name: weak[name])) if trained else ""


def recent_talks(attempts: list[Attempt]) -> list[dict[str, Any]]:
    """Finished talks with their titles; of a scenario that is gone its key."""
    known = scenarios()
    return [
        {
            "attempt": one, "ending": words.ENDINGS.get(one.ending, one.ending),
            "title": known[one.scenario].in_language(spoken()).title if one.scenario in known else one.scenario,
        }
        for one in attempts
    ]  # fmt: skip


@access.page()
def course(request: HttpRequest, membership: Membership, course: str) -> HttpResponse:
    """A lesson to read, and its scenarios."""
    wanted: Course = access.found(courses().get(course))
    known = queries.standings(membership)
    far = next(one for one in queries.progress(membership, known) if one.course.key == wanted.key)
    return access.shown(
        request, membership, "desk/academy/course.html", "academy", progress=far,
        lesson=wanted.in_language(spoken()), rows=[_told(one) for one in far.standings],
    )  # fmt: skip
