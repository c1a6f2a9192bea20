"""Opening channels and importing files from the page."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huixiang.channels.models import ChannelAccount
from huixiang.intake.imports.actions import run
from huixiang.intake.models import ImportRun, Message
from huixiang.workspaces.models import Membership, Workspace

HTMX = {"HX-Request": "true"}
ROWS = "编号,内容,昵称,时间\n1,充电口结冰弹不开,冰城拾光,2026-11-20 08:00\n2,,空着,2026-11-20 09:00\n"


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_a_channel_is_opened_by_name(at: Callable[..., str], workspace: Workspace, as_owner: Client) -> None:
    as_owner.post(at("channel_connect"), {"kind": "api", "name": "Dealer App"})
    assert ChannelAccount.objects.get(workspace=workspace, slug="dealer-app").name == "Dealer App"
    assert as_owner.post(at("channel_connect"), {"kind": "api", "name": " "}).status_code == 422
    as_owner.post(at("channel_connect"), {"kind": "smoke", "name": "x"})
    assert not ChannelAccount.objects.filter(workspace=workspace, kind="smoke").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_from_choosing_to_the_refused_rows(
    encoding: str, at: Callable[..., str], workspace: Workspace, operator: Membership, as_operator: Client
) -> None:
    file = SimpleUploadedFile("反馈.csv", ROWS.encode(encoding))
    uploaded = as_operator.post(at("import_upload"), {"channel": "files", "file": file})
    mapping = as_operator.get(uploaded["Location"])
    guessed = {name: column for name, _word, _help, column in mapping.context["fields"]}
    assert (guessed["text"], guessed["external_id"], guessed["time"]) == ("内容", "编号", "时间")
    started = as_operator.post(
        uploaded["Location"] + "start/", {"text": "内容", "external_id": "编号", "author_name": "昵称", "time": "时间"}
    )
    found = ImportRun.objects.get(workspace=workspace)
    assert started["Location"] == at("import_run", run_id=found.id)
    assert as_operator.get(at("import_progress", run_id=found.id)).context["going_on"] is True
    run(found.id)
    done = as_operator.get(at("import_run", run_id=found.id)).context
    assert (done["run"].stored, done["run"].refused, done["going_on"]) == (1, 1, False)
    assert Message.objects.get(workspace=workspace).text == "充电口结冰弹不开"
    refused = b"".join(as_operator.get(at("import_refused", run_id=found.id))).decode("utf-8-sig")  # type: ignore[call-overload]
    assert [line.split(",")[0] for line in io.StringIO(refused)][1:] == ["3"]


def test_the_mapping_shows_how_the_first_rows_will_be_read(
    at: Callable[..., str], workspace: Workspace, as_operator: Client
) -> None:
    rows = "内容,时间,用户邮箱,昵称\n充电口打不开,2026-11-20 08:05,mohe@example.com,漠河\n又坏了,昨天,,漠河\n".encode()
    file = SimpleUploadedFile("a.csv", rows)
    place = as_operator.post(at("import_upload"), {"channel": "files", "file": file})["Location"]
    read = as_operator.get(place).context["read"]["rows"]
    assert read[0] == (
        {"text": "充电口打不开", "name": "漠河", "email": "m***@example.com", "sent_at": "2026-11-20 08:05"}, "",
    )  # fmt: skip
    assert [row is None for row, _fault in read] == [False, True]
    wrong = {"text": "内容", "author_email": "昵称"}
    told = as_operator.get(place, wrong, headers={"accept-language": "en"}).context["read"]
    assert told == {"fault": "The column “昵称” holds no e-mail addresses; its first row says “漠河”."}
    assert as_operator.post(place + "start/", wrong, headers=HTMX).status_code == 409
    as_operator.post(place + "start/", {"text": "内容", "author_email": "用户邮箱"})
    run(ImportRun.objects.get(workspace=workspace).id)
    kept = Message.objects.filter(workspace=workspace).exclude(author_email="")
    assert list(kept.values_list("author_id", "author_email")) == [("mohe@example.com", "mohe@example.com")]


def test_refused_rows_are_masked_and_for_those_who_import(
    at: Callable[..., str], workspace: Workspace, as_operator: Client, as_viewer: Client
) -> None:
    rows = "内容,昵称\n,我的电话 13812345678\n".encode()
    uploaded = as_operator.post(
        at("import_upload"), {"channel": "files", "file": SimpleUploadedFile("a.csv", rows)}
    )
    as_operator.post(uploaded["Location"] + "start/", {"text": "内容", "author_name": "昵称"})
    found = run(ImportRun.objects.get(workspace=workspace).id)
    assert [refusal.excerpt for refusal in found.refusals.all()] == [" | 我的电话 138****5678"]
    for view in ("import_run", "import_progress", "import_refused"):
        assert as_viewer.get(at(view, run_id=found.id)).status_code == 404
    assert at("import_run", run_id=found.id) not in as_viewer.get(at("channels")).content.decode()


def test_a_new_channel_is_named_on_the_way(at: Callable[..., str], workspace: Workspace, as_operator: Client) -> None:
    file = SimpleUploadedFile("a.csv", ROWS.encode())
    as_operator.post(at("import_upload"), {"name": "客服热线", "file": file})
    assert ChannelAccount.objects.get(workspace=workspace, name="客服热线").kind == "import"


def test_what_is_no_table_is_refused_and_not_kept(
    at: Callable[..., str], workspace: Workspace, as_operator: Client, tmp_path: Path
) -> None:
    file = SimpleUploadedFile("a.xlsx", b"\x00\x01 not a workbook")
    assert as_operator.post(at("import_upload"), {"channel": "files", "file": file}, headers=HTMX).status_code == 409
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_channel_that_takes_no_files_is_refused(at: Callable[..., str], as_operator: Client) -> None:
    file = SimpleUploadedFile("a.csv", ROWS.encode())
    answer = as_operator.post(at("import_upload"), {"channel": "owners-app", "file": file}, headers=HTMX)
    assert answer.status_code == 409


def test_another_session_does_not_know_the_upload(
    at: Callable[..., str], owner: Membership, as_operator: Client, client_of: Callable[[Membership], Client]
) -> None:
    uploaded = as_operator.post(
        at("import_upload"), {"channel": "files", "file": SimpleUploadedFile("a.csv", ROWS.encode())}
    )
    assert client_of(owner).get(uploaded["Location"]).status_code == 404
