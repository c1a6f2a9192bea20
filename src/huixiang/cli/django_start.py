"""What every command does first that needs the database."""

import atexit
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import django

from huixiang.kernel import embedded_postgres, places


def start() -> None:
    """Make Django ready: with DATABASE_URL on that server, else on the embedded one, started if need be.

    An embedded server this process had to start is stopped again when it ends, unless somebody else has begun to use
    it meanwhile. Exits with 1 and a sentence when the database will not do.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huixiang.config.settings")
    try:
        given = places.text("DATABASE_URL")
        if given:
            _check(given)
        else:
            _embed(places.data_dir())
        django.setup()
    except places.WrongSetting as error:
        _give_up(str(error))


def _check(conninfo: str) -> None:
    sentence = embedded_postgres.complaint(conninfo)
    if sentence:
        _give_up(sentence)


def _embed(directory: Path) -> None:
    before = embedded_postgres.is_running(directory)
    try:
        os.environ["DATABASE_URL"] = embedded_postgres.start(directory)
    except Exception as error:  # noqa: BLE001 - disk, rights, a damaged cluster: whatever it is, in words
        _give_up(
            f"The embedded database in {directory} could not be started: {error}. "
            f"Look into {directory / 'postgres' / 'log'}; is the disk full, or the folder somebody else's?"
        )
    if not before:
        atexit.register(_stop_unless_used, directory, os.getpid())


def _stop_unless_used(directory: Path, starter: int) -> None:
    """At the end of the process that started the server; its forked children have nothing to end."""
    if os.getpid() == starter and not _users(directory) - {starter}:
        embedded_postgres.stop(directory)


def _users(directory: Path) -> set[int]:
    """The live processes that took up the embedded server, as it keeps their ids."""
    with suppress(OSError, ValueError):
        noted = json.loads((directory / "postgres" / ".handle_pids.json").read_text(encoding="utf-8"))
        return {int(process) for process in noted if _lives(int(process))}
    return set()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True


def _give_up(sentence: str) -> None:
    print(f"huixiang: {sentence}", file=sys.stderr)
    raise SystemExit(1)
