"""The senders. An account's deliveries share a lock: however slow its platform is, it takes one place of a worker."""

import uuid

from procrastinate.contrib.django import app

from huixiang.channels import delivering
from huixiang.channels.webhooks import actions as webhooks


@app.task(name="channels.deliver")
def deliver(account_id: str) -> None:
    """Send what is due of one account: queued with a lock of the account's own. What goes by a line is not ours."""
    account = uuid.UUID(account_id)
    if not delivering.by_line(account):
        delivering.deliver_account(account, budget=delivering.BUDGET)


@app.periodic(cron="* * * * *")
@app.task(name="channels.deliver_retries", queueing_lock="channels.deliver_retries")
def deliver_retries(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: what waited for its next try, or for the platform's limit."""
    delivering.wake_due()


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
