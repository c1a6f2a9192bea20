"""Taking an import back in the desk: what will happen, the report of what stayed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from huixiang.cases.actions import assign
from huixiang.cases.models import Case
from huixiang.intake.imports import actions
from huixiang.intake.models import ImportRun, Message
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.triage.actions import process
from huixiang.workspaces.models import Membership, Workspace
from tests.factories import BLACK_SCREEN, COLD_START, RUDE_SERVICE
from tests.factories.jobs import run_waiting

At = Callable[..., str]
QUERIES = {"ask": 20, "report": 13}
LEAKS = "天窗漏水，座椅和地毯全湿了，送修两次都没修好"


@pytest.fixture
def run(workspace: Workspace, operator: Membership, tmp_path: Path) -> ImportRun:
    """Four messages that came by a file and were read: a case each."""
    path = tmp_path / "回访.csv"
    path.write_text(f"text,who\n{COLD_START},甲\n{RUDE_SERVICE},乙\n{BLACK_SCREEN},丙\n{LEAKS},丁\n", encoding="utf-8")
    account = workspace.channel_accounts.get(slug="files")
    mapping = {"text": "text", "author_id": "who", "author_name": "who"}
    found = actions.note(
        workspace=workspace, account=account, stored=path, file_name=path.name, mapping=mapping, by=operator
    )
    actions.run(found.id)
    process(workspace_id=workspace.id)
    return found


def given(case: Case, by: Membership) -> None:
    assign(case=case, owner=None, actor=Actor("staff", by.id))
    assign(case=case, owner=by, actor=Actor("staff", by.id))


def test_it_says_what_will_happen_does_it_and_reports_what_stayed(
    at: At, run: ImportRun, operator: Membership, as_operator: Client
) -> None:
    kept = Case.objects.filter(workspace=run.workspace).latest("number")
    given(kept, operator)
    assert at("import_undo", run_id=run.id) in as_operator.get(at("import_run", run_id=run.id)).content.decode()
    asked = as_operator.get(at("import_undo", run_id=run.id))
    told = asked.context["outlook"]
    assert (told.messages, told.feedback, told.cases, told.stay) == (3, 3, 3, 1)
    assert told.reasons == [("已分派给人处理", 1)]
    assert Message.objects.count() == 4
    done = as_operator.post(at("import_undo", run_id=run.id))
    assert done["Location"] == at("import_run", run_id=run.id)
    assert "已撤回" in as_operator.get(done["Location"]).content.decode()
    assert "triage.undo_import" in run_waiting()
    page = as_operator.get(done["Location"])
    assert (page.context["run"].left["messages"], page.context["kept_total"]) == (3, 1)
    assert [(one.name, one.why, one.address) for one in page.context["kept"]] == [
        (f"{kept.label} {kept.title}", "已分派给人处理", at("case", case_id=kept.id))
    ]
    sheet = b"".join(as_operator.get(at("import_kept", run_id=run.id))).decode()
    assert sheet.splitlines()[1].startswith(f"{kept.label} {kept.title},已分派给人处理,")
    who = Entry.objects.get(name="intake.import_undo_asked")
    assert (who.actor_id, who.subject_id) == (operator.id, run.id)


def test_a_second_press_is_told_and_changes_nothing(at: At, run: ImportRun, as_operator: Client) -> None:
    as_operator.post(at("import_undo", run_id=run.id))
    again = as_operator.post(at("import_undo", run_id=run.id), headers={"HX-Request": "true"})
    assert (again.status_code, again.content.decode()) == (409, "这次导入已经撤回过了。")
    page = as_operator.get(at("import_undo", run_id=run.id))
    assert (page.context["hindered"], page.context["outlook"]) == ("这次导入已经撤回过了。", None)
    assert Entry.objects.filter(name="intake.import_undo_asked").count() == 1


@pytest.mark.parametrize("worked_on", [1, 3])
def test_the_pages_ask_the_database_the_same_however_much_stays(
    at: At, run: ImportRun, operator: Membership, as_operator: Client, worked_on: int, django_assert_num_queries: object
) -> None:
    for case in Case.objects.filter(workspace=run.workspace)[:worked_on]:
        given(case, operator)
    as_operator.get(at("import_run", run_id=run.id))
    with django_assert_num_queries(QUERIES["ask"]):  # type: ignore[operator]
        as_operator.get(at("import_undo", run_id=run.id))
    as_operator.post(at("import_undo", run_id=run.id))
    run_waiting()
    with django_assert_num_queries(QUERIES["report"]):  # type: ignore[operator]
        as_operator.get(at("import_run", run_id=run.id))
