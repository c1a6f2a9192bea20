"""No cell of any file we write is taken for a formula, whatever it is and whoever wrote it."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from huixiang.cli.main import main
from huixiang.intake.models import ImportRun
from huixiang.intake.tasks import run_import
from huixiang.members.models import Member
from huixiang.triage.actions import process
from huixiang.workspaces.models import Membership, Workspace
from tests import factories

SIGNS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "\u200b=", " =", "\ufeff="]
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def dangerous(cells: list[str]) -> list[str]:
    """What a spreadsheet may run: it may also skip spaces and signs nobody sees at the front."""
    return [cell for cell in cells if cell.lstrip(" \u3000\u200b\ufeff\u00a0").startswith(RUNS)]


def cells_of(text: str) -> list[str]:
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")))
    return [cell for row in rows for cell in row]


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path, empty_cache: None) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(owner: Membership, client_of: Callable[[Membership], Client]) -> Client:
    return client_of(owner)


def read(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode("utf-8"))


def test_refused_rows(desk: Client, workspace: Workspace, tmp_path: Path) -> None:
    path, report = tmp_path / "rows.csv", tmp_path / "refused.csv"
    held = io.StringIO(newline="")
    csv.writer(held).writerows([["text", "time"]] + [[f"{sign}HYPERLINK(1)", "gestern"] for sign in SIGNS])
    path.write_text(held.getvalue(), encoding="utf-8", newline="")
    words = ["--workspace", workspace.slug, "--channel", "files", "--map", "text=text,time=time"]
    assert main(["import", str(path), *words, "--report", str(report)]) == 0
    run = ImportRun.objects.get()
    assert run.refused == len(SIGNS)
    shown = read(desk.get(f"/w/{workspace.slug}/channels/imports/{run.id}/refused.csv"))
    for text in (shown, report.read_text(encoding="utf-8-sig")):
        assert (dangerous(cells_of(text)), text.count("HYPERLINK")) == ([], len(SIGNS))
    run_import(str(run.id))  # nothing happens to a run that is through


def test_the_roster(desk: Client, workspace: Workspace) -> None:
    for sign in SIGNS:
        Member.objects.create(workspace=workspace, name=f"{sign}cmd|' /C calc'!A0")
    shown = read(desk.get(f"/w/{workspace.slug}/members/table.csv"))
    assert (dangerous(cells_of(shown)), shown.count("calc")) == ([], len(SIGNS))


def test_verbatims(desk: Client, workspace: Workspace) -> None:
    app = workspace.channel_accounts.get(slug="owners-app")
    said = factories.feedback(app, f"=HYPERLINK(1)，{factories.COLD_START}", author_name="@SUM(1)")
    desk.post(f"/w/{workspace.slug}/themes/{said.theme_id}/describe/", {"name": "+1+1", "summary": "-2"})
    answer = desk.post(f"/w/{workspace.slug}/themes/{said.theme_id}/export/", {"format": "csv"}, follow=True)
    address = answer.request["PATH_INFO"]
    shown = read(desk.get(f"{address}file/"))
    assert (dangerous(cells_of(shown)), "HYPERLINK" in shown, "SUM" in shown) == ([], True, True)


def test_words_of_staff_and_programs_come_back_as_they_are(workspace: Workspace) -> None:
    """Only files are changed: what was said stays as it was said."""
    app = workspace.channel_accounts.get(slug="owners-app")
    said = factories.feedback(app, f"=1+1，{factories.COLD_START}")
    process(workspace_id=workspace.id)
    assert said.text.startswith("=1+1")
