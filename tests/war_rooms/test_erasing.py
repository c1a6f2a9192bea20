"""Who asks to be erased is not quoted in a room either."""

from huixiang.cases.models import Case
from huixiang.journal.events import Actor
from huixiang.members import erasing
from huixiang.war_rooms import knowing, noting
from huixiang.war_rooms.models import Fact, Room, RoomNote
from huixiang.workspaces.models import Membership
from tests.factories import COLD_START


def test_a_quote_in_a_room_goes_and_comes_back_when_it_is_undone(room: Room, red: Case, operator: Membership) -> None:
    knowing.write_fact(room=room, by=operator, text=f"车主原话：{COLD_START}")
    noting.note(room=room, by=operator, text="今晚先回退")
    actor = Actor("staff", operator.id)
    erasing.ask(member=red.member, actor=actor)
    assert (COLD_START in Fact.objects.get().text, RoomNote.objects.get().text) == (False, "今晚先回退")
    erasing.undo(member=red.member, actor=actor)
    assert Fact.objects.get().text == f"车主原话：{COLD_START}"
