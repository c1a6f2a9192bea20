"""The senders. The two jobs of each share a lock: however slow the other side is, they take one place of a worker."""

from procrastinate.contrib.django import app

from huixiang.channels import actions
from huixiang.channels.webhooks import actions as webhooks


@app.task(name="channels.deliver", queueing_lock="channels.deliver", lock="channels.deliver")
def deliver() -> None:
    """Send what is due."""
    actions.deliver_due()


@app.periodic(cron="* * * * *")
@app.task(name="channels.deliver_retries", queueing_lock="channels.deliver_retries", lock="channels.deliver")
def deliver_retries(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: what waited for its next try."""
    actions.deliver_due()


@app.task(name="channels.send_webhooks", queueing_lock="channels.send_webhooks", lock="channels.send_webhooks")
def send_webhooks() -> None:
    """Tell endpoints what is due."""
    webhooks.send_due()


@app.periodic(cron="* * * * *")
@app.task(name="channels.webhook_retries", queueing_lock="channels.webhook_retries", lock="channels.send_webhooks")
def webhook_retries(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: what waited for its next try."""
    webhooks.send_due()


@app.periodic(cron="53 2 * * *")
@app.task(name="channels.forget_webhooks", queueing_lock="channels.forget_webhooks")
def forget_webhooks(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every night: what is older than a month goes from the log."""
    webhooks.forget_old()
