"""Signing in by somebody else's account: a real OpenID Connect server, and the platforms' ways out and back."""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from huixiang.config.environment import WrongSetting
from huixiang.config.providers import providers
from huixiang.workspaces.models import Membership, User
from tests.security import oidc_server

LOGIN, CALLBACK = "/accounts/oidc/oidc/login/", "/accounts/oidc/oidc/login/callback/"
PERSON = {"sub": "7", "email": "shen@example.com", "email_verified": True, "name": "沈砚"}
PAIR = {"CLIENT_ID": "an-id", "CLIENT_SECRET": "a-secret"}

pytestmark = pytest.mark.usefixtures("empty_cache")


@pytest.fixture(autouse=True)
def _oauthlib_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the test's server speaks plain HTTP on loopback


@pytest.fixture
def issuer() -> Iterator[oidc_server.Issuer]:
    with oidc_server.running() as found:
        yield found


def switch_on(settings: Any, monkeypatch: pytest.MonkeyPatch, name: str, **more: str) -> None:
    for key, value in {**PAIR, **more}.items():
        monkeypatch.setenv(f"HUIXIANG_{name}_{key}", value)
    settings.SOCIALACCOUNT_PROVIDERS = providers()


@pytest.fixture
def oidc(settings: Any, monkeypatch: pytest.MonkeyPatch, issuer: oidc_server.Issuer) -> oidc_server.Issuer:
    given = {"CLIENT_ID": oidc_server.CLIENT, "CLIENT_SECRET": oidc_server.SECRET, "SERVER_URL": issuer.address}
    switch_on(settings, monkeypatch, "OIDC", NAME="北辰统一登录", **given)
    issuer.person = PERSON
    return issuer


def there_and_back(client: Client, address: str = LOGIN) -> Any:
    """Out to the server, which signs the person in, and back with its code."""
    out = client.get(address)
    assert out.status_code == 302
    back = requests.get(out["Location"], allow_redirects=False, timeout=5)
    assert back.status_code == 302
    parts = urlsplit(back.headers["Location"])
    return client.get(f"{parts.path}?{parts.query}")


def signed_in(client: Client) -> User | None:
    return User.objects.filter(id=client.session.get("_auth_user_id")).first()


def test_no_provider_no_button_no_page(db: None) -> None:
    assert "/login/?process=login" not in Client().get("/accounts/login/").content.decode()
    for address in (LOGIN, *(f"/accounts/{name}/login/" for name in ("weixin", "dingtalk", "feishu"))):
        assert Client().get(address).status_code == 404, address


def test_a_stranger_becomes_a_person_and_no_staff(db: None, oidc: oidc_server.Issuer) -> None:
    client = Client()
    assert "用北辰统一登录登录" in client.get("/accounts/login/").content.decode()
    assert there_and_back(client).status_code == 302
    user = signed_in(client)
    assert user
    assert (user.email, user.name, user.has_usable_password()) == ("shen@example.com", "沈砚", False)
    assert EmailAddress.objects.get(user=user).verified is True
    assert not Membership.everybody.filter(user=user).exists()
    again = Client()
    there_and_back(again)
    assert signed_in(again) == user


@pytest.mark.parametrize("verified", [True, False])
def test_an_address_alone_takes_over_no_account(db: None, oidc: oidc_server.Issuer, *, verified: bool) -> None:
    victim = User.objects.create_user("shen@example.com", "a-long-password", name="别人")
    oidc.person = {**PERSON, "email_verified": verified}
    client = Client()
    answer = there_and_back(client)
    assert (signed_in(client), SocialAccount.objects.count()) == (None, 0)
    assert answer.status_code in {200, 302}
    victim.refresh_from_db()
    assert victim.check_password("a-long-password")


@pytest.mark.parametrize(("verified", "same"), [(True, True), (False, False)])
def test_ones_own_server_may_be_believed(
    db: None, oidc: oidc_server.Issuer, settings: Any, monkeypatch: pytest.MonkeyPatch, *, verified: bool, same: bool
) -> None:
    monkeypatch.setenv("HUIXIANG_OIDC_TRUST_EMAIL", "1")
    settings.SOCIALACCOUNT_PROVIDERS = providers()
    known = User.objects.create_user("shen@example.com", "a-long-password")
    EmailAddress.objects.create(user=known, email=known.email, verified=True, primary=True)
    oidc.person = {**PERSON, "email_verified": verified}
    client = Client()
    there_and_back(client)
    assert (signed_in(client) == known) == same
    assert SocialAccount.objects.filter(user=known).exists() == same


def test_an_answer_nobody_asked_for_is_refused(db: None, oidc: oidc_server.Issuer) -> None:
    asked, other = Client(), Client()
    out = asked.get(LOGIN)
    back = urlsplit(requests.get(out["Location"], allow_redirects=False, timeout=5).headers["Location"])
    answer = other.get(f"{back.path}?{back.query}")
    assert "没能登录" in answer.content.decode()
    assert signed_in(other) is None


def test_a_wrong_secret_is_refused_in_words(
    db: None, oidc: oidc_server.Issuer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIXIANG_OIDC_CLIENT_SECRET", "another")
    settings.SOCIALACCOUNT_PROVIDERS = providers()
    client = Client()
    assert "没能登录" in there_and_back(client).content.decode()
    assert signed_in(client) is None


PLATFORMS = [
    ("weixin", "https://open.weixin.qq.com/connect/qrconnect", "appid"),
    ("dingtalk", "https://login.dingtalk.com/oauth2/auth", "client_id"),
    ("feishu", "https://open.feishu.cn/open-apis/authen/v1/index", "app_id"),
]


@pytest.mark.parametrize(("name", "address", "parameter"), PLATFORMS)
def test_a_platform_is_asked_at_its_own_address(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, name: str, address: str, parameter: str
) -> None:
    switch_on(settings, monkeypatch, name.upper())
    client = Client()
    assert f"/accounts/{name}/login/" in client.get("/accounts/login/").content.decode()
    out = client.get(f"/accounts/{name}/login/")
    sent = urlsplit(out["Location"])
    asked = parse_qs(sent.query)
    assert f"{sent.scheme}://{sent.netloc}{sent.path}" == address
    assert (asked[parameter], asked["redirect_uri"]) == (
        ["an-id"], [f"http://testserver/accounts/{name}/login/callback/"],
    )  # fmt: skip
    assert len(asked["state"][0]) >= 16
    assert "a-secret" not in out["Location"]


@pytest.mark.parametrize("name", [name for name, _address, _parameter in PLATFORMS])
def test_a_wrong_state_is_refused_in_words(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    switch_on(settings, monkeypatch, name.upper())
    client = Client()
    client.get(f"/accounts/{name}/login/")
    for query in ("?code=a&authCode=a&state=wrong", "?code=a&authCode=a", ""):
        answer = client.get(f"/accounts/{name}/login/callback/{query}")
        assert "没能登录" in answer.content.decode(), query
    assert signed_in(client) is None


def test_half_a_pair_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIXIANG_FEISHU_CLIENT_ID", "an-id")
    with pytest.raises(WrongSetting, match="HUIXIANG_FEISHU_CLIENT_SECRET"):
        providers()


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "secret").write_text("from-a-file\n")
    monkeypatch.setenv("HUIXIANG_WEIXIN_CLIENT_ID", "an-id")
    monkeypatch.setenv("HUIXIANG_WEIXIN_CLIENT_SECRET_FILE", os.fspath(tmp_path / "secret"))
    assert providers()["weixin"]["APPS"] == [{"name": "微信", "client_id": "an-id", "secret": "from-a-file"}]


@pytest.mark.parametrize("address", ["http://login.example.com", "ftp://x", ""])
def test_a_server_without_tls_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for key, value in {**PAIR, "SERVER_URL": address}.items():
        monkeypatch.setenv(f"HUIXIANG_OIDC_{key}", value)
    with pytest.raises(WrongSetting, match="https"):
        providers()
