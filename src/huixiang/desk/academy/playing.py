"""Practising a scenario: its background, the talk turn by turn, and the result. The coach is silent meanwhile."""

import re
import uuid
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.academy import actions, queries
from huixiang.academy.judging import Answer as Given
from huixiang.academy.library import OPEN, Scenario, Words, courses_with, scenarios
from huixiang.academy.models import Answer, Attempt, AttemptState
from huixiang.desk import access
from huixiang.desk.academy import words
from huixiang.desk.academy.views import recent_talks, spoken
from huixiang.desk.vocabulary import DIALS
from huixiang.feedback.models import Grade
from huixiang.kernel.errors import Refused
from huixiang.playbooks.states import StepKind
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

MOST_TURNS: Final = 4
_NAME_ENDS: Final = re.compile("[，,；;]")


def _scenario(key: str) -> Scenario:
    found: Scenario = access.found(scenarios().get(key))
    return found


def _attempt(membership: Membership, attempt_id: uuid.UUID) -> Attempt:
    """One's own talk; somebody else's for whoever looks after the team."""
    found: Attempt = access.found(queries.attempt_by_id(workspace_id=membership.workspace_id, attempt_id=attempt_id))
    own = found.membership_id == membership.id
    return access.found(found if own or holds(membership, Permission.TEAM) else None)  # type: ignore[no-any-return]


def _address(membership: Membership, attempt: Attempt) -> str:
    return reverse("desk:academy_attempt", args=[membership.workspace.slug, attempt.id])


@access.page()
def scenario(request: HttpRequest, membership: Membership, scenario: str) -> HttpResponse:
    """What happened so far, before one steps in."""
    wanted = _scenario(scenario)
    tries = queries.tries_at(membership, wanted)
    standing = queries.standings(membership)[wanted.key]
    return access.shown(
        request, membership, "desk/academy/scenario.html", "academy", scenario=wanted,
        words=wanted.in_language(spoken()), dials=_dials(wanted), tries=recent_talks(tries), standing=standing,
        courses=[(one, one.in_language(spoken())) for one in courses_with(wanted.key)],
    )  # fmt: skip


def _dials(scenario: Scenario) -> list[tuple[int, Any]]:
    return [(scenario.dials[name], word) for name, word in DIALS.items()]


@access.verb(Permission.READ)
def start(request: HttpRequest, membership: Membership, scenario: str) -> HttpResponse:
    """Begin, or go on."""
    attempt = actions.begin(by=membership, scenario=_scenario(scenario), language=spoken())
    return access.done(request, "", _address(membership, attempt))


@access.page()
def attempt(request: HttpRequest, membership: Membership, attempt_id: uuid.UUID) -> HttpResponse:
    """The talk as far as it is, and its result at the end."""
    found = _attempt(membership, attempt_id)
    wanted = _scenario(found.scenario)
    told = wanted.in_language(found.language)
    given = queries.answers_of(found)
    running = found.state == AttemptState.RUNNING
    context: dict[str, Any] = {
        "attempt": found, "scenario": wanted, "words": told, "turns": [_turn(one, told) for one in given],
        "running": running, "own": found.membership_id == membership.id, "place": len(given),
        "said": told.turns[found.turn].said if running else "", "first": found.turn == OPEN,
        "dials": _dials(wanted), "grades": Grade.values, "steps": [(one.value, one.label) for one in actions.STEPS],
        "speaker": _NAME_ENDS.split(told.who)[0],
    }  # fmt: skip
    if not running:
        context |= _result(found, told)
    template = "desk/academy/talk.html" if running else "desk/academy/result.html"
    return access.shown(request, membership, template, "academy", **context)


def _turn(one: Answer, told: Words) -> dict[str, Any]:
    """An answer with how it was judged, and the model answer that may be read now."""
    said = told.turns[one.turn]
    glyph, reaction = words.REACTIONS[one.reaction]
    return {
        "answer": one, "lines": words.lines(one.points, told), "model": said.model, "why": said.why,
        "glyph": glyph, "reaction": reaction,
        "step": StepKind(one.step).label if one.step in StepKind.values else "",
    }  # fmt: skip


def _result(found: Attempt, told: Words) -> dict[str, Any]:
    marks = [
        (course, course.in_language(spoken()).title, _good(found, course.pass_mark))
        for course in courses_with(found.scenario)
    ]
    return {
        "ending": words.ENDINGS.get(found.ending, ""), "last_words": told.ends.get(found.ending, ""), "marks": marks,
    }  # fmt: skip


def _good(found: Attempt, mark: int) -> bool:
    return found.score is not None and found.score >= mark and found.ending != "lost"


@access.verb(Permission.READ)
def answer(request: HttpRequest, membership: Membership, attempt_id: uuid.UUID) -> HttpResponse:
    """Send one's answer: it is judged, and the member answers."""
    found = _attempt(membership, attempt_id)
    if found.membership_id != membership.id:
        raise Refused(_("This is somebody else's talk."))
    sent = request.POST
    given = Given(
        sent.get("text", ""), sent.get("lane", ""), sent.get("grade", ""), sent.get("step", ""), room="room" in sent
    )
    place = sent.get("place", "")
    number = int(place) if place.isascii() and place.isdigit() and len(place) == 1 else MOST_TURNS
    stored = actions.answer(attempt=found, by=membership, given=given, place=number)
    # the query makes it another address than the page's own: a browser sent to a mere fragment would not load it
    return access.done(request, "", f"{_address(membership, found)}?turn={stored.place}#turn-{stored.place}")


@access.verb(Permission.READ)
def leave(request: HttpRequest, membership: Membership, attempt_id: uuid.UUID) -> HttpResponse:
    """Break a talk off; it counts for nothing."""
    found = _attempt(membership, attempt_id)
    if found.membership_id != membership.id:
        raise Refused(_("This is somebody else's talk."))
    actions.leave(attempt=found)
    address = reverse("desk:academy_scenario", args=[membership.workspace.slug, found.scenario])
    return access.done(request, _("The talk was broken off. It counts for nothing."), address)
