"""`huixiang migrate`: the schema of this version."""

import argparse

from huixiang.cli import django_start

HELP = "Bring the database to this version's schema; safe to run at any time, also twice at once"
LOCK = 7_310_114_902  # a number of our own among the server's advisory locks


def configure(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""
    parser.set_defaults(unused=None)


def run(args: argparse.Namespace) -> int:  # noqa: ARG001 - every command is given its arguments
    """Migrate and say how much there was to do."""
    django_start.start()
    applied = bring_up_to_date()
    print(f"Applied {applied} migrations." if applied else "The database is up to date.")
    return 0


def bring_up_to_date() -> int:
    """Apply what is pending and make the cache table; returns how many migrations were applied.

    A lock in the database lets a second start wait for the first, and find nothing left to do.
    """
    from django.core.management import call_command  # noqa: PLC0415 - Django must be set up first
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        number = pending()
        if number:
            call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return number


def pending() -> int:
    """How many migrations this version has that the database has not."""
    from django.db import connection  # noqa: PLC0415 - Django must be set up first
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
