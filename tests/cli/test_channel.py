import json
from collections.abc import Callable
from pathlib import Path

import pytest

from huixiang.channels import contracts
from huixiang.channels.accounts import value
from huixiang.channels.models import ChannelAccount
from huixiang.workspaces.models import Workspace
from tests.cli.conftest import Said

Run = Callable[..., Said]


class Line(contracts.Connector):
    kind = "line"
    label = "Line"
    form = (
        contracts.Setting("number", "Number", pattern=r"\d+"),
        contracts.Setting("key", "Key", sort=contracts.Sort.SECRET, made=True),
    )

    def to_paste(self, account: ChannelAccount, address: str) -> list[contracts.Paste]:
        return [contracts.Paste("Address", address)]


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(contracts._connectors, "line", Line())


def connected(said: Run, workspace: Workspace, tmp_path: Path, **settings: str) -> Said:
    source = tmp_path / "settings.json"
    source.write_text(json.dumps(settings))
    words = ["--workspace", workspace.slug, "--kind", "line", "--name", "线路", "--settings", source]
    return said("channel", "connect", *words)


def test_a_channel_is_connected_and_its_values_to_paste_are_told(
    said: Run, workspace: Workspace, line: None, tmp_path: Path
) -> None:
    status, out, _err = connected(said, workspace, tmp_path, number="12")
    account = ChannelAccount.objects.get(kind="line")
    told = json.loads(out)
    assert (status, told["id"]) == (0, str(account.id))
    assert told["paste"] == {"Address": told["address"]}
    assert told["address"].endswith(f"/in/line/{account.token}/")
    assert len(value(account, "key")) == 32
    assert value(account, "key") not in account.settings["key"]


def test_a_setting_that_does_not_fit_is_told_in_words(
    said: Run, workspace: Workspace, line: None, tmp_path: Path
) -> None:
    status, out, err = connected(said, workspace, tmp_path, number="x")
    assert (status, out) == (2, "")
    assert "Number" in err
    assert not ChannelAccount.objects.filter(kind="line").exists()


def test_pausing_checking_and_resuming(said: Run, workspace: Workspace, line: None, tmp_path: Path) -> None:
    connected(said, workspace, tmp_path, number="12")
    account = ChannelAccount.objects.get(kind="line")
    assert said("channel", "check", account.id)[:2] == (0, "线路\n")
    assert said("channel", "pause", account.id)[0] == 0
    assert "paused: paused from the terminal" in said("channel", "list", "--workspace", workspace.slug)[1]
    assert said("channel", "resume", account.id)[0] == 0
    assert "nothing in yet" in said("channel", "list", "--workspace", workspace.slug)[1]
