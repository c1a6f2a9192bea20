from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from huixiang.channels.models import ChannelAccount
from huixiang.intake.imports import actions
from huixiang.intake.models import ImportRefusal, ImportRun, ImportState, Message
from huixiang.intake.tasks import run_import
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership, Workspace

File = Callable[..., Path]


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def begin(files: ChannelAccount) -> Callable[..., ImportRun]:
    def build(path: Path, **mapping: str) -> ImportRun:
        return actions.note(
            workspace=files.workspace,
            account=files,
            stored=path,
            file_name=path.name,
            mapping=mapping or {"text": "text"},
            by=None,
        )

    return build


def numbers(run: ImportRun) -> tuple[str, int, int, int, int, int]:
    run.refresh_from_db()
    return run.state, run.total, run.read, run.stored, run.duplicate, run.refused


def rows(count: int, broken_every: int = 0) -> str:
    body = (f"第{n}条,{n}\n" if not broken_every or n % broken_every else f",{n}\n" for n in range(1, count + 1))
    return "text,id\n" + "".join(body)


def test_a_file_comes_in_with_a_clear_report(begin: Any, csv_file: File) -> None:
    run = begin(csv_file(rows(2_500, broken_every=10)), text="text", external_id="id")
    seen: list[int] = []
    actions.run(run.id, lambda state: seen.append(state.read))
    assert numbers(run) == ("done", 2_500, 2_500, 2_250, 0, 250)
    assert seen == [1_000, 2_000, 2_500]
    assert Message.objects.filter(account=run.account).count() == 2_250
    first = ImportRefusal.objects.order_by("row").values_list("row", "reason", "excerpt").first()
    assert first == (11, "The text is empty.", " | 10")
    entry = Entry.objects.get(name="intake.import_finished")
    assert (entry.subject_id, entry.data) == (run.id, {"stored": 2_250, "duplicate": 0, "refused": 250})


def test_the_same_file_again_stores_nothing_twice(begin: Any, csv_file: File) -> None:
    path = csv_file("text\nsame\nsame\nother\n")
    actions.run(begin(path).id)
    again = begin(path)
    actions.run(again.id)
    assert numbers(again) == ("done", 3, 3, 0, 3, 0)
    assert sorted(Message.objects.values_list("text", flat=True)) == ["other", "same", "same"]
    assert len(set(Message.objects.values_list("author_id", flat=True))) == 3  # nobody is known


def test_a_finished_run_stays_as_it_is(begin: Any, csv_file: File) -> None:
    run = begin(csv_file("text\na\n"))
    actions.run(run.id)
    before = numbers(run)
    actions.run(run.id)
    assert numbers(run) == before
    assert Entry.objects.filter(name="intake.import_finished").count() == 1


def test_a_run_cut_off_goes_on_where_it_stopped(begin: Any, csv_file: File) -> None:
    run = begin(csv_file("text\n" + "same\n" * 2_500))  # equal rows: their ordinals must go on as well

    def cut(state: ImportRun) -> None:
        if state.read == 1_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.run(run.id, cut)
    assert numbers(run) == ("running", 2_500, 1_000, 1_000, 0, 0)
    actions.run(run.id)
    assert numbers(run) == ("done", 2_500, 2_500, 2_500, 0, 0)


def test_two_who_run_the_same_store_each_row_once(begin: Any, csv_file: File) -> None:
    run = begin(csv_file(rows(2_500)))
    started = False

    def meanwhile(_state: ImportRun) -> None:
        nonlocal started
        if not started:
            started = True
            actions.run(run.id)

    with pytest.raises(Refused, match="already being run"):
        actions.run(run.id, meanwhile)
    assert Message.objects.count() == 2_500
    assert numbers(run)[1:] == (2_500, 2_500, 2_500, 0, 0)


def test_the_job_says_on_the_run_why_it_stopped(begin: Any, csv_file: File) -> None:
    path = csv_file("text\na\n")
    run = begin(path)
    path.unlink()
    run_import(str(run.id))
    assert numbers(run)[0] == ImportState.FAILED
    assert run.error == "rows.csv cannot be read: No such file or directory."


def test_oddities_come_in_or_are_reported(begin: Any, csv_file: File) -> None:
    body = f'text,name\r\n=1+1,{"名" * 10_000}\r\na\0b,x\r\n"two\nlines",<b>x</b>\r\n'
    run = begin(csv_file(body, "utf-8-sig"), text="text", author_name="name")
    actions.run(run.id)
    assert numbers(run) == ("done", 3, 3, 2, 0, 1)
    stored = Message.objects.order_by("text").values_list("text", "author_name")
    assert list(stored) == [("=1+1", "名" * 80), ("two\nlines", "<b>x</b>")]
    assert ImportRefusal.objects.values_list("reason", "excerpt").get() == (
        "text contains a NUL character.",
        "a\ufffdb | x",
    )


def test_only_accounts_for_files_of_the_same_workspace(
    csv_file: File, workspace: Workspace, other_workspace: Workspace, app_channel: ChannelAccount
) -> None:
    for account in (app_channel, other_workspace.channel_accounts.get(slug="files")):
        with pytest.raises(Refused, match="is not a channel for imported files"):
            actions.start(
                workspace=workspace,
                account=account,
                stored=csv_file("text\na\n"),
                file_name="a.csv",
                mapping={"text": "text"},
                by=None,
            )


def test_starting_queues_the_job(csv_file: File, files: ChannelAccount, operator: Membership) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob  # noqa: PLC0415

    run = actions.start(
        workspace=files.workspace,
        account=files,
        stored=csv_file("text\na\n"),
        file_name="C:\\Users\\me\\反馈\x00.csv",
        mapping={"text": "text"},
        by=operator,
    )
    assert (run.file_name, run.started_by, run.state) == ("反馈.csv", operator.id, "waiting")
    job = ProcrastinateJob.objects.get(task_name="intake.run_import")
    assert (job.args, job.lock) == ({"run_id": str(run.id)}, f"intake.run_import:{run.id}")


def test_an_upload_is_kept_under_a_random_name(workspace: Workspace, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.IMPORT_MAX_BYTES = tmp_path, 5
    stored = actions.keep_upload(workspace=workspace, file_name="../../x.XLSX", chunks=[b"ab", b"cde"])
    assert (stored.read_bytes(), stored.suffix) == (b"abcde", ".xlsx")
    assert stored.parent == tmp_path / "imports" / str(workspace.id)
    assert stored.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Refused, match="larger than"):
        actions.keep_upload(workspace=workspace, file_name="x", chunks=[b"abc", b"def"])
    assert list(stored.parent.iterdir()) == [stored]
