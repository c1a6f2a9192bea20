"""What follows when a person says that a feedback is of another kind: what is now criticism is handled as such."""

import uuid
from collections.abc import Sequence

import numpy as np
from django.utils.translation import gettext as _

from huixiang.cases.actions import Said, end, hear, open_cases, reopen
from huixiang.cases.events import FeedbackJoined
from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED, CaseState, Lane
from huixiang.engine.embedder import embed
from huixiang.feedback.actions import place
from huixiang.feedback.models import Feedback, Kind
from huixiang.intake.models import Message
from huixiang.intake.queries import messages_of_feedback
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.playbooks.actions import start
from huixiang.themes import measures
from huixiang.themes.actions import attach
from huixiang.triage.signals import FORM
from huixiang.triage.steps.routing import wants_case

NO_FEEDBACK = (Kind.CHATTER, Kind.SPAM)
OF_NO_THEME = (*NO_FEEDBACK, Kind.PRAISE)


def follow_kind(feedback: Feedback, *, before: str, actor: Actor) -> Case | None:
    """What a corrected kind means for theme and case; returns the case of what is no feedback, if it has one.

    The caller holds the lock of the themes. Journal: cases.state_changed besides what give_case writes.
    """
    if feedback.kind in OF_NO_THEME:
        _leave_theme(feedback)
    if feedback.kind in NO_FEEDBACK:
        return _close_case(feedback, actor)
    give_case(feedback)
    if before in NO_FEEDBACK:
        _take_up_again(feedback, actor)
    return None


def _leave_theme(feedback: Feedback) -> None:
    theme_id, feedback.theme_id = feedback.theme_id, None
    if theme_id:
        place([feedback])
        measures.refresh(workspace_id=feedback.workspace_id, theme_ids=[theme_id], centres=True)


def _close_case(feedback: Feedback, actor: Actor) -> Case | None:
    """Close its case unless it is about more, or somebody answered there and waits for what comes of it."""
    case = _case(feedback)
    if case is None or case.state not in UNFINISHED:
        return None
    others = Feedback.objects.filter(workspace_id=case.workspace_id, case_id=case.id, removed_at=None)
    more = others.exclude(id=feedback.id).exclude(kind__in=NO_FEEDBACK).exists()
    if not more and case.first_answered_at is None:
        end(case=case, state=CaseState.CLOSED, actor=actor, reason=_("not feedback"))
    return case


def _take_up_again(feedback: Feedback, actor: Actor) -> None:
    """It is feedback after all: the case that was closed for its sake runs again, about the theme it has now."""
    case = _case(feedback)
    closed = case is not None and case.state == CaseState.CLOSED and case.first_answered_at is None
    if case and closed and wants_case(feedback, by_form=feedback.account.kind == FORM):
        Case.objects.filter(id=case.id).update(theme_id=feedback.theme_id)
        reopen(case=case, actor=actor)


def _case(feedback: Feedback) -> Case | None:
    return Case.objects.filter(id=feedback.case_id).first() if feedback.case_id else None


def give_case(feedback: Feedback) -> None:
    """Give a feedback that wants a case, and has none, its theme and a case with owner, clock and what was said.

    An unfinished case of the same person and matter takes it in. The caller holds the lock of the themes.
    Journal: themes.found, cases.opened, cases.assigned, or cases.feedback_joined.
    """
    touched = _find_theme(feedback) if feedback.theme_id is None and feedback.kind not in OF_NO_THEME else []
    if feedback.case_id is None and wants_case(feedback, by_form=feedback.account.kind == FORM):
        messages = messages_of_feedback(workspace_id=feedback.workspace_id, feedback_id=feedback.id)
        case = _unfinished(feedback)
        opening = case is None
        if case is None:
            came = {feedback.id: messages[0].received_at} if messages else None
            [case] = open_cases(workspace_id=feedback.workspace_id, feedbacks=[feedback], came=came)
            start(workspace=feedback.workspace, cases=[case], said=[feedback])
        else:
            feedback.case_id = case.id
            event = FeedbackJoined(subject=case.id, feedback_id=feedback.id)
            record(event, workspace_id=feedback.workspace_id)
        _write_turns(feedback, messages, case, opening=opening)
    place([feedback])
    measures.refresh(workspace_id=feedback.workspace_id, theme_ids=touched)


def _find_theme(feedback: Feedback) -> list[uuid.UUID]:
    """Attach it by its stored meaning; one that was kept without is read once more."""
    vector = embed([feedback.text])[0] if feedback.embedding is None else feedback.embedding
    vectors = np.asarray([vector], dtype=np.float32)
    return attach(workspace_id=feedback.workspace_id, feedbacks=[feedback], vectors=vectors)


def _unfinished(feedback: Feedback) -> Case | None:
    if feedback.theme_id is None:
        return None
    found = Case.objects.filter(
        workspace_id=feedback.workspace_id, member_id=feedback.member_id, theme_id=feedback.theme_id,
        state__in=UNFINISHED,
    )  # fmt: skip
    return found.order_by("opened_at").last()


def _write_turns(feedback: Feedback, messages: Sequence[Message], case: Case, *, opening: bool) -> None:
    said = [
        Said(
            case=case, text=message.masked_text, at=message.sent_at, message_id=message.id,
            conversation_id=message.conversation_id, lane=Lane.PUBLIC if message.public else Lane.PRIVATE,
            opening=opening, came_at=message.received_at,
        )
        for message in messages
    ]  # fmt: skip
    hear(workspace_id=feedback.workspace_id, said=said)
