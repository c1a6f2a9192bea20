"""A group on a platform that a test decides about, and a bot that is on in it."""

import datetime
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from huixiang.channels import contracts
from huixiang.channels.actions import open_account
from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState
from huixiang.groupbot.actions import change
from huixiang.groupbot.manner import Manner
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.factories.jobs import run_waiting

Say = Callable[..., list[str]]
AWAKE = Manner(on=True, quiet_from="00:00", quiet_until="00:00")


class Line(contracts.Connector):
    """A platform with groups; it keeps what it was given."""

    kind = "line"
    label = "Line"

    def __init__(self) -> None:
        self.carried: list[Delivery] = []

    def can_post(self) -> bool:
        return True

    def send(self, delivery: Delivery) -> DeliveryState:
        self.carried.append(delivery)
        return DeliveryState.DELIVERED


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    made = Line()
    monkeypatch.setitem(contracts._connectors, "line", made)
    return made


@pytest.fixture
def account(workspace: Workspace, line: Line) -> ChannelAccount:
    made = open_account(workspace=workspace, slug="line", kind="line", name="车主群")
    change(account=made, manner=AWAKE, actor=SYSTEM)
    return made


@pytest.fixture
def say(account: ChannelAccount, line: Line) -> Say:
    """Say something in the group; returns what the bot said to it, the notice left out once it is known."""

    def said(text: str, who: str = "阿澈", **fields: object) -> list[str]:
        known = {"thread": "g1", "group": "北辰车主群", "author_id": f"id-{who}", "author_name": who}
        before = len(line.carried)
        factories.received(account, factories.inbound(text, **{**known, **fields}))
        run_waiting()
        return [one.whole for one in line.carried[before:]]

    return said


@pytest.fixture
def introduced(say: Say) -> Say:
    """A group that has read the notice, at the first word of somebody."""
    say("早", "路人")
    return say


@pytest.fixture
def group(introduced: Say, account: ChannelAccount) -> Conversation:
    return account.conversations.get(group="北辰车主群")


def inbound(text: str, **fields: object) -> InboundMessage:
    return factories.inbound(text, thread="g1", group="北辰车主群", **fields)


def long_ago(**span: int) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(**span)
