"""Practising: beginning a talk, answering in it, breaking it off. What was passed follows by itself."""

import datetime
import uuid
from collections.abc import Collection
from dataclasses import asdict
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.academy import judging
from huixiang.academy.events import AttemptFinished, CoursePassed, ResultsTakenOut
from huixiang.academy.library import CHINESE, ENGLISH, OPEN, Course, Ending, Scenario, courses_with, scenarios
from huixiang.academy.models import Answer, Attempt, AttemptState, CoursePass
from huixiang.feedback.models import Grade
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.playbooks.states import StepKind
from huixiang.workspaces import clearances
from huixiang.workspaces.models import Membership

LANES: Final = ("public", "private")
LONGEST: Final = 2_000
SHORTEST: Final = 10
# What may be chosen as the first step of a scenario.
STEPS: Final = (
    StepKind.CONTACT, StepKind.DETAILS, StepKind.VERIFY, StepKind.INFORM, StepKind.ROOM, StepKind.REVIEW,
    StepKind.INTERIM, StepKind.OFFER, StepKind.CARE,
)  # fmt: skip


@transaction.atomic
def begin(*, by: Membership, scenario: Scenario, language: str) -> Attempt:
    """Begin a talk in this language, or go on with the one that is running."""
    spoken = CHINESE if language.startswith("zh") else ENGLISH
    running = Attempt.objects.filter(membership=by, scenario=scenario.key, state=AttemptState.RUNNING).first()
    if running:
        return running
    try:
        with transaction.atomic():
            return Attempt.objects.create(
                workspace_id=by.workspace_id, membership=by, scenario=scenario.key, language=spoken, turn=OPEN
            )
    except IntegrityError:  # begun twice at once
        return Attempt.objects.get(membership=by, scenario=scenario.key, state=AttemptState.RUNNING)


@transaction.atomic
def answer(*, attempt: Attempt, by: Membership, given: judging.Answer, place: int) -> Answer:
    """Answer the turn an attempt stands at: it is judged, and the talk goes on or ends.

    `place`: the number of the answer as the page knew it; the same sent twice is stored once. At the end the attempt
    has its score, and a course whose every scenario is passed by now is passed. Journal: academy.attempt_finished,
    academy.course_passed. Raises Refused for an answer that is too short, too long, without what had to be chosen, or
    the model answer copied.
    """
    attempt = Attempt.objects.select_for_update(of=("self",)).get(id=attempt.id, membership=by)
    before = attempt.answers.filter(place=place).first()
    if before:
        return before
    scenario = scenarios().get(attempt.scenario)
    if attempt.state != AttemptState.RUNNING or scenario is None or place != attempt.answers.count():
        raise Refused(_("This talk has gone on meanwhile. Load the page again."))
    given = _checked(scenario, attempt, given)
    verdict = judging.judge(scenario, attempt.turn, given, attempt.language)
    stored = _stored(scenario, attempt, given, verdict, place)
    attempt.turn = verdict.turn
    if verdict.ending:
        _end(scenario, attempt, by, verdict.ending)
    attempt.save()
    return stored


def _checked(scenario: Scenario, attempt: Attempt, given: judging.Answer) -> judging.Answer:
    text = given.text.replace("\x00", "").strip()
    if len(text) < SHORTEST:
        raise Refused(_("Write the answer as you would send it."))
    if len(text) > LONGEST:
        raise Refused(_("This is longer than %(limit)d characters.") % {"limit": LONGEST})
    if given.lane not in LANES:
        raise Refused(_("Choose whether the answer is public or private."))
    if attempt.turn == OPEN and (given.grade not in Grade.values or given.step not in STEPS):
        raise Refused(_("Choose the grade and the first step of the playbook."))
    said = scenario.in_language(attempt.language).turns[attempt.turn]
    if judging.copied(text, said.model):
        raise Refused(_("This is the model answer. Say it in your own words."))
    return judging.Answer(text, given.lane, given.grade, given.step, room=given.room)


def _stored(
    scenario: Scenario, attempt: Attempt, given: judging.Answer, verdict: judging.Verdict, place: int
) -> Answer:
    said = scenario.in_language(attempt.language).turns[attempt.turn].said
    first = attempt.turn == OPEN
    return Answer.objects.create(
        workspace_id=attempt.workspace_id, attempt=attempt, place=place, turn=attempt.turn, said=said, text=given.text,
        lane=given.lane, grade=given.grade if first else "", step=given.step if first else "",
        room=given.room and first, points=[asdict(point) for point in verdict.points], coach=verdict.coach,
        score=verdict.score, reaction=verdict.reaction, weak=list(judging.weak(verdict.points)),
    )  # fmt: skip


def _end(scenario: Scenario, attempt: Attempt, by: Membership, ending: Ending) -> None:
    scores = list(attempt.answers.values_list("score", flat=True))
    attempt.state, attempt.ending, attempt.ended_at = AttemptState.DONE, ending, timezone.now()
    attempt.score = round(sum(scores) / len(scores))
    attempt.save()
    event = AttemptFinished(
        subject=attempt.id, membership_id=by.id, scenario=scenario.key, score=attempt.score, ending=ending
    )
    actor = Actor("staff", by.id)
    record(event, workspace_id=attempt.workspace_id, actor=actor)
    for course in courses_with(scenario.key):
        _pass(course, by, attempt.ended_at, actor)


def _pass(course: Course, by: Membership, at: datetime.datetime, actor: Actor) -> None:
    """Note a course as passed when each scenario was, since it was last passed."""
    last = CoursePass.objects.filter(membership=by, course=course.key).order_by("-passed_at").first()
    best = _best(by, course, last.passed_at if last else None)
    if len(best) < len(course.scenarios) or min(best.values()) < course.pass_mark:
        return
    score = round(sum(best.values()) / len(best))
    CoursePass.objects.create(workspace_id=by.workspace_id, membership=by, course=course.key, score=score, passed_at=at)
    clearances.passed(membership=by, course=course.key, at=at)
    event = CoursePassed(subject=by.id, course=course.key, score=score, again=last is not None)
    record(event, workspace_id=by.workspace_id, actor=actor)


def _best(by: Membership, course: Course, since: datetime.datetime | None) -> dict[str, int]:
    found = Attempt.objects.filter(membership=by, scenario__in=course.scenarios, state=AttemptState.DONE).exclude(
        ending=Ending.LOST
    )
    if since is not None:
        found = found.filter(ended_at__gt=since)
    best: dict[str, int] = {}
    for key, score in found.values_list("scenario", "score"):
        best[key] = max(best.get(key, 0), score or 0)
    return best


@transaction.atomic
def leave(*, attempt: Attempt) -> None:
    """Break a talk off; it counts for nothing. One that has ended stays as it is."""
    running = Attempt.objects.filter(id=attempt.id, state=AttemptState.RUNNING)
    running.update(state=AttemptState.LEFT, ended_at=timezone.now())


def results_taken_out(*, workspace_id: uuid.UUID, people: Collection[uuid.UUID], actor: Actor) -> None:
    """Journal: academy.results_taken_out, before a file with these people's results is handed out."""
    event = ResultsTakenOut(subject=workspace_id, people=len(people))
    record(event, workspace_id=workspace_id, actor=actor)
