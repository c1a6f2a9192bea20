"""How fast an import comes in, is read and is taken back again: growing files into one community, each gone at the end.

Usage: python benchmarks/undo.py [--sizes 1000,10000]
"""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))  # its neighbours, from wherever it is started

import ground
import sentences

Row = tuple[str, str, str, str, str, str]
HEADS = ["rows", "imported, s", "read, s", "asked what would go, ms", "taken back, s", "taken back a second"]


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000", help="rows of each import (default 1000,10000)")
    return parser.parse_args()


def measured(sizes: Sequence[int], home: Path) -> Iterator[Row]:
    """Import, read and take back, for each size. The first, small one loads the models and is not counted."""
    from huixiang.channels.actions import open_account
    from huixiang.intake.imports import actions
    from huixiang.workspaces.actions import create_workspace

    workspace = create_workspace(slug="undo", name="基准")
    account = open_account(workspace=workspace, slug="files", kind=actions.KIND, name="文件")
    _one(account, 64, home)
    for size in sizes:
        yield _one(account, size, home)


def _one(account: Any, size: int, home: Path) -> Row:
    from huixiang.intake.imports import actions, undo
    from huixiang.intake.models import ImportState, Message
    from huixiang.journal.events import SYSTEM
    from huixiang.triage import undoing
    from huixiang.triage.actions import process

    file = home / f"{size}.csv"
    _written(file, size)
    workspace = account.workspace
    begun = actions.note(
        workspace=workspace, account=account, stored=file, file_name=file.name,
        mapping={"text": "内容", "external_id": "编号", "author_id": "作者"}, by=None,
    )  # fmt: skip
    with ground.Watch() as importing:
        run = actions.run(begun.id)
    with ground.Watch() as reading:
        process(workspace_id=workspace.id)
    with ground.Watch() as asking:
        undoing.outlook(run)
    undo.ask(run=run, actor=SYSTEM)
    with ground.Watch() as taking_back:
        undoing.take_back(run.id)
    run.refresh_from_db()
    if run.state != ImportState.UNDONE or Message.objects.filter(account=account).exists():
        raise SystemExit(f"The import of {size} rows was not wholly taken back.")
    imported, read, taken = (watch.seconds for watch in (importing, reading, taking_back))
    asked = f"{asking.seconds * 1000:.0f}"
    return f"{size:,}", f"{imported:.1f}", f"{read:.1f}", asked, f"{taken:.1f}", f"{size / taken:,.0f}"


def _written(file: Path, size: int) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["编号", "作者", "内容"])
        rows.writerows((f"r{size}-{place}", f"a{place % 997}", text) for place, text in enumerate(sentences.some(size)))


def main() -> None:
    """Measure and print one table."""
    sizes = [int(size) for size in _parsed().sizes.split(",")]
    with ground.database() as home:
        ground.table(HEADS, list(measured(sizes, home)))


if __name__ == "__main__":
    main()
