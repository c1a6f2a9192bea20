import datetime
import uuid

import pytest
from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.themes.models import Theme
from huixiang.themes.verbatims import UNTOLD, Filters, affected, every, narrowed, page
from tests.factories.rows import hours_ago, member, placed, theme, towards, unstored


@pytest.fixture
def found(app_channel: ChannelAccount, portal_channel: ChannelAccount) -> Theme:
    """Said by five people of all tiers, on two channels, about two versions."""
    for name, tier, reach in (("核心", "core", 10), ("大", "koc", 900), ("小", "koc", 5), ("活跃", "active", 0)):
        member(app_channel, name, tier=tier, reach=reach)
    said = [
        unstored(app_channel, "一", by="普通", said_at=hours_ago(1), facts={"version": "3.4.1"}),
        unstored(app_channel, "二", by="小", said_at=hours_ago(2), kind="complaint"),
        unstored(app_channel, "三", by="核心", said_at=hours_ago(50), facts={"version": "3.4.1"}),
        unstored(app_channel, "四", by="大", said_at=hours_ago(4), facts={"version": "3.4.0"}),
        unstored(portal_channel, "五", by="门户", said_at=hours_ago(5)),
        unstored(app_channel, "六", by="核心", said_at=hours_ago(60), facts={"version": "3.4.1"}),
    ]
    return placed(app_channel, [towards(0)] * 6, *said)[0]


def words(found: Theme, order: str, size: int, **wanted: object) -> str:
    seen, cursor = "", ""
    for _page in range(9):
        one = page(theme=found, filters=Filters(**wanted), order=order, cursor=cursor, size=size)  # type: ignore[arg-type]
        seen += "".join(row.text for row in one.rows)
        if not one.next_cursor:
            return seen
        cursor = one.next_cursor
    return "endless"


@pytest.mark.parametrize("size", [1, 2, 20])
def test_page_by_page_in_both_orders(size: int, found: Theme) -> None:
    assert words(found, "influence", size) == "三六四二一五"
    assert words(found, "latest", size) == "一二四五三六"


def test_every_filter_narrows(found: Theme, portal_channel: ChannelAccount) -> None:
    assert words(found, "latest", 2, account_id=portal_channel.id) == "五"
    assert words(found, "latest", 2, version="3.4.1") == "一三六"
    assert words(found, "latest", 2, version=UNTOLD) == "二五"
    assert words(found, "latest", 2, kind="complaint") == "二"
    assert words(found, "latest", 2, tier="koc") == "二四"
    assert words(found, "latest", 2, kind="nonsense", tier="nonsense") == "一二四五三六"
    recent = timezone.localdate(hours_ago(5)) - datetime.timedelta(days=0)
    assert words(found, "latest", 2, since=recent) == "一二四五"
    assert words(found, "latest", 2, account_id=uuid.uuid4()) == ""


def test_what_was_deleted_is_not_shown(found: Theme) -> None:
    Feedback.objects.filter(text="四").update(removed_at=timezone.now())
    assert words(found, "influence", 20) == "三六二一五"
    assert narrowed(workspace=found.workspace, theme_ids=[found.id], filters=Filters()).count() == 5


def test_who_is_affected_counts_people(
    found: Theme, app_channel: ChannelAccount, portal_channel: ChannelAccount
) -> None:
    counted = affected(found)
    assert sorted(counted.tiers) == [("core", 1), ("koc", 2), ("plain", 2)]
    assert counted.accounts == [(app_channel.id, 4), (portal_channel.id, 1)]
    assert sorted(counted.versions) == [(UNTOLD, 2), ("3.4.0", 1), ("3.4.1", 2)]
    assert counted.kinds == [("defect", 4), ("complaint", 1)]


def test_all_of_several_themes_for_a_file(found: Theme, app_channel: ChannelAccount) -> None:
    other = theme(app_channel, 7)
    rows = list(every(workspace=found.workspace, theme_ids=[other.id, found.id], filters=Filters()))
    assert [row.theme_id for row in rows] == sorted([found.id] * 6 + [other.id])
    assert "".join(row.text for row in rows if row.theme_id == found.id) == "一二四五三六"
