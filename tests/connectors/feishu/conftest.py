"""A Feishu account, connected to an open platform on the loopback."""

from collections.abc import Iterator
from typing import Any

import pytest

from huixiang.channels.accounts import connect
from huixiang.channels.models import ChannelAccount
from huixiang.workspaces.models import Workspace
from tests.connectors.feishu.sender import APP_ID, APP_SECRET, KEY, TOKEN, Platform, serving


@pytest.fixture
def platform() -> Iterator[Platform]:
    with serving() as found:
        yield found


@pytest.fixture
def account(workspace: Workspace, platform: Platform, settings: Any, empty_cache: None) -> ChannelAccount:
    """One that is called."""
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    given = {
        "app_id": APP_ID, "app_secret": APP_SECRET, "way": "calls", "encrypt_key": KEY, "verification_token": TOKEN,
        "api": platform.url,
    }  # fmt: skip
    return connect(workspace=workspace, kind="feishu", name="飞书", slug="feishu", given=given)
