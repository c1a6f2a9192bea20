import pytest
from pytest_django import DjangoAssertNumQueries

from huixiang.cases.actions import end, hear, reply
from huixiang.cases.filters import Filters
from huixiang.cases.inbox import counts, inbox
from huixiang.cases.marks import mark_read, mark_unread
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Membership
from tests.cases.test_handling import said
from tests.cases.test_inbox import opened

UNREAD = Filters(view="unread")


def unread(viewer: Membership) -> int:
    return len(inbox(viewer=viewer, filters=UNREAD).rows)


def test_each_person_has_read_for_themselves(case: Case, operator: Membership, owner: Membership) -> None:
    assert (unread(operator), unread(owner)) == (1, 1)
    mark_read(case_ids=[case.id], by=operator)
    assert (unread(operator), unread(owner)) == (0, 1)
    assert [row.unread for row in inbox(viewer=operator, filters=Filters()).rows] == [False]  # type: ignore[attr-defined]
    assert [row.unread for row in inbox(viewer=owner, filters=Filters()).rows] == [True]  # type: ignore[attr-defined]
    mark_unread(case_ids=[case.id], by=operator)
    assert (unread(operator), unread(owner)) == (1, 1)


def test_the_members_next_word_is_unread_again(case: Case, operator: Membership, owner: Membership) -> None:
    mark_read(case_ids=[case.id], by=owner)
    reply(case=case, by=operator, text="请问是什么版本？", lane="private")
    assert (unread(operator), unread(owner)) == (0, 0)  # who answers has read; our own words are no news
    hear(workspace_id=case.workspace_id, said=[said(case, "3.4.1")])
    assert (unread(operator), unread(owner)) == (1, 1)


def test_what_has_ended_waits_for_nobody(case: Case, operator: Membership) -> None:
    end(case=case, state="solved", actor=SYSTEM)
    assert unread(operator) == 0
    assert [row.unread for row in inbox(viewer=operator, filters=Filters(view="ended")).rows] == [False]  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", [1, 30])
def test_marking_many_is_one_statement(
    app_channel: ChannelAccount, operator: Membership, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cases = [opened(app_channel, by=str(place)).id for place in range(number)]
    with django_assert_num_queries(1):
        mark_read(case_ids=cases, by=operator)
    assert counts(viewer=operator, wanted=[UNREAD]) == [0]
    with django_assert_num_queries(1):
        mark_unread(case_ids=cases, by=operator)
    assert counts(viewer=operator, wanted=[UNREAD]) == [number]
