"""The sender."""

from procrastinate.contrib.django import app

from huixiang.channels import actions


@app.task(name="channels.deliver", queueing_lock="channels.deliver")
def deliver() -> None:
    """Send what is due."""
    actions.deliver_due()


@app.periodic(cron="* * * * *")
@app.task(name="channels.deliver_retries", queueing_lock="channels.deliver_retries")
def deliver_retries(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: what waited for its next try."""
    actions.deliver_due()
