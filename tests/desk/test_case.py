"""What can be done with a case from its page."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone, translation

from huixiang.cases.filters import Filters
from huixiang.cases.inbox import inbox
from huixiang.cases.models import Case, Turn
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.desk.cases.reading import missing_of, shown_turns
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.journal.models import Entry
from huixiang.workspaces.models import Membership
from tests import factories

HTMX = {"HX-Request": "true"}
AGAIN = ('name="instead" value="private"', 'name="anyway"')  # the ways on that an answer held back is offered


def test_an_answer_goes_out_and_the_pane_comes_back(
    at: Callable[..., str], case: Case, operator: Membership, as_operator: Client
) -> None:
    answer = as_operator.post(
        at("case_reply", case_id=case.id),
        {"lane": "private", "text": "谢谢您，对不起。", "place": "inbox"},
        headers=HTMX,
    )
    assert answer.status_code == 200
    turn = Turn.objects.get(case=case, direction="outbound")
    assert (turn.text, turn.lane, turn.by) == ("谢谢您，对不起。", "private", operator)
    assert Delivery.objects.get(about_id=case.id).text == "谢谢您，对不起。"
    page = answer.content.decode()
    assert page.count("谢谢您，对不起。") == 2  # in the conversation, and as the last line of the row beside it
    assert f'data-renew="{case.id}"><div class="itw" id="row-{case.id}"' in page


def test_a_note_stays_inside(at: Callable[..., str], case: Case, as_operator: Client) -> None:
    as_operator.post(at("case_reply", case_id=case.id), {"lane": "internal", "text": "先别说是个例"})
    turn = Turn.objects.get(case=case, direction="note")
    assert (turn.lane, turn.text, turn.delivery) == ("internal", "先别说是个例", None)
    assert Delivery.objects.filter(about_id=case.id).count() == 0


def test_what_is_refused_is_told_in_words(at: Callable[..., str], case: Case, as_operator: Client) -> None:
    with translation.override("en"):
        answer = as_operator.post(
            at("case_reply", case_id=case.id),
            {"lane": "public", "text": "公开说"},
            headers={**HTMX, "Accept-Language": "en"},
        )
    assert (answer.status_code, answer["Content-Type"]) == (409, "text/plain; charset=utf-8")
    assert answer.content.decode() == (
        "This was not said in public, so it cannot be answered there. Choose the private lane."
    )
    assert Turn.objects.filter(case=case, direction="outbound").count() == 0


def test_without_htmx_a_refusal_is_a_message_on_the_page(
    at: Callable[..., str], case: Case, as_operator: Client
) -> None:
    answer = as_operator.post(
        at("case_grade", case_id=case.id),
        {"grade": "blue", "reason": " "},
        follow=True,
        headers={"Accept-Language": "en"},
    )
    assert [str(message) for message in answer.context["messages"]] == [
        "Write the reason: it goes into the journal and corrects the next suggestion."
    ]
    case.refresh_from_db()
    assert case.grade != "blue"


def test_a_number_said_in_public_is_asked_about_once(at: Callable[..., str], case: Case, as_operator: Client) -> None:
    Case.objects.filter(id=case.id).update(public=True)
    address = at("case_reply", case_id=case.id)
    said = {"lane": "public", "text": "请打 13612345678 找我", "place": "inbox"}
    held = as_operator.post(address, said, headers=HTMX)
    assert (held.status_code, held.context["held"].numbers) == (422, ("13612345678",))
    assert [way in held.content.decode() for way in AGAIN] == [True, True]
    assert Turn.objects.filter(case=case, direction="outbound").count() == 0
    as_operator.post(address, {**said, "anyway": "他自己的热线"}, headers=HTMX)
    turn = Turn.objects.get(case=case, direction="outbound")
    assert (turn.lane, turn.text) == ("public", "请打 13612345678 找我")
    assert Entry.objects.get(name="cases.answered").data["numbers_shown"] is True


def test_a_number_held_back_goes_out_in_private_instead(
    at: Callable[..., str], case: Case, as_operator: Client
) -> None:
    Case.objects.filter(id=case.id).update(public=True)
    said = {"lane": "public", "text": "请打 13612345678 找我", "instead": "private"}
    as_operator.post(at("case_reply", case_id=case.id), said, headers=HTMX)
    assert Turn.objects.get(case=case, direction="outbound").lane == "private"
    assert Entry.objects.get(name="cases.answered").data["numbers_shown"] is False


def test_the_answer_begins_where_the_two_spoke_last(at: Callable[..., str], case: Case, as_operator: Client) -> None:
    assert as_operator.get(at("case", case_id=case.id)).context["lane"] == "private"
    Case.objects.filter(id=case.id).update(public=True)
    Turn.objects.filter(case=case).update(lane="public")
    assert as_operator.get(at("case", case_id=case.id)).context["lane"] == "public"
    as_operator.post(at("case_reply", case_id=case.id), {"lane": "private", "text": "私下说"})
    as_operator.post(at("case_reply", case_id=case.id), {"lane": "internal", "text": "记一笔"})
    assert as_operator.get(at("case", case_id=case.id)).context["lane"] == "private"


def test_no_way_to_the_member_is_said_and_the_note_offered(
    at: Callable[..., str], workspace: object, operator: Membership, as_operator: Client
) -> None:
    files = ChannelAccount.objects.get(workspace=operator.workspace, slug="files")
    case = factories.case(files)
    page = as_operator.get(at("case", case_id=case.id))
    assert (page.context["no_way"], page.context["lane"]) == (True, "internal")
    assert 'value="private"' not in page.content.decode()


def test_opening_marks_as_read(
    at: Callable[..., str], case: Case, operator: Membership, owner: Membership, as_operator: Client
) -> None:
    def unread() -> list[bool]:
        return [bool(inbox(viewer=who, filters=Filters(view="unread")).rows) for who in (operator, owner)]

    as_operator.get(at("inbox"))
    assert unread() == [True, True]  # standing first in the list is not being opened
    as_operator.get(at("case", case_id=case.id))
    assert unread() == [False, True]


def test_assign(at: Callable[..., str], case: Case, owner: Membership, as_operator: Client) -> None:
    as_operator.post(at("case_assign", case_id=case.id), {"owner": str(owner.id)})
    case.refresh_from_db()
    assert case.owner == owner
    as_operator.post(at("case_assign", case_id=case.id), {"owner": ""})
    case.refresh_from_db()
    assert case.owner is None


@pytest.mark.parametrize("wanted", ["nobody", "01a20058-33b4-70cf-a158-52f2a7c2a0dd"])
def test_nobody_outside_the_team_can_be_given_a_case(
    wanted: str, at: Callable[..., str], case: Case, as_operator: Client
) -> None:
    assert as_operator.post(at("case_assign", case_id=case.id), {"owner": wanted}).status_code == 404


def test_grade(at: Callable[..., str], case: Case, as_operator: Client) -> None:
    as_operator.post(at("case_grade", case_id=case.id), {"grade": "red", "reason": "有孩子在车里"})
    case.refresh_from_db()
    assert case.grade == "red"
    assert Entry.objects.get(subject_id=case.id, name="cases.regraded").words.text == "有孩子在车里"


def test_end_and_reopen(at: Callable[..., str], case: Case, as_operator: Client) -> None:
    refused = as_operator.post(at("case_end", case_id=case.id), {"state": "closed", "reason": ""}, headers=HTMX)
    assert refused.status_code == 409
    as_operator.post(at("case_end", case_id=case.id), {"state": "solved"})
    case.refresh_from_db()
    assert case.state == "solved"
    as_operator.post(at("case_reopen", case_id=case.id), {"reason": "又出现了"})
    case.refresh_from_db()
    assert case.state == "reopened"
    assert as_operator.post(at("case_reopen", case_id=case.id), headers=HTMX).status_code == 409


def test_after_a_change_one_stays_where_one_was_but_never_leaves_the_site(
    at: Callable[..., str], case: Case, as_operator: Client
) -> None:
    inbox = at("inbox") + "?view=mine"
    there = as_operator.post(at("case_assign", case_id=case.id), {"owner": "", "next": inbox})
    assert there["Location"] == inbox
    elsewhere = as_operator.post(at("case_assign", case_id=case.id), {"owner": "", "next": "https://evil.example/w/x"})
    assert elsewhere["Location"] == at("case", case_id=case.id)


def test_looking_behind_the_mask_is_journalled(
    at: Callable[..., str], app_channel: ChannelAccount, operator: Membership, as_operator: Client
) -> None:
    case = factories.case(app_channel, factories.COLD_START + "，我的电话 13812345678")
    turn = case.turns.get()
    page = as_operator.get(at("case", case_id=case.id)).content.decode()
    assert "13812345678" not in page
    shown = as_operator.post(at("case_original", case_id=case.id, turn_id=turn.id), headers=HTMX)
    assert shown.content.decode().strip() == factories.COLD_START + "，我的电话 13812345678"
    entry = Entry.objects.get(name="workspaces.personal_data_shown")
    assert (entry.subject_id, entry.actor_id, entry.data["case_id"]) == (turn.message_id, operator.id, str(case.id))


def test_a_failed_delivery_says_why_and_is_sent_again(at: Callable[..., str], case: Case, as_operator: Client) -> None:
    as_operator.post(at("case_reply", case_id=case.id), {"lane": "private", "text": "您好"})
    delivery = Delivery.objects.get(about_id=case.id)
    Delivery.objects.filter(id=delivery.id).update(state=DeliveryState.FAILED, error="对方关闭了私信")
    page = as_operator.get(at("case", case_id=case.id)).content.decode()
    assert page.count("对方关闭了私信") == 1
    assert page.count(at("send_again", delivery_id=delivery.id)) == 1
    as_operator.post(at("send_again", delivery_id=delivery.id))
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.QUEUED
    again = as_operator.post(at("send_again", delivery_id=delivery.id), headers=HTMX)
    assert again.status_code == 409


def test_lanes_are_drawn_where_they_change_and_notes_do_not_break_them(case: Case, operator: Membership) -> None:
    turns = [
        Turn(case=case, direction="inbound", lane="public", text="一"),
        Turn(case=case, direction="note", lane="internal", text="二", by=operator),
        Turn(case=case, direction="outbound", lane="public", text="三", by=operator),
        Turn(case=case, direction="inbound", lane="private", text="四"),
    ]
    assert [shown.lane_begins for shown in shown_turns(turns)] == [True, False, False, True]


def test_what_one_feedback_told_is_not_asked_for_because_another_did_not() -> None:
    told = Feedback(facts={"version": "3.4.1"}, missing=["evidence"])
    silent = Feedback(facts={}, missing=["version", "evidence"])
    with translation.override("en"):
        assert missing_of([told, silent]) == ["A picture, a video or a log"]


def test_the_inbox_says_what_is_new_since_it_was_loaded(
    at: Callable[..., str], app_channel: ChannelAccount, operator: Membership, as_operator: Client
) -> None:
    factories.case(app_channel)
    since = timezone.now().isoformat()
    assert as_operator.post(at("inbox_news"), {"seen_at": since}).context["number"] == 0
    late = timezone.now() - datetime.timedelta(hours=3)  # said before, come in after: it is new all the same
    factories.received(app_channel, factories.inbound(factories.BLACK_SCREEN, sent_at=late))
    assert as_operator.post(at("inbox_news"), {"seen_at": since}).context["number"] == 1


def test_a_script_in_name_and_text_is_only_text(
    at: Callable[..., str], app_channel: ChannelAccount, operator: Membership, as_operator: Client
) -> None:
    evil = "<script>alert(1)</script>"
    case = factories.case(app_channel, factories.COLD_START + evil, author_name=evil)
    for page in (at("inbox"), at("case", case_id=case.id), at("theme", theme_id=case.theme_id)):
        assert evil not in as_operator.get(page).content.decode()


def test_previous_and_next_follow_the_inbox(
    at: Callable[..., str], app_channel: ChannelAccount, operator: Membership, as_operator: Client
) -> None:
    factories.received(
        app_channel,
        *map(factories.inbound, (factories.COLD_START, factories.BLACK_SCREEN, factories.RUDE_SERVICE)),
    )
    first, second, third = [row.id for row in as_operator.get(at("inbox")).context["rows"]]
    page = as_operator.get(at("case", case_id=second)).context
    assert (page["before_id"], page["after_id"]) == (first, third)
    assert Message.objects.filter(workspace=operator.workspace).count() == 3
