"""The front door."""

from collections.abc import Callable

import pytest
from django.test import Client

from huixiang.workspaces.models import Membership, Workspace
from tests.portal.reading import words


@pytest.mark.django_db
def test_without_a_community_it_says_what_to_do() -> None:
    page = Client().get("/")
    assert (page.status_code, "这里还没有社区" in words(page)) == (200, True)


def test_one_community_is_entered_at_once(place: str) -> None:
    assert Client().get("/")["Location"] == place


def test_several_are_shown(workspace: Workspace, other_workspace: Workspace) -> None:
    body = Client().get("/").content.decode()
    assert [f'href="/c/{one.slug}/"' in body for one in (workspace, other_workspace)] == [True, True]


def test_staff_go_to_their_desk(operator: Membership, client_of: Callable[[Membership], Client]) -> None:
    assert client_of(operator).get("/")["Location"].startswith(f"/w/{operator.workspace.slug}/")


def test_an_empty_community_says_what_would_stand_there(place: str) -> None:
    assert "还没有人在广场上说过话" in words(Client().get(place))
    assert "还没有公示" in words(Client().get(f"{place}announcements/"))
