"""The unit and the compose file start what there is, with settings that exist."""

import configparser
import re
from pathlib import Path
from typing import Any

import yaml

from huixiang.cli.main import COMMANDS

HOME = Path(__file__).resolve().parents[2]
SETTING = re.compile(r"\b(?:HUIXIANG|DATABASE)_[A-Z_]+\b")


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((HOME / "deploy" / "compose.yaml").read_text())
    return read


def unit() -> configparser.ConfigParser:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(HOME / "deploy" / "huixiang.service")
    return read


def documented() -> set[str]:
    table = re.findall(r"^\| (`[^|]+`) \|", (HOME / "docs" / "operations.md").read_text(), flags=re.MULTILINE)
    return {name for row in table for name in SETTING.findall(row)}


def test_the_unit_starts_a_command_there_is() -> None:
    _program, name = unit()["Service"]["ExecStart"].split()
    assert name in COMMANDS


def test_the_services_start_commands_there_are() -> None:
    started = {name: service["command"] for name, service in compose()["services"].items() if "command" in service}
    assert {name: words[:2] for name, words in started.items()} == {
        "migrate": ["huixiang", "migrate"],
        "web": ["huixiang", "web"],
        "worker": ["huixiang", "worker"],
        "lines": ["huixiang", "listen"],
    }
    assert {words[1] for words in started.values()} <= set(COMMANDS)


def test_every_setting_they_name_is_documented() -> None:
    texts = [(HOME / "deploy" / name).read_text() for name in ("huixiang.service", "compose.yaml", "Dockerfile")]
    named = {name.removesuffix("_FILE") for text in texts for name in SETTING.findall(text)}
    assert named - documented() == set()
    assert len(named) > 5


def test_only_what_is_named_is_mounted_as_a_secret() -> None:
    described = compose()
    used = {secret for service in described["services"].values() for secret in service.get("secrets", [])}
    assert used == set(described["secrets"])


def test_the_web_is_asked_whether_it_is_ready() -> None:
    assert "/readyz" in compose()["services"]["web"]["healthcheck"]["test"][-1]
