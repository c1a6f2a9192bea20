from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from huixiang.announcements.actions import publish
from huixiang.announcements.models import Announcement
from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.portal import limits
from huixiang.themes.models import Theme
from huixiang.triage.actions import process
from huixiang.workspaces.models import Membership
from tests import factories
from tests.security.test_tenancy import World, _world


@pytest.fixture
def world(db: None, empty_cache: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """A workspace with one of everything; nobody in it is slowed down."""
    monkeypatch.setattr(limits, "used_up", lambda *_given: False)
    return _world("甲")


@pytest.fixture
def staff(world: World, client_of: Callable[[Membership], Client]) -> Client:
    """The owner, who may do everything."""
    return client_of(world.owner)


@pytest.fixture
def member(world: World) -> Client:
    """Somebody of the community."""
    client = Client()
    client.force_login(factories.user("阿澈"), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def community(world: World, member: Client) -> World:
    """The same workspace with ids of what the member sees: a public word, its case, a theme, an announcement."""
    member.post(f"/c/{world.workspace.slug}/say/", {"text": factories.BLACK_SCREEN + "，倒车时也黑"})
    process(workspace_id=world.workspace.id)
    said = Feedback.objects.filter(workspace=world.workspace, public=True).latest("created_at")
    Theme.objects.filter(workspace=world.workspace).update(public=True)
    told = publish(announcement=Announcement.objects.get(id=world.ids["announcement_id"]), by=world.owner)
    case = Case.objects.filter(member_id=said.member_id).first()
    mine = {
        "feedback_id": said.id,
        "theme_id": said.theme_id or world.ids["theme_id"],
        "announcement_id": told.id,
        "case_id": case.id if case else world.ids["case_id"],
    }
    return replace(world, ids={**world.ids, **mine})
