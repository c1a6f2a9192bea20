"""One crisis that came as two themes: its rooms are proposed to each other, joined by hand, and parted again."""

import pytest

from huixiang.cases.actions import end, regrade
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.themes import proposals
from huixiang.themes.models import Theme, Vote
from huixiang.war_rooms import figures, following, joining, queries, seating, statements
from huixiang.war_rooms.actions import look
from huixiang.war_rooms.closing import reopen
from huixiang.war_rooms.deciding import decide
from huixiang.war_rooms.knowing import write_fact
from huixiang.war_rooms.models import Red, Room
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories import rows


def told(room: Room) -> list[str]:
    return list(Entry.objects.filter(subject_id=room.id).order_by("id").values_list("name", flat=True))


@pytest.fixture
def other_red(red: Case, app_channel: ChannelAccount) -> Case:
    found = factories.case(app_channel, factories.RUDE_SERVICE)
    regrade(case=found, grade="red", reason="也红了", actor=SYSTEM)
    return found


@pytest.fixture
def second(room: Room, other_red: Case) -> Room:
    [opened] = look(workspace_id=other_red.workspace_id, case_ids=[other_red.id])
    return opened


def seats(room: Room) -> set[tuple[Membership, str]]:
    return {(seat.membership, seat.part) for seat in queries.seats(room) if seat.left_at is None}


def look_alike(one: Room, other: Room) -> None:
    centre = Theme.objects.values_list("centre", flat=True).get(id=one.theme_id)
    Theme.objects.filter(id=other.theme_id).update(centre=centre)


def test_rooms_of_themes_that_look_alike_are_proposed_until_somebody_says_they_are_two(
    room: Room, second: Room, operator: Membership
) -> None:
    assert joining.alike([room, second]) == {room.id: [], second.id: []}
    look_alike(room, second)
    found = joining.alike([room, second])
    assert [(one.room, one.likeness) for one in found[second.id]] == [(room, 100)]
    assert [one.room for one in found[room.id]] == [second]
    themes = Theme.objects.in_bulk([room.theme_id, second.theme_id]).values()
    one, other = themes
    proposals.dismiss(one=one, other=other, actor=Actor("staff", operator.id))
    assert joining.alike([room, second]) == {room.id: [], second.id: []}


def test_what_two_rooms_hold_is_in_one_and_comes_apart_again(
    room: Room, second: Room, red: Case, other_red: Case, operator: Membership, owner: Membership
) -> None:
    seating.take_part(room=second, who=owner, part="pr", actor=SYSTEM)
    write_fact(room=second, by=owner, text="第二间里知道的")
    decide(room=second, written_by=owner, by=owner, text="暂停发货", why="还不清楚")
    made = joining.join(source=second, target=room, by=operator)
    second.refresh_from_db()
    assert (second.state, second.joined_into) == ("joined", room)
    assert [fact.text for fact in queries.facts(room)] == ["第二间里知道的"]
    assert [one.text for one in queries.decisions(room)] == ["暂停发货"]
    assert seats(room) == {(operator, "lead"), (owner, "pr")}
    assert set(room.reds.values_list("case_id", flat=True)) == {red.id, other_red.id}
    assert {case.id for case in queries.cases_of(room)} == {red.id, other_red.id}
    write_fact(room=room, by=owner, text="后来才知道的")
    assert joining.part(joining=made, by=operator) == second
    second.refresh_from_db()
    assert (second.state, second.joined_into, second.closed_at) == ("open", None, None)
    assert [fact.text for fact in queries.facts(second)] == ["第二间里知道的"]
    assert [fact.text for fact in queries.facts(room)] == ["后来才知道的"]
    assert (seats(room), seats(second)) == ({(operator, "lead")}, {(operator, "lead"), (owner, "pr")})
    assert list(second.reds.values_list("case_id", flat=True)) == [other_red.id]
    assert [told(room)[-i] for i in (3, 2, 1)] == ["war_rooms.joined", "war_rooms.fact_written", "war_rooms.parted"]
    with pytest.raises(Refused):
        joining.part(joining=made, by=operator)


def test_everybody_concerned_counts_once(
    room: Room, second: Room, red: Case, other_red: Case, operator: Membership
) -> None:
    alone = figures.count([room, second])
    assert (alone[room.id].people, alone[second.id].people) == (1, 1)
    same = rows.member(red.account, "阿青")
    for case in (red, other_red):  # 阿青 only said 我也是, to both; who said the one says it of the other as well
        Vote.objects.create(workspace=room.workspace, theme_id=case.theme_id, member=same)
    Vote.objects.create(workspace=room.workspace, theme_id=other_red.theme_id, member=red.member)
    joining.join(source=second, target=room, by=operator)
    assert figures.count([room])[room.id].people == 1 + len({red.member_id, other_red.member_id})
    assert figures.of_room(room).feedbacks == 2


def test_what_turns_red_later_comes_to_the_room_that_deals_with_both(
    room: Room, second: Room, other_red: Case, app_channel: ChannelAccount, operator: Membership
) -> None:
    joining.join(source=second, target=room, by=operator)
    late = factories.case(app_channel)
    Case.objects.filter(id=late.id).update(theme_id=other_red.theme_id, grade="red")
    assert look(workspace_id=room.workspace_id, case_ids=[late.id]) == [room]
    following.follow_cases(workspace_id=room.workspace_id, case_ids=[other_red.id, late.id])
    assert Red.objects.filter(room=room).count() == 3
    assert queries.latest_room_of(workspace_id=room.workspace_id, theme_id=other_red.theme_id, case_id=None) == room
    Room.objects.filter(id=room.id).update(state="closed", closed_at=room.opened_at)
    assert look(workspace_id=room.workspace_id, case_ids=[late.id]) == [room]  # taken up again, not a new one
    assert Room.objects.count() == 2


def test_only_rooms_at_work_are_joined_or_parted(
    room: Room, second: Room, red: Case, operator: Membership
) -> None:
    with pytest.raises(Refused):
        joining.join(source=room, target=room, by=operator)
    made = joining.join(source=second, target=room, by=operator)
    with pytest.raises(Refused):
        joining.join(source=second, target=room, by=operator)
    with pytest.raises(Refused):
        reopen(room=second, by=operator, reason="单独处理")
    end(case=red, state="solved", actor=SYSTEM)
    Room.objects.filter(id=room.id).update(state="closed", closed_at=room.opened_at)
    with pytest.raises(Refused):
        joining.part(joining=made, by=operator)


def test_a_statement_reaches_the_cases_of_both(
    room: Room, second: Room, red: Case, other_red: Case, operator: Membership
) -> None:
    joining.join(source=second, target=room, by=operator)
    said = statements.write(room=room, by=operator, text="我们在查，晚上八点再说。", base=None)
    assert {one.case.id for one in statements.preview(said)} == {red.id, other_red.id}
