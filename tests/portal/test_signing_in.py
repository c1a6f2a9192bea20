"""The way to the login page from a community, and back."""

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from huixiang.workspaces.models import User, Workspace

pytestmark = pytest.mark.django_db
NEW = {"name": "阿岚", "email": "alan@example.com", "password1": "a-long-word-7", "password2": "a-long-word-7"}


def test_the_login_page_keeps_the_community_and_says_what_for(client: Client, workspace: Workspace) -> None:
    back = f"/c/{workspace.slug}/board/"
    page = client.get(f"/accounts/login/?next={quote(back, safe='')}&why=me-too", headers={"Accept-Language": "en"})
    text = page.content.decode()
    assert f'<a class="lk" href="{back}">' in text
    assert workspace.name in text
    assert "Once you are signed in you can say “me too”." in text
    assert f"/accounts/signup/?next={quote(back, safe='')}" in text


@pytest.mark.parametrize("address", ["//evil.example/c/x/", "https://evil.example/c/x/", "/c/nobody/", "/w/x/"])
def test_no_other_address_gets_a_way_back(client: Client, workspace: Workspace, address: str) -> None:
    page = client.get("/accounts/login/", {"next": address})
    assert 'class="lk" href="' + address not in page.content.decode()


def test_signing_up_leads_back_and_promises_no_mail(
    client: Client, workspace: Workspace, settings: Any
) -> None:
    settings.EMAIL_HOST = ""
    back = f"/c/{workspace.slug}/"
    answer = client.post("/accounts/signup/", {**NEW, "next": back})
    assert (answer.status_code, answer["Location"]) == (302, back)
    assert User.objects.get(email="alan@example.com").name == "阿岚"
    assert [str(one) for one in get_messages(answer.wsgi_request) if "alan@example.com" in str(one)] == []
