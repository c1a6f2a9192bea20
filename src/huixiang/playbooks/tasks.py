"""What happens to the steps of playbooks by itself."""

import uuid

from procrastinate.contrib.django import app

from huixiang.kernel.jobs import SURELY
from huixiang.playbooks import escalation, following, staging, telling


@app.task(name="playbooks.remind", retry=SURELY)
def remind() -> None:
    """Steps began that somebody has to hear of."""
    telling.remind()


@app.periodic(cron="* * * * *")
@app.task(name="playbooks.look_at_the_clock", queueing_lock="playbooks.look_at_the_clock")
def look_at_the_clock(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: steps that are due soon, and those whose time ran out."""
    telling.remind()
    telling.note_late()


@app.periodic(cron="* * * * *")
@app.task(name="playbooks.escalate", queueing_lock="playbooks.escalate")
def escalate(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: breaches whose next level of the chain is due."""
    escalation.escalate()


@app.task(name="playbooks.follow_cases", retry=SURELY)
def follow_cases(workspace_id: str, subjects: list[str]) -> None:
    """Something happened on cases that may have done a step."""
    following.cases(workspace_id=uuid.UUID(workspace_id), case_ids=[uuid.UUID(one) for one in subjects])


@app.task(name="playbooks.follow_states", retry=SURELY)
def follow_states(workspace_id: str, subjects: list[str]) -> None:
    """Cases were solved, confirmed, closed or reopened."""
    following.states(workspace_id=uuid.UUID(workspace_id), case_ids=[uuid.UUID(one) for one in subjects])


@app.task(name="playbooks.follow_themes", retry=SURELY)
def follow_themes(workspace_id: str, subjects: list[str]) -> None:
    """Themes went a step on their way."""
    following.themes(workspace_id=uuid.UUID(workspace_id), theme_ids=[uuid.UUID(one) for one in subjects])


@app.task(name="playbooks.follow_rooms", retry=SURELY)
def follow_rooms(workspace_id: str, subjects: list[str]) -> None:
    """War rooms were opened."""
    following.rooms(workspace_id=uuid.UUID(workspace_id), room_ids=[uuid.UUID(one) for one in subjects])


@app.task(name="playbooks.lead", retry=SURELY)
def lead(workspace_id: str, subjects: list[str]) -> None:
    """Steps tell that the dialogue is further than the case says."""
    staging.lead(workspace_id=uuid.UUID(workspace_id), case_ids=[uuid.UUID(one) for one in subjects])


@app.task(name="playbooks.let_go", retry=SURELY)
def let_go(workspace_id: str, subjects: list[str]) -> None:
    """People left the team: their open steps are those of the cases' owners."""
    following.let_go(workspace_id=uuid.UUID(workspace_id), membership_ids=[uuid.UUID(one) for one in subjects])
