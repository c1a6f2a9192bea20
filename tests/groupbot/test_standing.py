"""The page a link in a group leads to."""

import pytest
from django.test import Client

from huixiang.cases.actions import reply
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.actions import remove
from huixiang.feedback.models import Feedback
from huixiang.groupbot.links import feedback_of, follow_link
from huixiang.journal.events import SYSTEM
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership, Workspace
from tests import factories


@pytest.fixture
def told(app_channel: ChannelAccount) -> Feedback:
    return factories.feedback(app_channel, group="车主群", thread="g", author_name="欧阳澈澈")


def path(workspace: Workspace, feedback: Feedback) -> str:
    return "/c/" + follow_link(workspace, feedback).partition("/c/")[2]


def test_it_tells_how_far_it_is_and_nothing_of_what_was_said(
    workspace: Workspace, told: Feedback, operator: Membership
) -> None:
    reply(case=Case.objects.get(), by=operator, text="这句话只给本人看", lane="private")
    Theme.objects.update(fixed_in="9.9.9", status="fixing", decline_reason="内部原因")
    page = Client().get(path(workspace, told))
    shown = page.content.decode()
    assert page.status_code == 200
    assert "沟通中" in shown
    hidden = [told.title, told.text[:12], "欧阳", "只给本人看", "9.9.9", "内部原因", Theme.objects.get().name]
    assert [words for words in hidden if words in shown.replace(f"<title>{told.title}", "")] == []
    assert page["X-Robots-Tag"] == "noindex"


def test_what_everybody_may_read_has_a_page_of_its_own(workspace: Workspace, portal_channel: ChannelAccount) -> None:
    public = factories.feedback(portal_channel, public=True, thread="t")
    assert path(workspace, public) == f"/c/{workspace.slug}/f/{public.id}/"


def test_forged_foreign_and_removed_are_not_found(
    workspace: Workspace, other_workspace: Workspace, told: Feedback
) -> None:
    link = path(workspace, told)
    assert Client().get(link[:-4] + "abc/").status_code == 404
    assert Client().get(link.replace(workspace.slug, other_workspace.slug)).status_code == 404
    assert [feedback_of(text) for text in ("", ".", "é", "a" * 300)] == [None] * 4
    remove(feedback=told, reason="重复", actor=SYSTEM)
    assert Client().get(link).status_code == 404
