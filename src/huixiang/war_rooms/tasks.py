"""What happens to war rooms by itself."""

import uuid

from procrastinate.contrib.django import app

from huixiang.kernel.jobs import SURELY
from huixiang.war_rooms import actions, following, noting, seating, statements, voiding


def _ids(subjects: list[str]) -> list[uuid.UUID]:
    return [uuid.UUID(subject) for subject in subjects]


@app.task(name="war_rooms.look", retry=SURELY)
def look(workspace_id: str, subjects: list[str]) -> None:
    """Cases were opened or re-graded: the red ones want a room."""
    actions.look(workspace_id=uuid.UUID(workspace_id), case_ids=_ids(subjects))


@app.task(name="war_rooms.note_answers", retry=SURELY)
def note_answers(workspace_id: str, subjects: list[str]) -> None:
    """Cases were answered: whoever answered a red one has taken it."""
    actions.note_answers(workspace_id=uuid.UUID(workspace_id), case_ids=_ids(subjects))


@app.task(name="war_rooms.follow_merge", retry=SURELY)
def follow_merge(workspace_id: str, subjects: list[str]) -> None:
    """Themes were merged: their rooms are joined."""
    following.follow_merge(workspace_id=uuid.UUID(workspace_id), theme_ids=_ids(subjects))


@app.task(name="war_rooms.follow_cases", retry=SURELY)
def follow_cases(workspace_id: str, subjects: list[str]) -> None:
    """Cases went to other themes: rooms of their own go along, and red ones find their theme's."""
    red = following.follow_cases(workspace_id=uuid.UUID(workspace_id), case_ids=_ids(subjects))
    actions.look(workspace_id=uuid.UUID(workspace_id), case_ids=red)


@app.task(name="war_rooms.forget_feedback", retry=SURELY)
def forget_feedback(workspace_id: str, subjects: list[str]) -> None:
    """Feedback was removed: no room is called by its words."""
    following.forget_feedback(workspace_id=uuid.UUID(workspace_id), feedback_ids=_ids(subjects))


@app.task(name="war_rooms.void", retry=SURELY)
def void(workspace_id: str, subjects: list[str]) -> None:  # noqa: ARG001 - all rooms are looked at: they are few
    """Cases ended or were re-graded, feedback was taken back: what was a false alarm closes."""
    voiding.void_false_alarms(workspace_id=uuid.UUID(workspace_id))


@app.task(name="war_rooms.let_go", retry=SURELY)
def let_go(workspace_id: str, subjects: list[str]) -> None:
    """People left the team: their seats are free."""
    seating.let_go(workspace_id=uuid.UUID(workspace_id), membership_ids=_ids(subjects))


@app.task(name="war_rooms.send_statement", retry=SURELY)
def send_statement(statement_id: str) -> None:
    """A statement is said: one case after the other is answered with it."""
    statements.send_waiting(statement_id=uuid.UUID(statement_id))


@app.periodic(cron="* * * * *")
@app.task(name="war_rooms.note_updates_due", queueing_lock="war_rooms.note_updates_due")
def note_updates_due(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: rooms whose next update should be there."""
    noting.note_updates_due()
