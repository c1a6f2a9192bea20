from collections.abc import Callable

import pytest
from django.test import Client

from huixiang.members.actions import member_for_user
from huixiang.members.models import Member
from huixiang.workspaces.models import Workspace
from tests import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def _limits_start_anew(empty_cache: None) -> None:
    """Every test has its tries."""


@pytest.fixture
def place(workspace: Workspace) -> str:
    """Where the community's pages are."""
    return f"/c/{workspace.slug}/"


@pytest.fixture
def visitor() -> Client:
    return Client()


@pytest.fixture
def member_of(workspace: Workspace) -> Callable[[str], tuple[Member, Client]]:
    """A member of the community by name, and their browser."""

    def build(name: str) -> tuple[Member, Client]:
        user = factories.user(name)
        client = Client()
        client.force_login(user, backend=BACKEND)
        return member_for_user(workspace=workspace, user=user), client

    return build
