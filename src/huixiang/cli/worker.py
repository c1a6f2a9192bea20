"""`huixiang worker`: works off the queued jobs."""

import argparse

from huixiang.cli import django_start

HELP = "Work off the queued jobs until stopped"
GRACE_SECONDS = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """How many jobs at once."""
    parser.add_argument("--concurrency", type=int, default=3, help="jobs at once (default 3)")


def run(args: argparse.Namespace) -> int:
    """Take up what a killed predecessor left, then work until stopped."""
    django_start.start()
    from procrastinate.contrib.django import app  # noqa: PLC0415 - Django must be set up first
    from procrastinate.contrib.django.django_connector import DjangoConnector  # noqa: PLC0415

    from huixiang.kernel import jobs  # noqa: PLC0415

    jobs.queue("triage.wake_forgotten", once="triage.wake_forgotten")
    jobs.queue("config.retry_stalled", once="config.retry_stalled")
    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError("the jobs are not queued through Django's connection")
    # An app of its own: what jobs queue in turn goes through Django's connection, in the transaction of its fact.
    worker = app.with_connector(connector.get_worker_connector())
    worker.run_worker(concurrency=args.concurrency, shutdown_graceful_timeout=GRACE_SECONDS, name="huixiang")
    return 0
