"""What the team knows of members and what is stored about them, over the API."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from huixiang.cases.models import Case
from huixiang.journal.models import Entry
from huixiang.members import exporting
from huixiang.members.models import Member
from huixiang.workspaces.models import KeptAnswer, Membership, Workspace
from tests import factories
from tests.api.conftest import Program


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def other(case: Case) -> Member:
    return factories.case(case.account, factories.RUDE_SERVICE).member


def test_a_member_is_described(desk: Program, case: Case) -> None:
    address = f"members/{case.member_id}"
    named = desk.patch(address, {"name": " 漠河\n守夜人 ", "email": "member@example.com"})[1]
    assert (named["name"], named["email"]) == ("漠河 守夜人", "member@example.com")
    assert desk.patch(address, {"name": None})[1]["name"] == "漠河 守夜人"
    assert desk.patch(address, {"email": "nobody"}) == (422, {"error": "This is not an e-mail address."})
    assert desk.patch(address, {"name": ""}) == (422, {"error": "name must not be empty."})
    assert list(Entry.objects.filter(name="members.described").values_list("data__fields", flat=True)) == [
        ["name", "email"]
    ]
    desk.post(f"{address}/erase", {})
    assert desk.patch(address, {"name": "别人"})[0] == 409
    assert desk.post(f"{address}/notes", {"text": "电话联系"})[0] == 409


def test_tiers_of_many_with_a_reason(desk: Program, case: Case, other: Member) -> None:
    ids = [str(case.member_id), str(other.id), str(case.id)]
    assert desk.post("members/tiers", {"members": ids, "tier": "koc", "reason": "常年答疑"}) == (200, {"changed": 2})
    assert desk.post("members/tiers", {"members": ids, "tier": "koc", "reason": "常年答疑"}) == (200, {"changed": 0})
    assert desk.post("members/tiers", {"members": ids, "tier": "core", "reason": " "})[0] == 409
    assert desk.post(f"members/{other.id}/tier", {"tier": "core", "reason": "三年老友"})[1]["tier"] == "core"
    words = Entry.objects.filter(name="members.tier_changed").order_by("id").values_list("words__text", flat=True)
    assert list(words) == ["常年答疑", "常年答疑", "三年老友"]


def test_notes_are_kept_and_listed(desk: Program, case: Case, owner: Membership) -> None:
    address = f"members/{case.member_id}/notes"
    assert desk.get(address)[1] == {"notes": []}
    first = desk.post(address, {"text": "更愿意接电话"})[1]
    assert (first["text"], first["by"]["id"]) == ("更愿意接电话", str(owner.id))
    assert first["member"] == str(case.member_id)
    second = desk.post(address, {"text": "周末联系"})[1]
    assert desk.get(address)[1] == {"notes": [second, first]}
    assert desk.post(address, {"text": "  "})[0] == 409


def test_a_kept_answer_goes_with_the_member_it_tells_of(desk: Program, case: Case) -> None:
    desk.headers["idempotency-key"] = "note-1"
    desk.post(f"members/{case.member_id}/notes", {"text": "更愿意接电话"})
    assert KeptAnswer.objects.get().body.count("更愿意接电话") == 1
    desk.headers["idempotency-key"] = "erase-1"
    assert desk.post(f"members/{case.member_id}/erase", {})[0] == 200
    assert KeptAnswer.objects.get(name="note-1").body == ""


@pytest.mark.parametrize("rows", [1, 3])
def test_notes_cost_the_same_at_any_length(
    desk: Program, case: Case, rows: int, django_assert_num_queries: Any
) -> None:
    address = f"members/{case.member_id}/notes"
    for number in range(rows):
        desk.post(address, {"text": f"第 {number} 条"})
    with django_assert_num_queries(4):  # the key, what it has left, the member, the notes
        assert len(desk.get(address)[1]["notes"]) == rows


def test_two_records_are_proposed_until_they_are_kept_apart(desk: Program, case: Case, other: Member) -> None:
    Member.objects.filter(id__in=[case.member_id, other.id]).update(email="member@example.com", name="漠河守夜人")
    [pair] = desk.get("members/alike")[1]["pairs"]
    assert (pair["first"]["id"], pair["second"]["id"], pair["reason"]) == (str(case.member_id), str(other.id), "email")
    [candidate] = desk.get(f"members/{other.id}/alike")[1]["candidates"]
    assert (candidate["member"]["id"], candidate["reasons"]) == (str(case.member_id), ["email", "name"])
    assert desk.post(f"members/{other.id}/apart", {"source": str(case.member_id)}) == (200, {"done": True})
    assert desk.get("members/alike")[1] == {"pairs": []}
    assert desk.get(f"members/{other.id}/alike")[1] == {"candidates": []}
    assert desk.post(f"members/{other.id}/apart/undo", {"source": str(case.member_id)}) == (200, {"done": True})
    assert len(desk.get("members/alike")[1]["pairs"]) == 1


def test_what_is_stored_is_told_kind_by_kind(desk: Program, case: Case) -> None:
    desk.post(f"members/{case.member_id}/notes", {"text": "更愿意接电话"})
    told = desk.get(f"members/{case.member_id}/stored")[1]["stored"]
    counted = {one["what"]: one["count"] for one in told}
    assert counted == {str(one.word): one.count for one in exporting.stored(case.member)}
    assert all(one["retention"] and one["fate"] for one in told)


def test_everything_stored_as_a_file(desk: Program, case: Case, workspace: Workspace, program: Any) -> None:
    address = f"members/{case.member_id}/export"
    assert desk.get(address)[0] == 404
    asked = desk.post(address, {})[1]
    assert (asked["state"], asked["done"]) == ("waiting", 0)
    assert desk.post(address, {})[1]["id"] == asked["id"]
    file = f"members/exports/{asked['id']}/file"
    assert desk.file(file)[0] == 404
    exporting.run(exporting.latest(case.member, of=exporting.Actor("staff")).id)  # type: ignore[union-attr]
    ready = desk.get(address)[1]
    assert (ready["id"], ready["state"], ready["done"] == ready["total"]) == (asked["id"], "ready", True)
    status, kind, content = desk.file(file)
    assert (status, kind, len(content)) == (200, "application/zip", ready["size"])
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert json.loads(archive.read("about.json"))["community"]
    assert Entry.objects.filter(name="members.export_fetched").count() == 1
    assert program(workspace, "read", "members:write").file(file)[0] == 403
    desk.post(f"members/{case.member_id}/erase", {})
    assert (desk.get(address)[0], desk.file(file)[0], desk.post(address, {})[0]) == (404, 404, 409)


@pytest.mark.parametrize("role", ["specialist", "product", "viewer", "analyst"])
def test_who_may_not_change_members_changes_and_takes_nothing(
    of_role: Callable[[str], Program], case: Case, role: str
) -> None:
    program, address = of_role(role), f"members/{case.member_id}"
    assert program.patch(address, {"name": "别人"})[0] == 403
    assert program.post(f"{address}/notes", {"text": "别人"})[0] == 403
    assert program.post(f"{address}/apart", {"source": str(case.member_id)})[0] == 403
    assert program.post(f"{address}/export", {})[0] == 403
    assert program.get(f"{address}/export")[0] == 403
    assert program.get("members/alike")[0] == 403
    assert program.get(f"{address}/stored")[0] == 200
