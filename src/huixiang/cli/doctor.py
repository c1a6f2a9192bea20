"""`huixiang doctor`: what is well, what is not, and what to do about it."""

import argparse
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from huixiang.cli import django_start
from huixiang.kernel import places

HELP = "Check database, extension, model, disk and worker, and say what to do"
GOOD, LOOK, BAD = "✓", "!", "✗"
GIGABYTE = 1024**3
SPARE_DISK, LAST_DISK = 2.0, 0.3  # gigabytes: worth a look, about to fail
BEAT_SECONDS = 60  # a living worker is heard of more often
PENDING_SECONDS = 600
OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: a mark, what is so, and what to do."""

    mark: str
    fact: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.mark} {self.fact}" + (f" → {self.advice}" if self.advice else "")


def configure(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""
    parser.set_defaults(unused=None)


def run(args: argparse.Namespace) -> int:  # noqa: ARG001 - every command is given its arguments
    """Print the findings as they come; 1 when one of them stops the work."""
    marks = []
    for finding in _findings():
        print(finding, flush=True)
        marks.append(finding.mark)
    return 1 if BAD in marks else 0


def _findings() -> Iterator[Finding]:
    yield from _place()
    yield _disk()
    yield _looked("the models", _models)
    reached = _reached()
    if reached:
        yield Finding(BAD, "the database cannot be used", reached)
        return
    for name, look in _DATABASE_CHECKS.items():
        finding = _looked(name, look)
        yield finding
        if finding.mark == BAD and look is _schema:
            return


def _looked(name: str, look: Callable[[], Finding]) -> Finding:
    """A check that itself fails is a finding, not the end."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - whatever it is, the person wants to read it
        return Finding(BAD, f"{name} could not be checked: {type(error).__name__}: {str(error).strip()[:300]}")


def _reached() -> str:
    """Why Django cannot be started on the database; its sentence stands on stderr already. "" when it can."""
    try:
        django_start.start()
    except SystemExit:
        return "see the sentence above; DATABASE_URL must name a PostgreSQL of 16 or newer, or be left unset"
    return ""


def _place() -> Iterator[Finding]:
    directory = places.data_dir()
    directory.mkdir(parents=True, exist_ok=True)
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(BAD, f"{directory} cannot be written", "give it to the user Huixiang runs as")
        return
    yield Finding(GOOD, f"data in {directory}")
    secret = directory / "secret.key"
    if secret.exists() and secret.stat().st_mode & OTHERS:
        yield Finding(BAD, f"{secret} can be read by others", f"chmod 600 {secret}")


def _disk() -> Finding:
    free = shutil.disk_usage(places.data_dir()).free / GIGABYTE
    if free < LAST_DISK:
        return Finding(BAD, f"{free:.1f} GB of disk are free", "make room: the database stops when the disk is full")
    if free < SPARE_DISK:
        return Finding(LOOK, f"{free:.1f} GB of disk are free", "make room soon")
    return Finding(GOOD, f"{free:.1f} GB of disk are free")


def _models() -> Finding:
    """The model files load, read a plain sentence as it is meant, and embed likes near each other."""
    from huixiang.engine.embedder import EMBEDDER_VERSION, embed  # noqa: PLC0415 - loading them is the check
    from huixiang.engine.models import about  # noqa: PLC0415
    from huixiang.engine.pipeline import read  # noqa: PLC0415

    reading = next(iter(read(["刹车失灵，差点出事故，要求退车"])))
    vectors = embed(["车机黑屏死机", "中控屏幕黑屏了", "座椅很舒服"])
    if not reading.to_json()["feedback"] or vectors[0] @ vectors[1] <= vectors[0] @ vectors[2]:
        return Finding(BAD, f"the models of {about()['version']} do not agree with this version", "install it anew")
    return Finding(GOOD, f"models {about()['version']}, embedder {EMBEDDER_VERSION}")


def _server() -> Finding:
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0].split()[0]
    own = "embedded" if str(places.data_dir()) in connection.settings_dict["HOST"] else "DATABASE_URL"
    return Finding(GOOD, f"PostgreSQL {version} ({own})")


def _extension() -> Finding:
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    with connection.cursor() as cursor:
        cursor.execute("SELECT installed_version, default_version FROM pg_available_extensions WHERE name = 'vector'")
        installed, available = cursor.fetchone() or (None, None)
    if installed is None and available is None:
        return Finding(BAD, "pgvector is not on the server", "install it there, 0.8 or newer")
    if installed is None:
        return Finding(LOOK, f"pgvector {available} is not in this database yet", "run: huixiang migrate")
    return Finding(GOOD, f"pgvector {installed}")


def _schema() -> Finding:
    from huixiang.cli import migrate  # noqa: PLC0415 - Django is set up by now

    number = migrate.pending()
    if number:
        return Finding(BAD, f"{number} migrations are pending", "run: huixiang migrate")
    return Finding(GOOD, "the schema is this version's")


def _seconds_since(moment: object) -> float:
    from django.utils import timezone  # noqa: PLC0415 - Django is set up by now

    return float((timezone.now() - moment).total_seconds())  # type: ignore[operator]


def _worker() -> Finding:
    from huixiang.kernel import jobs  # noqa: PLC0415 - Django is set up by now

    beat = jobs.last_heartbeat()
    advice = "start one: huixiang worker (huixiang up starts all)"
    if beat is None:
        return Finding(LOOK, "no worker is running", advice)
    seconds = _seconds_since(beat)
    if seconds > BEAT_SECONDS:
        return Finding(LOOK, f"no worker was heard of for {_span(seconds)}", advice)
    return Finding(GOOD, f"a worker was heard of {_span(seconds)} ago")


def _span(seconds: float) -> str:
    for size, word in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {word}"
    return f"{seconds:.0f} seconds"


def _pending() -> Finding:
    from huixiang.intake.queries import oldest_pending  # noqa: PLC0415 - Django is set up by now

    since = oldest_pending()
    if since is None:
        return Finding(GOOD, "no message waits to be read")
    seconds = _seconds_since(since)
    fact = f"the oldest unread message waits for {_span(seconds)}"
    if seconds > PENDING_SECONDS:
        return Finding(LOOK, fact, "is a worker running? with a large import this is normal")
    return Finding(GOOD, fact)


def _deliveries() -> Finding:
    from huixiang.channels.queries import troubled_count  # noqa: PLC0415 - Django is set up by now

    number = troubled_count()
    if number:
        return Finding(LOOK, f"{number} answers failed or may have", "see Channels in the desk, and send them again")
    return Finding(GOOD, "no answer failed")


def _mail() -> Finding:
    from django.conf import settings  # noqa: PLC0415 - Django is set up by now

    if settings.EMAIL_HOST:
        return Finding(GOOD, f"mail goes out by {settings.EMAIL_HOST}:{settings.EMAIL_PORT}")
    return Finding(LOOK, "no mail server is set", "set HUIXIANG_SMTP_HOST to answer by e-mail and reset passwords")


_DATABASE_CHECKS: dict[str, Callable[[], Finding]] = {
    "the server": _server,
    "pgvector": _extension,
    "the schema": _schema,
    "the worker": _worker,
    "unread messages": _pending,
    "answers": _deliveries,
    "mail": _mail,
}
