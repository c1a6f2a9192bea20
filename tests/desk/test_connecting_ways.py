"""Connecting by one of several ways: what each asks for, what a check proves, and what stays after it failed."""

import html
import re
from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from huixiang.channels.accounts import PROXY, connect, value
from huixiang.channels.contracts import TransportError, connector
from huixiang.channels.models import ChannelAccount
from huixiang.kernel.crypto import decrypt
from huixiang.workspaces.models import Workspace

At = Callable[..., str]
SIGNED_IN = "http://bob:s3cret@proxy.example.com:3128"


def text_of(page: bytes) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.decode())).split())


@pytest.fixture
def account(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> ChannelAccount:
    monkeypatch.setattr(type(connector("feishu")), "check", lambda _self, _account: "回响")
    given = {"app_id": "cli_a1b2c3", "app_secret": "s", "proxy": SIGNED_IN}
    return connect(workspace=workspace, kind="feishu", name="飞书", slug="feishu", given=given)


@pytest.mark.parametrize(
    ("kind", "way", "missing"),
    [
        ("wecom_bot", "line", ["ch-bot_id-e", "ch-secret-e"]),
        ("dingtalk", "stream", ["ch-client_id-e"]),
    ],
)
def test_each_way_asks_for_what_it_needs(
    at: At, as_owner: Client, workspace: Workspace, kind: str, way: str, missing: list[str]
) -> None:
    sent = {"kind": kind, "name": "机器人", "mode": way, "client_secret": "s"}
    answer = as_owner.post(at("channel_connect"), sent)
    assert answer.status_code == 422
    assert re.findall(r'class="errorlist" id="(\S+)">', answer.content.decode()) == missing
    assert not ChannelAccount.objects.filter(workspace=workspace, kind=kind).exists()


def test_a_check_that_asked_nobody_proves_nothing(at: At, as_owner: Client, workspace: Workspace) -> None:
    sent = {"kind": "wecom_bot", "name": "机器人", "mode": "calls"}
    page = text_of(as_owner.post(at("channel_connect"), sent, follow=True).content)
    account = ChannelAccount.objects.get(workspace=workspace, kind="wecom_bot")
    assert "第一次调用" in page
    assert "检查通过" not in page
    assert len(value(account, "aes_key")) == 43
    assert "bot_id" not in account.settings


def test_what_a_check_found_wrong_stays_until_one_passes(
    at: At, as_owner: Client, account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_self: object, _account: ChannelAccount) -> str:
        raise TransportError("飞书不认这个 App Secret", permanent=True)

    check, page = at("channel_check", account_id=account.id), at("channel", account_id=account.id)
    monkeypatch.setattr(type(connector("feishu")), "check", refused)
    as_owner.post(check)
    as_owner.get(page)  # which told it once
    assert "飞书不认这个 App Secret" in text_of(as_owner.get(page).content)
    assert "飞书不认这个 App Secret" in text_of(as_owner.get(at("channels")).content)
    monkeypatch.setattr(type(connector("feishu")), "check", lambda _self, _account: "回响")
    as_owner.post(check)
    as_owner.get(page)
    assert "飞书不认这个 App Secret" not in text_of(as_owner.get(page).content)


def test_who_signs_in_at_the_proxy_is_nobodys_to_read(
    at: At, as_owner: Client, as_operator: Client, account: ChannelAccount
) -> None:
    assert "bob" not in str(account.settings)
    assert value(account, PROXY) == SIGNED_IN
    page = at("channel", account_id=account.id)
    assert "proxy.example.com" not in as_operator.get(page).content.decode()
    owners = as_owner.get(page).content.decode()
    assert "http://proxy.example.com:3128" in owners
    assert not re.search(
        "bob:|s3cret", owners + as_owner.get(at("channel_settings", account_id=account.id)).content.decode()
    )


def test_a_proxy_is_kept_when_left_empty_and_goes_when_ticked(
    at: At, as_owner: Client, account: ChannelAccount
) -> None:
    settings = at("channel_settings", account_id=account.id)
    sent = {"name": "飞书", "app_id": "cli_a1b2c3", "way": "line", "proxy": ""}
    as_owner.post(settings, sent)
    account.refresh_from_db()
    assert value(account, PROXY) == SIGNED_IN
    as_owner.post(settings, sent | {"forget": "proxy"})
    account.refresh_from_db()
    assert (account.settings[PROXY], account.settings.get("old_proxy")) == ("", None)


def test_proxies_given_before_are_sealed_once(account: ChannelAccount) -> None:
    account.settings[PROXY] = SIGNED_IN
    account.save()
    seal = import_module("huixiang.channels.migrations.0006_proxies_sealed")._seal
    for _time in range(2):
        seal(apps, None)
    account.refresh_from_db()
    assert decrypt(account.settings[PROXY]) == SIGNED_IN


@pytest.mark.parametrize("slug", ["portal", "owners-app", "files"])
def test_every_way_in_can_say_what_it_costs(at: At, as_owner: Client, workspace: Workspace, slug: str) -> None:
    account = workspace.channel_accounts.get(slug=slug)
    settings = at("channel_settings", account_id=account.id)
    assert 'name="cost_a_month"' in as_owner.get(settings).content.decode()
    assert 'name="proxy"' not in as_owner.get(settings).content.decode()
    as_owner.post(settings, {"name": account.name, "cost_a_month": "1200"})
    assert "每月 1200" in text_of(as_owner.get(at("channels")).content)
