"""The writer of an answer that waited hears in the desk what was decided, and why."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huixiang.cases import approving
from huixiang.cases.models import Case, PendingAnswer
from huixiang.workspaces.models import Membership
from tests import factories

At = Callable[..., str]
WORDS = "我们正在查，周五前在这里说进展"


@pytest.fixture
def told(case: Case) -> Case:
    Case.objects.filter(id=case.id).update(public=True, grade="red")
    case.refresh_from_db()
    return case


@pytest.fixture
def writer(told: Case) -> Membership:
    return factories.membership(told.workspace, "specialist", name="小林")


def news(client: Client, at: At) -> list[str]:
    return [one["said"] for one in client.get(at("alerts_badge")).json()["news"]]


def test_the_reason_stands_under_alerts_on_the_rail_and_on_the_case_until_it_is_understood(
    told: Case, writer: Membership, operator: Membership, client_of: Callable[[Membership], Client], at: At
) -> None:
    pending = approving.ask(case=told, by=writer, text=WORDS)
    theirs, other = client_of(writer), client_of(operator)
    assert (news(theirs, at), theirs.get(at("alerts_badge")).json()["count"]) == ([], 0)
    approving.send_back(pending=pending, by=operator, reason="先别承诺周五")
    said = f"知夏退回了你在 {told.label} 的答复：先别承诺周五"
    assert (news(theirs, at), news(other, at)) == ([said], [])
    assert theirs.get(at("alerts_badge")).json()["count"] == 1
    assert said in theirs.get(at("alerts")).content.decode()
    on_case = theirs.get(at("case", case_id=told.id)).content.decode()
    assert ("先别承诺周五" in on_case, WORDS in on_case) == (True, True)
    address = at("pending_heard", pending_id=pending.id)
    assert other.post(address).status_code == 302  # not theirs: nothing changes
    assert news(theirs, at) == [said]
    assert theirs.post(address).status_code == 302
    assert news(theirs, at) == []
    assert 'id="returned"' not in theirs.get(at("case", case_id=told.id)).content.decode()


def test_a_yes_is_told_too_and_asking_anew_puts_a_no_aside(
    told: Case, writer: Membership, operator: Membership, client_of: Callable[[Membership], Client], at: At
) -> None:
    first = approving.ask(case=told, by=writer, text=WORDS)
    approving.send_back(pending=first, by=operator, reason="先别承诺周五")
    second = approving.ask(case=told, by=writer, text="我们正在查")
    theirs = client_of(writer)
    assert news(theirs, at) == []
    approving.approve(pending=second, by=operator)
    said = f"知夏批准了你在 {told.label} 的答复，已经发出。"
    assert news(theirs, at) == [said]
    assert said in theirs.get(at("case", case_id=told.id)).content.decode()


def test_what_one_withdrew_oneself_is_no_news(
    told: Case, writer: Membership, operator: Membership, client_of: Callable[[Membership], Client], at: At
) -> None:
    approving.withdraw(pending=approving.ask(case=told, by=writer, text=WORDS), by=writer)
    assert news(client_of(writer), at) == []
    approving.withdraw(pending=approving.ask(case=told, by=writer, text=WORDS), by=operator)
    assert news(client_of(writer), at) == [f"知夏撤下了你在 {told.label} 的答复，没有发出。"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_often_for_one_verdict_as_for_three(
    told: Case, writer: Membership, operator: Membership, client_of: Callable[[Membership], Client], at: At,
    number: int, django_assert_num_queries: Any,
) -> None:  # fmt: skip
    for place in range(number):
        pending = approving.ask(case=told, by=writer, text=f"{WORDS}{place}")
        approving.send_back(pending=pending, by=operator, reason="先别承诺周五")
        PendingAnswer.objects.update(heard_at=None)
    theirs = client_of(writer)
    with django_assert_num_queries(7):
        page = theirs.get(at("alerts")).content.decode()
    assert page.count("先别承诺周五") == number
