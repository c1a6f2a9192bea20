import datetime
import uuid
from typing import Any

import pytest
from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.themes.browsing import COLUMNS, SORTS, WEEKS, Filters, board, growth, narrowed, page, status_counts
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership, Workspace
from tests.factories.rows import hours_ago, placed, theme, towards, unstored


@pytest.fixture
def three(app_channel: ChannelAccount, portal_channel: ChannelAccount, owner: Membership) -> list[Theme]:
    """Old and small, owned, public; larger; the newest, said on the board by three people within a day."""
    made = [
        theme(app_channel, 0, said_at=hours_ago(24 * 30), grade="blue"),
        theme(app_channel, 1, people=2, said_at=hours_ago(24 * 9), grade="orange"),
        theme(portal_channel, 2, people=3, said_at=hours_ago(5), grade="red"),
    ]
    Theme.objects.filter(id=made[0].id).update(owner=owner, public=True, status="fixed", name="雨刮异响")
    return made


def shown(three: list[Theme], **wanted: Any) -> list[int]:
    filters = Filters(**{"status": "", **wanted})
    found = narrowed(three[0].workspace, filters).order_by("impact").values_list("id", flat=True)
    places = {one.id: place for place, one in enumerate(three)}
    return [places[one] for one in found]


def test_every_filter_narrows(three: list[Theme], owner: Membership, portal_channel: ChannelAccount) -> None:
    assert shown(three) == [0, 1, 2]
    assert shown(three, status="open") == [1, 2]
    assert shown(three, status="fixed") == [0]
    assert shown(three, owner=str(owner.id)) == [0]
    assert shown(three, owner="none") == [1, 2]
    assert shown(three, grade="orange") == [1]
    assert shown(three, public="yes") == [0]
    assert shown(three, public="no") == [1, 2]
    assert shown(three, account_id=portal_channel.id) == [2]
    assert shown(three, account_id=uuid.uuid4()) == []
    assert shown(three, since=timezone.localdate() - datetime.timedelta(days=10)) == [1, 2]
    assert shown(three, rising=True) == [2]


def test_words_find_themes(three: list[Theme]) -> None:
    Theme.objects.get(id=three[0].id).save()  # its words are written again
    assert 0 in shown(three, q="雨刮")


def test_one_person_is_no_rise(app_channel: ChannelAccount) -> None:
    found = theme(app_channel, 0)
    assert list(narrowed(found.workspace, Filters(rising=True))) == []


@pytest.mark.parametrize(("sort", "order"), [
    ("impact", [2, 1, 0]), ("people", [2, 1, 0]), ("latest", [2, 1, 0]), ("newest", [2, 1, 0]), ("nonsense", [2, 1, 0]),
])  # fmt: skip
def test_every_order_goes_page_by_page(sort: str, order: list[int], three: list[Theme]) -> None:
    seen: list[uuid.UUID] = []
    cursor = ""
    for _number in range(3):
        one = page(workspace=three[0].workspace, filters=Filters(status=""), sort=sort, cursor=cursor, size=1)
        seen += [row.id for row in one.rows]
        cursor = one.next_cursor or ""
    assert (seen, cursor) == ([three[place].id for place in order], "")


@pytest.mark.parametrize("sort", SORTS)
def test_equals_are_shown_once(sort: str, app_channel: ChannelAccount) -> None:
    moment = hours_ago(1)
    made = {theme(app_channel, axis, said_at=moment).id for axis in range(5)}
    seen: list[uuid.UUID] = []
    cursor = ""
    for _number in range(3):
        one = page(workspace=app_channel.workspace, filters=Filters(), sort=sort, cursor=cursor, size=2)
        seen += [row.id for row in one.rows]
        cursor = one.next_cursor or ""
    assert (set(seen), len(seen), cursor) == (made, 5, "")


def test_the_board_has_a_column_for_every_status(three: list[Theme], other_workspace: Workspace) -> None:
    theme(other_workspace.channel_accounts.get(slug="owners-app"), 0)
    columns = board(workspace=three[0].workspace, filters=Filters(status="fixed"), size=1)
    found = {str(status): [row.id for row in columns[status].rows] for status in COLUMNS}
    assert found == {
        "found": [three[2].id], "confirmed": [], "fixing": [], "fixed": [three[0].id], "announced": [], "declined": [],
    }  # fmt: skip
    assert [bool(columns[status].next_cursor) for status in COLUMNS] == [True, False, False, False, False, False]
    rest = page(
        workspace=three[0].workspace, filters=Filters(status="found"), cursor=columns["found"].next_cursor or "", size=9
    )
    assert [row.id for row in rest.rows] == [three[1].id]


def test_counts_do_not_mind_the_status_chosen(three: list[Theme]) -> None:
    assert status_counts(three[0].workspace, Filters(status="fixed")) == {"found": 2, "fixed": 1}
    assert status_counts(three[0].workspace, Filters(grade="red")) == {"found": 1}


def test_growth_by_week_and_versions_for_the_whole_page(
    app_channel: ChannelAccount, django_assert_num_queries: Any
) -> None:
    ages = [0, 1, 8, 7 * WEEKS - 1, 7 * WEEKS + 1]
    facts = [{"version": "3.4.1"}, {"version": "3.4.1"}, {"version": "3.4.0"}, {}, {"version": "1.0"}]
    said = [
        unstored(app_channel, by=str(days), said_at=hours_ago(24 * days + 1), facts=fact)
        for days, fact in zip(ages, facts, strict=True)
    ]
    first, second = placed(app_channel, [towards(0)] * 5, *said)[0], theme(app_channel, 1)
    with django_assert_num_queries(1):
        found = growth(workspace=app_channel.workspace, theme_ids=[first.id, second.id])
    assert found[first.id].weeks == [1, *[0] * (WEEKS - 3), 1, 2]
    assert found[first.id].versions == ["3.4.1", "3.4.0"]
    assert sum(found[second.id].weeks) == 1
    assert growth(workspace=app_channel.workspace, theme_ids=[]) == {}


@pytest.mark.parametrize(
    ("kept", "listed"),
    [({}, 0), ({"vote_count": 1}, 1), ({"status": "confirmed"}, 1), ({"feedback_count": 1}, 1)],
)
def test_what_turned_out_to_be_no_feedback_leaves_no_theme_to_look_at(
    app_channel: ChannelAccount, kept: dict[str, Any], listed: int
) -> None:
    found = theme(app_channel, 0)
    Theme.objects.filter(id=found.id).update(**{"feedback_count": 0, "vote_count": 0, **kept})
    filters = Filters(status="")
    assert narrowed(found.workspace, filters).count() == listed
    assert sum(status_counts(found.workspace, filters).values()) == listed
