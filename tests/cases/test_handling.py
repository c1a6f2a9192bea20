import datetime

import pytest
from django.utils import timezone

from huixiang.cases.actions import Said, assign, end, hear, note, regrade, reopen, reply
from huixiang.cases.clocks_watch import note_breaches
from huixiang.cases.models import Case, Turn
from huixiang.cases.queries import clocks as clocks_of
from huixiang.cases.urgency import urgency
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.feedback.models import Feedback
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories import inbound
from tests.factories.jobs import waiting

STAFF = Actor("staff", None)


def events(case: Case, skip: int = 0) -> list[str]:
    names = Entry.objects.filter(subject_id=case.id).order_by("id").values_list("name", flat=True)
    return list(names)[skip:]


def said(case: Case, text: str = "又坏了", **changed: object) -> Said:
    values = {
        "case": case,
        "text": text,
        "at": timezone.now(),
        "message_id": new_id(),
        "conversation_id": None,
        "lane": "private",
    }
    return Said(**{**values, **changed})  # type: ignore[arg-type]


def test_a_case_opens_with_number_title_owner_clock_and_its_words(case: Case, operator: Membership) -> None:
    found = Feedback.objects.get(case_id=case.id)
    assert (case.number, case.label) == (1001, "HX-1001")
    assert (case.title, case.grade, case.member_id, case.theme_id) == (
        found.title, found.grade, found.member_id, found.theme_id,
    )  # fmt: skip
    assert (case.state, case.stage, case.historical) == ("open", "contacting", False)
    assert case.owner == operator
    clock, resolution = clocks_of(case)
    assert (clock.name, clock.started_at, clock.due_at) == ("first_answer", case.begins_at, case.due_at)
    assert (resolution.name, resolution.started_at, resolution.running) == ("resolution", case.begins_at, True)
    assert case.urgency == urgency(case.grade, case.due_at, case.opened_at)
    assert [(t.direction, t.lane, t.text) for t in case.turns.all()] == [("inbound", "private", factories.COLD_START)]
    opened = ["cases.opened", "cases.assigned", "cases.clock_started", "cases.clock_started", "playbooks.started"]
    assert events(case) == opened


def test_numbers_go_on_in_each_workspace(case: Case, app_channel: ChannelAccount) -> None:
    assert factories.case(app_channel, factories.BLACK_SCREEN).number == 1002
    other = factories.workspace().channel_accounts.get(slug="owners-app")
    assert factories.case(other).number == 1001


def test_a_private_answer_is_delivered_and_meets_the_clock(case: Case, operator: Membership) -> None:
    before = len(events(case))
    turn = reply(case=case, by=operator, text="  谢谢您，对不起。\x00 ", lane="private")
    case.refresh_from_db()
    assert (case.state, case.stage) == ("waiting_member", "contacted")
    assert (case.first_answered_at, case.last_line) == (turn.at, "谢谢您，对不起。")
    assert (case.due_at, case.urgency) == (None, urgency(case.grade, None, case.opened_at))
    assert [(c.name, c.met_at, c.paused_at) for c in clocks_of(case)] == [
        ("first_answer", turn.at, None), ("resolution", None, turn.at),
    ]  # fmt: skip
    delivery = Delivery.objects.get()
    assert (turn.delivery, delivery.text, delivery.purpose, delivery.about_id) == (
        delivery, "谢谢您，对不起。", "reply", case.id,
    )  # fmt: skip
    assert (delivery.account_id, delivery.recipient_member_id) == (case.account_id, case.member_id)
    assert events(case, before) == ["cases.answered", "cases.stage_changed"]
    told = ["channels.deliver", "cases.note_contact", "groupbot.person_spoke"]
    assert [name for name in waiting() if name in told] == told


def test_only_the_first_answer_is_the_first(case: Case, operator: Membership) -> None:
    first = reply(case=case, by=operator, text="一", lane="private")
    reply(case=case, by=operator, text="二", lane="private")
    case.refresh_from_db()
    assert case.first_answered_at == first.at
    answered = Entry.objects.filter(name="cases.answered").order_by("id")
    assert [e.data["first"] for e in answered] == [True, False]


def test_an_answer_without_a_way_writes_nothing(workspace: object, operator: Membership) -> None:
    files = operator.workspace.channel_accounts.get(slug="files")
    case = factories.case(files)
    before = Entry.objects.count()
    with pytest.raises(Refused):
        reply(case=case, by=operator, text="谢谢", lane="private")
    case.refresh_from_db()
    assert (case.state, case.first_answered_at) == ("open", None)
    assert (Entry.objects.count(), Delivery.objects.count()) == (before, 0)
    assert [turn.direction for turn in case.turns.all()] == ["inbound"]


@pytest.mark.parametrize("text", ["", "  \n", "\x00 ", "字" * 20_001])
def test_an_answer_must_say_something(case: Case, operator: Membership, text: str) -> None:
    with pytest.raises(Refused):
        reply(case=case, by=operator, text=text, lane="private")
    with pytest.raises(Refused):
        note(case=case, by=operator, text=text)
    assert case.turns.count() == 1


def test_what_was_not_said_in_public_is_not_answered_there(case: Case, operator: Membership) -> None:
    for lane in ("public", "internal", "elsewhere"):
        with pytest.raises(Refused):
            reply(case=case, by=operator, text="谢谢", lane=lane)
    assert (case.turns.count(), Delivery.objects.count()) == (1, 0)


def test_a_public_post_is_answered_in_public_without_a_delivery(
    portal_channel: ChannelAccount, operator: Membership
) -> None:
    case = factories.case(portal_channel, public=True, thread="t")
    reply(case=case, by=operator, text="谢谢", lane="public")
    assert [(t.direction, t.lane) for t in case.turns.order_by("at")] == [("inbound", "public"), ("outbound", "public")]
    assert Delivery.objects.count() == 0


def test_who_answers_an_unowned_case_owns_it(case: Case, operator: Membership) -> None:
    assign(case=case, owner=None)
    before = len(events(case))
    reply(case=case, by=operator, text="谢谢", lane="private")
    case.refresh_from_db()
    assert case.owner == operator
    assert events(case, before) == ["cases.answered", "cases.assigned", "cases.stage_changed"]


def test_the_members_next_word_brings_it_back_with_a_clock(case: Case, operator: Membership) -> None:
    reply(case=case, by=operator, text="谢谢", lane="private")
    case.refresh_from_db()
    before = len(events(case))
    hear(workspace_id=case.workspace_id, said=[said(case, "还是打不着")])
    case.refresh_from_db()
    assert (case.state, case.last_line) == ("waiting_us", "还是打不着")
    names = [(clock.name, clock.met_at is None) for clock in clocks_of(case)]
    assert names == [("first_answer", False), ("next_answer", True), ("resolution", True)]
    assert case.urgency == urgency(case.grade, case.due_at, case.opened_at)
    assert events(case, before) == ["cases.member_spoke", "cases.clock_started", "cases.stage_changed"]
    hear(workspace_id=case.workspace_id, said=[said(case, "在吗")])
    assert case.clocks.count() == 3


def test_a_note_moves_nothing(case: Case, operator: Membership) -> None:
    before = Case.objects.values().get()
    turn = note(case=case, by=operator, text="已转质量部")
    assert Case.objects.values().get() == before
    assert (turn.direction, turn.lane, turn.by) == ("note", "internal", operator)
    assert events(case)[-1] == "cases.note_written"


def test_assigning_the_same_owner_says_nothing(case: Case, operator: Membership, owner: Membership) -> None:
    before = len(events(case))
    assign(case=case, owner=operator)
    assign(case=case, owner=owner, actor=STAFF)
    assign(case=case, owner=None, actor=STAFF)
    entries = Entry.objects.filter(subject_id=case.id).order_by("id")[before:]
    assert [(e.name, e.data) for e in entries] == [
        ("cases.assigned", {"owner_id": str(owner.id)}),
        ("cases.assigned", {"owner_id": None}),
    ]


def test_a_regrade_moves_the_feedback_and_the_place_in_the_inbox(case: Case) -> None:
    Case.objects.update(grade="yellow", proposed_grade="orange", proposed_reason="多人")
    case.refresh_from_db()
    before = regrade(case=case, grade="red", reason="孩子在车里", actor=STAFF)
    case.refresh_from_db()
    assert (before, case.grade, case.proposed_grade, case.proposed_reason) == ("yellow", "red", "", "")
    assert Feedback.objects.get(case_id=case.id).grade == "red"
    assert case.urgency == urgency("red", case.due_at, case.opened_at)
    entry = Entry.objects.filter(name="cases.regraded").select_related("words").get()
    assert (entry.data, entry.words.text) == ({"before": "yellow", "after": "red"}, "孩子在车里")


@pytest.mark.parametrize(
    ("state", "stamp", "stage"),
    [
        ("solved", "solved_at", "offered"),
        ("confirmed", "confirmed_at", "confirmed"),
        ("closed", "closed_at", "contacting"),
    ],
)
def test_an_ended_case_has_no_clock(case: Case, state: str, stamp: str, stage: str) -> None:
    end(case=case, state=state, actor=STAFF, reason="重复" if state == "closed" else "")
    case.refresh_from_db()
    assert (case.state, case.stage, case.due_at) == (state, stage, None)
    assert getattr(case, stamp) is not None
    answer, resolution = clocks_of(case)
    assert (answer.met_at, answer.stopped_at is None) == (None, False)
    assert (resolution.met_at is not None, resolution.stopped_at is None) == (state != "closed", state != "closed")
    assert events(case)[-1] == "cases.state_changed"


def test_closing_needs_a_reason(case: Case) -> None:
    with pytest.raises(Refused):
        end(case=case, state="closed", actor=STAFF, reason="  ")
    end(case=case, state="closed", actor=STAFF, reason=" 重复 ")
    case.refresh_from_db()
    assert case.close_reason == "重复"


def test_a_button_pressed_twice_ends_it_once(case: Case) -> None:
    stale = Case.objects.get(id=case.id)
    end(case=case, state="solved", actor=STAFF)
    end(case=stale, state="solved", actor=STAFF)
    assert events(case).count("cases.state_changed") == 1


def test_ending_does_not_write_back_what_a_stale_page_saw(case: Case) -> None:
    stale = Case.objects.get(id=case.id)
    hear(workspace_id=case.workspace_id, said=[said(case, "最新的话")])
    end(case=stale, state="solved", actor=STAFF)
    case.refresh_from_db()
    assert (case.state, case.last_line) == ("solved", "最新的话")


def test_words_do_not_bring_back_what_a_batch_saw(case: Case, operator: Membership) -> None:
    stale = Case.objects.get(id=case.id)
    end(case=case, state="closed", actor=STAFF, reason="重复")
    regrade(case=case, grade="red", reason="孩子在车里", actor=STAFF)
    hear(workspace_id=case.workspace_id, said=[said(stale, "谢谢")])
    case.refresh_from_db()
    assert (case.state, case.grade, case.last_line) == ("closed", "red", "谢谢")
    assert (stale.state, case.urgency) == ("closed", urgency("red", None, case.opened_at))


def test_words_after_the_solution_wait_for_us_whatever_the_batch_saw(case: Case) -> None:
    stale = Case.objects.get(id=case.id)
    end(case=case, state="solved", actor=STAFF)
    hear(workspace_id=case.workspace_id, said=[said(stale, "还是冻住")])
    case.refresh_from_db()
    assert (case.state, case.due_at is None) == ("waiting_us", False)


def test_a_stale_page_does_not_assign_or_regrade_over_what_is_there(case: Case, operator: Membership) -> None:
    assign(case=case, owner=None)
    stale = Case.objects.get(id=case.id)
    assign(case=case, owner=operator)
    before = len(events(case))
    assign(case=stale, owner=operator)
    assert (events(case, before), stale.owner) == ([], operator)
    regrade(case=case, grade="red", reason="孩子在车里", actor=STAFF)
    assert regrade(case=stale, grade="orange", reason="看过了", actor=STAFF) == "red"


def test_reopening_waits_for_us_again(case: Case) -> None:
    end(case=case, state="solved", actor=STAFF)
    reopen(case=case, actor=STAFF, reason="没好")
    case.refresh_from_db()
    assert (case.state, case.stage, case.solved_at) == ("reopened", "listening", None)
    assert [(clock.name, clock.stopped_at is None) for clock in clocks_of(case)] == [
        ("first_answer", False), ("next_answer", True), ("resolution", True),
    ]  # fmt: skip
    assert case.due_at is not None
    before = len(events(case))
    reopen(case=case, actor=STAFF)
    assert events(case, before) == []


def test_a_case_that_runs_is_not_reopened(case: Case) -> None:
    reopen(case=case, actor=STAFF)
    case.refresh_from_db()
    assert case.state == "open"


def test_a_clock_that_ran_out_is_noted_once(case: Case) -> None:
    assert note_breaches() == 0
    case.clocks.filter(name="first_answer").update(due_at=timezone.now() - datetime.timedelta(minutes=1))
    assert [note_breaches(), note_breaches()] == [1, 0]
    assert Entry.objects.filter(name="cases.clock_breached", subject_id=case.id).count() == 1


def test_a_met_or_stopped_clock_is_not_late(case: Case, operator: Membership) -> None:
    reply(case=case, by=operator, text="谢谢", lane="private")
    case.clocks.update(due_at=timezone.now() - datetime.timedelta(minutes=1))
    assert note_breaches() == 0


def test_the_answer_names_the_message_it_answers(case: Case, operator: Membership, app_channel: ChannelAccount) -> None:
    member_id = Turn.objects.get(case=case).message_id
    reply(case=case, by=operator, text="谢谢", lane="private")
    from huixiang.intake.models import Message  # noqa: PLC0415

    assert Delivery.objects.get().in_reply_to == Message.objects.get(id=member_id).external_id


def test_system_is_who_acts_by_itself() -> None:
    assert (SYSTEM.kind, SYSTEM.id) == ("system", None)
    assert inbound().external_id != inbound().external_id
