"""`huixiang web`: the pages and the API behind granian."""

import argparse
import hashlib
import os
import tempfile
from pathlib import Path

from huixiang.cli import django_start

HELP = "Serve the pages and the API (an already migrated database is expected)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to listen and with how many processes."""
    parser.add_argument("--host", default=os.environ.get("HUIXIANG_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=os.environ.get("HUIXIANG_PORT", "8000"))
    parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--threads", type=int, default=4, help="requests at once in each process (default 4)")


def run(args: argparse.Namespace) -> int:
    """Serve until stopped; a process that dies is started again.

    The processes count their requests apart, in files that are added up at /metrics and end with this command.
    """
    with tempfile.TemporaryDirectory(prefix="huixiang-figures-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # read when the library is loaded
        django_start.start()
        _collect_static()
        _serve(args)
    return 0


def _serve(args: argparse.Namespace) -> None:
    from granian import Granian  # noqa: PLC0415 - only this command needs the server
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    Granian(
        "huixiang.config.wsgi:application",
        address=args.host,
        port=args.port,
        interface=Interfaces.WSGI,
        workers=args.workers,
        blocking_threads=args.threads,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    ).serve()


def _collect_static() -> None:
    """Gather and compress the static files, unless they are the same as at the last start."""
    from django.conf import settings  # noqa: PLC0415 - Django is set up by now
    from django.contrib.staticfiles.finders import get_finders  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    listed = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            listed.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / "gathered"
    if not stamp.exists() or stamp.read_text() != listed.hexdigest():
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(listed.hexdigest())
