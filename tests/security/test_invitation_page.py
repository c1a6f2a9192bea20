"""The page behind an invitation's link."""

from typing import Any

import pytest
from django.test import Client

from huixiang.workspaces import invitations
from huixiang.workspaces.models import Invitation, Membership, User
from tests import factories

pytestmark = pytest.mark.usefixtures("empty_cache")
NEWCOMER = {"name": "沈砚", "password": "correct horse battery"}


@pytest.fixture
def invitation(owner: Membership) -> Invitation:
    return invitations.invite(workspace=owner.workspace, email="shen@example.com", role="specialist", by=owner)


@pytest.fixture
def link(invitation: Invitation) -> str:
    return path_of(invitations.new_link(invitation=invitation))


def path_of(link: str) -> str:
    return "/accounts/" + link.split("/accounts/")[1]


def known(email: str = "shen@example.com") -> Client:
    user = User.objects.create_user(email, "a-long-password", name="沈砚")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_newcomer_makes_an_account_and_is_at_the_desk(link: str, owner: Membership) -> None:
    client = Client()
    page = client.get(link)
    assert ("程屿" in page.content.decode(), "服务专员" in page.content.decode()) == (True, True)
    assert page["Cache-Control"].startswith("max-age=0")
    answer = client.post(link, NEWCOMER)
    assert answer["Location"] == f"/w/{owner.workspace.slug}/inbox/"
    assert client.get(answer["Location"]).status_code == 200
    used = Client().get(link)
    assert (used.status_code, "已经被接受" in used.content.decode()) == (410, True)


@pytest.mark.parametrize("wrong", [{"password": "123"}, {"password": "shen@example.com"}, {"name": " "}])
def test_a_weak_password_or_no_name_is_told(link: str, wrong: dict[str, str]) -> None:
    assert Client().post(link, NEWCOMER | wrong).status_code == 422
    assert not User.objects.filter(email="shen@example.com").exists()


def test_whoever_has_an_account_signs_in_first(link: str, owner: Membership) -> None:
    client = known()
    page = Client().get(link).content.decode()
    assert (f"/accounts/login/?next={link.replace('/', '%2F')}" in page, 'name="password"' in page) == (True, False)
    assert Client().post(link, NEWCOMER)["Location"] == link  # nobody overwrites the account
    assert client.post(link)["Location"] == f"/w/{owner.workspace.slug}/inbox/"


def test_another_account_is_told_to_sign_out(link: str) -> None:
    client = known("other@example.com")
    page = client.get(link).content.decode()
    assert ("shen@example.com" in page, "other@example.com" in page) == (True, True)
    client.post(link)
    assert not Membership.objects.filter(user__email="other@example.com").exists()


@pytest.mark.parametrize("what", ["revoke", "expire"])
def test_what_is_over_says_why(link: str, invitation: Invitation, owner: Membership, what: str) -> None:
    if what == "revoke":
        invitations.revoke(invitation=invitation, by=owner)
    else:
        Invitation.objects.filter(id=invitation.id).update(expires_at=factories.ago(seconds=1))
    for answer in (Client().get(link), Client().post(link, NEWCOMER)):
        assert answer.status_code == 410
        assert ("收回" if what == "revoke" else "超过七天") in answer.content.decode()


def test_guessing_links_is_slowed_in_words(link: str, settings: Any) -> None:
    client = Client()
    answers = [client.get(f"/accounts/invitations/guess-{number}/").status_code for number in range(21)]
    assert answers == [404] * 20 + [429]
    assert "尝试次数太多" in client.get("/accounts/invitations/one-more/").content.decode()
    assert client.get(link).status_code == 200  # the right one is not a guess
