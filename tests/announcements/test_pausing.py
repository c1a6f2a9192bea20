"""Telling thousands is held back and goes on, without anybody told twice or left out."""

from collections import Counter
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from huixiang.announcements.actions import publish, tell
from huixiang.announcements.models import Announcement
from huixiang.announcements.pausing import pause, resume
from huixiang.channels.delivering import deliver_due
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from tests.announcements.test_telling import drafted, theme_of
from tests.factories.jobs import waiting


def published(app_channel: ChannelAccount, by: Membership, people: int = 3) -> Announcement:
    return publish(announcement=drafted(theme_of(*[app_channel] * people), by), by=by)


def states() -> Counter[str]:
    return Counter(Delivery.objects.filter(purpose="notice").values_list("state", flat=True))


@pytest.fixture
def out(app_channel: ChannelAccount, operator: Membership) -> Announcement:
    return published(app_channel, operator)


def address(announcement: Announcement, view: str = "") -> str:
    return f"/w/{announcement.workspace.slug}/announcements/{announcement.id}/{view}"


def test_what_is_held_back_stays_until_it_is_let_go_and_is_said_once(out: Announcement, operator: Membership) -> None:
    tell(announcement_id=out.id)
    assert pause(announcement=out, by=operator) == 3
    assert (deliver_due(), states()) == (0, {"held": 3})
    assert resume(announcement=out, by=operator) == 3
    assert waiting().count("channels.deliver") == 1
    assert (deliver_due(), states()) == (3, {"ready": 3})
    told = Entry.objects.filter(subject_id=out.id, name__startswith="announcements.telling_").order_by("id")
    assert list(told.values_list("name", "data")) == [
        ("announcements.telling_paused", {"held": 3}), ("announcements.telling_resumed", {"released": 3}),
    ]  # fmt: skip


def test_paused_before_anybody_was_found_nobody_is_told(out: Announcement, operator: Membership) -> None:
    assert pause(announcement=out, by=operator) == 0
    tell(announcement_id=out.id)
    assert (deliver_due(), states()) == (0, {"held": 3})
    resume(announcement=out, by=operator)
    assert (tell(announcement_id=out.id), deliver_due(), states()) == (0, 3, {"ready": 3})


def test_what_is_out_stays_out_and_only_notices_are_held(out: Announcement, operator: Membership) -> None:
    tell(announcement_id=out.id)
    first, second, _third = Delivery.objects.order_by("id")
    Delivery.objects.filter(id=first.id).update(state="ready")
    Delivery.objects.filter(id=second.id).update(purpose="consent")
    assert pause(announcement=out, by=operator) == 1
    assert list(Delivery.objects.order_by("id").values_list("state", flat=True)) == ["ready", "queued", "held"]


def test_twice_is_once_and_a_draft_tells_nobody(out: Announcement, operator: Membership) -> None:
    for _again in range(2):
        pause(announcement=out, by=operator)
    for _again in range(2):
        resume(announcement=out, by=operator)
    assert Entry.objects.filter(subject_id=out.id, name__startswith="announcements.telling_").count() == 2
    Announcement.objects.filter(id=out.id).update(published_at=None)
    with pytest.raises(Refused):
        pause(announcement=out, by=operator)


def test_the_page_tells_how_far_it_is_and_pauses(
    out: Announcement, operator: Membership, client_of: Callable[[Membership], Client]
) -> None:
    client = client_of(operator)
    tell(announcement_id=out.id)
    assert "暂停通知" in client.get(address(out, "telling/")).content.decode()
    client.post(address(out, "telling/act/"), {"act": "pause"})
    page = client.get(address(out, "telling/")).content.decode()
    assert ("3 条已暂缓" in page, "继续通知" in page, "暂停通知" in page) == (True, True, False)
    client.post(address(out, "telling/act/"), {"act": "resume"})
    deliver_due()
    page = client.get(address(out, "telling/")).content.decode()
    assert ("继续通知" in page, "暂停通知" in page, "hx-trigger" in page) == (False, False, False)


def test_who_may_not_publish_does_not_pause(
    out: Announcement, analyst: Membership, client_of: Callable[[Membership], Client]
) -> None:
    tell(announcement_id=out.id)
    assert client_of(analyst).post(address(out, "telling/act/"), {"act": "pause"}).status_code == 404
    assert states() == {"queued": 3}


@pytest.mark.parametrize("number", [1, 4])
def test_pausing_thousands_costs_as_much_as_pausing_one(
    app_channel: ChannelAccount, operator: Membership, number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    out = published(app_channel, operator, number)
    tell(announcement_id=out.id)
    with django_assert_num_queries(6):
        pause(announcement=out, by=operator)
    with django_assert_num_queries(8):
        resume(announcement=out, by=operator)
