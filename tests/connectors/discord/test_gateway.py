"""Discord's own library connects to a gateway of Discord's form, and what it hears is taken."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from huixiang.channels.contracts import InboundMessage, TransportError, connector
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.discord import reading
from huixiang.intake.actions import receive
from huixiang.workspaces.models import Workspace
from tests.connectors.discord.gateway import BOT, GUILD, Gateway, gateway, history, said, until
from tests.connectors.loopback import Platform, connected, platform

pytestmark = pytest.mark.filterwarnings("ignore:'audioop' is deprecated:DeprecationWarning")
THREE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"


@pytest.fixture
def rest() -> Iterator[Platform]:
    with platform() as found:
        application = {
            "id": "900",
            "name": "回响",
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
        }
        application |= {"verify_key": "", "flags": 0, "owner": BOT, "icon": None, "team": None, "summary": ""}
        found.answers = {"/api/users/@me": (200, BOT), "/api/oauth2/applications/@me": (200, application)}
        yield found


@pytest.fixture
def account(workspace: Workspace, rest: Platform, settings: Any) -> ChannelAccount:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    return connected(workspace, "discord", bot_token=TOKEN, api=f"{rest.address}/api")


async def heard(
    account: ChannelAccount, rest: Platform, discord: Gateway, expected: int, *, fails: int = 0,
    also: Sequence[Any] = ("nothing",),
) -> list[InboundMessage]:  # fmt: skip
    """Hold the account's line until so many messages came."""
    came: list[InboundMessage] = []
    broken = iter(range(fails))

    async def taken(messages: Sequence[InboundMessage]) -> None:
        if messages and next(broken, None) is not None:
            raise OSError("the database is away")
        came.extend(messages)

    async with gateway(discord):
        rest.answers["/api/gateway/bot"] = discord.found_at()
        line = asyncio.create_task(connector("discord").listen(account, taken))
        try:
            await until(lambda: (len(came) >= expected and also) or line.done())
            if line.done():
                await line
        finally:
            line.cancel()
            await asyncio.gather(line, return_exceptions=True)
    return came


def test_the_library_brings_what_people_write_and_nothing_else(
    account: ChannelAccount, rest: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huixiang.connectors.discord import gateway as ours  # noqa: PLC0415 - the import warns

    monkeypatch.setattr(ours, "AGAIN_AFTER", 0.01)
    first = said(1000, "充电口打不开")
    events = [
        ("MESSAGE_CREATE", first),
        ("MESSAGE_CREATE", said(1001, "机器人", author={**first["author"], "bot": True})),
        (
            "MESSAGE_CREATE",
            said(
                1002,
                f"<@{BOT['id']}> 还没修好",
                mentions=[BOT],
                message_reference={"message_id": "1000", "channel_id": "600"},
            ),
        ),
        (
            "MESSAGE_CREATE",
            said(1003, "", attachments=[{"id": "1", "filename": "漏水.jpg", "size": 1, "url": "u", "proxy_url": "p"}]),
        ),
        ("MESSAGE_CREATE", said(1004, "私下说", channel_id="601", guild_id=None)),
        ("MESSAGE_CREATE", said(1005, "有人加入", type=7)),
        ("MESSAGE_UPDATE", {**first, "content": "充电口打不开了", "edited_timestamp": "2026-11-22T04:01:00+00:00"}),
    ]
    discord = Gateway(events=events)
    came = asyncio.run(heard(account, rest, discord, 5, fails=2))
    assert [one.text for one in came[:2]] == ["充电口打不开", "还没修好"]
    assert [one.external_id for one in came[:4]] == ["600:1000", "600:1002", "600:1003", "601:1004"]
    opened, called, shown, alone, edited = came
    assert (opened.author_id, opened.author_name, opened.thread, opened.group) == ("77", "老麦", "600", "青山社区 吐槽")
    assert (opened.addressed, called.addressed, called.reply_to) == (False, True, "600:1000")
    assert "漏水.jpg" in shown.text
    assert (alone.private, alone.thread, alone.group, alone.addressed) == (True, "", "", True)
    assert (edited.text, edited.reply_to) == ("充电口打不开了", "600:1000")
    [identify] = discord.identified
    assert identify["token"] == TOKEN
    assert identify["intents"] & (1 << 15)  # the content of messages


@pytest.mark.parametrize(("code", "sentence"), [(4004, "令牌"), (4014, "Message Content Intent"), (4012, "4012")])
def test_why_discord_closes_the_line_is_said(account: ChannelAccount, rest: Platform, code: int, sentence: str) -> None:
    with pytest.raises(TransportError, match=sentence) as closed:
        asyncio.run(heard(account, rest, Gateway(refuses=code), 1))
    assert closed.value.pauses == (code != 4012)


def at(number: int, minutes: int) -> str:
    """An id of so many minutes after three."""
    return str(((int(THREE.timestamp() * 1000) + minutes * 60_000) - 1420070400000) << 22 | number)


@pytest.mark.django_db(transaction=True)
def test_what_was_written_while_no_line_stood_is_read_afterwards(account: ChannelAccount, rest: Platform) -> None:
    """In channels, though a command came in between, and in private talks we know of."""
    before = [
        InboundMessage("600:1", "早先", "77", "老麦", THREE, thread="600", group="吐槽"),
        InboundMessage("601:2", "私下", "78", "阿川", THREE, private=True),
        InboundMessage("command:3", "命令", "79", "小周", THREE + timedelta(minutes=30), private=True),
    ]
    receive(account=account, messages=before)
    late, missed, alone = at(1, -3), at(2, 10), at(3, 11)  # the first one is from before, and was not known
    kept = {"600": [said(int(late), "迟到的"), said(int(missed), "断线时说的")]}
    kept["601"] = [said(int(alone), "私下又说", channel_id="601", guild_id=None)]
    for channel, written in kept.items():
        rest.answers[f"/api/channels/{channel}/messages"] = history(written)
    place = {**GUILD["channels"][0], "last_message_id": missed}  # type: ignore[index]
    came = asyncio.run(heard(account, rest, Gateway(guilds=[{**GUILD, "channels": [place]}]), 3))
    assert [one.text for one in came] == ["迟到的", "断线时说的", "私下又说"]
    assert (came[2].external_id, came[2].private) == (f"601:{alone}", True)


@pytest.mark.django_db(transaction=True)
def test_how_far_was_read_is_kept_once_everything_before_is_stored(
    account: ChannelAccount, rest: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments, keep, began = list[datetime](), reading.keep, timezone.now()

    def kept(of: ChannelAccount, at: datetime) -> None:
        keep(of, at)
        moments.append(at)

    monkeypatch.setattr(reading, "keep", kept)
    discord = Gateway(events=[("MESSAGE_CREATE", said(1000, "充电口打不开"))])
    came = asyncio.run(heard(account, rest, discord, 1, also=moments))
    assert len(came) == 1
    assert reading.place(account) == (moments[-1], [])
    assert moments[-1] > began
