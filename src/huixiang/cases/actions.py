"""Handling cases: opening, answering, assigning, solving. Every verb writes its journal event."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases import clocks, details, events, handing, stages
from huixiang.cases.answering import LINE, LONGEST_REPLY, note, reply
from huixiang.cases.clocks_allowed import Rules
from huixiang.cases.models import Case, ClockName, Turn
from huixiang.cases.states import ENDED, UNFINISHED, CaseState, Direction, Stage
from huixiang.cases.urgency import urgency
from huixiang.feedback.actions import grade_cases_feedback
from huixiang.feedback.models import Feedback
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.themes import measures
from huixiang.workspaces.actions import next_case_numbers
from huixiang.workspaces.models import Membership

__all__ = [
    "LONGEST_REPLY", "Said", "assign", "end", "end_many", "follow_theme", "hear", "note", "open_cases", "propose_grade",
    "regrade", "reopen", "reply",
]  # fmt: skip
MOVING = (
    "theme_id", "owner_id", "grade", "proposed_grade", "proposed_reason", "state", "stage", "stage_at", "heard_at",
    "urgency", "due_at", "last_line", "last_at", "first_answered_at", "solved_at", "confirmed_at", "closed_at",
    "close_reason",
)  # fmt: skip
STAMPS = {CaseState.SOLVED: "solved_at", CaseState.CONFIRMED: "confirmed_at", CaseState.CLOSED: "closed_at"}


def _lock(cases: Sequence[Case]) -> None:
    """Lock the rows, by id so that two batches never wait for each other, and bring the objects up to date."""
    rows = Case.objects.select_for_update(of=("self",), no_key=True).order_by("id")
    now = {row.id: row for row in rows.filter(id__in={case.id for case in cases})}
    for case in cases:
        for name in MOVING:
            setattr(case, name, getattr(now[case.id], name))


@transaction.atomic
def open_cases(
    *, workspace_id: uuid.UUID, feedbacks: Sequence[Feedback], came: Mapping[uuid.UUID, datetime.datetime] | None = None
) -> list[Case]:
    """Open a case for each feedback (one each; `case_id` is set on them, not stored). Four statements in all.

    `came` tells of each feedback when it reached us, where that was not when it was said: clocks begin then.
    Journal: cases.opened. Historical ones get no clock, alert or outgoing message later on.
    """
    if not feedbacks:
        return []
    numbers = next_case_numbers(workspace_id=workspace_id, count=len(feedbacks))
    known = came or {}
    pairs = zip(feedbacks, numbers, strict=True)
    cases = [_new_case(feedback, number, known.get(feedback.id)) for feedback, number in pairs]
    Case.objects.bulk_create(cases)
    notes = []
    for case, feedback in zip(cases, feedbacks, strict=True):
        feedback.case_id = case.id
        event = events.CaseOpened(
            subject=case.id, feedback_id=feedback.id, member_id=case.member_id,
            theme_id=feedback.theme_id, grade=case.grade, historical=case.historical,
        )  # fmt: skip
        notes.append(Note(event))
    record_all(notes, workspace_id=workspace_id)
    return cases


def _new_case(feedback: Feedback, number: int, known_at: datetime.datetime | None) -> Case:
    return Case(
        id=new_id(),
        workspace_id=feedback.workspace_id,
        number=number,
        title=feedback.title,
        member_id=feedback.member_id,
        theme_id=feedback.theme_id,
        account_id=feedback.account_id,
        conversation_id=feedback.conversation_id,
        grade=feedback.grade,
        historical=feedback.historical,
        public=feedback.public,
        urgency=urgency(feedback.grade, None, feedback.said_at),
        last_line=feedback.title[:LINE],
        last_at=feedback.said_at,
        opened_at=feedback.said_at,
        known_at=known_at,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a member as it enters a case."""

    case: Case
    text: str
    at: datetime.datetime
    message_id: uuid.UUID
    conversation_id: uuid.UUID | None
    lane: str
    opening: bool = False  # the words that opened the case do not move it
    came_at: datetime.datetime | None = None  # when they reached us, where that was later: clocks begin then


@transaction.atomic
def hear(*, workspace_id: uuid.UUID, said: Sequence[Said]) -> None:
    """Write members' messages into their cases. A case that waited for the member, or was solved, waits for us.

    Journal: cases.member_spoke for all but opening words. The next-answer clock starts.
    """
    later = [one for one in said if not one.opening]
    cases = {one.case.id: one.case for one in later}
    _lock(list(cases.values()))  # before the turns point at them: another hand may be solving one just now
    Turn.objects.bulk_create(
        Turn(
            workspace_id=workspace_id, case=one.case, direction=Direction.INBOUND, lane=one.lane, at=one.at,
            text=one.text, message_id=one.message_id, conversation_id=one.conversation_id,
        )
        for one in said
    )  # fmt: skip
    record_all(
        [
            Note(
                events.MemberSpoke(subject=one.case.id, message_id=one.message_id, lane=one.lane),
                actor=Actor("member", one.case.member_id),
            )
            for one in later
        ],
        workspace_id=workspace_id,
    )
    rules: Rules | None = None
    for one in later:
        rules = _return_to_us(cases[one.case.id], one, rules)
    _tell_stages(workspace_id, list(cases.values()))


def _tell_stages(workspace_id: uuid.UUID, cases: Sequence[Case]) -> None:
    """Whoever was contacted has answered: the two are in dialogue, and perhaps nothing is missing any more."""
    answered, notes = [case for case in cases if case.stage == Stage.CONTACTED], []
    for case in answered:
        event = stages.reach(case, Stage.LISTENING, at=case.last_at)
        notes += [Note(event, actor=Actor("member", case.member_id))] if event else []
    Case.objects.bulk_update(answered, ["stage", "stage_at"])
    record_all(notes, workspace_id=workspace_id)
    listening = [case.id for case in cases if case.stage == Stage.LISTENING]
    if listening:
        details.settle(workspace_id=workspace_id, case_ids=listening)


def _return_to_us(case: Case, one: Said, rules: Rules | None) -> Rules | None:
    """What clocks are counted by comes back: it is read once for however many."""
    if case.state in (CaseState.WAITING_MEMBER, CaseState.SOLVED):
        case.state = CaseState.WAITING_US
        rules = clocks.start(case, ClockName.NEXT_ANSWER, at=max(one.at, one.came_at or one.at), rules=rules)
    case.heard_at, case.last_line, case.last_at = _later(case), one.text[:LINE], max(case.last_at, one.at)
    case.save(update_fields=["state", "heard_at", "last_line", "last_at"])
    clocks.reorder(case)
    return rules


def _later(case: Case) -> datetime.datetime:
    """Now, and in any case after what was heard before: a mark that reached there does not reach this word."""
    return max(timezone.now(), case.heard_at + datetime.timedelta(microseconds=1))


@transaction.atomic
def assign(*, case: Case, owner: Membership | None, actor: Actor = SYSTEM) -> None:
    """Give a case an owner, or none. Journal: cases.assigned, when it changed."""
    _lock([case])
    if case.owner_id == (owner.id if owner else None):
        return
    case.owner = owner
    case.save(update_fields=["owner"])
    event = events.Assigned(subject=case.id, owner_id=owner.id if owner else None)
    record(event, workspace_id=case.workspace_id, actor=actor)


@transaction.atomic
def regrade(*, case: Case, grade: str, reason: str, actor: Actor, refresh: bool = True) -> str:
    """Change a case's grade and its feedback's with it; returns the grade before. Journal: cases.regraded.

    Who re-grades many passes `refresh=False` and counts their themes anew once, afterwards.
    """
    _lock([case])
    before, case.grade = case.grade, grade
    case.proposed_grade = case.proposed_reason = ""
    case.save(update_fields=["grade", "proposed_grade", "proposed_reason"])
    grade_cases_feedback(workspace_id=case.workspace_id, case_id=case.id, grade=grade)
    if case.theme_id and refresh:
        measures.refresh(workspace_id=case.workspace_id, theme_ids=[case.theme_id])  # its worst grade
    clocks.reorder(case)
    event = events.Regraded(subject=case.id, before=before, after=grade)
    record(event, workspace_id=case.workspace_id, actor=actor, words=reason)
    return before


def propose_grade(*, case_ids: Sequence[uuid.UUID], grade: str, reason: str) -> None:
    """Put a proposal on cases: one statement. A person takes it or not."""
    Case.objects.filter(id__in=case_ids).update(proposed_grade=grade, proposed_reason=reason[:200])


@transaction.atomic
def end(*, case: Case, state: str, actor: Actor, reason: str = "") -> None:
    """Solve, confirm or close a case; closing without a solution needs a reason. Journal: cases.state_changed.

    A hand-over to whoever ends it is taken with that. Does nothing when the case has ended so already (a button
    pressed twice).
    """
    if state == CaseState.CLOSED and not reason.strip():
        raise Refused(_("Say why it is closed without a solution."))
    now = timezone.now()
    _lock([case])
    if case.state == state:
        return
    _change_state(case, state, actor, reason)
    setattr(case, STAMPS[CaseState(state)], now)
    case.close_reason = reason.strip()
    if state != CaseState.CLOSED:  # what is closed without a solution stays where the dialogue was
        stages.put(case, Stage.CONFIRMED if state == CaseState.CONFIRMED else Stage.OFFERED, at=now)
    case.save(update_fields=["state", "stage", "stage_at", "close_reason", *STAMPS.values()])
    clocks.stop(case, at=now)
    handing.settle(case=case, actor=actor)


@transaction.atomic
def end_many(*, cases: Sequence[Case], state: str, actor: Actor) -> int:
    """Solve or confirm those of these cases that still run; returns how many. Six statements whatever the number.

    Journal: cases.state_changed for each.
    """
    _lock(cases)
    ended, now = [case for case in cases if case.state in UNFINISHED], timezone.now()
    notes = [
        Note(events.StateChanged(subject=case.id, before=case.state, after=state), actor=actor) for case in ended
    ]
    for case in ended:
        setattr(case, STAMPS[CaseState(state)], now)
        case.state, case.close_reason, case.due_at = state, "", None
        stages.put(case, Stage.CONFIRMED if state == CaseState.CONFIRMED else Stage.OFFERED, at=now)
        case.urgency = urgency(case.grade, None, case.opened_at)
    fields = ["state", "stage", "stage_at", "close_reason", "due_at", "urgency", *STAMPS.values()]
    Case.objects.bulk_update(ended, fields, batch_size=500)
    clocks.stop_many(case_ids=[case.id for case in ended], at=now)
    if ended:
        record_all(notes, workspace_id=ended[0].workspace_id)
    return len(ended)


@transaction.atomic
def reopen(*, case: Case, actor: Actor, reason: str = "") -> None:
    """Take an ended case up again: it waits for us. Journal: cases.state_changed. One that runs just runs on."""
    _lock([case])
    if case.state not in ENDED:
        return
    _change_state(case, CaseState.REOPENED, actor, reason)
    stages.put(case, Stage.LISTENING, at=timezone.now())
    case.heard_at, case.last_at = _later(case), timezone.now()
    case.solved_at = case.confirmed_at = case.closed_at = None
    fields = ["state", "stage", "stage_at", "heard_at", "last_at", "solved_at", "confirmed_at", "closed_at"]
    case.save(update_fields=fields)
    clocks.start(case, ClockName.NEXT_ANSWER, at=timezone.now())
    clocks.reorder(case)


def _change_state(case: Case, state: str, actor: Actor, reason: str) -> None:
    before, case.state = case.state, state
    event = events.StateChanged(subject=case.id, before=before, after=state)
    record(event, workspace_id=case.workspace_id, actor=actor, words=reason.strip())


def follow_theme(*, workspace_id: uuid.UUID, feedback_ids: Sequence[uuid.UUID], theme_id: uuid.UUID) -> None:
    """Feedback moved to another theme: their cases are about it too."""
    ids = Feedback.objects.filter(workspace_id=workspace_id, id__in=feedback_ids).values("case_id")
    Case.objects.filter(workspace_id=workspace_id, id__in=ids).update(theme_id=theme_id)
