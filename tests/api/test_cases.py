from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from huixiang.cases.actions import reply
from huixiang.cases.models import Case, Turn
from huixiang.journal.models import Entry
from huixiang.workspaces.actions import create_api_key
from huixiang.workspaces.models import Membership, Scope, Workspace
from tests import factories
from tests.api.conftest import Program


@pytest.fixture
def desk(workspace: Workspace, owner: Membership) -> Program:
    """A program that may do everything, in the owner's name."""
    return Program(create_api_key(workspace=workspace, scopes=Scope.values, name="工单系统", acts_for=owner)[1])


def test_one_case_with_what_was_said_and_when_it_is_due(desk: Program, case: Case) -> None:
    status, found = desk.get(f"cases/{case.id}")
    assert status == 200
    assert (found["number"], found["grade"], found["state"]) == (case.label, case.grade, "open")
    assert [turn["direction"] for turn in found["turns"]] == ["inbound"]
    assert [clock["name"] for clock in found["clocks"]] == ["first_answer", "resolution"]
    assert found["assessment"]["grade"] == case.grade
    assert found["member"]["id"] == str(case.member_id)


def test_the_list_is_narrowed_by_every_filter(desk: Program, case: Case) -> None:
    other = factories.case(case.account, factories.RUDE_SERVICE)
    feedback = desk.get("feedback", theme=case.theme_id)[1]["feedback"][0]
    same = {"grade": case.grade, "theme": case.theme_id, "channel": "owners-app", "kind": feedback["kind"]}
    assert [one["id"] for one in desk.get("cases", **same)[1]["cases"]] == [str(case.id)]
    assert [one["id"] for one in desk.get("cases", limit=1)[1]["cases"]] == [str(other.id)]
    assert desk.get("cases", since="2100-01-01T00:00:00+08:00")[1]["cases"] == []
    assert desk.get("cases", channel="mail")[1]["cases"] == []
    assert desk.get("cases", view="ended")[1]["cases"] == []
    assert desk.get("cases", since="2100-01-01T00:00:00")[0] == 422
    wrong = desk.get("cases", grade="purple")
    assert wrong == (422, {"error": "grade must be one of red, orange, yellow, blue."})


@pytest.mark.parametrize("sort", ["latest", "urgent"])
def test_pages_by_cursor(desk: Program, case: Case, sort: str) -> None:
    factories.case(case.account, factories.RUDE_SERVICE)
    seen: list[str] = []
    cursor: Any = ""
    while cursor is not None:
        page = desk.get("cases", limit=1, cursor=cursor, sort=sort)[1]
        seen += [one["id"] for one in page["cases"]]
        cursor = page["next_cursor"]
    assert sorted(seen) == sorted(str(one.id) for one in Case.objects.all())
    assert desk.get("cases", cursor="x", sort=sort)[1] == {"error": "cursor must be a next_cursor of this list."}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_at_any_length(
    desk: Program, case: Case, rows: int, django_assert_num_queries: Any
) -> None:
    for text in (factories.RUDE_SERVICE, factories.BLACK_SCREEN):
        factories.case(case.account, text)
    desk.get("cases")
    with django_assert_num_queries(4):  # key, what it has left, cases, tags
        assert len(desk.get("cases", limit=rows)[1]["cases"]) == rows


def test_answering_is_written_under_the_key_and_in_the_persons_name(
    desk: Program, case: Case, owner: Membership
) -> None:
    status, found = desk.post(f"cases/{case.id}/reply", {"text": "谢谢您告诉我们。", "lane": "private"})
    assert (status, found["state"], found["turns"][-1]["by"]["name"]) == (200, "waiting_member", "程屿")
    entry = Entry.objects.get(name="cases.answered")
    assert (entry.actor_kind, entry.actor_id is None, entry.actor_id == owner.id) == ("key", False, False)
    assert Turn.objects.get(direction="outbound").by == owner


def test_a_case_is_handled_from_note_to_end(desk: Program, case: Case, operator: Membership) -> None:
    address = f"cases/{case.id}"
    assert desk.post(f"{address}/notes", {"text": "已转质量部"})[1]["turns"][-1]["lane"] == "internal"
    assert desk.post(f"{address}/assign", {"owner": str(operator.id)})[1]["owner"]["name"] == "知夏"
    assert desk.post(f"{address}/assign", {"owner": None})[1]["owner"] is None
    assert desk.post(f"{address}/tags", {"tag": "电池"})[1]["tags"] == ["电池"]
    assert [one["id"] for one in desk.get("cases", tag="电池")[1]["cases"]] == [str(case.id)]
    assert desk.get("tags")[1] == {"tags": ["电池"]}
    assert desk.post(f"{address}/untag", {"tag": "电池"})[1]["tags"] == []
    grade = "blue" if case.grade != "blue" else "red"
    assert desk.post(f"{address}/grade", {"grade": grade, "reason": "只有一辆车"})[1]["grade"] == grade
    assert desk.post(f"{address}/close", {"state": "closed"})[0] == 409  # a reason is wanted
    assert desk.post(f"{address}/close", {"state": "closed", "reason": "重复"})[1]["close_reason"] == "重复"
    assert desk.post(f"{address}/reopen", {"reason": "又来了"})[1]["state"] == "reopened"


def test_what_is_wrong_is_told_in_words_and_changes_nothing(desk: Program, case: Case) -> None:
    before = Entry.objects.count()
    address = f"cases/{case.id}"
    assert desk.post(f"{address}/close", {"state": "solved", "raison": "x"})[1] == {
        "error": "raison is not a field of this call."
    }
    assert desk.post(f"{address}/reply", {"text": " ", "lane": "private"}) == (409, {"error": "Write something first."})
    assert desk.post(f"{address}/assign", {"owner": str(case.id)})[0] == 409
    assert Entry.objects.count() == before


def test_scope_person_and_role_must_all_allow_it(
    workspace: Workspace, case: Case, analyst: Membership, program: Callable[..., Program]
) -> None:
    address, body = f"cases/{case.id}/reply", {"text": "你好", "lane": "private"}
    assert program(workspace, "read").post(address, body)[0] == 403  # no scope
    assert program(workspace, "read", "cases:write").post(address, body)[0] == 403  # nobody's key
    weak = Program(create_api_key(workspace=workspace, scopes=["cases:write"], acts_for=analyst)[1])
    assert weak.post(address, body) == (403, {"error": "许衡, for whom the key acts, may not do this."})
    assert not Turn.objects.filter(direction="outbound").exists()


def test_unmasked_words_want_a_scope_and_leave_a_trace(
    desk: Program, workspace: Workspace, app_channel: Any, program: Callable[..., Program]
) -> None:
    case = factories.case(app_channel, factories.BLACK_SCREEN + "，电话 13800138000")
    turn = case.turns.get(direction="inbound")
    address = f"cases/{case.id}/turns/{turn.id}/original"
    assert program(workspace, "read").get(address)[0] == 403
    assert "13800138000" not in desk.get(f"cases/{case.id}")[1]["turns"][0]["text"]
    assert "13800138000" in desk.get(address)[1]["text"]
    assert Entry.objects.get(name="workspaces.personal_data_shown").actor_kind == "key"


def test_another_workspaces_case_is_not_there(
    case: Case, other_workspace: Workspace, program: Callable[..., Program]
) -> None:
    stranger = Program(
        create_api_key(
            workspace=other_workspace, scopes=Scope.values, acts_for=factories.membership(other_workspace, "owner")
        )[1]
    )
    assert stranger.get(f"cases/{case.id}")[0] == 404
    assert stranger.post(f"cases/{case.id}/notes", {"text": "x"})[0] == 404
    assert stranger.get("cases")[1]["cases"] == []


def test_a_number_for_everybody_to_read_must_be_meant(desk: Program, case: Case) -> None:
    Case.objects.filter(id=case.id).update(public=True)
    address, said = f"cases/{case.id}/reply", {"text": "请打 13612345678", "lane": "public"}
    sentence = (
        "Everybody could read 13612345678. Change the words, or say why they have to go out like this. "
        "Send it again with the reason in anyway, and the journal keeps it."
    )
    assert desk.post(address, said) == (409, {"error": sentence})
    assert desk.post(address, {**said, "anyway": "the member asked for it"})[0] == 200
    assert [turn.lane for turn in Turn.objects.filter(case=case, direction="outbound")] == ["public"]


def test_an_answer_a_colleague_was_faster_with_is_held_back(desk: Program, case: Case, operator: Membership) -> None:
    seen = (timezone.now() - timedelta(minutes=1)).isoformat()
    reply(case=case, by=operator, text="我们在查。", lane="private")
    address, said = f"cases/{case.id}/reply", {"text": "谢谢您告诉我们。", "lane": "private"}
    assert desk.post(address, said | {"seen_at": seen})[0] == 409
    assert desk.post(address, said | {"seen_at": timezone.now().isoformat()})[0] == 200
    assert [turn.text for turn in case.turns.filter(direction="outbound").order_by("at", "id")] == [
        "我们在查。", "谢谢您告诉我们。",
    ]  # fmt: skip
