import re
import tomllib
from pathlib import Path

import pytest

from tests.docs import pages

PACKAGE_ROW = re.compile(r"^\| `([a-z_]+)` \|", re.MULTILINE)
FILE = re.compile(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|toml|html|json))`")
SMS = "src/huixiang/connectors/sms/"
OF_THE_WALK = {  # what the readers of new-feature.md and new-connector.md write
    "tests/themes/test_agenda.py", f"{SMS}__init__.py", f"{SMS}inbound.py", f"{SMS}outbound.py",
}  # fmt: skip


@pytest.mark.parametrize("page", pages.PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    broken = []
    for link in pages.links(page):
        path, _hash, anchor = link.partition("#")
        target = (pages.ROOT / page).parent / path if path else pages.ROOT / page
        if not target.exists() or (anchor and anchor not in pages.anchors(target)):
            broken.append(link)
    assert broken == []


def _settings_of(folder: Path) -> set[str]:
    return {name for path in folder.rglob("*.py") for name in pages.variables(path.read_text(encoding="utf-8"))}


def test_operations_names_every_setting_there_is() -> None:
    assert pages.variables(pages.text("docs/operations.md")) == _settings_of(pages.SOURCE)


@pytest.mark.parametrize("page", pages.PAGES)
def test_every_setting_named_exists(page: str) -> None:
    known = _settings_of(pages.SOURCE) | _settings_of(pages.ROOT / "tests")  # the long tests have settings, too
    assert pages.variables(pages.text(page)) - known == set()


def test_the_room_plan_shows_every_package_from_the_top_down() -> None:
    shown = PACKAGE_ROW.findall(pages.text("docs/structure.md"))
    there = {path.parent.name for path in pages.SOURCE.glob("*/__init__.py")}
    assert sorted(shown) == sorted(there)
    contracts = tomllib.loads(pages.text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    floors = next(one["layers"] for one in contracts if one["type"] == "layers")
    assert shown == [
        name for floor in floors for name in sorted(re.split(r"\s*\|\s*", floor), key=shown.index)
    ]


def _there(name: str) -> bool:
    return any((place / name).exists() for place in (pages.ROOT, pages.SOURCE, pages.SOURCE / "triage"))


@pytest.mark.parametrize("page", pages.PAGES)
def test_every_file_named_is_there(page: str) -> None:
    named = set(FILE.findall(pages.text(page))) - OF_THE_WALK
    assert {name for name in named if not _there(name)} == set()
