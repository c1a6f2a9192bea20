"""What can be done with a theme."""

from collections.abc import Callable

import pytest
from django.test import Client

from huixiang.announcements.models import Announcement
from huixiang.channels.models import ChannelAccount
from huixiang.themes.models import Merge, Theme
from huixiang.workspaces.models import Membership
from tests import factories

HTMX = {"HX-Request": "true"}


@pytest.fixture
def another(app_channel: ChannelAccount, theme: Theme) -> Theme:
    feedback = factories.feedback(app_channel, factories.RUDE_SERVICE)
    assert feedback.theme_id != theme.id
    return Theme.objects.get(id=feedback.theme_id)


def test_describe_changes_only_what_was_sent(
    at: Callable[..., str], theme: Theme, owner: Membership, as_operator: Client
) -> None:
    as_operator.post(at("theme_describe", theme_id=theme.id), {"name": "低温无法启动", "summary": "零下停一夜打不着火"})
    as_operator.post(
        at("theme_describe", theme_id=theme.id), {"owner": str(owner.id), "public_shown": "1", "public": "on"}
    )
    as_operator.post(at("theme_describe", theme_id=theme.id), {"root_cause": "自检耗电"})
    theme.refresh_from_db()
    assert (theme.name, theme.summary, theme.owner, theme.public, theme.root_cause) == (
        "低温无法启动", "零下停一夜打不着火", owner, True, "自检耗电",
    )  # fmt: skip
    as_operator.post(at("theme_describe", theme_id=theme.id), {"owner": "", "public_shown": "1"})
    theme.refresh_from_db()
    assert (theme.owner, theme.public, theme.root_cause) == (None, False, "自检耗电")


@pytest.mark.parametrize("sent", [{"name": " "}, {"tracker_url": "javascript:alert(1)"}])
def test_what_makes_no_sense_is_refused(
    sent: dict[str, str], at: Callable[..., str], theme: Theme, as_operator: Client
) -> None:
    assert as_operator.post(at("theme_describe", theme_id=theme.id), sent, headers=HTMX).status_code == 409


def test_its_way(at: Callable[..., str], theme: Theme, as_operator: Client) -> None:
    as_operator.post(at("theme_move", theme_id=theme.id), {"to": "confirmed"})
    as_operator.post(at("theme_move", theme_id=theme.id), {"to": "fixing"})
    theme.refresh_from_db()
    assert theme.status == "fixing"
    assert as_operator.post(at("theme_move", theme_id=theme.id), {"to": "declined"}, headers=HTMX).status_code == 409
    as_operator.post(at("theme_move", theme_id=theme.id), {"to": "declined", "reason": "超出设计温度"})
    theme.refresh_from_db()
    assert (theme.status, theme.decline_reason) == ("declined", "超出设计温度")


def test_merge_and_undo(at: Callable[..., str], theme: Theme, another: Theme, as_operator: Client) -> None:
    as_operator.post(at("theme_merge", theme_id=theme.id), {"source": str(another.id)})
    another.refresh_from_db()
    assert (another.status, another.merged_into) == ("merged", theme)
    merge = Merge.objects.get(target=theme)
    assert as_operator.get(at("theme", theme_id=theme.id)).context["merges"] == [merge]
    as_operator.post(at("merge_undo", merge_id=merge.id))
    another.refresh_from_db()
    assert (another.status, another.merged_into) == ("found", None)
    assert as_operator.post(at("merge_undo", merge_id=merge.id), headers=HTMX).status_code == 409


def test_resolving_opens_the_draft(at: Callable[..., str], theme: Theme, as_operator: Client) -> None:
    answer = as_operator.post(
        at("theme_resolve", theme_id=theme.id),
        {"root_cause": "夜间自检耗电", "fix": "改为插枪时自检", "fixed_in": "3.4.2"},
    )
    draft = Announcement.objects.get(theme=theme)
    assert answer["Location"] == at("announcement", announcement_id=draft.id)
    assert draft.how_fixed == "夜间自检耗电\n\n改为插枪时自检"


def test_filter_by_status(at: Callable[..., str], theme: Theme, another: Theme, as_operator: Client) -> None:
    as_operator.post(at("theme_move", theme_id=another.id), {"to": "declined", "reason": "不做"})
    shown = {
        status: {row["theme"].id for row in as_operator.get(at("themes") + f"?status={status}").context["rows"]}
        for status in ("open", "declined", "all")
    }
    assert shown == {"open": {theme.id}, "declined": {another.id}, "all": {theme.id, another.id}}
