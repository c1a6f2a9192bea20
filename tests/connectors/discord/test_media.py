"""Files on Discord: by their address, and by the message when that has ended."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.connectors.discord.media import named
from tests.connectors.discord.test_discord import TOKEN, account, discord
from tests.connectors.loopback import Platform
from tests.connectors.media import PICTURE, fetched, wanted, why

__all__ = ["account", "discord"]
MESSAGE, OLD, NEW = "/api/channels/600/messages/7", "/attachments/600/1/shot.png", "/fresh/shot.png"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def reference(discord: Platform, path: str = OLD) -> dict[str, str]:
    return {"channel": "600", "message": "7", "id": "1", "url": f"{discord.address}{path}"}


def test_without_a_token_from_where_it_lies(account: ChannelAccount, discord: Platform) -> None:
    discord.answers[OLD] = (200, PICTURE)
    wanted(account, reference(discord), name="shot.png")
    assert fetched(account) == [("kept", "shot.png", "image/png")]
    assert [("authorization" in one.headers) for one in discord.asked] == [False]


def test_an_address_that_ended_is_told_anew_by_the_message(account: ChannelAccount, discord: Platform) -> None:
    discord.answers |= {
        OLD: (404, {}), NEW: (200, PICTURE),
        MESSAGE: (200, {"id": "7", "attachments": [{"id": "1", "url": f"{discord.address}{NEW}"}]}),
    }  # fmt: skip
    wanted(account, reference(discord))
    assert [state for state, _name, _type in fetched(account)] == ["kept"]
    assert [one.headers.get("authorization") for one in discord.asked if one.path == MESSAGE] == [f"Bot {TOKEN}"]


def test_what_was_deleted_and_what_lies_elsewhere(account: ChannelAccount, discord: Platform) -> None:
    discord.answers |= {OLD: (404, {}), MESSAGE: (200, {"id": "7", "attachments": []})}
    wanted(account, reference(discord), {**reference(discord), "url": "https://example.com/x.png"})
    fetched(account)
    first, second = why(account)
    assert "Discord" in first
    assert "别处" in second


def test_what_a_message_names() -> None:
    where = "https://cdn.discordapp.com/a"
    shot = SimpleNamespace(id=1, filename="shot.png", size=9, url=where, content_type="image/png")
    voice = SimpleNamespace(id=2, filename="voice.ogg", size=9, url=where, content_type="audio/ogg")
    [file] = named([shot, voice], 600, 7)
    assert (file.sort, file.name, file.reference["message"]) == ("picture", "shot.png", "7")
