"""The product as its users start it: `huixiang up` on a data directory of the tests' own."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from huixiang.kernel import embedded_postgres
from tests import migrated

DONE_WITHIN = 240


def _port() -> int:
    return random.randint(20_000, 40_000)  # noqa: S311 - a free port, not a secret


class Product:
    """A running `huixiang up` of the tests' own."""

    def __init__(self, home: Path, *, demo: bool = False) -> None:
        self.home, self.port = home, _port()
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        self.environment = {
            **kept,
            "HUIXIANG_DATA_DIR": str(home),
            "HUIXIANG_PORT": str(self.port),
            "HUIXIANG_DEMO": "1" if demo else "0",
            "HUIXIANG_WEBHOOK_PRIVATE_HOSTS": "127.0.0.1",
            "HUIXIANG_SECRET_KEY": "tests only, worth nothing",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "huixiang.cli.main", "up"],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_ready(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("Ready:"):
                return line
        raise AssertionError("it ended before it was ready")

    def says_next(self) -> str:
        """What it prints after `Ready:` for whoever just started it."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            if line.startswith("Stop with"):
                break
            lines.append(line)
        return "".join(lines)

    def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "huixiang.cli.main", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=DONE_WITHIN,
            check=check,
        )

    def asked(self, code: str) -> str:
        """What a few lines of Python print in its place: for what no command does."""
        begun = f"from huixiang.cli import django_start; django_start.start()\n{code}"
        words = [sys.executable, "-c", begun]
        done = subprocess.run(
            words, env=self.environment, capture_output=True, text=True, timeout=DONE_WITHIN, check=True
        )
        return done.stdout.strip()

    def children(self, name: str) -> list[int]:
        """The ids of the processes of one kind, found by their command line."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (entry / "environ").read_bytes()
            except (OSError, ValueError):
                continue
            if f"huixiang.cli.main {name}" in line and str(self.home).encode() in environment:
                found.append(int(entry.name))
        return found

    def database(self) -> psycopg.Connection[tuple[int, ...]]:
        return psycopg.connect(embedded_postgres.start(self.home), autocommit=True)

    def count(self, query: str) -> int:
        try:
            with self.database() as connection:
                row = connection.execute(query).fetchone()  # type: ignore[arg-type]
        except psycopg.OperationalError:
            return -1  # killed a moment ago; asked again
        return row[0] if row else 0

    def until(self, query: str, least: int) -> None:
        """Wait for so many. Gives up once the number has stood still for DONE_WITHIN."""
        before, grew = -1, time.monotonic()
        while time.monotonic() - grew < DONE_WITHIN:
            if (number := self.count(query)) >= least:
                return
            if number > before:
                before, grew = number, time.monotonic()
            time.sleep(0.3)
        raise AssertionError(f"{query} stayed at {before}, {least} expected")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2):
                return True
        except OSError:
            return False

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(timeout=60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return status


@contextmanager
def running_product(*, demo: bool = False, copy_of: Path | None = None) -> Iterator[Product]:
    """The product on a directory of its own, which its database's user can reach, gone at the end.

    `copy_of`: the directory of a stopped one, to begin with what it has; without, it begins with empty tables.
    """
    if copy_of:
        home = Path(tempfile.mkdtemp(prefix="hx-product-"))
        migrated.copy(copy_of, home)
        home.chmod(0o755)
    else:
        home = migrated.new_home()
    running = Product(home, demo=demo)
    try:
        running.wait_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
        embedded_postgres.stop(home)
        shutil.rmtree(home, ignore_errors=True)
