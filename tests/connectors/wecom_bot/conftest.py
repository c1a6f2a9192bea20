from collections.abc import Callable, Iterator
from typing import Any

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import connected
from tests.connectors.wecom_bot.gateway import BOT, SECRET, Gateway, running


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with running() as found:
        yield found


@pytest.fixture
def opened(workspace: Workspace, gateway: Gateway) -> Callable[..., ChannelAccount]:
    """Connect an account to the gateway, with settings of its own."""

    def build(**given: str) -> ChannelAccount:
        return connected(workspace, "wecom_bot", **{"bot_id": BOT, "secret": SECRET, "api": gateway.address, **given})

    return build
