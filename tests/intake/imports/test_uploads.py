"""Uploaded files go when they are not needed any more; a person's own files stay."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.intake.imports import actions
from huixiang.intake.models import ImportRun, ImportState
from huixiang.intake.tasks import remove_old_uploads, run_import

ROWS = "内容\n打不着火\n"
WEEK = 7 * 24 * 3600


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def upload(files: ChannelAccount, *, days: float = 0) -> Path:
    stored = actions.keep_upload(workspace=files.workspace, file_name="a.csv", chunks=[ROWS.encode()])
    then = time.time() - days * 24 * 3600
    os.utime(stored, (then, then))
    return stored


def noted(files: ChannelAccount, stored: Path, state: str = ImportState.WAITING) -> ImportRun:
    run = actions.note(
        workspace=files.workspace, account=files, stored=stored, file_name="a.csv", mapping={"text": "内容"}, by=None
    )
    ImportRun.objects.filter(id=run.id).update(state=state)
    return run


def test_the_upload_of_a_finished_import_is_removed(files: ChannelAccount) -> None:
    stored = upload(files)
    run = noted(files, stored)
    run_import.func(str(run.id))
    run.refresh_from_db()
    assert (run.state, stored.exists()) == ("done", False)
    run_import.func(str(run.id))  # queued twice: nothing is left to do


def test_a_file_of_ones_own_stays(files: ChannelAccount, csv_file: Callable[..., Path]) -> None:
    own = csv_file(ROWS)
    run_import.func(str(noted(files, own).id))
    assert own.exists()


def test_after_a_week_only_what_an_import_waits_for_stays(files: ChannelAccount) -> None:
    fresh, left, stopped, waiting, running = (upload(files, days=days) for days in (6.9, 8, 8, 8, 8))
    for stored, state in ((stopped, "failed"), (waiting, "waiting"), (running, "running")):
        noted(files, stored, state)
    remove_old_uploads.func()
    assert [path.exists() for path in (fresh, left, stopped, waiting, running)] == [True, False, False, True, True]
