"""Playbooks over the API: read, tried, put on cases, their steps done."""

from collections.abc import Callable
from datetime import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from huixiang.channels.models import ChannelAccount
from huixiang.journal.models import Entry
from huixiang.playbooks import editing, shipped
from huixiang.playbooks.models import Playbook, RunStep
from huixiang.workspaces.actions import create_api_key
from huixiang.workspaces.models import Membership, Scope, Workspace
from tests import factories
from tests.api.conftest import Program
from tests.playbooks.opening import opened, run_of, states, steps


@pytest.fixture
def yellow(workspace: Workspace) -> Playbook:
    shipped.furnish(workspace=workspace)
    return Playbook.objects.select_related("workspace", "active").get(key="yellow-standard")


def test_playbooks_are_listed_and_one_has_its_versions(desk: Program, yellow: Playbook, owner: Membership) -> None:
    rows = editing.rows_of(yellow.active)[:3]  # type: ignore[arg-type]
    editing.save_draft(playbook=yellow, name=yellow.name, conditions={"grades": ["yellow"]}, steps=rows, by=owner)
    listed = desk.get("playbooks")[1]["playbooks"]
    assert [(one["name"], one["version"], one["steps"]) for one in listed] == [
        ("红·危机", 1, 13), ("橙·跨部门", 1, 11), ("黄·标准", 1, 8), ("蓝·安抚", 1, 4),
    ]  # fmt: skip
    assert listed[2]["conditions"] == {"grades": ["yellow"], "kinds": [], "tiers": [], "channels": [], "accounts": []}
    one = desk.get(f"playbooks/{yellow.id}")[1]
    assert [(row["number"], row["state"], len(row["steps"])) for row in one["versions"]] == [
        (2, "draft", 3), (1, "published", 8),
    ]  # fmt: skip
    first = one["versions"][0]["steps"][0]
    assert (first["key"], first["owner"], first["done_by"], first["template"]) == ("contact", "case", "private", "")


def test_a_version_is_tried_on_thirty_days(
    desk: Program, yellow: Playbook, owner: Membership, app_channel: ChannelAccount
) -> None:
    [case] = opened(app_channel, grade="yellow")
    rows = editing.rows_of(yellow.active)  # type: ignore[arg-type]
    editing.save_draft(playbook=yellow, name="黄", conditions={"kinds": ["praise"]}, steps=rows, by=owner)
    tried = desk.get(f"playbooks/{yellow.id}/trial")[1]
    assert (tried["version"], tried["cases"], tried["has"], tried["would_have"], tried["other"]) == (2, 1, 1, 0, 1)
    assert [(one["case"], one["before"]["name"], one["after"]) for one in tried["listed"]] == [
        (str(case.id), "黄", None)
    ]
    assert desk.get(f"playbooks/{yellow.id}/trial", version=1)[1]["other"] == 0
    assert desk.get(f"playbooks/{yellow.id}/trial", version=9)[0] == 404


def test_a_step_is_done_skipped_handed_on_and_taken_back(
    desk: Program, app_channel: ChannelAccount, owner: Membership, operator: Membership
) -> None:
    [case] = opened(app_channel, grade="yellow")
    rows = steps(case)
    at = f"cases/{case.id}/steps"
    found = desk.post(f"{at}/{rows['contact'].id}/done", {"note": "打过电话"})[1]["run"]
    contact = next(one for one in found["steps"] if one["key"] == "contact")
    assert (contact["state"], contact["note"], contact["by"]["name"]) == ("done", "打过电话", "程屿")
    assert desk.post(f"{at}/{rows['thank'].id}/skip", {"reason": " "})[0] == 409
    desk.post(f"{at}/{rows['thank'].id}/skip", {"reason": "电话里说了"})
    desk.post(f"{at}/{rows['details'].id}/hand-over", {"to": str(operator.id)})
    assert desk.post(f"{at}/{rows['details'].id}/hand-over", {"to": str(case.id)}) == (
        409, {"error": "Nobody of the team has this id; GET /team lists them."},
    )  # fmt: skip
    assert (states(case)["thank"], steps(case)["details"].owner) == ("skipped", operator)
    assert desk.post(f"{at}/{rows['contact'].id}/undo", {})[0] == 200
    desk.post(f"{at}/{rows['fix'].id}/begin", {})
    assert (states(case)["contact"], states(case)["fix"]) == ("active", "active")
    [told] = Entry.objects.filter(name="playbooks.step_skipped").select_related("words")
    assert (told.words.text, told.actor_kind) == ("电话里说了", "key")


def test_a_playbook_is_replaced_and_stopped_with_a_reason(
    desk: Program, app_channel: ChannelAccount, operator: Membership, yellow: Playbook
) -> None:
    [case] = opened(app_channel, grade="yellow")
    orange = Playbook.objects.get(key="orange-cross-team")
    address = f"cases/{case.id}/playbook"
    desk.post(f"cases/{case.id}/steps/{steps(case)['contact'].id}/done", {})
    assert desk.post(address, {"playbook": str(yellow.id)})[0] == 409
    assert desk.post(address, {"playbook": str(orange.id)}) == (409, {"error": "Say why another one."})
    put = desk.post(address, {"playbook": str(orange.id), "reason": "三个门店都有"})[1]
    assert (put["run"]["playbook"]["name"], put["before"][0]["end_reason"]) == ("橙·跨部门", "changed")
    assert next(one["state"] for one in put["run"]["steps"] if one["key"] == "contact") == "done"
    assert run_of(case).why["by_hand"] is True
    assert desk.post(f"{address}/stop", {"reason": ""})[0] == 409
    stopped = desk.post(f"{address}/stop", {"reason": "是误报"})[1]["run"]
    assert (stopped["end_reason"], {one["state"] for one in stopped["steps"]} & {"active", "waiting"}) == (
        "stopped", set(),
    )  # fmt: skip
    assert desk.post(f"{address}/stop", {"reason": "是误报"})[0] == 409
    ended = Entry.objects.filter(name="playbooks.ended", subject_id=case.id).select_related("words").order_by("id")
    assert [(one.data["reason"], one.words.text) for one in ended] == [
        ("changed", "三个门店都有"), ("stopped", "是误报"),
    ]  # fmt: skip
    assert desk.post(address, {})[1]["run"]["playbook"]["name"] == "黄·标准"
    Playbook.objects.update(on=False)
    assert desk.post(address, {"playbook": str(orange.id), "reason": "三个门店都有"}) == (
        409, {"error": "This playbook is not switched on."},
    )  # fmt: skip


@pytest.mark.parametrize("rows", [1, 3])
def test_whose_steps_wait_the_most_urgent_first(
    desk: Program, app: Program, app_channel: ChannelAccount, operator: Membership, rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    opened(app_channel, rows, grade="yellow")
    late = RunStep.objects.filter(state="active").latest("id")
    RunStep.objects.filter(id=late.id).update(state="late", due_at=factories.ago(hours=1))
    app.get("steps", owner=str(operator.id))  # the key's last use is written down once
    with django_assert_num_queries(4):  # the key, what it has left, the person asked for, the steps
        page = app.get("steps", owner=str(operator.id))[1]
    assert (page["steps"][0]["id"], page["steps"][0]["playbook"]["name"]) == (str(late.id), "黄·标准")
    assert len(page["steps"]) == RunStep.objects.filter(state__in=["active", "late"]).count()
    due = [datetime.fromisoformat(one["due_at"]) for one in page["steps"]]
    assert due == sorted(due)
    first = app.get("steps", owner=str(operator.id), limit=1)[1]
    second = app.get("steps", owner=str(operator.id), limit=1, cursor=first["next_cursor"])[1]
    assert [first["steps"][0]["id"], second["steps"][0]["id"]] == [one["id"] for one in page["steps"][:2]]
    assert app.get("steps") == (422, {"error": "owner is missing: the key acts for nobody."})
    assert desk.get("steps")[1]["steps"] == []  # the owner's own: the cases are the operator's


def test_who_does_not_handle_cases_does_only_what_is_theirs(
    of_role: Callable[[str], Program], workspace: Workspace, app_channel: ChannelAccount, operator: Membership
) -> None:
    product = factories.membership(workspace, "product", name="产品")
    theirs = Program(create_api_key(workspace=workspace, scopes=["read", Scope.CASES],
                                    acts_for=product)[1])  # fmt: skip
    [case] = opened(app_channel, grade="orange")
    at, rows = f"cases/{case.id}/steps", steps(case)
    assert theirs.post(f"{at}/{rows['contact'].id}/done", {}) == (
        409, {"error": "This step is up to somebody else."},
    )  # fmt: skip
    assert theirs.post(f"{at}/{rows['inform-product'].id}/done", {})[0] == 200
    assert of_role("viewer").post(f"cases/{case.id}/playbook/stop", {"reason": "不用了"})[0] == 403
    assert theirs.post(f"cases/{case.id}/playbook", {})[0] == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_of_playbooks_costs_the_same(
    app: Program, yellow: Playbook, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Playbook.objects.exclude(id__in=Playbook.objects.values("id")[:rows]).delete()
    app.get("playbooks")
    with django_assert_num_queries(4):  # the key, what it has left, the playbooks, their steps
        assert len(app.get("playbooks")[1]["playbooks"]) == rows
