"""A database of the first release, with a small community in it, comes to this version whole.

`first_release.sql.xz` is that database as `pg_dump` wrote it: release 0.1.0's schema and its demo community.
"""

import lzma
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from huixiang.kernel import embedded_postgres
from tests import database

DUMP = Path(__file__).with_name("first_release.sql.xz")
NAME = "upgraded"
PAGES = Path(__file__).with_name("open_pages.py")
KEPT = {  # tables whose rows are people's: none may be lost on the way
    "workspaces_user", "workspaces_workspace", "workspaces_membership", "channels_channelaccount",
    "channels_conversation", "channels_delivery", "members_member", "members_identity", "intake_message",
    "intake_idempotencykey", "feedback_feedback", "themes_theme", "themes_vote", "cases_case", "cases_turn",
    "cases_clock", "triage_assessment", "announcements_announcement", "announcements_credit",
    "announcements_answer", "journal_entry", "journal_seal",
}  # fmt: skip


def count_rows(server: psycopg.Connection[tuple[int, ...]]) -> dict[str, int]:
    found = {}
    for name in sorted(KEPT):
        row = server.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        found[name] = row[0] if row else 0
    return found


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        env=os.environ | {"DATABASE_URL": database.url_of(NAME)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def before() -> Iterator[dict[str, int]]:
    """The first release's database, migrated by this version; what it held before."""
    with psycopg.connect(database.url_of("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {NAME}")
    with tempfile.NamedTemporaryFile("wb", suffix=".sql") as script:
        script.write(lzma.decompress(DUMP.read_bytes()))
        script.flush()
        subprocess.run(
            [embedded_postgres.program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", script.name,
             database.url_of(NAME)],
            check=True, capture_output=True,
        )  # fmt: skip
    with psycopg.connect(database.url_of(NAME)) as server:
        counts = count_rows(server)
    done = run("-m", "huixiang.cli.main", "migrate")
    assert (done.returncode, done.stderr) == (0, "")
    yield counts
    with psycopg.connect(database.url_of("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def test_nothing_is_left_to_migrate(before: dict[str, int]) -> None:
    assert run("-m", "huixiang.cli.main", "migrate").stdout == "The database is up to date.\n"


def test_no_row_is_lost(before: dict[str, int]) -> None:
    with psycopg.connect(database.url_of(NAME)) as server:
        assert count_rows(server) == before
    assert before["intake_message"] == 30
    assert before["journal_entry"] > 200


def test_the_journal_still_holds(before: dict[str, int]) -> None:
    done = run("-m", "huixiang.cli.main", "journal", "verify")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_page_opens_on_the_old_rows(before: dict[str, int]) -> None:
    done = run(str(PAGES))
    assert done.stderr == ""
    opened = dict(line.split(" ") for line in done.stdout.splitlines())
    assert {address for address, status in opened.items() if status != "200"} == set()
    assert len(opened) > 25
