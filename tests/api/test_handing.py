"""Cases from one person to another, and one act on many, over the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from huixiang.cases import bulk
from huixiang.cases.actions import assign
from huixiang.cases.models import Case
from huixiang.journal.events import Actor
from huixiang.workspaces.actions import create_api_key
from huixiang.workspaces.models import Membership, Scope, Workspace
from tests import factories
from tests.api.conftest import Program


@pytest.fixture
def colleague(workspace: Workspace) -> Membership:
    return factories.membership(workspace, "specialist", name="闻舟")


@pytest.fixture
def theirs(workspace: Workspace, colleague: Membership) -> Program:
    return Program(create_api_key(workspace=workspace, scopes=Scope.values, acts_for=colleague)[1])


def test_a_case_is_handed_over_and_taken(desk: Program, theirs: Program, case: Case, colleague: Membership) -> None:
    address = f"cases/{case.id}"
    assert desk.get(address)[1]["handover"] is None
    given = desk.post(f"{address}/hand-over", {"to": str(colleague.id), "text": "等他发日志"})[1]
    waits = given["handover"]
    assert (waits["giver"]["name"], waits["taker"]["name"], waits["text"]) == ("程屿", "闻舟", "等他发日志")
    assert (given["owner"]["id"], given["turns"][-1]["text"]) == (str(colleague.id), "等他发日志")
    assert desk.post(f"{address}/take", {})[0] == 409
    taken = theirs.post(f"{address}/take", {})[1]
    assert (taken["handover"], taken["owner"]["id"]) == (None, str(colleague.id))
    assert theirs.post(f"{address}/take", {})[0] == 409


def test_a_case_is_given_back_with_a_reason(
    desk: Program, theirs: Program, case: Case, owner: Membership, colleague: Membership
) -> None:
    address = f"cases/{case.id}"
    assert desk.post(f"{address}/hand-over", {"to": str(case.id), "text": "请看"})[0] == 409
    assert desk.post(f"{address}/hand-over", {"to": str(owner.id), "text": "请看"})[0] == 409
    desk.post(f"{address}/hand-over", {"to": str(colleague.id), "text": "请看"})
    assert theirs.post(f"{address}/give-back", {"text": " "})[0] == 409
    back = theirs.post(f"{address}/give-back", {"text": "我这周休假"})[1]
    assert (back["handover"], back["owner"]["id"], back["turns"][-1]["text"]) == (None, str(owner.id), "我这周休假")


@pytest.mark.parametrize("role", ["viewer", "analyst", "product", "moderator"])
def test_who_may_not_handle_cases_hands_nothing_over(
    of_role: Callable[[str], Program], case: Case, colleague: Membership, role: str
) -> None:
    program, address = of_role(role), f"cases/{case.id}"
    assert program.post(f"{address}/hand-over", {"to": str(colleague.id), "text": "请看"})[0] == 403
    assert program.post(f"{address}/take", {})[0] == 403
    assert program.post(f"{address}/give-back", {"text": "请看"})[0] == 403
    assert program.post("bulks", {"act": "tag", "cases": [str(case.id)], "tag": "电池"})[0] == 403
    assert program.post("bulks", {"act": "read", "cases": [str(case.id)]})[0] == 200


@pytest.fixture
def cases(case: Case) -> list[Case]:
    return [case, *(factories.case(case.account, text) for text in (factories.RUDE_SERVICE, factories.BLACK_SCREEN))]


def _ids(cases: list[Case]) -> list[str]:
    return [str(case.id) for case in cases]


def test_many_are_assigned_at_once_and_it_is_taken_back(
    desk: Program, cases: list[Case], colleague: Membership
) -> None:
    before = {one.id: one.owner_id for one in Case.objects.all()}
    run = desk.post("bulks", {"act": "assign", "cases": _ids(cases), "owner": str(colleague.id)})[1]
    assert (run["state"], run["cases"], run["done"], run["changed"], run["can_undo"]) == ("done", 3, 3, 3, True)
    assert set(Case.objects.values_list("owner_id", flat=True)) == {colleague.id}
    assert desk.get(f"bulks/{run['id']}")[1] == run
    back = desk.post(f"bulks/{run['id']}/undo", {})[1]
    assert (back["state"], back["undone"], back["can_undo"]) == ("undone", 3, False)
    assert {one.id: one.owner_id for one in Case.objects.all()} == before
    assert desk.post(f"bulks/{run['id']}/undo", {})[0] == 409


def test_what_cannot_be_done_is_told_case_by_case(desk: Program, cases: list[Case]) -> None:
    desk.post(f"cases/{cases[0].id}/close", {"state": "closed", "reason": "重复"})
    run = desk.post("bulks", {"act": "close", "cases": _ids(cases), "reason": "活动结束"})[1]
    assert (run["done"], run["left"], run["can_undo"]) == (2, 1, False)
    assert run["left_cases"] == [{"case": str(cases[0].id), "reason": "It has ended already."}]
    assert desk.post("bulks", {"act": "close", "cases": _ids(cases)})[0] == 409
    assert desk.post("bulks", {"act": "grade", "cases": _ids(cases), "reason": "复核"})[0] == 409
    assert desk.post("bulks", {"act": "vanish", "cases": _ids(cases)})[0] == 422
    assert desk.post("bulks", {"act": "tag", "cases": []}) == (422, {"error": "cases must not be empty."})


def test_what_others_changed_is_left_unless_anyway(
    desk: Program, cases: list[Case], owner: Membership, colleague: Membership
) -> None:
    seen = (timezone.now() - timedelta(minutes=1)).isoformat()
    assign(case=cases[0], owner=None, actor=Actor("staff", colleague.id))
    body = {"act": "assign", "cases": _ids(cases), "owner": str(owner.id), "seen_at": seen}
    run = desk.post("bulks", body)[1]
    assert (run["done"], run["left"], run["by_others"]) == (2, 1, 1)
    again = desk.post(f"bulks/{run['id']}/anyway", {})[1]
    assert (again["cases"], again["done"], again["id"] == run["id"]) == (1, 1, False)
    assert set(Case.objects.values_list("owner_id", flat=True)) == {owner.id}


def test_a_run_is_its_starters_alone(desk: Program, theirs: Program, cases: list[Case]) -> None:
    run = desk.post("bulks", {"act": "tag", "cases": _ids(cases), "tag": "电池"})[1]
    assert theirs.get(f"bulks/{run['id']}")[0] == 404
    assert theirs.post(f"bulks/{run['id']}/undo", {})[0] == 404
    assert desk.get(f"cases/{cases[2].id}")[1]["tags"] == ["电池"]


def test_more_than_a_few_become_a_job(desk: Program, cases: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    run = desk.post("bulks", {"act": "tag", "cases": _ids(cases), "tag": "电池"})[1]
    assert (run["state"], run["taken"]) == ("running", 0)


@pytest.mark.parametrize("rows", [1, 3])
def test_following_a_run_costs_the_same_at_any_length(
    desk: Program, cases: list[Case], rows: int, django_assert_num_queries: Any
) -> None:
    for one in cases:
        desk.post(f"cases/{one.id}/close", {"state": "closed", "reason": "重复"})
    run = desk.post("bulks", {"act": "close", "cases": _ids(cases)[:rows], "reason": "活动结束"})[1]
    assert run["left"] == rows
    desk.get(f"bulks/{run['id']}")
    with django_assert_num_queries(6):  # the key and its person, what it has left, the run, what it left and why
        desk.get(f"bulks/{run['id']}")
