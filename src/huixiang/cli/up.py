"""`huixiang up`: database, web, worker and lines in one go, watched over, and nothing left running at the end."""

import argparse
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

import psycopg

from huixiang.cli import demo, django_start, migrate
from huixiang.kernel import embedded_postgres, places

HELP = "Start everything: database, web, worker and lines; stops cleanly on Ctrl-C"
ANSWER_WITHIN = 120
LOOK_EVERY = 0.5
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - recognised, not bound here
STOP_WITHIN = 25
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--host", default=os.environ.get("HUIXIANG_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=os.environ.get("HUIXIANG_PORT", "8000"))


class Stopping(BaseException):  # a request, not an error: no `except Exception` on the way may take it for one
    """Somebody asked us to stop."""


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise Stopping


def run(args: argparse.Namespace) -> int:
    """Start, say `Ready:`, watch, stop. Returns 1 when something could not be started."""
    if _taken(args.host, args.port):
        print(
            f"Port {args.port} is in use. Stop what runs there, or set HUIXIANG_PORT to a free one.",
            file=sys.stderr,
        )
        return 1
    os.environ["HUIXIANG_PORT"] = str(args.port)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    embedded = not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))
    try:
        _prepare()
        return _serve(args, children, embedded=embedded)
    except Stopping:
        return 0
    finally:
        _end(children, embedded=embedded)


def _taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _prepare() -> None:
    """Database, schema, demo community: what must be there before somebody can look."""
    print("Starting the database …", flush=True)
    django_start.start()
    migrate.bring_up_to_date()
    demo.load_if_empty()


def _serve(args: argparse.Namespace, children: dict[str, subprocess.Popen[bytes]], *, embedded: bool) -> int:
    web = ["web", "--host", args.host, "--port", str(args.port)]
    commands = {"web": web, "worker": ["worker"], "lines": ["listen"]}
    for name, words in commands.items():
        children[name] = _start(words)
    here = "127.0.0.1" if args.host in EVERYWHERE else args.host
    address = f"http://{here}:{args.port}/"
    if not _answers(address, children["web"]):
        print("The web process did not answer; its message stands above.", file=sys.stderr)
        return 1
    _say_ready(address)
    while True:
        time.sleep(LOOK_EVERY)
        if embedded and not embedded_postgres.is_running(places.data_dir()):
            _revive_database()
        for name, child in children.items():
            if child.poll() is not None:
                print(f"The {name} process ended ({child.returncode}); starting it again.", file=sys.stderr)
                children[name] = _start(commands[name])


def _revive_database() -> None:
    """Start a database that was killed; its last processes may need a moment to let go of it."""
    print("The database ended; starting it again.", file=sys.stderr)
    try:
        embedded_postgres.start(places.data_dir())
    except (OSError, subprocess.SubprocessError, psycopg.Error) as error:
        print(f"It did not start yet ({type(error).__name__}); trying again.", file=sys.stderr)


def _start(words: list[str]) -> subprocess.Popen[bytes]:
    """A process of its own session, so that Ctrl-C reaches only us, ending when we do, however we do."""
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "huixiang.cli.main", *words],
        start_new_session=True,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - prctl only, before exec, and this process has one thread
        stdin=subprocess.DEVNULL,
    )


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)


def _answers(address: str, web: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + ANSWER_WITHIN
    while time.monotonic() < until and web.poll() is None:
        try:
            with urllib.request.urlopen(address + "healthz", timeout=5):  # noqa: S310 - our own address
                return True
        except urllib.error.HTTPError:  # it answers, if only that this host is not among the allowed ones
            return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def _say_ready(address: str) -> None:
    print(f"Ready: {address}", flush=True)
    for line in demo.welcome(address):
        print(line, flush=True)
    print("Stop with Ctrl-C.", flush=True)


def _end(children: dict[str, subprocess.Popen[bytes]], *, embedded: bool) -> None:
    """Stop children first, then the database; a second Ctrl-C changes nothing any more."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children.values():
        child.terminate()
    for child in children.values():
        try:
            child.wait(timeout=STOP_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    if embedded:
        embedded_postgres.stop(Path(places.data_dir()))
