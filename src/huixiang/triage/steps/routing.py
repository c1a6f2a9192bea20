"""Where it goes: a case with owner and clock, or the views of what needs none."""

import uuid

from huixiang.cases.actions import Said, hear, open_cases
from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED, Lane
from huixiang.feedback.events import FeedbackFound
from huixiang.feedback.models import Feedback, Grade, Kind
from huixiang.intake.models import Message, MessageState
from huixiang.journal.actions import Note, record_all
from huixiang.playbooks.actions import start
from huixiang.triage.events import Assessed
from huixiang.triage.signals import Batch, Signal

HANDLED = frozenset({Kind.DEFECT, Kind.COMPLAINT, Kind.QUESTION})


def wants_case(feedback: Feedback) -> bool:
    """Criticism and questions do; a suggestion when somebody suffers under it; praise only when it escalates."""
    if feedback.kind in HANDLED or feedback.escalation:
        return True
    return feedback.kind == Kind.SUGGESTION and (feedback.grade != Grade.BLUE or feedback.sentiment < 0)


def route(batch: Batch) -> None:
    """Needs grades; opens cases or joins open ones of the same person and matter, and starts their playbooks."""
    wanting = [s for s in batch.feedback_signals() if s.feedback and wants_case(s.feedback) and not s.earlier]
    known = _unfinished(batch, wanting)
    opening: list[Signal] = []
    pending: dict[tuple[uuid.UUID, uuid.UUID | None], Signal] = {}
    for signal in wanting:
        feedback = signal.feedback
        if feedback is None:
            continue
        key = (feedback.member_id, feedback.theme_id)
        if key in known:
            feedback.case_id, signal.case = known[key].id, known[key]
        elif key not in pending:
            pending[key] = signal
            opening.append(signal)
    batch.opened = open_cases(
        workspace_id=batch.workspace.id, feedbacks=[s.feedback for s in opening if s.feedback]
    )
    by_key = {(case.member_id, case.theme_id): case for case in batch.opened}
    for signal in wanting:
        if signal.feedback and signal.feedback.case_id is None:
            signal.case = by_key[signal.feedback.member_id, signal.feedback.theme_id]
            signal.feedback.case_id = signal.case.id
    start(workspace=batch.workspace, cases=batch.opened)


def _unfinished(batch: Batch, wanting: list[Signal]) -> dict[tuple[uuid.UUID, uuid.UUID | None], Case]:
    feedbacks = [signal.feedback for signal in wanting if signal.feedback]
    found = Case.objects.filter(
        workspace=batch.workspace,
        member_id__in={feedback.member_id for feedback in feedbacks},
        theme_id__in={feedback.theme_id for feedback in feedbacks},
        state__in=UNFINISHED,
    ).order_by("opened_at")
    return {(case.member_id, case.theme_id): case for case in found}


def write_turns(batch: Batch) -> None:
    """Needs cases; writes every message that belongs to one into it."""
    opened = {case.id: case for case in batch.opened}
    said: list[Said] = []
    for signal in batch.signals:
        case = signal.case or _case_of(signal, opened)
        if case is None and signal.earlier and signal.earlier.case_id:
            case = Case.objects.filter(id=signal.earlier.case_id).first()
        if case is None:
            continue
        opening = [case.id] if case.id in opened else []
        said += [_said(message, signal, case, opening=bool(opening)) for message in signal.messages]
    hear(workspace_id=batch.workspace.id, said=said)


def _case_of(signal: Signal, opened: dict[uuid.UUID, Case]) -> Case | None:
    return opened.get(signal.feedback.case_id) if signal.feedback and signal.feedback.case_id else None


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
    )


def finish_messages(batch: Batch) -> None:
    """Needs everything; writes what became of each message: one statement."""
    finished = []
    for signal in batch.signals:
        for message in signal.messages:
            message.feedback_id = signal.feedback.id if signal.feedback else None
            message.state = _state(signal)
            message.findings = signal.findings
            finished.append(message)
    fields = ["member", "conversation", "feedback_id", "state", "findings", "masked_text"]
    Message.objects.bulk_update(finished, fields)


def _state(signal: Signal) -> str:
    if signal.feedback:
        return MessageState.FEEDBACK
    return MessageState.TURN if signal.case else MessageState.NOISE


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
