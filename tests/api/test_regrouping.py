"""Themes over the API: taking changes back, what looks alike, how to split, verbatims and their file."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.insights.models import Export
from huixiang.journal.models import Entry
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.api.conftest import Program


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def other(case: Case) -> Case:
    return factories.case(case.account, factories.RUDE_SERVICE)


def test_what_was_written_and_a_step_are_taken_back(desk: Program, case: Case) -> None:
    address = f"themes/{case.theme_id}"
    before = desk.get(address)[1]
    assert before["change"] is None
    renamed = desk.patch(address, {"name": "低温无法启动", "summary": "一句话"})[1]
    assert renamed["change"]["fields"] == ["name", "summary"]
    back = desk.post(f"{address}/changes/{renamed['change']['id']}/undo", {})[1]
    assert (back["name"], back["summary"], back["change"]) == (before["name"], factories.COLD_START, None)
    moved = desk.post(f"{address}/move", {"to": "confirmed"})[1]
    stepped = desk.post(f"{address}/changes/{moved['change']['id']}/undo", {})
    assert (stepped[0], stepped[1]["status"]) == (200, "found")
    assert desk.post(f"{address}/changes/{moved['change']['id']}/undo", {})[0] == 409


def test_a_change_of_another_theme_is_not_there(desk: Program, case: Case, other: Case) -> None:
    change = desk.patch(f"themes/{other.theme_id}", {"summary": "一句话"})[1]["change"]
    assert desk.post(f"themes/{case.theme_id}/changes/{change['id']}/undo", {})[0] == 404


def test_what_went_elsewhere_stands_in_the_theme(desk: Program, case: Case, other: Case) -> None:
    said = desk.get("feedback", theme=case.theme_id)[1]["feedback"][0]["id"]
    body = {"feedback": [said], "target": str(other.theme_id)}
    moved = desk.post(f"themes/{case.theme_id}/feedback/move", body)[1]
    assert desk.get(f"themes/{other.theme_id}")[1]["moves"] == [moved]
    desk.post(f"moves/{moved['id']}/undo", {})
    assert desk.get(f"themes/{other.theme_id}")[1]["moves"] == []


def _alike(one: Case, other: Case) -> None:
    """Let the two themes look like one matter."""
    centre = Theme.objects.values_list("centre", flat=True).get(id=one.theme_id)
    Theme.objects.filter(id=other.theme_id).update(centre=centre)


def test_themes_that_look_alike_are_listed_until_they_are_kept_apart(desk: Program, case: Case, other: Case) -> None:
    assert desk.get("themes/alike")[1] == {"pairs": []}
    _alike(case, other)
    [pair] = desk.get("themes/alike")[1]["pairs"]
    assert {pair["first"]["id"], pair["second"]["id"]} == {str(case.theme_id), str(other.theme_id)}
    assert (pair["likeness"], pair["first"]["feedback_count"]) == (100, 1)
    apart = f"themes/{case.theme_id}/apart"
    assert desk.post(apart, {"theme": str(other.theme_id)}) == (200, {"done": True})
    assert desk.get("themes/alike")[1] == {"pairs": []}
    assert desk.post(f"{apart}/undo", {"theme": str(other.theme_id)}) == (200, {"done": True})
    assert len(desk.get("themes/alike")[1]["pairs"]) == 1
    assert desk.post(apart, {"theme": str(case.theme_id)})[0] == 409
    told = Entry.objects.filter(name="themes.pair_dismissed").order_by("id").values_list("data__dismissed", flat=True)
    assert list(told) == [True, False]


def test_a_split_is_proposed_by_what_sounds_alike(desk: Program, case: Case) -> None:
    [part] = desk.get(f"themes/{case.theme_id}/parts")[1]["parts"]
    assert (part["people"], [one["case"] for one in part["feedback"]]) == (1, [case.label])


def _same(case: Case, tier: str, **changed: Any) -> Feedback:
    """Another feedback about the same theme, by somebody of a tier."""
    made = factories.feedback(case.account, factories.RUDE_SERVICE + tier)
    Feedback.objects.filter(id=made.id).update(theme_id=case.theme_id, **changed)
    Member.objects.filter(id=made.member_id).update(tier=tier)
    return made


def test_verbatims_are_narrowed_ordered_and_paged(desk: Program, case: Case) -> None:
    address = f"themes/{case.theme_id}/verbatims"
    core = _same(case, "core", facts={"version": "3.4.1"}, said_at=timezone.now() - timedelta(days=2))
    koc = _same(case, "koc", kind="praise")
    plain = str(Feedback.objects.exclude(id__in=[core.id, koc.id]).get(theme_id=case.theme_id).id)
    for order, wanted in (("influence", [core, koc]), ("latest", None)):
        seen: list[str] = []
        cursor: Any = ""
        while cursor is not None:
            page = desk.get(address, order=order, limit=1, cursor=cursor)[1]
            seen += [one["id"] for one in page["feedback"]]
            cursor = page["next_cursor"]
        assert sorted(seen) == sorted([str(core.id), str(koc.id), plain])
        assert wanted is None or seen[:2] == [str(one.id) for one in wanted]
    only = {"version": "3.4.1", "tier": "core", "channel": "owners-app"}
    assert [one["id"] for one in desk.get(address, **only)[1]["feedback"]] == [str(core.id)]
    assert [one["id"] for one in desk.get(address, kind="praise")[1]["feedback"]] == [str(koc.id)]
    assert len(desk.get(address, since=timezone.localdate().isoformat(), tier="core")[1]["feedback"]) == 0


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"channel": "nowhere"}, "channel: there is no channel “nowhere” in this workspace."),
        ({"since": "yesterday"}, "since must be a day, for example 2026-11-21."),
        ({"cursor": "x"}, "cursor must be a next_cursor of this list."),
    ],
)
def test_what_makes_no_sense_is_told(desk: Program, case: Case, asked: dict[str, str], sentence: str) -> None:
    assert desk.get(f"themes/{case.theme_id}/verbatims", **asked) == (422, {"error": sentence})


@pytest.mark.parametrize("rows", [1, 3])
def test_verbatims_cost_the_same_at_any_length(
    desk: Program, case: Case, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(1, rows):
        _same(case, "koc" if number % 2 else "core")
    address = f"themes/{case.theme_id}/verbatims"
    desk.get(address)
    with django_assert_num_queries(6):  # the key, what it has left; the theme; what was said; its themes, its cases
        assert len(desk.get(address)[1]["feedback"]) == rows


def test_verbatims_as_a_file(desk: Program, case: Case) -> None:
    asked = desk.post(f"themes/{case.theme_id}/export", {"format": "csv", "channel": "owners-app"})[1]
    assert (asked["state"], asked["total"], asked["written"], asked["unmasked"]) == ("done", 1, 1, False)
    assert desk.get(f"exports/{asked['id']}")[1] == asked
    status, kind, content = desk.file(f"exports/{asked['id']}/file")
    assert (status, kind) == (200, "text/csv; charset=utf-8")
    assert content.decode("utf-8-sig").count(factories.COLD_START) == 1
    event = Entry.objects.get(name="insights.verbatims_exported")
    assert (event.data["unmasked"], event.data["theme_id"]) == (False, str(case.theme_id))
    assert desk.post(f"themes/{case.theme_id}/export", {"kind": "spam"})[0] == 409


def test_several_themes_in_one_file(desk: Program, case: Case, other: Case) -> None:
    ids = [str(case.theme_id), str(other.theme_id)]
    asked = desk.post("themes/export", {"themes": ids, "unmasked": True})[1]
    assert (asked["total"], asked["format"], asked["unmasked"]) == (2, "xlsx", True)
    assert desk.file(f"exports/{asked['id']}/file")[2][:2] == b"PK"
    wrong = desk.post("themes/export", {"themes": [ids[0], str(case.id)]})
    assert wrong == (422, {"error": "themes: one of these is no theme of this workspace."})


def test_a_file_is_for_whoever_asked_and_for_who_may_see_it(
    desk: Program, case: Case, workspace: Workspace, owner: Membership, of_role: Callable[[str], Program], program: Any
) -> None:
    address = f"themes/{case.theme_id}/export"
    asked = desk.post(address, {"unmasked": True})[1]
    masked = program(workspace, "read", "themes:write", acts_for=owner)
    assert masked.post(address, {"unmasked": True})[0] == 403
    assert masked.file(f"exports/{asked['id']}/file")[0] == 403
    assert of_role("operator").get(f"exports/{asked['id']}")[0] == 404
    assert of_role("analyst").post(address, {})[1]["state"] == "done"
    assert of_role("analyst").post(address, {"unmasked": True})[0] == 403
    assert of_role("specialist").post(address, {})[0] == 403
    Export.objects.filter(id=asked["id"]).update(state="running")
    assert desk.file(f"exports/{asked['id']}/file")[0] == 404


@pytest.mark.parametrize("role", ["specialist", "viewer", "analyst"])
def test_who_may_not_change_themes_regroups_nothing(
    of_role: Callable[[str], Program], case: Case, other: Case, role: str
) -> None:
    program, address = of_role(role), f"themes/{case.theme_id}"
    assert program.post(f"{address}/apart", {"theme": str(other.theme_id)})[0] == 403
    assert program.post(f"{address}/changes/{case.id}/undo", {})[0] == 403
    assert program.get(f"{address}/parts")[0] == 403
    assert program.get("themes/alike")[0] == 200
