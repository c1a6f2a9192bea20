"""Rooms open by themselves, once; they follow merged themes; reds are taken."""

import datetime

import pytest
from django.utils import timezone

from huixiang.cases.actions import end, regrade, reply
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.themes import actions as themes
from huixiang.themes.models import Theme
from huixiang.war_rooms import following, queries, seating
from huixiang.war_rooms.actions import acknowledge, look, open_room
from huixiang.war_rooms.models import Red, Room, Seat
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.factories import jobs


def told(room: Room) -> list[str]:
    return list(Entry.objects.filter(subject_id=room.id).order_by("id").values_list("name", flat=True))


def test_a_red_case_opens_its_themes_room_by_itself(red: Case, operator: Membership) -> None:
    jobs.run_waiting()
    room = Room.objects.get()
    assert (room.theme_id, room.case_id, room.grade, room.state, room.number) == (red.theme_id, None, "red", "open", 1)
    assert room.next_update_at == room.opened_at + datetime.timedelta(minutes=60) or room.next_update_at
    assert [(seat.membership, seat.part) for seat in queries.seats(room)] == [(operator, "lead")]
    assert told(room) == ["war_rooms.opened", "war_rooms.seat_taken"]
    mark = Red.objects.get()
    entry = Entry.objects.get(name="cases.regraded")
    assert (mark.case, mark.room, mark.red_at, mark.acknowledged_at) == (red, room, entry.at, None)


def test_twice_is_once_and_another_red_of_the_theme_joins(room: Room, red: Case, app_channel: ChannelAccount) -> None:
    again = look(workspace_id=red.workspace_id, case_ids=[red.id])
    other = factories.case(app_channel)
    Case.objects.filter(id=other.id).update(theme_id=red.theme_id, grade="red")
    look(workspace_id=red.workspace_id, case_ids=[other.id])
    assert (again, Room.objects.count(), told(room).count("war_rooms.opened")) == ([room], 1, 1)
    assert list(room.reds.order_by("case__number").values_list("case_id", flat=True)) == [red.id, other.id]


@pytest.mark.parametrize("values", [{"historical": True}, {"state": "closed"}, {"grade": "orange"}])
def test_history_ended_and_milder_cases_open_nothing(red: Case, values: dict[str, object]) -> None:
    Case.objects.filter(id=red.id).update(**values)
    assert look(workspace_id=red.workspace_id, case_ids=[red.id]) == []
    assert (Room.objects.count(), Red.objects.count()) == (0, 0)


def test_a_red_without_a_theme_has_its_own_room_until_the_theme_comes(red: Case, operator: Membership) -> None:
    theme_id = red.theme_id
    Case.objects.filter(id=red.id).update(theme=None)
    [own] = look(workspace_id=red.workspace_id, case_ids=[red.id])
    assert (own.theme_id, own.case_id, own.title) == (None, red.id, red.title)
    Case.objects.filter(id=red.id).update(theme_id=theme_id)
    room = open_room(workspace=operator.workspace, theme=Theme.objects.get(cases=red))
    own.refresh_from_db()
    assert (own.state, own.joined_into, room.theme_id) == ("joined", room, theme_id)
    assert list(room.reds.values_list("case_id", flat=True)) == [red.id]
    assert queries.family(room) == [room.id, own.id]


def test_the_rooms_of_merged_themes_are_joined_with_both_stories(
    room: Room, red: Case, app_channel: ChannelAccount, operator: Membership, owner: Membership
) -> None:
    from huixiang.war_rooms.knowing import write_fact  # noqa: PLC0415

    other = factories.case(app_channel, factories.RUDE_SERVICE)
    regrade(case=other, grade="red", reason="也红了", actor=SYSTEM)
    [second] = look(workspace_id=red.workspace_id, case_ids=[other.id])
    seating.take_part(room=second, who=owner, part="pr", actor=SYSTEM)
    write_fact(room=second, by=owner, text="第二间里知道的")
    write_fact(room=room, by=operator, text="第一间里知道的")
    source, target = Theme.objects.get(cases=other), Theme.objects.get(cases=red)
    themes.merge(source=source, target=target, actor=Actor("staff", operator.id))
    jobs.run_waiting()
    second.refresh_from_db()
    assert (second.state, second.joined_into) == ("joined", room)
    assert [fact.text for fact in queries.facts(room)] == ["第二间里知道的", "第一间里知道的"]
    assert {(seat.membership, seat.part) for seat in queries.seats(room) if not seat.left_at} == {
        (operator, "lead"), (owner, "pr"),
    }  # fmt: skip
    names = [entry.name for entry in queries.story(room, limit=100)]
    assert (names.count("war_rooms.opened"), names.count("war_rooms.joined")) == (2, 1)
    assert Red.objects.filter(room=room).count() == 2


def test_a_merged_themes_room_goes_along_and_comes_back_anew_when_it_is_undone(
    room: Room, red: Case, app_channel: ChannelAccount, operator: Membership
) -> None:
    calm = factories.case(app_channel, factories.RUDE_SERVICE)
    source, target = Theme.objects.get(cases=red), Theme.objects.get(cases=calm)
    merge = themes.merge(source=source, target=target, actor=Actor("staff", operator.id))
    jobs.run_waiting()
    room.refresh_from_db()
    assert (room.theme_id, room.state) == (target.id, "open")
    themes.undo_merge(merge_id=merge.id, workspace_id=red.workspace_id, actor=Actor("staff", operator.id))
    jobs.run_waiting()
    anew = Room.objects.get(theme_id=source.id)
    assert (anew.state, Red.objects.get(case=red).room) == ("open", anew)


def test_whoever_takes_a_red_owns_it_and_a_second_is_told(room: Room, red: Case, owner: Membership) -> None:
    helper = factories.membership(owner.workspace, "specialist", name="小陶")
    mark = acknowledge(case=red, by=helper)
    acknowledge(case=red, by=helper)
    red.refresh_from_db()
    assert (red.owner, mark.acknowledged_by, queries.unacknowledged(red.workspace_id)) == (helper, helper, [])
    assert Seat.objects.get(room=room, membership=helper).part == "service"
    assert Entry.objects.filter(name="war_rooms.acknowledged").count() == 1
    with pytest.raises(Refused, match="小陶"):
        acknowledge(case=red, by=owner)


def test_taking_works_before_the_job_came_and_not_for_what_is_not_red(red: Case, case: Case, owner: Membership) -> None:
    mark = acknowledge(case=red, by=owner)
    assert (mark.room, mark.acknowledged_by) == (Room.objects.get(), owner)
    regrade(case=red, grade="blue", reason="不是", actor=SYSTEM)
    with pytest.raises(Refused):
        acknowledge(case=red, by=owner)


def test_answering_a_red_is_taking_it(room: Room, red: Case, operator: Membership) -> None:
    turn = reply(case=red, by=operator, text="我们已经在查了", lane="private")
    jobs.run_waiting()
    mark = Red.objects.get()
    assert (mark.acknowledged_by, mark.acknowledged_at) == (operator, turn.at)
    assert Entry.objects.get(name="war_rooms.acknowledged").data["answering"] is True


def test_what_turns_red_once_more_wants_to_be_taken_once_more(room: Room, red: Case, owner: Membership) -> None:
    acknowledge(case=red, by=owner)
    regrade(case=red, grade="yellow", reason="缓了", actor=SYSTEM)
    regrade(case=red, grade="red", reason="又起来了", actor=SYSTEM)
    look(workspace_id=red.workspace_id, case_ids=[red.id])
    assert [one.case for one in queries.unacknowledged(red.workspace_id)] == [red]


def test_a_closed_room_is_taken_up_again_within_thirty_days_and_not_after(room: Room, red: Case) -> None:
    def closed(days: int) -> None:
        Room.objects.update(state="closed", closed_at=timezone.now() - datetime.timedelta(days=days))

    closed(29)
    assert look(workspace_id=red.workspace_id, case_ids=[red.id]) == [room]
    closed(31)
    [later] = look(workspace_id=red.workspace_id, case_ids=[red.id])
    assert (later == room, later.number, Room.objects.filter(state="open").get()) == (False, 2, later)


def test_habits_say_who_is_called(red: Case, workspace: Workspace, owner: Membership, operator: Membership) -> None:
    busy, free = (factories.membership(workspace, "specialist", name=name) for name in ("忙人", "闲人"))
    elsewhere = Room.objects.create(workspace=workspace, number=9, title="别处", grade="red")
    Seat.objects.create(workspace=workspace, room=elsewhere, membership=busy, part="service")
    seating.set_habits(
        workspace=workspace, minutes={"red": 30, "orange": 60, "yellow": 600, "blue": 600},
        people=[("lead", "", owner), ("service", "specialist", None), ("pr", "moderator", None)], actor=SYSTEM,
    )  # fmt: skip
    [room] = look(workspace_id=workspace.id, case_ids=[red.id])
    assert [(seat.membership, seat.part) for seat in queries.seats(room)] == [(owner, "lead"), (free, "service")]
    assert room.next_update_at
    assert abs(room.next_update_at - room.opened_at - datetime.timedelta(minutes=30)) < datetime.timedelta(seconds=5)


def test_an_ended_red_leaves_the_list_of_those_nobody_took(room: Room, red: Case) -> None:
    assert [one.case for one in queries.unacknowledged(red.workspace_id)] == [red]
    end(case=red, state="solved", actor=SYSTEM)
    assert queries.unacknowledged(red.workspace_id) == []


def test_a_room_its_only_red_leaves_for_another_theme_goes_along(
    room: Room, red: Case, app_channel: ChannelAccount
) -> None:
    other = factories.case(app_channel, factories.RUDE_SERVICE)
    Case.objects.filter(id=red.id).update(theme_id=other.theme_id)
    assert following.follow_cases(workspace_id=red.workspace_id, case_ids=[red.id]) == [red.id]
    look(workspace_id=red.workspace_id, case_ids=[red.id])
    room.refresh_from_db()
    assert (room.theme_id, Red.objects.get().room, Room.objects.count()) == (other.theme_id, room, 1)
