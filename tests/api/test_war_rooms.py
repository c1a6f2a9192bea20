"""War rooms over the API: read, and what is known, decided and said written into them."""

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.journal.models import Entry
from huixiang.war_rooms import knowing
from huixiang.war_rooms.actions import open_room
from huixiang.war_rooms.models import Mention, Room
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.api.conftest import Program


@pytest.fixture
def room(case: Case, operator: Membership) -> Room:
    return open_room(workspace=case.workspace, case=case)


def test_a_room_is_opened_listed_and_read(desk: Program, case: Case, workspace: Workspace) -> None:
    opened = desk.post("war-rooms", {"theme": str(case.theme_id), "reason": "三个门店都有"})[1]
    again = desk.post("war-rooms", {"case": str(case.id)})[1]
    assert (again["id"], opened["reason"], opened["state"]) == (opened["id"], "三个门店都有", "open")
    assert opened["figures"]["people"] == 1
    assert [one["id"] for one in opened["cases"]] == [str(case.id)]
    assert desk.post("war-rooms", {})[0] == 409
    assert desk.post("war-rooms", {"theme": str(workspace.id)}) == (
        409, {"error": "Neither a theme nor a case has this id."},
    )  # fmt: skip
    [listed] = desk.get("war-rooms")[1]["war_rooms"]
    assert (listed["id"], listed["name"]) == (opened["id"], opened["name"])
    assert desk.get("war-rooms", state="closed")[1]["war_rooms"] == []
    assert desk.get("war-rooms", q="没有这样的事", state="all")[1]["war_rooms"] == []


def test_what_is_known_asked_and_decided(desk: Program, room: Room, case: Case, operator: Membership) -> None:
    at = f"war-rooms/{room.id}"
    [fact] = desk.post(f"{at}/facts", {"text": "四台车", "case": str(case.id)})[1]["facts"]
    assert (fact["state"], fact["case"], fact["by"]["name"]) == ("unconfirmed", str(case.id), "程屿")
    assert desk.post(f"{at}/facts/{fact['id']}/judge", {"state": "disproved"})[0] == 409
    [fact] = desk.post(f"{at}/facts/{fact['id']}/judge", {"state": "disproved", "why": "只有一台"})[1]["facts"]
    assert (fact["state"], fact["why"]) == ("disproved", "只有一台")
    [question] = desk.post(f"{at}/questions", {"text": "其他版本呢", "owner": str(operator.id)})[1]["questions"]
    answered = desk.post(f"{at}/questions/{question['id']}/answer", {"text": "只有 3.4.1"})[1]
    assert answered["questions"][0]["answer"] == answered["facts"][1]["id"]
    assert answered["facts"][1]["state"] == "confirmed"
    assert desk.post(f"{at}/questions/{question['id']}/answer", {"text": "只有 3.4.1"})[0] == 409
    wanted = {"text": "暂停推送", "why": "先止损", "by": str(operator.id)}
    [first] = desk.post(f"{at}/decisions", wanted)[1]["decisions"]
    replaced = {"text": "恢复推送", "why": "查清了", "instead_of": first["id"]}
    later = desk.post(f"{at}/decisions", replaced)[1]["decisions"]
    assert [(one["text"], one["by"]["name"], one["superseded_by"]) for one in later] == [
        ("恢复推送", "程屿", None), ("暂停推送", "知夏", later[0]["id"]),
    ]  # fmt: skip
    assert desk.post(f"{at}/decisions", replaced)[0] == 409
    assert desk.post(f"{at}/decisions", {"text": "x", "why": ""})[0] == 409
    decided = Entry.objects.filter(name="war_rooms.decided").values_list("actor_kind", flat=True)
    assert list(decided) == ["key", "key"]


def test_an_update_sets_the_next_ones_time_and_a_note_names_people(
    desk: Program, room: Room, operator: Membership
) -> None:
    at = f"war-rooms/{room.id}"
    told = desk.post(f"{at}/updates", {"text": "已联系四位车主", "minutes": 45})[1]
    assert (told["notes"][0]["update"], told["notes"][0]["late"]) == (True, False)
    room.refresh_from_db()
    assert room.updated_at is not None
    assert room.next_update_at is not None
    assert (room.next_update_at - room.updated_at).total_seconds() == 45 * 60
    assert desk.post(f"{at}/updates", {"text": "稍后", "minutes": 4})[0] == 422
    desk.post(f"{at}/notes", {"text": f"@{operator} 请看一下"})
    assert Mention.objects.get().membership == operator


def test_a_red_case_is_taken_once(desk: Program, case: Case, owner: Membership) -> None:
    desk.post(f"cases/{case.id}/grade", {"grade": "red", "reason": "有人受伤"})
    taken = desk.post(f"cases/{case.id}/acknowledge", {})[1]
    assert taken["owner"]["id"] == str(owner.id)
    desk.post(f"cases/{case.id}/grade", {"grade": "yellow", "reason": "没有人受伤"})
    assert desk.post(f"cases/{case.id}/acknowledge", {})[0] == 409


@pytest.mark.parametrize("role", ["viewer", "product", "analyst"])
def test_who_may_not_handle_cases_writes_nothing(of_role: Callable[[str], Program], room: Room, role: str) -> None:
    program, at = of_role(role), f"war-rooms/{room.id}"
    assert program.get(at)[0] == 200
    for what in ("facts", "questions", "updates", "notes"):
        assert program.post(f"{at}/{what}", {"text": "四台车"})[0] == 403
    assert program.post("war-rooms", {"theme": str(room.theme_id)})[0] == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_reading_costs_the_same_for_any_number(
    app: Program, room: Room, owner: Membership, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(rows):
        knowing.write_fact(room=room, by=owner, text=f"第 {place} 件")
        knowing.ask(room=room, by=owner, text=f"第 {place} 问", owner=owner)
    for text in (factories.RUDE_SERVICE, factories.BLACK_SCREEN)[: rows - 1]:
        open_room(workspace=room.workspace, case=factories.case(_channel(room), text))
    app.get("war-rooms")  # the key's last use is written down once
    with django_assert_num_queries(3):  # the key, what it has left, the rooms
        assert len(app.get("war-rooms")[1]["war_rooms"]) == rows
    with django_assert_num_queries(13):  # the same, the figures, what it took in, and one for each kind of thing in it
        assert len(app.get(f"war-rooms/{room.id}")[1]["facts"]) == rows


def _channel(room: Room) -> ChannelAccount:
    return ChannelAccount.objects.get(workspace=room.workspace, slug="owners-app")
