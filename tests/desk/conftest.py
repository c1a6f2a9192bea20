from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from huixiang.announcements.actions import resolve_and_draft
from huixiang.announcements.models import Announcement
from huixiang.cases.models import Case
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership, Workspace
from tests import factories


@pytest.fixture
def at(workspace: Any) -> Callable[..., str]:
    """The address of a desk page in the workspace of the test."""

    def address(view: str, **arguments: Any) -> str:
        return reverse(f"desk:{view}", kwargs={"workspace": workspace.slug, **arguments})

    return address


@pytest.fixture
def as_owner(owner: Membership, client_of: Callable[[Membership], Client]) -> Client:
    return client_of(owner)


@pytest.fixture
def as_operator(operator: Membership, client_of: Callable[[Membership], Client]) -> Client:
    return client_of(operator)


@pytest.fixture
def as_viewer(workspace: Workspace, client_of: Callable[[Membership], Client]) -> Client:
    return client_of(factories.membership(workspace, "viewer"))


@pytest.fixture
def as_analyst(analyst: Membership, client_of: Callable[[Membership], Client]) -> Client:
    return client_of(analyst)


@pytest.fixture
def theme(case: Case) -> Theme:
    return Theme.objects.get(id=case.theme_id)


@pytest.fixture
def draft(theme: Theme, operator: Membership) -> Announcement:
    return resolve_and_draft(
        theme=theme, root_cause="夜间自检耗电", fix="改为插枪时自检", fixed_in="3.4.2", by=operator
    )
