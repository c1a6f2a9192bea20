"""Where it goes: a case with owner and clock, or the views of what needs none."""

import uuid

from huixiang.cases.actions import Said, hear, open_cases, propose_grade, regrade
from huixiang.cases.events import FeedbackJoined
from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED, Lane
from huixiang.feedback.events import FeedbackFound
from huixiang.feedback.models import GRADE_RANK, Feedback, Grade, Kind
from huixiang.intake.models import Message, MessageState
from huixiang.journal.actions import Note, record_all
from huixiang.journal.events import SYSTEM
from huixiang.playbooks.actions import regraded, start
from huixiang.triage.events import Assessed
from huixiang.triage.signals import Batch, Signal

HANDLED = frozenset({Kind.DEFECT, Kind.COMPLAINT, Kind.QUESTION})


def wants_case(feedback: Feedback, *, by_form: bool = False) -> bool:
    """Criticism and questions do, and whatever but praise is said in the form, whose author waits for an answer.

    A suggestion from elsewhere does when somebody suffers under it; praise only when it escalates.
    """
    if feedback.kind in HANDLED or feedback.escalation:
        return True
    if by_form:
        return feedback.kind != Kind.PRAISE
    return feedback.kind == Kind.SUGGESTION and (feedback.grade != Grade.BLUE or feedback.sentiment < 0)


def route(batch: Batch) -> None:
    """Needs grades; opens cases or joins open ones of the same person and matter, and starts their playbooks.

    Feedback that grew stays in its case; what is worse than its case stood so far changes the case's grade.
    """
    found = [s for s in batch.feedback_signals() if s.feedback and s.feedback.case_id is None]
    wanting = [s for s in found if s.feedback and wants_case(s.feedback, by_form=s.by_form)]
    _follow_grown(batch)
    opening, joining = _join(wanting, _unfinished(batch, wanting))
    batch.opened = open_cases(
        workspace_id=batch.workspace.id,
        feedbacks=[s.feedback for s in opening if s.feedback],
        came={s.feedback.id: s.first.received_at for s in opening if s.feedback},
    )
    by_key = {(case.member_id, case.theme_id): batch.same(case) for case in batch.opened}
    for signal in wanting:
        if signal.feedback and signal.handled is None:
            signal.handled = by_key[signal.feedback.member_id, signal.feedback.theme_id]
            signal.feedback.case_id = signal.handled.id
    start(workspace=batch.workspace, cases=batch.opened, said=[s.feedback for s in opening if s.feedback])
    _tell_joined(batch, joining)


Key = tuple[uuid.UUID, uuid.UUID | None]  # a member and a theme: what makes two feedbacks one case


def _join(wanting: list[Signal], known: dict[Key, Case]) -> tuple[list[Signal], list[Signal]]:
    """Who opens a case, and who joins one: an unfinished one, or one that opens in this batch."""
    opening: list[Signal] = []
    joining: list[Signal] = []
    seen: set[Key] = set()
    for signal in wanting:
        feedback = signal.feedback
        if feedback is None:
            continue
        key = (feedback.member_id, feedback.theme_id)
        if key in known:
            signal.handled, feedback.case_id = known[key], known[key].id
        (joining if key in known or key in seen else opening).append(signal)
        seen.add(key)
    return opening, joining


def _unfinished(batch: Batch, wanting: list[Signal]) -> dict[Key, Case]:
    feedbacks = [signal.feedback for signal in wanting if signal.feedback]
    found = Case.objects.filter(
        workspace=batch.workspace,
        member_id__in={feedback.member_id for feedback in feedbacks},
        theme_id__in={feedback.theme_id for feedback in feedbacks},
        state__in=UNFINISHED,
    ).order_by("opened_at")
    return {(case.member_id, case.theme_id): batch.same(case) for case in found}


def _follow_grown(batch: Batch) -> None:
    """Feedback that grew by a message in a row: its case takes the worse grade, or gives it its own."""
    grown = [s for s in batch.feedback_signals() if s.feedback and s.feedback.case_id]
    cases = Case.objects.in_bulk([s.feedback.case_id for s in grown if s.feedback]) if grown else {}
    for signal in grown:
        feedback = signal.feedback
        if feedback is None or feedback.case_id not in cases:
            continue
        case = signal.handled = batch.same(cases[feedback.case_id])
        if worse(feedback.grade, case.grade):
            _regrade(batch, signal, case)
        feedback.grade = case.grade


def _tell_joined(batch: Batch, joining: list[Signal]) -> None:
    """Write into the journal who joined which case. Red makes the case red; another worse grade is proposed."""
    notes = []
    for signal in joining:
        feedback, case = signal.feedback, signal.handled
        if feedback is None or case is None:
            continue
        notes.append(Note(FeedbackJoined(subject=case.id, feedback_id=feedback.id)))
        if not worse(feedback.grade, case.grade):
            continue
        if feedback.grade == Grade.RED:
            _regrade(batch, signal, case)
        else:
            propose_grade(case_ids=[case.id], grade=feedback.grade, reason=_why(signal))
    record_all(notes, workspace_id=batch.workspace.id)


def worse(grade: str, than: str) -> bool:
    """Whether a grade is more urgent than another."""
    return GRADE_RANK[Grade(grade)] < GRADE_RANK[Grade(than)]


def _regrade(batch: Batch, signal: Signal, case: Case) -> None:
    if signal.feedback:
        regrade(case=case, grade=signal.feedback.grade, reason=_why(signal), actor=SYSTEM)
        regraded(workspace=batch.workspace, case=case)


def _why(signal: Signal) -> str:
    return signal.assessment.rule_name if signal.assessment else ""


def write_turns(batch: Batch) -> None:
    """Needs cases; writes every message that belongs to one into it."""
    opened = {case.id for case in batch.opened}
    _find_cases_of_earlier(batch)
    before = _messages_before(batch, opened)
    said: list[Said] = []
    for signal in batch.signals:
        for case in {c.id: c for c in (signal.case, signal.handled) if c}.values():
            opening = case.id in opened
            earlier = before.get(signal.earlier.id, []) if opening and signal.earlier else []
            messages = [*earlier, *signal.before, *signal.messages]
            said += [_said(message, signal, case, opening=opening) for message in messages]
    hear(workspace_id=batch.workspace.id, said=said)


def _find_cases_of_earlier(batch: Batch) -> None:
    """What goes on with a feedback belongs into its case, also when the whole no longer reads like feedback."""
    going_on = [s for s in batch.signals if s.earlier and s.earlier.case_id and not s.handled]
    cases = Case.objects.in_bulk([s.earlier.case_id for s in going_on if s.earlier]) if going_on else {}
    for signal in going_on:
        if signal.earlier and signal.earlier.case_id in cases:
            signal.handled = batch.same(cases[signal.earlier.case_id])


def _messages_before(batch: Batch, opened: set[uuid.UUID]) -> dict[uuid.UUID, list[Message]]:
    """The messages that a feedback already had when only what followed opened a case for it."""
    ids = [s.earlier.id for s in batch.signals if s.earlier and s.handled and s.handled.id in opened]
    found: dict[uuid.UUID, list[Message]] = {}
    rows = Message.objects.filter(workspace=batch.workspace, feedback_id__in=ids) if ids else ()
    for message in sorted(rows, key=lambda row: (row.sent_at, row.id)):
        if message.feedback_id:
            found.setdefault(message.feedback_id, []).append(message)
    return found


def _said(message: Message, signal: Signal, case: Case, *, opening: bool) -> Said:
    lane = Lane.PUBLIC if message.public else Lane.PRIVATE
    return Said(
        case=case,
        text=message.masked_text,
        at=message.sent_at,
        message_id=message.id,
        conversation_id=signal.conversation.id,
        lane=lane,
        opening=opening,
        came_at=message.received_at,
    )


def finish_messages(batch: Batch) -> None:
    """Needs everything; writes what became of each message: one statement."""
    finished = []
    for signal in [*batch.signals, *batch.commands]:
        for message in [*signal.before, *signal.messages]:
            message.feedback_id = signal.feedback.id if signal.feedback else None
            message.state = _state(signal)
            message.findings = signal.findings
            finished.append(message)
    fields = ["member", "conversation", "feedback_id", "state", "findings", "masked_text"]
    Message.objects.bulk_update(finished, fields)


def _state(signal: Signal) -> str:
    if signal.feedback:
        return MessageState.FEEDBACK
    return MessageState.TURN if signal.case or signal.handled else MessageState.NOISE


def report(batch: Batch) -> None:
    """Needs everything; writes the journal: feedback.found, triage.assessed."""
    notes: list[Note] = []
    for signal in batch.feedback_signals():
        feedback, assessment = signal.feedback, signal.assessment
        if feedback is None or assessment is None:
            continue
        if not signal.earlier:
            notes.append(Note(_found(feedback, signal)))
        judged = {
            name: getattr(assessment, name)
            for name in ("influence", "authenticity", "prevalence", "severity")
        }
        event = Assessed(subject=feedback.id, grade=feedback.grade, rule=assessment.rule_name, **judged)
        notes.append(Note(event))
    record_all(notes, workspace_id=batch.workspace.id)


def _found(feedback: Feedback, signal: Signal) -> FeedbackFound:
    return FeedbackFound(
        subject=feedback.id,
        kind=feedback.kind,
        severity=feedback.severity,
        message_id=signal.first.id,
        member_id=feedback.member_id,
        model_version=feedback.model_version,
    )
