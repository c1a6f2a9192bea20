import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.cases.actions import end, hear, reply
from huixiang.cases.filters import Filters
from huixiang.cases.inbox import counts, inbox, news
from huixiang.cases.marks import mark_read, mark_unread, news_from
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
    mark_read(cases=[case], by=operator)
    assert (unread(operator), unread(owner)) == (0, 1)
    assert [row.unread for row in inbox(viewer=operator, filters=Filters()).rows] == [False]  # type: ignore[attr-defined]
    assert [row.unread for row in inbox(viewer=owner, filters=Filters()).rows] == [True]  # type: ignore[attr-defined]
    mark_unread(case_ids=[case.id], by=operator)
    assert (unread(operator), unread(owner)) == (1, 1)


def test_the_members_next_word_is_unread_again(case: Case, operator: Membership, owner: Membership) -> None:
    mark_read(cases=[case], by=owner)
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
    cases = [opened(app_channel, by=str(place)) for place in range(number)]
    with django_assert_num_queries(1):
        mark_read(cases=cases, by=operator)
    assert counts(viewer=operator, wanted=[UNREAD]) == [0]
    with django_assert_num_queries(1):
        mark_unread(case_ids=[case.id for case in cases], by=operator)
    assert counts(viewer=operator, wanted=[UNREAD]) == [number]


def test_a_word_that_came_while_the_case_was_open_stays_unread(case: Case, operator: Membership) -> None:
    loaded = Case.objects.get(id=case.id)
    hear(workspace_id=case.workspace_id, said=[said(case, "又来了")])
    mark_read(cases=[loaded], by=operator)  # the page was made before: the word is not on it
    assert unread(operator) == 1
    mark_read(cases=[Case.objects.get(id=case.id)], by=operator)
    mark_read(cases=[loaded], by=operator)  # an older page that is told of late takes nothing back
    assert unread(operator) == 0


def test_who_answers_has_read_what_stood_before_them(case: Case, operator: Membership) -> None:
    before = Case.objects.get(id=case.id).heard_at
    hear(workspace_id=case.workspace_id, said=[said(case, "又来了")])
    reply(case=case, by=operator, text="请问是什么版本？", lane="private", heard_at=before)
    assert unread(operator) == 1


@contextmanager
def heard_in_a_long_transaction(case: Case) -> Iterator[None]:
    """Somewhere else the member's word is taken in; what it wrote is seen only after this."""
    written, go_on = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                hear(workspace_id=case.workspace_id, said=[said(case, "又来了")])
                written.set()
                go_on.wait(10)
        finally:
            written.set()
            connection.close()

    other = threading.Thread(target=work)
    other.start()
    try:
        assert written.wait(10)
        yield
    finally:
        go_on.set()
        other.join()


@pytest.mark.django_db(transaction=True)
def test_what_a_long_transaction_heard_is_unread_and_news(case: Case, operator: Membership) -> None:
    with heard_in_a_long_transaction(case):
        since, loaded = news_from(), Case.objects.get(id=case.id)
        mark_read(cases=[loaded], by=operator)
        assert unread(operator) == 0
    assert unread(operator) == 1
    assert news(viewer=operator, filters=Filters(), since=since) == 1


def test_news_begin_now_when_nobody_else_writes(db: None) -> None:
    before = timezone.now()
    assert before <= news_from() <= timezone.now()
