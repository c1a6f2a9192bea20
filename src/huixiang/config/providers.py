"""Signing in by somebody else's account: which providers the environment sets up."""

from typing import Any
from urllib.parse import urlsplit

from huixiang.config import environment as env

Settings = dict[str, dict[str, Any]]
PLATFORMS = {"weixin": "微信", "dingtalk": "钉钉", "feishu": "飞书"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def providers() -> Settings:
    """What allauth is told: an app for every provider whose two values are given, none for the others.

    HUIXIANG_WEIXIN_CLIENT_ID, HUIXIANG_WEIXIN_CLIENT_SECRET; HUIXIANG_DINGTALK_CLIENT_ID,
    HUIXIANG_DINGTALK_CLIENT_SECRET; HUIXIANG_FEISHU_CLIENT_ID, HUIXIANG_FEISHU_CLIENT_SECRET;
    HUIXIANG_OIDC_CLIENT_ID, HUIXIANG_OIDC_CLIENT_SECRET and the rest of HUIXIANG_OIDC_….
    """
    found = {name: {"APPS": _platform(name, word)} for name, word in PLATFORMS.items()}
    return {**found, "openid_connect": {"APPS": _oidc(), "OAUTH_PKCE_ENABLED": True}}


def _platform(name: str, word: str) -> list[dict[str, Any]]:
    return [{"name": word, **pair} for pair in _pair(name.upper())]


def _pair(name: str) -> list[dict[str, Any]]:
    """The two values, or nothing; one without the other is a mistake worth stopping for."""
    client, secret = env.text(f"HUIXIANG_{name}_CLIENT_ID"), env.text(f"HUIXIANG_{name}_CLIENT_SECRET")
    if bool(client) != bool(secret):
        raise env.WrongSetting(f"HUIXIANG_{name}_CLIENT_ID and HUIXIANG_{name}_CLIENT_SECRET go together.")
    return [{"client_id": client, "secret": secret}] if client else []


def _oidc() -> list[dict[str, Any]]:
    trusts = env.switch("HUIXIANG_OIDC_TRUST_EMAIL", default=False)
    return [
        {
            "provider_id": "oidc",
            "name": env.text("HUIXIANG_OIDC_NAME", "SSO"),
            "settings": {"server_url": _server_url(), "email_authentication": trusts},
            **pair,
        }
        for pair in _pair("OIDC")
    ]


def _server_url() -> str:
    """The issuer's address. Its answers are believed because of TLS, so it must have it, but on this machine."""
    address = env.text("HUIXIANG_OIDC_SERVER_URL").rstrip("/")
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise env.WrongSetting(f"HUIXIANG_OIDC_SERVER_URL must begin with https://, not “{address}”.")
    return address
