"""Saved views over the API."""

from collections.abc import Callable
from typing import Any

import pytest

from huixiang.cases.models import Case, SavedView
from tests import factories
from tests.api.conftest import Program

RED = {"view": ["unfinished"], "grade": ["red", "orange"]}


def test_a_view_is_kept_changed_deleted_and_brought_back(desk: Program) -> None:
    made = desk.post("views", {"name": "要紧的", "filters": RED, "shared": True})[1]
    assert (made["name"], made["filters"], made["shared"], made["changeable"]) == ("要紧的", RED, True, True)
    assert desk.get("views")[1] == {"views": [made]}
    address = f"views/{made['id']}"
    changed = desk.patch(address, {"name": "要紧", "filters": {"q": ["电池"]}})[1]
    assert (changed["name"], changed["filters"], changed["shared"]) == ("要紧", {"q": ["电池"]}, True)
    assert desk.post(f"{address}/delete", {}) == (200, {"done": True})
    assert (desk.get("views")[1], desk.patch(address, {"name": "无"})[0]) == ({"views": []}, 404)
    assert desk.post(f"{address}/restore", {})[1] == changed
    assert desk.get("views")[1] == {"views": [changed]}


def test_views_change_places(desk: Program) -> None:
    first, second = (desk.post("views", {"name": name, "filters": RED})[1] for name in ("甲", "乙"))
    moved = desk.post(f"views/{second['id']}/move", {"to": "up"})[1]["views"]
    assert [one["id"] for one in moved] == [second["id"], first["id"]]


@pytest.mark.parametrize(("chosen", "name"), [({"colour": ["red"]}, "colour"), ({"grade": ["purple"]}, "grade")])
def test_what_the_inbox_makes_nothing_of_is_told(desk: Program, chosen: dict[str, list[str]], name: str) -> None:
    answer = desk.post("views", {"name": "甲", "filters": chosen})
    assert answer == (422, {"error": f"filters: the inbox makes nothing of “{name}”."})
    assert SavedView.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_what_a_view_shows_costs_the_same_at_any_length(
    desk: Program, case: Case, rows: int, django_assert_num_queries: Any
) -> None:
    for text in (factories.RUDE_SERVICE, factories.BLACK_SCREEN)[: rows - 1]:
        factories.case(case.account, text)
    view = desk.post("views", {"name": "甲", "filters": {"view": ["all"]}})[1]
    desk.get(f"views/{view['id']}/cases")
    with django_assert_num_queries(6):  # the key and its person, what it has left, the views, the cases, their tags
        found = desk.get(f"views/{view['id']}/cases")[1]
    assert sorted(one["id"] for one in found["cases"]) == sorted(str(one.id) for one in Case.objects.all())
    assert desk.post("views", {"name": "乙", "filters": {"view": ["ended"]}})[0] == 200
    ended = SavedView.objects.get(name="乙")
    assert desk.get(f"views/{ended.id}/cases")[1] == {"cases": [], "next_cursor": None}


def test_somebody_elses_view_is_theirs(desk: Program, of_role: Callable[[str], Program]) -> None:
    own = desk.post("views", {"name": "甲", "filters": RED})[1]
    shared = desk.post("views", {"name": "乙", "filters": RED, "shared": True})[1]
    viewer = of_role("viewer")
    assert [(one["id"], one["changeable"]) for one in viewer.get("views")[1]["views"]] == [(shared["id"], False)]
    assert viewer.get(f"views/{own['id']}/cases")[0] == 404
    assert viewer.get(f"views/{shared['id']}/cases")[0] == 200
    assert viewer.patch(f"views/{shared['id']}", {"name": "丙"})[0] == 404
    assert viewer.post("views", {"name": "丙", "filters": RED, "shared": True})[0] == 409
    assert viewer.post("views", {"name": "丙", "filters": RED})[0] == 200
