"""What happens by itself to answers that go out later."""

import uuid

from procrastinate.contrib.django import app

from huixiang.dialogue import scheduling
from huixiang.kernel.jobs import SURELY


@app.task(name="dialogue.send", retry=SURELY)
def send(scheduled_id: str) -> None:
    """The time of an answer has come."""
    scheduling.send_due(uuid.UUID(scheduled_id))


@app.task(name="dialogue.member_wrote", retry=SURELY)
def member_wrote(workspace_id: str, subjects: list[str]) -> None:
    """Members wrote: what was to go out only if they kept silent does not."""
    ids = [uuid.UUID(subject) for subject in subjects]
    scheduling.member_wrote(workspace_id=uuid.UUID(workspace_id), case_ids=ids)
