"""`huixiang web`: the pages and the API behind granian."""

import argparse
import os

from huixiang.cli import django_start

HELP = "Serve the pages and the API (an already migrated database is expected)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to listen and with how many processes."""
    parser.add_argument("--host", default=os.environ.get("HUIXIANG_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=os.environ.get("HUIXIANG_PORT", "8000"))
    parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--threads", type=int, default=4, help="requests at once in each process (default 4)")


def run(args: argparse.Namespace) -> int:
    """Serve until stopped; a process that dies is started again."""
    django_start.start()
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
    return 0
