"""The dialogue at the desk: what the composer can do, what waits, templates and macros."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from huixiang.cases import approving, snoozing
from huixiang.cases.models import Case, PendingAnswer, Turn
from huixiang.channels.models import ChannelAccount
from huixiang.dialogue import macros, queries, templates
from huixiang.dialogue.models import Macro, ReplyTemplate, ScheduledReply
from huixiang.dialogue.templates import Wanted
from huixiang.workspaces.models import Membership
from tests import factories

HTMX = {"HX-Request": "true"}
At = Callable[..., str]


def sent(case: Case) -> list[tuple[str, str]]:
    return list(case.turns.filter(direction="outbound").order_by("at", "id").values_list("lane", "text"))


@pytest.fixture
def board(case: Case) -> Case:
    Case.objects.filter(id=case.id).update(public=True, grade="red")
    return case


@pytest.fixture
def specialist(case: Case) -> Membership:
    return factories.membership(case.workspace, "specialist", name="小林")


def test_the_stage_is_set_by_hand_with_a_way_back(case: Case, at: At, as_operator: Client) -> None:
    answer = as_operator.post(at("case_stage", case_id=case.id), {"stage": "verifying"}, headers=HTMX)
    assert (answer.status_code, answer.context["stage_before"]) == (200, "contacting")
    as_operator.post(at("case_stage", case_id=case.id), {"stage": "contacting", "undo": "1"}, headers=HTMX)
    case.refresh_from_db()
    assert case.stage == "contacting"
    assert as_operator.get(at("inbox"), {"stage": "verifying"}).context["rows"] == []


def test_what_is_missing_is_shown_ticked_and_asked_for(case: Case, at: At, as_operator: Client) -> None:
    page = as_operator.get(at("case", case_id=case.id))
    question = page.context["question"]
    assert f'data-insert="{question.text}"' in page.content.decode()
    states = []
    for marked in ("unneeded", ""):
        said = {"key": question.key, "marked": marked}
        answer = as_operator.post(at("case_detail", case_id=case.id), said, headers=HTMX)
        states += [one.state for one in answer.context["details"] if one.key == question.key]
    assert states == ["unneeded", "missing"]
    as_operator.post(at("case_reply", case_id=case.id), {"lane": "private", "text": question.text})
    again = as_operator.get(at("case", case_id=case.id)).context["question"]
    assert again is None or again.key != question.key


def test_templates_come_filled_in_the_fitting_first(case: Case, at: At, as_operator: Client) -> None:
    page = as_operator.get(at("case_templates", case_id=case.id), {"tone": "formal"})
    offered = page.context["offered"]
    assert (offered[0].fits > 0, case.title in offered[0].filled.text, offered[0].tone) == (True, True, "formal")
    found = as_operator.get(at("case_templates", case_id=case.id), {"q": "回电"}).context["offered"]
    assert [one.template.key for one in found] == ["call_back"]


def test_a_template_that_was_sent_is_counted(case: Case, operator: Membership, at: At, as_operator: Client) -> None:
    template = queries.visible(operator)[0]
    said = {"lane": "private", "text": "谢谢您", "template": [str(template.id), "x"]}
    as_operator.post(at("case_reply", case_id=case.id), said, headers=HTMX)
    template.refresh_from_db()
    assert template.used == 1


def test_a_place_nobody_filled_in_is_asked_about_once(case: Case, at: At, as_operator: Client) -> None:
    said = {"lane": "private", "text": "在{{fixed_in}}修好了", "offers": "1"}
    held = as_operator.post(at("case_reply", case_id=case.id), said, headers=HTMX)
    assert (held.status_code, held.context["held"].places, sent(case)) == (422, ("{{fixed_in}}",), [])
    as_operator.post(at("case_reply", case_id=case.id), {**said, "knowingly": "unfilled"}, headers=HTMX)
    case.refresh_from_db()
    assert (len(sent(case)), case.stage) == (1, "offered")


def test_it_is_said_in_public_that_we_wrote(board: Case, at: At, as_operator: Client) -> None:
    word = as_operator.get(at("case_public_word", case_id=board.id), {"also": "1"}).context["publicly"]
    said = {"lane": "private", "text": "私下细说", "also": "1", "publicly": word}
    as_operator.post(at("case_reply", case_id=board.id), said, headers=HTMX)
    assert sent(board) == [("private", "私下细说"), ("public", word)]
    assert Turn.objects.get(case=board, text="私下细说").paired == Turn.objects.get(case=board, text=word)


def test_a_public_answer_waits_is_listed_and_approved(
    board: Case, specialist: Membership, at: At, as_operator: Client, client_of: Callable[[Membership], Client]
) -> None:
    theirs = client_of(specialist)
    pane = theirs.post(at("case_reply", case_id=board.id), {"lane": "public", "text": "我们在查"}, headers=HTMX)
    pending = PendingAnswer.objects.get()
    assert (pane.context["pending"], pane.context["may_approve"], sent(board)) == (pending, False, [])
    assert [row.id for row in as_operator.get(at("inbox"), {"view": "approval"}).context["rows"]] == [board.id]
    decide = at("pending_decide", pending_id=pending.id)
    as_operator.post(decide, {"act": "back", "reason": "说清楚什么时候"})
    assert theirs.get(at("case", case_id=board.id)).context["returned"] == pending
    theirs.post(at("case_reply", case_id=board.id), {"lane": "public", "text": "周五前说进展"}, headers=HTMX)
    assert as_operator.get(at("case", case_id=board.id)).context["may_approve"] is True
    waiting = PendingAnswer.objects.get(state="waiting")
    as_operator.post(at("pending_decide", pending_id=waiting.id), {"act": "approve", "text": "周五 18 点前说进展"})
    assert sent(board) == [("public", "周五 18 点前说进展")]


def test_who_approves_says_why_it_crosses_a_red_line(
    board: Case, specialist: Membership, at: At, as_operator: Client
) -> None:
    pending = approving.ask(case=board, by=specialist, text="请打 13612345678 找我")
    decide = at("pending_decide", pending_id=pending.id)
    as_operator.post(decide, {"act": "approve"})
    assert sent(board) == []
    as_operator.post(decide, {"act": "approve", "reason": "客服专线，本来就公开"})
    assert sent(board) == [("public", "请打 13612345678 找我")]


def test_an_answer_for_later(case: Case, at: At, as_operator: Client) -> None:
    said = {"lane": "private", "text": "早上好", "later": "tomorrow", "until_they_write": "1"}
    pane = as_operator.post(at("case_reply", case_id=case.id), said, headers=HTMX)
    [row] = pane.context["scheduled"]
    assert (timezone.localtime(row.send_at).hour, row.until_they_write, sent(case)) == (9, True, [])
    act = at("scheduled_act", scheduled_id=row.id)
    soon = (timezone.localtime() + datetime.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    as_operator.post(act, {"act": "change", "text": "下午好", "send_at": soon})
    row.refresh_from_db()
    assert (row.text, row.until_they_write) == ("下午好", False)
    as_operator.post(act, {"act": "now"})
    assert (sent(case), ScheduledReply.objects.get().state) == ([("private", "下午好")], "sent")


@pytest.mark.parametrize("bad", [{"later": "at", "send_at": "soon"}, {"later": "at", "send_at": "2020-01-01T09:00"}])
def test_a_time_that_is_none_is_refused(bad: dict[str, str], case: Case, at: At, as_operator: Client) -> None:
    answer = as_operator.post(
        at("case_reply", case_id=case.id), {"lane": "private", "text": "早上好", **bad}, headers=HTMX
    )
    assert (answer.status_code, ScheduledReply.objects.count()) == (409, 0)


def test_two_clicks_comfort_and_solve(
    app_channel: ChannelAccount, operator: Membership, at: At, as_operator: Client
) -> None:
    case = factories.case(app_channel, factories.RUDE_SERVICE)
    Case.objects.filter(id=case.id).update(grade="blue")
    assert as_operator.get(at("case", case_id=case.id)).context["comfortable"] is True
    ready = as_operator.get(at("case_comfort", case_id=case.id))  # the first click
    text = ready.context["variants"][0][2].text
    assert (len(ready.context["variants"]), case.title in text, "{{" in text) == (3, True, False)
    as_operator.post(at("case_reply", case_id=case.id), {"lane": "private", "text": text, "then": "solved"})
    case.refresh_from_db()
    assert (case.state, sent(case)) == ("solved", [("private", text)])


@pytest.fixture
def macro(operator: Membership) -> Macro:
    template = templates.make(by=operator, wanted=Wanted(name="催了", texts={"plain": "{{member|您好}}，已经催了"}))
    steps = {
        "template": str(template.id), "tone": "plain", "lane": "private", "tag": "物流", "owner": "me",
        "stage": "verifying", "end": "solved",
    }  # fmt: skip
    return macros.save(macro=None, by=operator, name="催一下", steps=steps, shared=True)


def test_a_macro_shows_what_it_does_does_it_and_takes_it_back(
    macro: Macro, case: Case, owner: Membership, operator: Membership, at: At, as_owner: Client
) -> None:
    plan = as_owner.get(at("case_macros", case_id=case.id), {"macro": str(macro.id)}).context["plan"]
    assert (plan.answer.text, len(plan.does), sent(case)) == (f"{case.member.name}，已经催了", 4, [])
    done = as_owner.post(at("macro_run", case_id=case.id), {"macro": str(macro.id), "text": "改过的话"}, headers=HTMX)
    case.refresh_from_db()
    assert (case.state, case.owner, sent(case)) == ("solved", owner, [("private", "改过的话")])
    as_owner.post(at("macro_run", case_id=case.id), {"left": done.context["left"]})
    case.refresh_from_db()
    assert (case.state, case.owner, case.tags.count(), len(sent(case))) == ("reopened", operator, 0, 1)


def test_a_macro_on_many_each_in_its_own_words(
    macro: Macro, case: Case, app_channel: ChannelAccount, at: At, as_operator: Client
) -> None:
    other = factories.case(app_channel, factories.BLACK_SCREEN)
    chosen = {"act": "macro", "macro": str(macro.id), "case": [str(case.id), str(other.id)]}
    as_operator.post(at("inbox_bulk"), {**chosen, "seen_at": timezone.now().isoformat()})
    said = [text for one in (case, other) for _lane, text in sent(one)]
    assert said == [f"{one.member.name}，已经催了" for one in (case, other)]


def test_a_macro_puts_a_case_off_after_a_look_and_takes_it_back(
    case: Case, operator: Membership, at: At, as_operator: Client
) -> None:
    chosen = {"name": "等回音", "owner": "me", "snooze": "workday", "shared": "1"}
    refused = as_operator.post(at("macro_new"), {**chosen, "end": "solved"}, headers=HTMX)
    assert (refused.status_code, Macro.objects.count()) == (409, 0)
    as_operator.post(at("macro_new"), chosen)
    one = Macro.objects.get()
    assert "到下个工作日" in as_operator.get(at("settings_macros")).content.decode()
    wanted = snoozing.until(span="workday", workspace=case.workspace)
    plan = as_operator.get(at("case_macros", case_id=case.id), {"macro": str(one.id)}).context["plan"]
    assert plan.does[1] == f"暂缓到 {wanted:%m-%d %H:%M}，有动静就提前回来"
    done = as_operator.post(at("macro_run", case_id=case.id), {"macro": str(one.id)}, headers=HTMX)
    case.refresh_from_db()
    assert (case.snoozed_until, case.snoozed_by) == (wanted, operator)
    page = as_operator.get(at("case", case_id=case.id)).content.decode()
    assert f"暂缓到 {wanted:%m-%d %H:%M}" in page
    as_operator.post(at("macro_run", case_id=case.id), {"left": done.context["left"]})
    case.refresh_from_db()
    assert case.snoozed_until is None
    as_operator.post(at("case_snooze", case_id=case.id), {"span": "week"})
    left = as_operator.post(at("macro_run", case_id=case.id), {"macro": str(one.id)}, headers=HTMX).context["left"]
    as_operator.post(at("macro_run", case_id=case.id), {"left": left})
    case.refresh_from_db()
    assert case.snoozed_until > wanted  # put off as it was before
    as_operator.post(at("case_snooze", case_id=case.id), {"span": ""})
    case.refresh_from_db()
    assert case.snoozed_until is None


def test_a_macro_is_made_changed_and_brought_back(at: At, as_operator: Client) -> None:
    as_operator.post(at("macro_new"), {"name": "认领", "owner": "me", "shared": "1"})
    made = Macro.objects.get()
    as_operator.post(at("macro", macro_id=made.id), {"name": "认领", "tag": "待核实", "shared": "1"})
    as_operator.post(at("macro_act", macro_id=made.id), {"act": "delete"})
    assert as_operator.get(at("settings_macros")).context["rows"] == []
    as_operator.post(at("macro_act", macro_id=made.id), {"act": "restore"})
    made.refresh_from_db()
    assert (made.steps, made.deleted_at) == ({"tag": "待核实"}, None)


def test_a_template_is_edited_at_the_desk(at: At, operator: Membership, as_operator: Client) -> None:
    as_operator.post(at("template_new"), {"name": "催单", "text-plain": "已经催了", "language": "zh", "shared": "1"})
    made = ReplyTemplate.objects.get(name="催单")
    wanted = {"name": "催单", "text-plain": "今天到", "language": "zh", "shared": "1"}
    as_operator.post(at("template", template_id=made.id), wanted)
    assert "已经催了" in as_operator.get(at("template", template_id=made.id)).content.decode()
    as_operator.post(at("template_act", template_id=made.id), {"act": "back", "number": "1"})
    made.refresh_from_db()
    assert made.texts == {"plain": "已经催了"}
    as_operator.post(at("template_act", template_id=made.id), {"act": "delete"})
    assert made not in [row for row, _may in as_operator.get(at("settings_templates"), {"q": "催"}).context["rows"]]


def test_the_grades_that_want_a_second_person(at: At, case: Case, as_owner: Client, as_operator: Client) -> None:
    assert as_operator.post(at("approval_save"), {"grade": "blue"}).status_code == 404
    as_owner.post(at("approval_save"), {"grade": ["blue"]})
    chosen = as_owner.get(at("settings_templates")).context["grade_choices"]
    assert [grade for grade, on in chosen if on] == ["blue"]


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(
    ("page", "statements"), [("settings_templates", 6), ("settings_macros", 5), ("case_templates", 10)]
)
def test_statements(
    page: str, statements: int, number: int, at: At, case: Case, operator: Membership, as_operator: Client,
    django_assert_num_queries: Any,
) -> None:
    queries.visible(operator)
    ReplyTemplate.objects.all().delete()
    for place in range(number):
        templates.make(by=operator, wanted=Wanted(name=f"模板{place}", texts={"plain": "您好"}))
        macros.save(macro=None, by=operator, name=f"宏{place}", steps={"tag": "物流"}, shared=True)
    address = at(page, case_id=case.id) if page.startswith("case") else at(page)
    with django_assert_num_queries(statements):
        answer = as_operator.get(address)
    assert len(answer.context["offered" if page.startswith("case") else "rows"]) == number


def test_the_words_are_there_in_english(case: Case, at: At, as_operator: Client) -> None:
    with translation.override("en"):
        page = as_operator.get(at("case", case_id=case.id), headers={"Accept-Language": "en"}).content.decode()
    assert ("More ways to send" in page, "How far the dialogue is" in page) == (True, True)
