"""Handing over, being at a case together, and an answer that was overtaken."""

import datetime
from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from huixiang.cases.actions import assign, end, end_many, reopen, reply
from huixiang.cases.collision import forget_the_gone
from huixiang.cases.models import Case, Handover, Presence, Turn
from huixiang.channels.models import Delivery
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.workspaces.models import Membership

HTMX = {"HX-Request": "true"}
NOTE = "已知：冷车打不着火。承诺周五前回电。"
At = Callable[..., str]


def told(case: Case) -> list[str]:
    names = Entry.objects.filter(subject_id=case.id, actor_kind="staff").order_by("id")
    return list(names.values_list("name", flat=True))


def hand(case: Case, to: Membership, at: At, client: Client, text: str = NOTE) -> int:
    answer = client.post(at("case_hand_over", case_id=case.id), {"to": str(to.id), "text": text}, headers=HTMX)
    case.refresh_from_db()
    return answer.status_code


def waiting(at: At, client: Client) -> list[Case]:
    return list(client.get(at("inbox"), {"view": "handed"}).context["rows"])


def test_the_note_is_filled_in_from_the_case(
    case: Case, operator: Membership, owner: Membership, at: At, as_owner: Client
) -> None:
    reply(case=case, by=operator, text="我们周五前给您回电", lane="private")
    form = as_owner.get(at("case_handing", case_id=case.id))
    lines = form.context["draft"].splitlines()
    assert lines[0] == "已知："
    assert "上次答复和承诺：“我们周五前给您回电”" in lines
    assert form.context["takers"] == [operator]


def test_a_case_is_handed_over_and_taken(
    case: Case, operator: Membership, owner: Membership, at: At, as_owner: Client, as_operator: Client
) -> None:
    assign(case=case, owner=owner)
    assert hand(case, operator, at, as_owner) == 200
    assert (case.owner, waiting(at, as_operator), waiting(at, as_owner)) == (operator, [case], [])
    page = as_operator.get(at("case", case_id=case.id)).content.decode()
    assert ("程屿交接给你" in page, NOTE in page) == (True, True)
    assert "已交接给知夏，对方还未接手" in as_owner.get(at("case", case_id=case.id)).content.decode()
    as_operator.post(at("case_take", case_id=case.id))
    assert (waiting(at, as_operator), Handover.objects.get().taken) == ([], True)
    assert told(case) == ["cases.handed_over", "cases.assigned", "cases.handover_ended"]
    again = as_operator.post(at("case_take", case_id=case.id), headers=HTMX)
    assert (again.status_code, again.content.decode()) == (409, "这里已经没有交接给你的个案了。")


def test_what_ended_with_its_theme_still_waits_to_be_taken(
    case: Case, operator: Membership, owner: Membership, at: At, as_owner: Client, as_operator: Client
) -> None:
    assert hand(case, operator, at, as_owner) == 200
    assert end_many(cases=[case], state="solved", actor=Actor("staff", owner.id)) == 1
    case.refresh_from_db()
    assert (case.state, waiting(at, as_operator)) == ("solved", [case])
    as_operator.post(at("case_take", case_id=case.id))
    assert waiting(at, as_operator) == []


def test_whoever_ends_what_was_handed_to_them_has_taken_it(
    case: Case, operator: Membership, owner: Membership, at: At, as_owner: Client, as_operator: Client
) -> None:
    hand(case, operator, at, as_owner)
    end(case=case, state="solved", actor=Actor("staff", owner.id))
    assert (waiting(at, as_operator), Handover.objects.get().ended_at) == ([case], None)
    reopen(case=case, actor=Actor("staff", owner.id))
    end(case=case, state="solved", actor=Actor("staff", operator.id))
    assert (waiting(at, as_operator), Handover.objects.get().taken) == ([], True)
    assert told(case)[-1] == "cases.handover_ended"


def test_a_case_is_given_back_with_a_reason(
    case: Case, operator: Membership, owner: Membership, at: At, as_owner: Client, as_operator: Client
) -> None:
    hand(case, operator, at, as_owner)
    as_operator.post(at("case_give_back", case_id=case.id), {"text": "我下周休假"})
    case.refresh_from_db()
    assert (case.owner, Handover.objects.get().taken) == (owner, False)
    notes = Turn.objects.filter(case=case, lane="internal").order_by("at")
    assert [turn.text for turn in notes] == [NOTE, "我下周休假"]


def test_what_is_given_to_a_third_waits_for_nobody(
    case: Case, operator: Membership, owner: Membership, at: At, as_owner: Client, as_operator: Client
) -> None:
    hand(case, operator, at, as_owner)
    assign(case=case, owner=owner)
    assert waiting(at, as_operator) == []
    assert hand(case, operator, at, as_owner) == 200  # once more is one hand-over, not two
    assert Handover.objects.filter(ended_at=None).count() == 1


def test_a_hand_over_needs_a_note_and_somebody_who_answers(
    case: Case, operator: Membership, owner: Membership, analyst: Membership, at: At, as_owner: Client
) -> None:
    assert hand(case, operator, at, as_owner, text=" ") == 409
    assert hand(case, analyst, at, as_owner) == 409
    assert hand(case, owner, at, as_owner) == 409
    assert Handover.objects.count() == 0


def at_case(case: Case, at: At, client: Client, writing: str = "") -> list[tuple[str, bool]]:
    answer = client.post(at("case_here", case_id=case.id), {"writing": writing})
    return [(one.name, one.writing) for one in answer.context["others"]]


def test_who_else_is_at_the_case_and_writes(case: Case, at: At, as_owner: Client, as_operator: Client) -> None:
    assert at_case(case, at, as_operator, "1") == []
    assert at_case(case, at, as_owner) == [("知夏", True)]
    assert at_case(case, at, as_operator) == [("程屿", False)]
    page = as_owner.post(at("case_here", case_id=case.id)).content.decode()
    assert "知夏也在看这个个案" in page
    Presence.objects.update(seen_at=timezone.now() - datetime.timedelta(seconds=45))
    assert at_case(case, at, as_owner) == []
    Presence.objects.update(seen_at=timezone.now() - datetime.timedelta(hours=2))
    assert forget_the_gone() == 2


def test_who_only_reads_never_writes(case: Case, at: At, as_analyst: Client, as_owner: Client) -> None:
    at_case(case, at, as_analyst, "1")
    assert at_case(case, at, as_owner) == [("许衡", False)]


def send(case: Case, at: At, client: Client, loaded_at: str, **more: str) -> tuple[int, str]:
    body = {"lane": "private", "text": "我的回复，字不能丢", "loaded_at": loaded_at, "place": "case", **more}
    answer = client.post(at("case_reply", case_id=case.id), body, headers=HTMX)
    return answer.status_code, answer.content.decode()


def test_an_answer_that_was_overtaken_is_held_once_and_loses_no_word(
    case: Case, operator: Membership, at: At, as_owner: Client
) -> None:
    page = as_owner.get(at("case", case_id=case.id))
    loaded = page.context["loaded_at"]
    reply(case=case, by=operator, text="知夏已经答了", lane="private")
    status, shown = send(case, at, as_owner, loaded)
    assert (status, "知夏刚刚已经回复了，看过再发。" in shown, "仍然发送" in shown) == (422, True, True)
    assert (">我的回复，字不能丢</textarea>" in shown, "知夏已经答了" in shown) == (True, True)
    assert Delivery.objects.filter(about_id=case.id).count() == 1
    again = shown.partition('name="loaded_at" value="')[2].partition('"')[0]
    status, _shown = send(case, at, as_owner, again)
    assert (status, Delivery.objects.filter(about_id=case.id).count()) == (200, 2)


def test_ones_own_answer_and_a_note_hold_nothing_back(
    case: Case, owner: Membership, operator: Membership, at: At, as_owner: Client
) -> None:
    loaded = timezone.now().isoformat()
    reply(case=case, by=owner, text="先说一句", lane="private")
    assert send(case, at, as_owner, loaded)[0] == 200
    reply(case=case, by=operator, text="我也说", lane="private")
    assert send(case, at, as_owner, loaded, lane="internal")[0] == 200


def test_without_scripts_the_held_answer_comes_back_on_the_page(
    case: Case, operator: Membership, at: At, as_owner: Client
) -> None:
    loaded = timezone.now().isoformat()
    reply(case=case, by=operator, text="知夏已经答了", lane="private")
    body = {"lane": "private", "text": "字不能丢", "loaded_at": loaded}
    answer = as_owner.post(at("case_reply", case_id=case.id), body)
    assert (answer.status_code, ">字不能丢</textarea>" in answer.content.decode()) == (422, True)
