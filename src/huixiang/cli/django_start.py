"""What every command does first that needs the database."""

import atexit
import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import django

from huixiang.kernel import embedded_postgres, places


def start() -> None:
    """Make Django ready: with DATABASE_URL on that server, else on the embedded one, started if need be.

    An embedded server that a command had to start is stopped by the last process that used it.
    Exits with 1 and a sentence when the database will not do.
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
    try:
        with _alone(directory):
            before = embedded_postgres.is_running(directory)
            os.environ["DATABASE_URL"] = embedded_postgres.start(directory)
            if not before:
                _mark(directory).write_text(_postmaster(directory), encoding="utf-8")
    except Exception as error:  # noqa: BLE001 - disk, rights, a damaged cluster: whatever it is, in words
        _give_up(
            f"The embedded database in {directory} could not be started: {error}. "
            f"Look into {directory / 'postgres' / 'log'}; is the disk full, or the folder somebody else's?"
        )
    atexit.register(_stop_when_unused, directory, os.getpid())


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """One process at a time starts or stops the server, so that none is stopped under another's feet."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "postgres.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _mark(directory: Path) -> Path:
    """Holds the id of the server that a command started; one started otherwise is not ours to stop."""
    return directory / "postgres.started"


def _postmaster(directory: Path) -> str:
    with suppress(OSError, IndexError):
        return (directory / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0]
    return ""


def _stop_when_unused(directory: Path, process: int) -> None:
    """At the end of the last process that uses a server some command started; forked children end nothing."""
    if os.getpid() != process:
        return
    with _alone(directory), suppress(OSError):
        ours = _mark(directory).read_text(encoding="utf-8") == _postmaster(directory) != ""
        if ours and not _users(directory) - {process}:
            embedded_postgres.stop(directory)
            _mark(directory).unlink()


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
