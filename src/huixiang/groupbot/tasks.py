"""The bot at work."""

import uuid

from procrastinate.contrib.django import app

from huixiang.groupbot import actions, afterwards, answering
from huixiang.kernel.jobs import SURELY


@app.task(name="groupbot.react", retry=SURELY)
def react(workspace_id: str, subjects: list[str]) -> None:
    """Messages a bot has to look at were read."""
    answering.react(workspace_id=uuid.UUID(workspace_id), message_ids=[uuid.UUID(one) for one in subjects])


@app.task(name="groupbot.person_spoke", retry=SURELY)
def person_spoke(workspace_id: str, subjects: list[str]) -> None:
    """The team answered."""
    actions.person_spoke(workspace_id=uuid.UUID(workspace_id), case_ids=[uuid.UUID(one) for one in subjects])


@app.periodic(cron="* * * * *")
@app.task(name="groupbot.look_at_the_clock", queueing_lock="groupbot.look_at_the_clock")
def look_at_the_clock(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: what waited for the end of the quiet hours, and groups the team has not spoken in any more."""
    actions.come_back()
    afterwards.say_what_waited()
