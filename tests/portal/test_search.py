from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.announcements.actions import publish
from huixiang.announcements.models import Announcement
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.engine.embedder import embed
from huixiang.feedback.actions import remove
from huixiang.feedback.models import Feedback
from huixiang.journal.events import SYSTEM
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership, Workspace
from tests.factories.rows import theme, unstored

BROKEN = "快递到手就破损，客服还不理人"


def posted(account: ChannelAccount, text: str = BROKEN, **fields: object) -> Feedback:
    found = unstored(account, text, embedding=embed([text])[0], **{"public": True, **fields})
    found.save()
    return found


@pytest.fixture
def found(workspace: Workspace, client: Client, empty_cache: None) -> Callable[..., dict[str, list[str]]]:
    def ask(query: str, **more: str) -> dict[str, list[str]]:
        page = client.get(f"/c/{workspace.slug}/search/", {"q": query, **more})
        assert page.status_code == 200
        return {group.key: [one.address for one in group.rows] for group in page.context["groups"]}

    return ask


Ask = Callable[..., dict[str, list[str]]]


@pytest.mark.parametrize("query", ["破损", "快递", "客服 快递", "快遞破損", "包裹送到就坏了"])
def test_words_and_meaning_find_what_was_posted(query: str, found: Ask, portal_channel: ChannelAccount) -> None:
    one = posted(portal_channel)
    posted(portal_channel, "新座椅真舒服，开长途腰一点不酸")
    assert found(query) == {"feedback": [f"/c/{one.workspace.slug}/f/{one.id}/"]}


def test_what_is_not_public_is_never_found(
    found: Ask, portal_channel: ChannelAccount, app_channel: ChannelAccount, other_workspace: Workspace
) -> None:
    posted(app_channel, public=False)
    posted(other_workspace.channel_accounts.get(slug="portal"))
    gone = posted(portal_channel)
    remove(feedback=gone, reason="应本人要求", actor=SYSTEM)
    hidden = theme(app_channel, people=2)
    hidden.name, hidden.summary = "快递破损", "包裹破损"
    hidden.save()
    for query in ("破损", BROKEN, "包裹送到就坏了"):
        assert found(query) == {}


def test_public_themes_are_found_by_what_everybody_may_read(found: Ask, app_channel: ChannelAccount) -> None:
    one = theme(app_channel)
    one.name, one.public, one.root_cause = "门把手冻住", True, "供应商漏装加热丝"
    one.save()
    assert found("把手") == {"themes": [f"/c/{one.workspace.slug}/t/{one.id}/"]}
    assert found("加热丝") == {}
    assert found("供应商 门把手") == {}


def test_announcements_are_found_once_they_are_published(
    found: Ask, case: Case, operator: Membership, workspace: Workspace
) -> None:
    about = Theme.objects.get(id=case.theme_id)
    draft = Announcement.objects.create(
        workspace=workspace, theme=about, title="低温启动修好了", how_fixed="改为插枪时自检", author=operator
    )
    Theme.objects.filter(id=about.id).update(status="fixed")
    assert "announcements" not in found("自检")
    publish(announcement=draft, by=operator)
    assert found("自检")["announcements"] == [f"/c/{workspace.slug}/announcements/{draft.id}/"]


def test_found_words_are_marked_and_everything_escaped(
    workspace: Workspace, client: Client, portal_channel: ChannelAccount, empty_cache: None
) -> None:
    posted(portal_channel, "车机黑屏 <img src=x onerror=alert(1)> 三次")
    page = client.get(f"/c/{workspace.slug}/search/", {"q": "黑屏"}).content.decode()
    assert "<mark>黑屏</mark>" in page
    assert "<img" not in page


@pytest.mark.parametrize("query", ["", "'|&!:*()\\", "长" * 10_000, "\u202e", "唐诗三百首", "%00"])
def test_nothing_found_is_told(query: str, found: Ask, portal_channel: ChannelAccount) -> None:
    posted(portal_channel)
    assert found(query) == {}


def test_more_of_a_group_loses_nobody(found: Ask, portal_channel: ChannelAccount) -> None:
    made = {str(posted(portal_channel, f"车窗异响第{n}次", by=str(n)).id) for n in range(23)}
    assert len(found("车窗")["feedback"]) == 5
    first, more = found("车窗", **{"in": "feedback"}), found("车窗", **{"in": "feedback", "skip": "20"})
    assert sorted(address.split("/")[-2] for address in first["feedback"] + more["feedback"]) == sorted(made)


def test_asked_too_often_it_rests(
    workspace: Workspace, client: Client, portal_channel: ChannelAccount, empty_cache: None
) -> None:
    posted(portal_channel)
    with time_machine.travel(timezone.now(), tick=False):  # all within one window of the limit, however slow it goes
        for _time in range(200):
            client.get(f"/c/{workspace.slug}/search/", {"q": "99"})
        page = client.get(f"/c/{workspace.slug}/search/", {"q": "破损"})
    assert (page.status_code, page.context["groups"], page.context["often"]) == (200, [], True)


@pytest.mark.parametrize("number", [1, 3])
def test_an_answer_costs_the_same_whatever_it_holds(
    number: int, workspace: Workspace, client: Client, portal_channel: ChannelAccount, empty_cache: None,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for place in range(number):
        posted(portal_channel, by=str(place))
    with django_assert_num_queries(21):
        assert client.get(f"/c/{workspace.slug}/search/", {"q": "破损 客服"}).status_code == 200


def test_the_board_searches_too(workspace: Workspace, client: Client, portal_channel: ChannelAccount) -> None:
    one = posted(portal_channel)
    page = client.get(f"/c/{workspace.slug}/", {"q": "破损"})
    assert [row.address for row in page.context["groups"][0].rows] == [f"/c/{workspace.slug}/f/{one.id}/"]
    assert "/search/" in client.get(f"/c/{workspace.slug}/").content.decode()


def test_while_typing_the_very_words_are_found(
    workspace: Workspace, client: Client, portal_channel: ChannelAccount
) -> None:
    one = posted(portal_channel, "续航掉得厉害，表显五百实际三百六，报错 E-2207")
    answer = client.post(f"/c/{workspace.slug}/similar/", {"text": "E2207"})
    assert [shown.feedback_id for shown in answer.context["similar"]] == [one.id]
