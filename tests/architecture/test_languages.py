"""Every word of the product is Chinese for those who read Chinese."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

import huixiang

HOME = Path(huixiang.__file__).parent
PACKAGES = sorted(path.name for path in HOME.iterdir() if (path / "__init__.py").exists())
KEYWORDS = ("_", "gettext_lazy", "pgettext_lazy:1c,2", "ngettext_lazy:1,2", "npgettext_lazy:1c,2,3")
MAPPING = "[python: **.py]\n[django: **/templates/**.*]\n"


def messages(path: Path) -> Iterator[Message]:
    with path.open("rb") as file:
        catalogue: Catalog = read_po(file)
    return (message for message in catalogue if message.id)


def key(message: Message) -> tuple[object, str]:
    single = message.id[0] if isinstance(message.id, tuple | list) else message.id
    return single, message.context or ""


def translated(message: Message) -> bool:
    forms = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(forms) and not message.fuzzy


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_left_in_english(package: str, tmp_path: Path) -> None:
    (tmp_path / "mapping.ini").write_text(MAPPING)
    found = tmp_path / "found.pot"
    command = [
        sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", str(tmp_path / "mapping.ini"),
        *(word for keyword in KEYWORDS for word in ("-k", keyword)), "-o", str(found), str(HOME / package),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, check=True)
    catalogue = HOME / package / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    known = {key(m): m for m in messages(catalogue)} if catalogue.exists() else {}
    missing = [m.id for m in messages(found) if key(m) not in known or not translated(known[key(m)])]
    assert missing == []
    assert [m.id for m in known.values() if m.fuzzy] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_what_is_filled_in_is_filled_in_in_chinese_too(package: str) -> None:
    catalogue = HOME / package / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    if not catalogue.exists():
        return
    wrong = []
    for message in messages(catalogue):
        wrong += [(message.id, str(error)) for error in message.check()]
    assert wrong == []
