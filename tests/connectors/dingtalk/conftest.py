import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from huixiang.channels.accounts import connect
from huixiang.channels.models import ChannelAccount
from huixiang.workspaces.models import Workspace
from tests.connectors.dingtalk.gateway import CLIENT, SECRET, Gateway, running

FIXTURES = Path(__file__).parent / "fixtures"
Sent = dict[str, Any]


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with running() as found:
        yield found


@pytest.fixture
def opened(workspace: Workspace, gateway: Gateway) -> Callable[..., ChannelAccount]:
    """Connect an account to the gateway, with settings of its own."""

    def build(**given: str) -> ChannelAccount:
        values = {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "api": gateway.address,
            **given,
        }
        return connect(
            workspace=workspace,
            kind="dingtalk",
            name="钉钉",
            slug="dingtalk",
            given=values,
        )

    return build


@pytest.fixture
def account(opened: Callable[..., ChannelAccount]) -> ChannelAccount:
    return opened()


@pytest.fixture
def recorded(gateway: Gateway) -> Callable[..., Sent]:
    """A recorded message as if it came now, its talk answered at the gateway."""

    def read(name: str, **fields: Any) -> Sent:
        now = int(time.time() * 1000)
        sent = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
        moved = {"createAt": now, "sessionWebhookExpiredTime": now + 5_400_000}
        address = f"{gateway.address}/robot/sendBySession?session=abc"
        return {**sent, **moved, "sessionWebhook": address, **fields}

    return read
