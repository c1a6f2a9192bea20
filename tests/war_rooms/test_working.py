"""What is done in a room: facts, questions, decisions, the statement, updates, notes, the review."""

import datetime
from collections.abc import Sequence

import pytest
from django.utils import timezone

from huixiang.cases.models import Case, Turn
from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.themes.models import Theme
from huixiang.war_rooms import closing, deciding, figures, knowing, noting, queries, seating, statements
from huixiang.war_rooms.actions import acknowledge
from huixiang.war_rooms.models import Change, Room, Seat, Sending, Statement
from huixiang.workspaces.actions import leave_team
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories import jobs, rows


def last(room: Room) -> Entry:
    return Entry.objects.filter(subject_id=room.id).latest("id")


def test_a_fact_keeps_its_words_and_says_who_judged_it(room: Room, operator: Membership, owner: Membership) -> None:
    fact = knowing.write_fact(room=room, by=operator, text=" 只有 3.4.1 有 ")
    with pytest.raises(Refused):
        knowing.judge_fact(fact=fact, by=owner, state="disproved")
    knowing.judge_fact(fact=fact, by=owner, state="confirmed", why="实验室复现")
    fact.refresh_from_db()
    assert (fact.text, fact.state, fact.by, fact.judged_by, fact.why) == (
        "只有 3.4.1 有", "confirmed", operator, owner, "实验室复现",
    )  # fmt: skip
    assert (last(room).data["before"], last(room).data["after"]) == ("unconfirmed", "confirmed")
    assert last(room).words.text == "只有 3.4.1 有\n实验室复现"


def test_an_answered_question_is_a_fact_and_is_answered_once(room: Room, operator: Membership) -> None:
    question = knowing.ask(room=room, by=operator, text="几台车？", owner=operator)
    fact = knowing.answer(question=question, by=operator, text="四十台")
    question.refresh_from_db()
    assert (question.answer, fact.state, [one.text for one in queries.facts(room)]) == (fact, "confirmed", ["四十台"])
    with pytest.raises(Refused):
        knowing.answer(question=question, by=operator, text="五十台")


def test_a_decision_is_superseded_and_never_edited(room: Room, operator: Membership, owner: Membership) -> None:
    first = deciding.decide(room=room, written_by=operator, by=owner, text="停推 3.4.1", why="还在查")
    second = deciding.decide(
        room=room, written_by=operator, by=owner, text="回退 3.4.0", why="已复现", instead_of=first
    )
    first.refresh_from_db()
    assert (first.text, first.superseded_by) == ("停推 3.4.1", second)
    with pytest.raises(Refused):
        deciding.decide(room=room, written_by=operator, by=owner, text="再推", why="不知道有人换了", instead_of=first)


def test_two_who_write_the_statement_lose_nothing(room: Room, operator: Membership, owner: Membership) -> None:
    first = statements.write(room=room, by=operator, text="我们已看到", base=None)
    statements.write(room=room, by=owner, text="我们已看到，正在查", base=first.id)
    with pytest.raises(statements.Overtaken) as overtaken:
        statements.write(room=room, by=operator, text="我的另一版", base=first.id)
    assert overtaken.value.theirs.text == "我们已看到，正在查"
    assert room.statements.count() == 2


def test_somebody_else_approves_unless_there_is_nobody_else(room: Room, operator: Membership) -> None:
    alone = statements.write(room=room, by=operator, text="我们已看到", base=None)
    statements.ask(statement=alone, by=operator)
    statements.judge(statement=alone, by=operator, approved=True)  # the only one who may publish
    alone.refresh_from_db()
    assert (alone.state, alone.alone) == ("approved", True)
    boss = factories.membership(room.workspace, "owner", name="程屿")
    second = statements.write(room=room, by=operator, text="第二版", base=alone.id)
    statements.ask(statement=second, by=operator)
    with pytest.raises(Refused):
        statements.judge(statement=second, by=operator, approved=True)
    with pytest.raises(Refused):
        statements.judge(statement=second, by=boss, approved=False)
    statements.judge(statement=second, by=boss, approved=False, reason="少了时间")
    second.refresh_from_db()
    assert (second.state, second.refusal, second.alone) == ("refused", "少了时间", False)


def test_what_is_not_approved_is_not_said(room: Room, operator: Membership) -> None:
    draft = statements.write(room=room, by=operator, text="我们已看到", base=None)
    for use in (statements.put_on_theme, lambda **known: statements.answer_cases(**known, case_ids=[])):
        with pytest.raises(Refused):
            use(statement=draft, by=operator)


def approved(room: Room, by: Membership, text: str = "我们已看到，今晚八点再说") -> Statement:
    made = statements.write(room=room, by=by, text=text, base=None)
    statements.ask(statement=made, by=by)
    statements.judge(statement=made, by=by, approved=True)
    made.refresh_from_db()
    return made


def test_it_answers_the_rooms_public_cases_and_stands_on_the_theme(
    room: Room, red: Case, operator: Membership, portal_channel: ChannelAccount
) -> None:
    public = factories.case(portal_channel, public=True)
    Case.objects.filter(id=public.id).update(theme_id=red.theme_id)
    statement = approved(room, operator)
    reached = {one.case: one.lane for one in statements.preview(statement)}
    assert reached == {public: "public", red: ""}
    assert statements.answer_cases(statement=statement, by=operator, case_ids=[public.id, red.id]) == 1
    jobs.run_waiting()
    sent = Sending.objects.get()
    assert (sent.case, sent.state, sent.turn) == (public, "done", Turn.objects.get(case=public, direction="outbound"))
    assert [one.case for one in statements.preview(statement) if one.answered] == [public]
    with pytest.raises(Refused):
        statements.answer_cases(statement=statement, by=operator, case_ids=[public.id])
    theme = statements.put_on_theme(statement=statement, by=operator)
    theme.refresh_from_db()
    assert (theme.public, theme.public_summary) == (True, statement.text)


def test_one_case_that_cannot_be_answered_does_not_stop_the_others(
    room: Room, red: Case, operator: Membership, portal_channel: ChannelAccount
) -> None:
    cases = [factories.case(portal_channel, public=True) for _one in range(2)]
    Case.objects.filter(id__in=[case.id for case in cases]).update(theme_id=red.theme_id)
    statement = approved(room, operator)
    statements.answer_cases(statement=statement, by=operator, case_ids=[case.id for case in cases])
    Case.objects.filter(id=cases[0].id).update(public=False)
    assert statements.send_waiting(statement_id=statement.id) == 1
    states = dict(Sending.objects.values_list("case_id", "state"))
    assert states == {cases[0].id: "failed", cases[1].id: "done"}
    assert statements.send_waiting(statement_id=statement.id) == 0


def test_an_update_that_is_due_is_told_once_and_posting_starts_anew(room: Room, operator: Membership) -> None:
    Room.objects.update(next_update_at=timezone.now() - datetime.timedelta(minutes=1))
    assert (noting.note_updates_due(), noting.note_updates_due()) == (1, 0)
    assert (last(room).name, last(room).data["theme_id"]) == ("war_rooms.update_due", str(room.theme_id))
    posted = noting.post_update(room=room, by=operator, text="已回退", minutes=30)
    room.refresh_from_db()
    assert (posted.late, room.update_told_at) == (True, None)
    assert room.next_update_at == room.updated_at + datetime.timedelta(minutes=30)  # type: ignore[operator]
    assert noting.post_update(room=room, by=operator, text="仍在查").late is False


def test_whoever_is_named_finds_it_until_they_look(room: Room, operator: Membership) -> None:
    longer, shorter = (factories.membership(room.workspace, "specialist", name=name) for name in ("林晚", "林"))
    note = noting.note(room=room, by=operator, text="@林晚 看一下 @知夏")
    assert note.mentioned == [longer.id]
    assert [one.note for one in queries.mentions(longer)] == [note]
    assert (queries.mentions(shorter), noting.seen(room=room, by=longer), queries.mentions(longer)) == ([], 1, [])


def test_there_is_one_lead_and_whoever_leaves_the_team_leaves_the_room(
    room: Room, operator: Membership, owner: Membership
) -> None:
    seating.take_part(room=room, who=owner, part="lead", actor=SYSTEM)
    assert {(seat.membership, seat.part) for seat in queries.seats(room)} == {(owner, "lead"), (operator, "service")}
    leave_team(membership=operator, by=owner)
    jobs.run_waiting()
    assert [seat.membership for seat in Seat.objects.filter(room=room, left_at=None)] == [owner]


def planned(who: Membership, *texts: str) -> Sequence[closing.Planned]:
    return [closing.Planned(text, who, datetime.date(2030, 1, 1)) for text in texts]


def test_a_room_closes_with_a_whole_review_once_every_red_was_taken(
    room: Room, red: Case, operator: Membership
) -> None:
    told = closing.Told("黑屏", "自检耗电", True, "", planned(operator, "加一条回归"))
    with pytest.raises(Refused, match="1"):
        closing.close(room=room, by=operator, told=told)
    acknowledge(case=red, by=operator)
    with pytest.raises(Refused):
        closing.close(room=room, by=operator, told=closing.Told("黑屏", "自检", True, "", []))
    review = closing.close(room=room, by=operator, told=told)
    room.refresh_from_db()
    assert (room.state, room.closed_at, room.next_update_at) == ("closed", review.at, None)
    assert {key: review.figures[key] for key in ("reds", "taken", "slowest", "people")} == {
        "reds": 1, "taken": 1, "slowest": 0, "people": 1,
    }  # fmt: skip
    [task] = queries.tasks(room.workspace_id)
    closing.settle_change(change=task, by=operator, done=True)
    assert (queries.tasks(room.workspace_id), Change.objects.get().done_by) == ([], operator)
    with pytest.raises(Refused):
        noting.note(room=room, by=operator, text="关了还写")
    closing.reopen(room=room, by=operator, reason="又来了")
    noting.note(room=room, by=operator, text="开了再写")
    assert [one.what_happened for one in queries.reviews(room)] == ["黑屏"]


def test_figures_count_people_once_and_tell_the_day_from_the_one_before(
    room: Room, red: Case, app_channel: ChannelAccount
) -> None:
    theme = Theme.objects.get(cases=red)
    vector, ago = rows.towards(7), timezone.now() - datetime.timedelta(hours=30)
    said = [
        rows.unstored(app_channel, by=name, said_at=at)
        for name, at in (("甲", timezone.now()), ("甲", timezone.now()), ("乙", ago))
    ]
    rows.placed(app_channel, [vector] * 3, *said)
    type(said[0]).objects.filter(id__in=[one.id for one in said]).update(theme_id=theme.id)
    grown = figures.of_room(room)
    assert (grown.people, grown.feedbacks, grown.people_now, grown.people_before, grown.more) == (3, 4, 2, 1, 1)
    assert (sum(grown.hours), grown.hours[-1]) == (3, 3)
