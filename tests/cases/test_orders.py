"""The filters and orders of the inbox: what they leave, and that pages hold together in each order."""

import datetime
import uuid

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.cases.actions import assign, reply
from huixiang.cases.filters import ORDERS, Filters, filters_of, named
from huixiang.cases.inbox import COUNTED_TO, counts, fresh, inbox, neighbours, news, shown
from huixiang.cases.models import Case
from huixiang.cases.tagging import tag, tag_named
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.workspaces.models import Membership
from tests.cases.test_inbox import opened
from tests.factories.rows import hours_ago

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def many(app_channel: ChannelAccount) -> list[Case]:
    """Twelve cases of all grades; a third has nothing due, four spoke at the very same moment."""
    made, same = [], timezone.now() - 3 * HOUR
    for place in range(12):
        case = opened(app_channel, ("red", "orange", "yellow", "blue")[place % 4], by=f"车友{place}")
        case.due_at = None if place % 3 == 0 else timezone.now() + place * HOUR
        case.last_at = same if place < 4 else hours_ago(place)
        case.save(update_fields=["due_at", "last_at"])
        made.append(case)
    return made


def _all(viewer: Membership, filters: Filters, size: int) -> list[uuid.UUID]:
    seen, cursor = [], ""
    while True:
        page = inbox(viewer=viewer, filters=filters, cursor=cursor, size=size)
        seen += [case.id for case in page.rows]
        if page.next_cursor is None:
            return seen
        cursor = page.next_cursor


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 5])
def test_pages_join_to_the_whole_in_every_order(
    many: list[Case], operator: Membership, order: str, size: int
) -> None:
    whole = [case.id for case in inbox(viewer=operator, filters=Filters(sort=order)).rows]
    assert len(whole) == len(set(whole)) == len(many)
    assert _all(operator, Filters(sort=order), size) == whole


def test_what_each_order_puts_first(many: list[Case], operator: Membership) -> None:
    def told(order: str, *fields: str) -> list[tuple[object, ...]]:
        rows = inbox(viewer=operator, filters=Filters(sort=order)).rows
        return [tuple(getattr(case, field) for field in fields) for case in rows]

    late = datetime.datetime.max.replace(tzinfo=datetime.UTC)
    due = [case.due_at or late for case in inbox(viewer=operator, filters=Filters(sort="due")).rows]
    assert due == sorted(due)
    newest = told("newest", "last_at", "id")
    assert newest == sorted(newest, reverse=True)  # type: ignore[type-var]
    assert told("oldest", "last_at", "id") == newest[::-1]
    ranks = ["red", "orange", "yellow", "blue"]
    by_grade = [(ranks.index(str(grade)), last) for grade, last in told("grade", "grade", "last_at")]
    assert [rank for rank, _last in by_grade] == sorted(rank for rank, _last in by_grade)
    assert [last for rank, last in by_grade if rank == 0] == sorted(
        (last for rank, last in by_grade if rank == 0), reverse=True  # type: ignore[type-var]
    )


@pytest.mark.parametrize("order", ORDERS)
def test_neighbours_are_those_of_the_list(many: list[Case], operator: Membership, order: str) -> None:
    filters = Filters(sort=order)
    rows = inbox(viewer=operator, filters=filters).rows
    for place, case in enumerate(rows):
        before = rows[place - 1].id if place else None
        after = rows[place + 1].id if place + 1 < len(rows) else None
        assert neighbours(viewer=operator, filters=filters, case=case) == (before, after)


@pytest.mark.parametrize("cursor", ["x", "WzFd", "W10", "WyJkdWUiLDksbnVsbCwieCJd"])
def test_a_made_up_cursor_begins_at_the_top(many: list[Case], operator: Membership, cursor: str) -> None:
    rows = inbox(viewer=operator, filters=Filters(sort="due"), cursor=cursor).rows
    assert len(rows) == len(many)


def test_every_filter_leaves_its_own(
    app_channel: ChannelAccount, portal_channel: ChannelAccount, operator: Membership, owner: Membership
) -> None:
    red, old, tagged, answered = (
        opened(app_channel, "red", by="甲"), opened(portal_channel, by="乙"), opened(app_channel, by="丙"),
        opened(app_channel, by="丁"),
    )  # fmt: skip
    assign(case=red, owner=owner)
    Case.objects.filter(id=old.id).update(opened_at=hours_ago(24 * 9), due_at=hours_ago(1), stage="verifying")
    red.member.tier = "core"
    red.member.save()
    word = tag_named(workspace_id=operator.workspace_id, name="退款")
    tag(cases=[tagged], tag=word)
    reply(case=answered, by=operator, text="谢谢", lane="private")
    Delivery.objects.update(state="failed")
    day = timezone.localdate() - datetime.timedelta(days=3)

    def left(**chosen: object) -> set[uuid.UUID]:
        filters = Filters(view="unfinished", **chosen)  # type: ignore[arg-type]
        return {case.id for case in inbox(viewer=operator, filters=filters).rows}

    everything = {red.id, old.id, tagged.id, answered.id}
    assert left() == everything
    assert left(grades=("red", "orange")) == {red.id}
    assert left(states=("waiting_member",)) == {answered.id}
    assert left(stages=("verifying",)) == {old.id}
    assert left(tiers=("core", "koc")) == {red.id}
    assert left(owner="me") == {answered.id}
    assert left(owner="none") == {old.id, tagged.id}
    assert left(owner=str(owner.id)) == {red.id}
    assert left(account_id=portal_channel.id) == {old.id}
    assert left(tag_id=word.id) == {tagged.id}
    assert left(unread=True) == everything - {answered.id}
    assert left(overdue=True) == {old.id}
    assert left(failed=True) == {answered.id}
    assert left(since=day) == everything - {old.id}
    assert left(until=day) == {old.id}
    assert left(grades=("red",), tag_id=word.id) == set()


def test_an_address_names_its_filters_and_back() -> None:
    chosen = Filters(
        view="mine", grades=("red", "blue"), states=("open",), stages=("details",), tiers=("core",), owner="none",
        theme_id=uuid.uuid4(), account_id=uuid.uuid4(), tag_id=uuid.uuid4(), unread=True, overdue=True, failed=True,
        since=datetime.date(2026, 1, 2), until=datetime.date(2026, 3, 4), q="低温 启动", sort="due",
    )  # fmt: skip
    assert filters_of(named(chosen)) == chosen
    assert named(Filters()) == {}


def test_what_makes_no_sense_is_left_open() -> None:
    nonsense = {
        "view": ["x"], "grade": ["pink"], "owner": ["1"], "theme": ["1"], "since": ["2026-13-01"],
        "until": ["9999-12-31"], "unread": ["yes"], "sort": ["price"], "q": ["\x00 "], "tier": [],
    }  # fmt: skip
    assert filters_of(nonsense) == Filters()
    assert Filters(view="ended", sort="urgent").order == "newest"


def test_news_are_what_came_since_and_is_not_shown(app_channel: ChannelAccount, operator: Membership) -> None:
    before = opened(app_channel, by="甲")
    since = timezone.now()
    later = [opened(app_channel, by=name, said_at=hours_ago(50)) for name in "乙丙"]
    plain = Filters()
    assert news(viewer=operator, filters=plain, since=since) == 2
    assert news(viewer=operator, filters=plain, since=since, besides=[later[0].id]) == 1
    rows = fresh(viewer=operator, filters=plain, since=since, besides=[later[0].id], size=9)
    assert [row.id for row in rows] == [later[1].id]
    kept = shown(viewer=operator, filters=Filters(owner="none"), case_ids=[before.id, later[0].id])
    assert {row.id for row in kept} == {before.id, later[0].id}
    assign(case=before, owner=operator)
    kept = shown(viewer=operator, filters=Filters(owner="none"), case_ids=[before.id, later[0].id])
    assert {row.id for row in kept} == {later[0].id}


def test_many_counts_are_one_statement_and_stop_in_time(
    app_channel: ChannelAccount, operator: Membership, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = opened(app_channel, "red")
    rows = [
        Case(
            workspace_id=first.workspace_id, number=90_000 + place, title="打不着火", member_id=first.member_id,
            account_id=first.account_id, grade="yellow", urgency=2 * 10**12 + place,
        )
        for place in range(COUNTED_TO + 5)
    ]  # fmt: skip
    Case.objects.bulk_create(rows)
    with django_assert_num_queries(1):
        told = counts(viewer=operator, wanted=[Filters(), Filters(grades=("red",)), Filters(view="waiting")])
    assert told == [COUNTED_TO, 1, 0]
    assert counts(viewer=operator, wanted=[]) == []
