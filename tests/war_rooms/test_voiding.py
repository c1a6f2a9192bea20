"""A false alarm closes by itself; what is dangerous still, or was worked on, does not."""

import pytest

from huixiang.cases.actions import end, regrade
from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.war_rooms import knowing, queries
from huixiang.war_rooms.actions import look
from huixiang.war_rooms.locking import at_work
from huixiang.war_rooms.models import Room
from huixiang.war_rooms.voiding import void_false_alarms
from huixiang.workspaces.models import Membership
from tests.factories import jobs
from tests.war_rooms.test_opening import told


def milder(case: Case, by: Membership) -> None:
    regrade(case=case, grade="yellow", reason="说的是别的车", actor=Actor("staff", by.id))
    jobs.run_waiting()


def test_a_room_without_anything_red_closes_by_itself(room: Room, red: Case, operator: Membership) -> None:
    milder(red, operator)
    room.refresh_from_db()
    assert (room.state, room.next_update_at, told(room)[-1]) == ("void", None, "war_rooms.voided")
    assert queries.at_work(room.workspace_id) == []
    assert [one.id for one in queries.closed(workspace_id=room.workspace_id).rows] == [room.id]
    with pytest.raises(Refused, match="已关闭"):
        at_work(room)


def test_so_does_one_whose_feedback_was_taken_back(room: Room, red: Case, operator: Membership) -> None:
    Feedback.objects.filter(workspace_id=room.workspace_id).update(theme_id=None, case_id=None)
    end(case=red, state="closed", actor=Actor("staff", operator.id), reason="闲聊，不是反馈。")
    jobs.run_waiting()
    room.refresh_from_db()
    assert room.state == "void"


def test_a_solved_red_is_no_false_alarm(room: Room, red: Case, operator: Membership) -> None:
    end(case=red, state="closed", actor=Actor("staff", operator.id), reason="已处理。")
    jobs.run_waiting()
    room.refresh_from_db()
    assert room.state == "open"


def test_a_room_somebody_wrote_into_is_left_to_its_people(room: Room, red: Case, operator: Membership) -> None:
    knowing.write_fact(room=room, text="三台车都在 3.4.1 上", by=operator)
    milder(red, operator)
    assert void_false_alarms(workspace_id=room.workspace_id) == []
    room.refresh_from_db()
    assert room.state == "open"


def test_red_once_more_takes_it_up_again(room: Room, red: Case, operator: Membership) -> None:
    milder(red, operator)
    regrade(case=red, grade="red", reason="又有人受伤", actor=Actor("staff", operator.id))
    [again] = look(workspace_id=red.workspace_id, case_ids=[red.id])
    assert (again.id, again.state) == (room.id, "open")
