"""What happens beside the calls: endpoints are told, old answers go."""

import uuid
from collections.abc import Callable

from procrastinate.contrib.django import app

from huixiang.api import repeats, telling


@app.periodic(cron="23 * * * *")
@app.task(name="api.forget_answers", queueing_lock="api.forget_answers")
def forget_answers(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every hour: answers kept for repeated writes that are older than a day."""
    repeats.forget()


def _teller(event: str) -> Callable[..., None]:
    def tell(workspace_id: str, subjects: list[str]) -> None:
        telling.tell(event, workspace_id=uuid.UUID(workspace_id), subjects=[uuid.UUID(one) for one in subjects])

    return tell


for _event in telling.TELLS:  # a job knows whom it is about, not why it was queued: each event has its own
    app.task(name=telling.task_of(_event))(_teller(_event))
