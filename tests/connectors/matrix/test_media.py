"""Files on a real homeserver, and what is none to be fetched."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from huixiang.channels.contracts import TransportError, connector
from huixiang.connectors.matrix.media import DOWNLOAD, DOWNLOAD_OLD, named
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import connected, platform
from tests.connectors.matrix.lines import bot_account
from tests.connectors.matrix.synapse import Home
from tests.connectors.media import PICTURE, fetched, wanted


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.django_db
def test_a_real_homeserver_hands_it_out_to_the_bot(workspace: Workspace, home: Home) -> None:
    achuan, bot = home.register("achuan-media"), home.register("bot-media")
    account = bot_account(workspace, bot)
    put = httpx.post(
        f"{achuan.address}/_matrix/media/v3/upload", content=PICTURE, timeout=20,
        headers={"Authorization": f"Bearer {achuan.token}", "Content-Type": "image/png"},
    )  # fmt: skip
    content = {"msgtype": "m.image", "body": "仪表.png", "url": put.json()["content_uri"], "info": {"size": 9}}
    [file] = named(content)
    wanted(account, dict(file.reference), name=file.name)
    assert fetched(account) == [("kept", "仪表.png", "image/png")]
    with pytest.raises(TransportError) as told:
        connector("matrix").fetch_file(account, {"url": "mxc://home.test/gone"})
    assert told.value.permanent


@pytest.mark.django_db
def test_an_older_homeserver_and_one_that_sends_us_on(workspace: Workspace, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1", "localhost"]
    with platform() as home:
        account = connected(workspace, "matrix", homeserver=home.address, user="@bot:home.test", token="t")
        cdn = home.address.replace("127.0.0.1", "localhost") + "/cdn/x"
        home.answers = {
            f"{DOWNLOAD}/home.test/x": (404, {"errcode": "M_UNRECOGNIZED"}), "/cdn/x": (200, PICTURE),
            f"{DOWNLOAD_OLD}/home.test/x": (307, b"", {"Location": cdn}),
        }  # fmt: skip
        wanted(account, {"url": "mxc://home.test/x"})
        assert [state for state, _name, _type in fetched(account)] == ["kept"]
        assert ["authorization" in one.headers for one in home.asked] == [True, True, False]


def test_what_a_message_names() -> None:
    strange: list[dict[str, Any]] = [
        {"msgtype": "m.image", "url": "https://example.com/x"}, {"msgtype": "m.audio", "url": "mxc://a/b"},
        {"msgtype": "m.image", "file": {"url": "mxc://a/b", "key": {}}}, {"msgtype": [], "url": "mxc://a/b"},
        {"msgtype": "m.image", "url": "mxc://a/../b"}, {},
    ]  # fmt: skip
    assert [named(one) for one in strange] == [[]] * 6
