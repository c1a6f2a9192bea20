"""Files brought in by a program, followed, and taken back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huixiang.cases.actions import assign
from huixiang.cases.models import Case
from huixiang.intake.imports.saved import save
from huixiang.intake.models import ImportRun, Message
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.workspaces.models import Membership, Workspace
from tests.api.conftest import Answer, Program
from tests.factories import COLD_START, RUDE_SERVICE
from tests.factories.jobs import run_waiting
from tests.intake.archives import chats

CSV = f"谁,哪天,说了什么\n甲,2026-11-20,{COLD_START}\n乙,2026-11-20,{RUDE_SERVICE}\n丙,没有这天,打不着火\n"
COLUMNS = {"text": "说了什么", "time": "哪天", "author_name": "谁", "author_id": "谁"}


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def sent(asker: Program, text: str = CSV, name: str = "回访.csv", once: str = "", **fields: Any) -> Answer:
    form = {"channel": "files", "file": SimpleUploadedFile(name, text.encode())} | fields
    headers = asker.headers | ({"idempotency-key": once} if once else {})
    answer = asker.client.post("/api/v1/imports", form, headers=headers)
    return answer.status_code, json.loads(answer.content)


def test_a_table_comes_in_by_columns_that_are_said(app: Program, workspace: Workspace) -> None:
    status, begun = sent(app, columns=json.dumps(COLUMNS))
    assert (status, begun["state"], begun["columns"], begun["sort"]) == (202, "waiting", COLUMNS, "table")
    run_waiting()
    done = app.get(f"imports/{begun['id']}")[1]
    assert (done["state"], done["rows"], done["stored"], done["duplicate"], done["refused"]) == ("done", 3, 2, 0, 1)
    assert [(row["row"], row["excerpt"]) for row in done["refused_rows"]] == [(4, "丙 | 没有这天 | 打不着火")]
    status, kind, sheet = app.file(done["refused_file"].removeprefix("/api/v1/"))
    assert (status, kind, sheet.decode().count("\n")) == (200, "text/csv; charset=utf-8", 2)
    assert app.get("imports")[1]["imports"][0]["id"] == begun["id"]
    assert Message.objects.filter(workspace=workspace).count() == 2


def test_by_a_saved_mapping_a_known_export_or_as_it_looks(app: Program, operator: Membership) -> None:
    save(by=operator, name="门店", mapping=COLUMNS, columns=["谁", "哪天", "说了什么"])
    assert sent(app, by="门店")[1]["columns"] == COLUMNS
    xhs = "笔记ID,评论ID,用户昵称,评论内容,评论时间\nn1,c1,漠河,方向盘一直抖,2026-11-20 08:00\n"
    assert sent(app, xhs)[1]["columns"]["external_id"] == "评论ID"
    status, said = sent(app, by="没有这个")
    assert (status, said["error"].startswith("There is no export or mapping “没有这个”. Known are: ")) == (409, True)
    chat = sent(app, chats.WECHAT, "群.txt", group="北辰车友一群")[1]
    assert (chat["sort"], chat["columns"]["group"]) == ("chat", "北辰车友一群")


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"channel": "owners-app", "columns": json.dumps(COLUMNS)}, 409, "is not a channel for imported files"),
        ({"channel": "nowhere"}, 422, "there is no channel “nowhere”"),
        ({"columns": "[1]"}, 422, "columns must be a JSON object"),
        ({"columns": '{"text": "没有"}'}, 409, "There is no column “没有”."),
        ({"sort": "chat"}, 409, "No chat was recognised"),
        ({"sort": "book"}, 422, "sort must be one of"),
        ({"file": "words"}, 422, "file"),
    ],
)
def test_what_is_wrong_is_said_and_leaves_nothing(
    app: Program, tmp_path: Path, fields: dict[str, Any], status: int, words: str
) -> None:
    answered, said = sent(app, **fields)
    assert (answered, words in said["error"]) == (status, True), said
    assert (ImportRun.objects.count(), [one for one in tmp_path.rglob("*") if one.is_file()]) == (0, [])


def test_a_form_that_breaks_off_and_json_are_refused(app: Program) -> None:
    broken = app.post_raw("imports", b"--x\r\nContent", "multipart/form-data; boundary=")
    assert broken[0] == 400
    assert app.post("imports", {"channel": "files"})[0] in {415, 422}


def test_the_same_call_again_brings_the_same_answer_and_another_file_is_refused(app: Program) -> None:
    first = sent(app, once="k1", columns=json.dumps(COLUMNS))
    assert sent(app, once="k1", columns=json.dumps(COLUMNS)) == first
    assert sent(app, CSV + "丁,2026-11-20,又打不着火\n", once="k1", columns=json.dumps(COLUMNS))[0] == 422
    assert ImportRun.objects.count() == 1


def test_it_is_taken_back_and_what_stays_is_named(
    desk: Program, app: Program, workspace: Workspace, owner: Membership, of_role: Callable[[str], Program]
) -> None:
    begun = sent(app, columns=json.dumps(COLUMNS))[1]
    run_waiting()
    kept = Case.objects.filter(workspace=workspace).earliest("number")
    assign(case=kept, owner=None, actor=Actor("staff", owner.id))
    assign(case=kept, owner=owner, actor=Actor("staff", owner.id))
    place = f"imports/{begun['id']}"
    told = app.get(f"{place}/undo")[1]
    assert told == {
        "messages": 1, "feedback": 1, "cases": 1, "stay": 1, "reasons": [{"reason": "assigned", "number": 1}],
    }  # fmt: skip
    assert app.post(f"{place}/undo", {})[0] == 403
    assert of_role("specialist").post(f"{place}/undo", {})[0] == 403
    asked = desk.post(f"{place}/undo", {})
    assert (asked[0], asked[1]["state"], asked[1]["undo_until"]) == (200, "undoing", None)
    run_waiting()
    gone = app.get(place)[1]["taken_back"]
    assert gone["kept"] == [{"kind": "case", "id": str(kept.id), "reason": "assigned"}]
    assert (gone["messages"], gone["stay"], Message.objects.filter(workspace=workspace).count()) == (1, 1, 1)
    assert desk.post(f"{place}/undo", {})[0] == 409
    assert Entry.objects.get(name="intake.import_undo_asked").actor_kind == "key"


def test_another_workspaces_import_is_not_there(
    app: Program, program: Callable[..., Program], other_workspace: Workspace
) -> None:
    begun = sent(app, columns=json.dumps(COLUMNS))[1]
    theirs = program(other_workspace)
    for address in ("", "/refused", "/undo"):
        assert theirs.request("GET", f"imports/{begun['id']}{address}")[0] == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_statements_do_not_grow_with_the_imports(app: Program, rows: int, django_assert_num_queries: Any) -> None:
    for _number in range(rows):
        begun = sent(app, columns=json.dumps(COLUMNS))[1]
    run_waiting()
    app.get("imports")
    with django_assert_num_queries(3):
        app.get("imports")
    with django_assert_num_queries(5):
        app.get(f"imports/{begun['id']}")
