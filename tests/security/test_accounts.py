"""Signing in: guessing is slowed, the second step holds, other devices are signed out."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from huixiang.ui.devices import device
from huixiang.workspaces.actions import join_team
from huixiang.workspaces.models import Membership, User, Workspace
from tests import factories

PASSWORD = "a-long-password"
LOGIN, STEP = "/accounts/login/", "/accounts/2fa/authenticate/"

pytestmark = pytest.mark.usefixtures("empty_cache")


def sign_in(client: Client, user: User, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"login": user.email, "password": password}, **more)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@pytest.fixture
def user(db: None) -> User:
    found = factories.user("沈砚")
    EmailAddress.objects.create(user=found, email=found.email, verified=True, primary=True)
    return found


def with_second_step(user: User) -> str:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    return secret


def test_the_sixth_wrong_password_is_slowed_in_words(user: User) -> None:
    client = Client()
    for _ in range(5):
        assert "邮箱或密码不对" in sign_in(client, user, "wrong").content.decode()
    assert "尝试次数太多" in sign_in(client, user, "wrong").content.decode()
    assert "尝试次数太多" in sign_in(client, user).content.decode()  # the right one waits as well
    assert not is_in(client)
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert "尝试次数太多" in sign_in(elsewhere, user).content.decode()  # it is the account that is guarded


def test_one_address_trying_many_accounts_is_slowed(db: None) -> None:
    victims = [factories.user() for _ in range(12)]
    client = Client()
    answers = [sign_in(client, victim, "wrong").content.decode() for victim in victims]
    assert ["尝试次数太多" in answer for answer in answers] == [False] * 10 + [True] * 2
    assert "邮箱或密码不对" in sign_in(Client(REMOTE_ADDR="203.0.113.9"), victims[-1], "wrong").content.decode()


def test_behind_a_proxy_the_client_is_who_is_counted(db: None, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    victims = [factories.user() for _ in range(12)]
    for number, victim in enumerate(victims):
        answer = sign_in(Client(), victim, "wrong", headers={"X-Forwarded-For": f"9.9.9.9, 203.0.113.{number}"})
        assert "邮箱或密码不对" in answer.content.decode()


def test_the_second_step_is_asked_and_its_guesses_are_slowed(user: User) -> None:
    secret = with_second_step(user)
    client = Client()
    assert sign_in(client, user)["Location"] == STEP
    assert not is_in(client)
    for _ in range(5):
        assert "验证码不对" in client.post(STEP, {"code": "000000"}).content.decode()
    assert "尝试次数太多" in client.post(STEP, {"code": code_now(secret)}).content.decode()
    assert not is_in(client)


def test_the_apps_code_opens_once(user: User) -> None:
    code = code_now(with_second_step(user))
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, user)
        client.post(STEP, {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


def test_a_recovery_code_opens_once(user: User) -> None:
    with_second_step(user)
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, user)
        client.post(STEP, {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


def test_setting_it_up(user: User) -> None:
    client = Client()
    sign_in(client, user)
    asked = client.get("/accounts/2fa/totp/activate/")
    client.post(asked["Location"], {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert "data:image/svg+xml;base64," in page.content.decode()
    assert "<script" not in re.sub(r"<script src=[^>]*>", "", page.content.decode())
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)}, follow=True)
    codes = done.context["unused_codes"]
    assert (len(codes), codes[0] in done.content.decode()) == (10, True)
    stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert stored != secret
    assert client.get("/accounts/2fa/").status_code == 200
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()


def test_a_team_may_ask_it_of_everybody(
    workspace: Workspace, owner: Membership, operator: Membership, client_of: Callable[[Membership], Client]
) -> None:
    desk = f"/w/{workspace.slug}/"
    form = {
        "name": "北辰汽车", "noise_kept_days": "7", "workday_start": "09:00", "workday_end": "18:00",
        "second_factor_required": "on",
    }  # fmt: skip
    as_owner = client_of(owner)
    as_owner.post(f"{desk}settings/save/", form)
    workspace.refresh_from_db()
    assert workspace.second_factor_required is False  # first one's own
    TOTP.activate(owner.user, "JBSWY3DPEHPK3PXP")
    as_owner.post(f"{desk}settings/save/", form)
    workspace.refresh_from_db()
    assert workspace.second_factor_required is True
    closed = client_of(operator).get(f"{desk}inbox/")
    assert (closed.status_code, "/accounts/2fa/totp/activate/" in closed.content.decode()) == (403, True)
    assert client_of(operator).post(f"{desk}settings/save/", form).status_code == 404
    assert as_owner.get(f"{desk}inbox/").status_code == 200
    TOTP.activate(operator.user, "JBSWY3DPEHPK3PXP")
    assert client_of(operator).get(f"{desk}inbox/").status_code == 200


def test_elsewhere_is_signed_out(user: User) -> None:
    here, there = Client(), Client()
    sign_in(here, user, headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537.36"})
    sign_in(there, user, headers={"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Safari/605"})
    page = here.get("/accounts/sessions/").content.decode()
    assert ("Chrome · Windows" in page, "Safari · iPhone" in page, page.count("当前设备")) == (True, True, 1)
    here.post("/accounts/sessions/")
    assert UserSession.objects.filter(user=user).count() == 1
    assert here.get("/accounts/sessions/").status_code == 200
    assert there.get("/accounts/sessions/").status_code == 302


def test_anothers_devices_are_not_shown(user: User) -> None:
    other = factories.user("别人")
    mine, theirs = Client(), Client()
    sign_in(mine, user, headers={"User-Agent": "Chrome Windows"})
    sign_in(theirs, other, headers={"User-Agent": "Firefox Linux"})
    assert "Firefox" not in mine.get("/accounts/sessions/").content.decode()
    mine.post("/accounts/sessions/")
    assert UserSession.objects.filter(user=other).count() == 1


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537 MicroMessenger/8.0", "WeChat · Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Chrome/130 Safari/537 Edg/130", "Edge · macOS"),
        ("curl/8", "未知设备"),
    ],
)
def test_a_device_in_words(said: str, word: str) -> None:
    assert device(said) == word


def test_password_resets_are_slowed(user: User, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example.com"
    client = Client()
    answers = [client.post("/accounts/password/reset/", {"email": user.email}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]
    assert len(mail.outbox) == 5


def test_the_login_page_asks_once_whether_it_was_forgotten(db: None) -> None:
    assert Client().get(LOGIN).content.decode().count("/accounts/password/reset/") == 1


def test_the_menu_leads_to_every_workspace(
    owner: Membership, other_workspace: Workspace, client_of: Callable[[Membership], Client]
) -> None:
    address = f"/w/{owner.workspace.slug}/settings/team/"
    elsewhere = f'href="/w/{other_workspace.slug}/inbox/"'
    assert elsewhere not in client_of(owner).get(address).content.decode()
    join_team(workspace=other_workspace, user=owner.user, role="viewer")
    assert elsewhere in client_of(owner).get(address).content.decode()


def test_without_a_mail_server_no_mail_is_promised(user: User, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    page = Client().get("/accounts/password/reset/").content.decode()
    assert ("没有配置发信服务器" in page, 'name="email"' in page) == (True, False)
    assert Client().post("/accounts/password/reset/", {"email": user.email}).status_code == 302
    assert mail.outbox == []
