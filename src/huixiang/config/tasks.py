"""Keeping the queue itself healthy."""

from typing import Any

from django.apps import apps
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Status

from huixiang.kernel.tsvector import AT_ONCE, SearchField, fill

KEPT_HOURS = 48


@app.periodic(cron="* * * * *")
@app.task(name="config.retry_stalled", queueing_lock="config.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int = 0) -> None:  # noqa: ARG001 - the minute
    """Every minute: a killed worker's jobs stay `doing`; hand them to a living one."""
    manager: Any = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        try:
            await manager.retry_job(job)
        except ConnectorException:  # a twin waits already and will do its work
            await manager.finish_job_by_id_async(job_id=job.id, status=Status.FAILED, delete_job=False)


@app.periodic(cron="41 2 * * *")
@app.task(name="config.forget_old_jobs", queueing_lock="config.forget_old_jobs", pass_context=True)
async def forget_old_jobs(context: JobContext, timestamp: int = 0) -> None:  # noqa: ARG001 - the minute
    """Every night: finished jobs older than two days; failed ones stay to be looked at."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS)


@app.periodic(cron="* * * * *")
@app.task(name="config.index_words", queueing_lock="config.index_words")
def index_words(timestamp: int = 0) -> None:  # noqa: ARG001 - the minute
    """Every minute: make the words of rows that lost them, so that what was written past the verbs is found again."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:  # noqa: SLF001 - Django's own name for it
            if isinstance(field, SearchField) and field.of:
                while fill(model, field.of) == AT_ONCE:
                    pass
