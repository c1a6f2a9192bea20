"""A fresh embedded database for one run, gone when it ends."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from huixiang.kernel import embedded_postgres


@contextmanager
def database() -> Iterator[Path]:
    """Start a server in a folder of its own, bring the schema up to date, and remove both at the end."""
    home = Path(tempfile.mkdtemp(prefix="hx-bench-"))
    home.chmod(0o755)  # the server runs as a user of its own
    (home / "static").mkdir()  # whitenoise warns about a missing one
    os.environ.update(
        DATABASE_URL=embedded_postgres.start(home),
        HUIXIANG_DATA_DIR=str(home),
        HUIXIANG_LOG_LEVEL="ERROR",
        DJANGO_SETTINGS_MODULE="huixiang.config.settings",
    )
    try:
        import django

        django.setup()
        from huixiang.cli.migrate import bring_up_to_date

        bring_up_to_date()
        yield home
    finally:
        embedded_postgres.stop(home)
        shutil.rmtree(home, ignore_errors=True)


class Watch:
    """Seconds since the block began; `seconds` stands still when it ends."""

    seconds = 0.0

    def __enter__(self) -> Self:
        self._start = time.perf_counter()
        return self

    def __exit__(self, *_error: object) -> None:
        self.seconds = time.perf_counter() - self._start


def rate(work: Callable[[Sequence[str]], Any], texts: Sequence[str], warm_up: int) -> float:
    """Texts a second; the first `warm_up` load the models and are not counted."""
    work(texts[:warm_up])
    with Watch() as watch:
        work(texts[warm_up:])
    return (len(texts) - warm_up) / watch.seconds


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table."""
    print("| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
