from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.test.utils import override_settings

from huixiang.announcements.actions import publish
from huixiang.announcements.models import Announcement
from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.portal import limits
from huixiang.themes.models import Theme
from huixiang.triage.actions import process
from huixiang.workspaces.models import Membership, User
from tests import factories
from tests.security.test_tenancy import World, _world


@pytest.fixture(scope="module")
def furnished(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """A workspace with one of everything, made once for the tests of a file; what a test does there goes with it."""
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=hasher), transaction.atomic():
        yield _world("甲")
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def spoken(furnished: World, django_db_blocker: Any) -> Iterator[tuple[World, User]]:
    """The same with ids of what a member sees who spoke there: a public word, its case, a theme, an announcement."""
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=hasher), transaction.atomic():
        user = factories.user("阿澈")
        yield _spoken(furnished, _client(user)), user
        transaction.set_rollback(True)


@pytest.fixture
def world(furnished: World, db: None, empty_cache: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """A workspace with one of everything; nobody in it is slowed down."""
    monkeypatch.setattr(limits, "used_up", lambda *_given: False)
    return furnished


@pytest.fixture
def staff(world: World, client_of: Callable[[Membership], Client]) -> Client:
    """The owner, who may do everything."""
    return client_of(world.owner)


@pytest.fixture
def community(spoken: tuple[World, User], world: World) -> World:
    """The same workspace with what the member sees in it."""
    return spoken[0]


@pytest.fixture
def member(spoken: tuple[World, User], world: World) -> Client:
    """Somebody of the community."""
    return _client(spoken[1])


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _spoken(world: World, member: Client) -> World:
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
