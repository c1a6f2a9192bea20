"""The board, one room, the review and the record, as people use them."""

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from huixiang.cases.actions import regrade
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import SYSTEM
from huixiang.themes.models import Theme
from huixiang.war_rooms import deciding, knowing, noting, statements
from huixiang.war_rooms.actions import acknowledge, look
from huixiang.war_rooms.models import Fact, Review, Room, Seat, Usual
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories import jobs

HTMX = {"HX-Request": "true"}
At = Callable[..., str]


@pytest.fixture
def red(case: Case) -> Case:
    regrade(case=case, grade="red", reason="多人在高速上遇到", actor=SYSTEM)
    return case


@pytest.fixture
def room(red: Case) -> Room:
    [opened] = look(workspace_id=red.workspace_id, case_ids=[red.id])
    return opened


def full(room: Room, by: Membership, times: int) -> None:
    """Something of everything a room holds."""
    for place in range(times):
        fact = knowing.write_fact(room=room, by=by, text=f"已知 {place}", case=None)
        knowing.judge_fact(fact=fact, by=by, state="confirmed")
        knowing.ask(room=room, by=by, text=f"待查 {place}", owner=by)
        deciding.decide(room=room, written_by=by, by=by, text=f"决定 {place}", why="因为")
        before = room.statements.order_by("-at").first()
        statements.write(room=room, by=by, text=f"口径 {place}", base=before.id if before else None)
        noting.note(room=room, by=by, text=f"备注 {place}")
        noting.post_update(room=room, by=by, text=f"进展 {place}")


def another(account: ChannelAccount, text: str) -> Room:
    case = factories.case(account, text)
    theme = Theme.objects.get(cases=case)
    regrade(case=case, grade="red", reason="红", actor=SYSTEM)
    look(workspace_id=case.workspace_id, case_ids=[case.id])
    return Room.objects.get(theme=theme)


def test_the_board_shows_what_lacks_and_a_red_is_taken_from_it(
    room: Room, red: Case, at: At, as_operator: Client, operator: Membership
) -> None:
    page = as_operator.get(at("war_rooms"))
    [shown] = page.context["rooms"]
    assert (shown, shown.waiting, shown.lacks) == (room, 1, ["1 条红色没人接", "没有对外口径"])
    assert [one.case for one in page.context["reds"]] == [red]
    as_operator.post(at("case_acknowledge", case_id=red.id))
    page = as_operator.get(at("war_rooms"))
    assert (page.context["reds"], page.context["rooms"][0].lacks) == ([], ["没有对外口径"])


def test_an_empty_board_says_how_rooms_come(at: At, as_operator: Client) -> None:
    page = as_operator.get(at("war_rooms"))
    assert (page.context["rooms"], page.context["closed"]) == ([], [])
    assert "没有开着的战情室" in page.content.decode()


def statements_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as done:
        assert client.get(address).status_code == 200
    return len(done)


def test_the_pages_take_a_set_number_of_statements(
    room: Room, at: At, as_operator: Client, operator: Membership, app_channel: ChannelAccount
) -> None:
    def closed(text: str) -> None:
        other = another(app_channel, text)
        Review.objects.create(workspace=room.workspace, room=other, what_happened="一", why="二", met=True)
        Room.objects.filter(id=other.id).update(state="closed", closed_at=timezone.now())

    board, page = at("war_rooms"), at("war_room", room_id=room.id)
    full(room, operator, 1)
    closed(factories.RUDE_SERVICE)
    as_operator.get(page)
    assert (statements_of(as_operator, board), statements_of(as_operator, page)) == (12, 31)
    full(room, operator, 2)
    for text in (factories.BLACK_SCREEN, "充电口烧焦了一股糊味，吓死人了"):
        closed(text)
    for text in ("刹车踩下去没有反应，差点撞上护栏", "方向盘突然锁死，在高架上"):
        another(app_channel, text)
    assert (statements_of(as_operator, board), statements_of(as_operator, page)) == (15, 34)


def test_what_is_written_in_a_room_stands_on_its_page(
    room: Room, red: Case, at: At, as_operator: Client, operator: Membership, owner: Membership
) -> None:
    def post(view: str, **sent: str) -> Any:
        return as_operator.post(at(view, room_id=room.id), sent, headers=HTMX)

    label = red.label
    assert post("war_room_fact", text="只在 3.4.1", state="confirmed", source=label).headers["HX-Refresh"] == "true"
    assert post("war_room_fact", text="不知来源", state="confirmed", source="HX-9").status_code == 409
    post("war_room_question", text="有几台", owner=str(owner.id))
    post("war_room_decision", text="停推", why="在查", by=str(owner.id))
    post("war_room_update", text="停推中", minutes="30")
    post("war_room_note", text="@程屿 请看")
    post("war_room_seat", person=str(owner.id), part="pr")
    page = as_operator.get(at("war_room", room_id=room.id))
    assert [(fact.text, fact.state, fact.case) for fact in page.context["facts"]] == [("只在 3.4.1", "confirmed", red)]
    assert [(one.text, one.owner) for one in page.context["questions"]] == [("有几台", owner)]
    [(made, _old)] = page.context["decisions"]
    assert (made.text, made.by, made.written_by) == ("停推", owner, operator)
    assert [(one.text, one.mentioned) for one in page.context["notes"]] == [("@程屿 请看", [owner.id])]
    assert [one.text for one in page.context["updates"]] == ["停推中"]
    assert page.context["story"][0].sentence.startswith("有人进入战情室")


def test_the_poll_is_silent_until_something_changed(
    room: Room, at: At, as_operator: Client, operator: Membership
) -> None:
    stamp = as_operator.get(at("war_room", room_id=room.id)).context["stamp"]
    news = at("war_room_news", room_id=room.id)
    assert as_operator.get(news, {"stamp": stamp}).status_code == 204
    knowing.write_fact(room=room, by=operator, text="新知道的")
    answer = as_operator.get(news, {"stamp": stamp})
    told = answer.content.decode()
    assert (answer.status_code, told.count("hx-swap-oob"), "新知道的" in told) == (200, 10, True)


def test_of_two_who_write_the_statement_the_second_sees_both(
    room: Room, at: At, as_operator: Client, as_owner: Client, operator: Membership
) -> None:
    address = at("war_room_statement", room_id=room.id)
    as_owner.post(address, {"text": "先写的", "base": ""})
    answer = as_operator.post(address, {"text": "后写的", "base": ""}, headers=HTMX)
    assert (answer.status_code, "先写的" in answer.content.decode()) == (422, True)
    theirs = room.statements.get()
    assert as_operator.post(address, {"text": "合起来", "base": str(theirs.id)}, headers=HTMX).status_code == 200
    assert as_operator.post(address, {"text": "又一版", "base": ""}).status_code == 422


def test_the_statement_goes_from_draft_to_the_members(
    room: Room, red: Case, at: At, as_operator: Client, as_owner: Client, portal_channel: ChannelAccount
) -> None:
    public = factories.case(portal_channel, public=True)
    Case.objects.filter(id=public.id).update(theme_id=red.theme_id)
    as_operator.post(at("war_room_statement", room_id=room.id), {"text": "我们看到了", "base": "", "act": "ask"})
    version = room.statements.get()
    judge = at("war_room_statement_judge", room_id=room.id, statement_id=version.id)
    assert as_operator.post(judge, {"approved": "1"}, headers=HTMX).status_code == 409
    as_owner.post(judge, {"approved": "1"})
    use = at("war_room_statement_use", room_id=room.id, statement_id=version.id)
    assert [one.case for one in as_owner.get(use).context["reached"]] == [public]
    as_owner.post(use, {"where": "cases", "case": [str(public.id)]})
    jobs.run_waiting()
    public.refresh_from_db()
    assert (public.last_line, public.state) == ("我们看到了", "waiting_member")
    assert as_owner.get(at("war_room", room_id=room.id)).context["sent"]["done"] == 1


def test_a_room_closes_with_its_review_and_is_found_again(
    room: Room, red: Case, at: At, as_operator: Client, operator: Membership
) -> None:
    close = at("war_room_close", room_id=room.id)
    sent = {"what_happened": "低温打不着火", "why": "自检耗电", "met": "no", "met_words": "首响晚了"}
    wrong = as_operator.post(close, sent)
    assert (wrong.status_code, "低温打不着火" in wrong.content.decode()) == (422, True)
    acknowledge(case=red, by=operator)
    change = {"text-0": "加低温回归", "owner-0": str(operator.id), "due-0": "2030-01-02"}
    assert as_operator.post(close, sent | change).status_code == 302
    found = as_operator.get(at("war_rooms"), {"q": "低温回归"})
    assert (found.context["closed"], found.context["rooms"]) == ([room], [])
    assert as_operator.get(at("war_rooms"), {"q": "没有这个"}).context["closed"] == []
    [task] = found.context["tasks"]
    assert (task.due_on, task.owner) == (datetime.date(2030, 1, 2), operator)
    as_operator.post(at("war_room_change", task_id=task.id), {"done": "1"})
    assert as_operator.get(at("war_rooms")).context["tasks"] == []
    as_operator.post(at("war_room_reopen", room_id=room.id), {"reason": "又有人说"})
    assert as_operator.get(at("war_rooms")).context["rooms"] == [room]


def test_the_record_is_a_page_a_sheet_and_a_text(
    room: Room, at: At, as_operator: Client, operator: Membership
) -> None:
    full(room, operator, 1)
    assert "决定 0" in as_operator.get(at("war_room_print", room_id=room.id)).content.decode()
    text = as_operator.get(at("war_room_file", room_id=room.id, suffix="md")).content.decode()
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## 谁在", "## 已知", "## 待查", "## 决定", "## 对外口径", "## 进展", "## 备注", "## 经过",
    ]  # fmt: skip
    answer = as_operator.get(at("war_room_file", room_id=room.id, suffix="xlsx"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    rows = book.get_sheet_by_index(1).to_python()
    assert [row[4] for row in rows if row[0] == "已知"] == ["已知 0"]
    assert as_operator.get(at("war_room_file", room_id=room.id, suffix="csv")).status_code == 404


def test_a_case_and_a_theme_lead_to_their_room(
    room: Room, red: Case, at: At, as_operator: Client, as_viewer: Client
) -> None:
    line = at("war_room_line")
    page = as_operator.get(at("case", case_id=red.id)).content.decode()
    assert f"{line}?case={red.id}" in page
    assert f"{line}?theme={red.theme_id}" in as_operator.get(at("theme", theme_id=red.theme_id)).content.decode()
    address = at("war_room", room_id=room.id)
    for query in ({"case": str(red.id)}, {"theme": str(red.theme_id)}):
        assert address in as_operator.get(line, query).content.decode()
    assert "我来接" in as_operator.get(line, {"case": str(red.id)}).content.decode()
    assert "我来接" not in as_viewer.get(line, {"case": str(red.id)}).content.decode()
    assert as_operator.get(at("war_rooms_badge")).json()["count"] == 1


def test_a_room_is_opened_by_hand_where_there_is_none(case: Case, at: At, as_operator: Client) -> None:
    answer = as_operator.post(at("war_room_open"), {"theme": str(case.theme_id)})
    room = Room.objects.get()
    assert (answer["Location"], room.theme_id) == (at("war_room", room_id=room.id), case.theme_id)


def test_who_only_reads_sees_no_form(room: Room, at: At, as_viewer: Client, as_operator: Client) -> None:
    address = at("war_room", room_id=room.id)
    forms = [client.get(address).content.decode().count(f'hx-post="{address}') for client in (as_operator, as_viewer)]
    assert (forms[0] > 5, forms[1]) == (True, 0)


def test_habits_are_kept(at: At, as_owner: Client, owner: Membership, room: Room) -> None:
    sent = {
        "number-red": "45", "unit-red": "minutes", "number-orange": "2", "unit-orange": "hours",
        "part-lead": [str(owner.id), ""], "part-pr": ["moderator", ""],
    }  # fmt: skip
    as_owner.post(at("war_room_habits_save"), sent)
    kept = set(Usual.objects.values_list("part", "role", "membership"))
    assert kept == {("lead", "", owner.id), ("pr", "moderator", None)}
    assert [one["number"] for one in as_owner.get(at("war_room_habits")).context["grades"]] == [45, 2]
    assert as_owner.post(at("war_room_habits_save"), sent | {"number-red": "1"}, headers=HTMX).status_code == 409


def test_a_fact_is_judged_and_a_seat_is_left(room: Room, at: At, as_operator: Client, operator: Membership) -> None:
    fact = knowing.write_fact(room=room, by=operator, text="也许")
    judge = at("war_room_fact_judge", room_id=room.id, fact_id=fact.id)
    as_operator.post(judge, {"state": "disproved", "why": "不是"})
    seat = Seat.objects.get(room=room)
    as_operator.post(at("war_room_leave", room_id=room.id, seat_id=seat.id))
    seat.refresh_from_db()
    assert (Fact.objects.get().state, seat.left_at is None) == ("disproved", False)


def test_a_room_that_looks_the_same_is_proposed_joined_in_and_parted(
    room: Room, at: At, as_operator: Client, app_channel: ChannelAccount
) -> None:
    second = another(app_channel, factories.RUDE_SERVICE)
    page = at("war_room", room_id=room.id)
    assert (as_operator.get(page).context["alike"], as_operator.get(page).context["beside"]) == ([], [second])
    centre = Theme.objects.values_list("centre", flat=True).get(id=room.theme_id)
    Theme.objects.filter(id=second.theme_id).update(centre=centre)
    shown = as_operator.get(page)
    assert [one.room for one in shown.context["alike"]] == [second]
    assert "两件不同的事" in shown.content.decode()
    assert "像 2 号" in as_operator.get(at("war_rooms")).content.decode()
    done = as_operator.post(at("war_room_join", room_id=second.id), {"other": str(room.id), "way": "out"})
    assert done.headers["Location"] == page
    shown = as_operator.get(page)
    [joining] = shown.context["joinings"]
    assert (joining.source, shown.context["alike"]) == (second, [])
    as_operator.post(at("war_room_part", room_id=room.id, room_joining_id=joining.id))
    assert Room.objects.get(id=second.id).state == "open"
    as_operator.post(at("war_room_apart", room_id=room.id), {"other": str(second.id)})
    assert as_operator.get(page).context["alike"] == []
