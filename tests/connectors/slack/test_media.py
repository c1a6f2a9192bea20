"""Files in Slack: with the bot's token, which goes to no other host."""

from pathlib import Path
from typing import Any

import pytest

from huixiang.channels.models import ChannelAccount
from tests.connectors.loopback import Platform, platform
from tests.connectors.media import COMPLAINT, PICTURE, fetched, why
from tests.connectors.slack.test_slack import TOKEN, account, event, post, slack

__all__ = ["account", "slack"]
AT = "/files-pri/T1-F1/shot.png"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def sent(account: ChannelAccount, **file: Any) -> None:
    given = {"id": "F1", "name": "shot.png", "mimetype": "image/png", "mode": "hosted", "size": 900, **file}
    body = event(text=COMPLAINT, subtype="file_share", channel_type="im", channel="D1", files=[given])
    assert post(account, body).status_code == 200


def test_it_is_fetched_with_the_bots_token(account: ChannelAccount, slack: Platform) -> None:
    slack.answers[AT] = (200, PICTURE, {"Content-Type": "image/png"})
    sent(account, url_private=slack.address + AT)
    assert fetched(account) == [("kept", "shot.png", "image/png")]
    [asked] = [one for one in slack.asked if one.path == AT]
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


def test_the_token_goes_to_no_other_host(account: ChannelAccount) -> None:
    with platform() as stranger:
        sent(account, url_private=stranger.address.replace("127.0.0.1", "localhost") + AT)
        fetched(account)
        assert stranger.asked == []
    assert "Slack" in why(account)[0]


def test_a_page_for_signing_in_is_no_picture(account: ChannelAccount, slack: Platform) -> None:
    slack.answers[AT] = (200, b"<!DOCTYPE html>", {"Content-Type": "text/html; charset=utf-8"})
    sent(account, url_private=slack.address + AT)
    fetched(account)
    slack.answers[AT] = (302, b"", {"Location": "https://example.slack.com/?redir=x"})
    sent(account, url_private=slack.address + AT)
    fetched(account)
    assert ["files:read" in one for one in why(account)] == [True, True]


def test_of_a_shared_channel_the_address_is_asked_for(account: ChannelAccount, slack: Platform) -> None:
    slack.answers[AT] = (200, PICTURE, {"Content-Type": "image/png"})
    slack.answers["/api/files.info"] = (200, {"ok": True, "file": {"url_private": slack.address + AT}})
    sent(account, file_access="check_file_info", mimetype="")
    assert [state for state, _name, _type in fetched(account)] == ["kept"]
