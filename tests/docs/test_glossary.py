"""The glossary's pairs are the words the pages show."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

import huixiang

HOME = Path(huixiang.__file__).parent
PAGE = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \| `([^|`]+)` \|$", re.MULTILINE)
ONLY_SPOKEN = {"Workspace", "Identity", "Portal", "Credit", "Follow code"}  # stand in sentences, not as labels


def pairs() -> list[tuple[str, str, str]]:
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


def shown() -> dict[str, set[str]]:
    """What each English label is in Chinese, over all packages and contexts."""
    found: dict[str, set[str]] = {}
    for path in HOME.glob("*/locale/zh_Hans/LC_MESSAGES/django.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                if isinstance(message.id, str) and isinstance(message.string, str):
                    found.setdefault(message.id, set()).add(message.string)
    return found


def chinese_text() -> str:
    texts = (path.read_text(encoding="utf-8") for path in HOME.glob("*/locale/zh_Hans/LC_MESSAGES/django.po"))
    return "".join(texts)


def test_labels_are_shown_as_the_glossary_has_them() -> None:
    known = shown()
    wrong = [(word, chinese, known.get(word)) for word, chinese, _place in pairs()
             if word not in ONLY_SPOKEN and chinese not in known.get(word, set())]  # fmt: skip
    assert wrong == []
    assert len(pairs()) > 50


def test_words_that_only_stand_in_sentences_do_stand_in_some() -> None:
    text = chinese_text()
    assert [chinese for word, chinese, _place in pairs() if word in ONLY_SPOKEN and chinese not in text] == []


def _sources() -> Iterator[str]:
    for path in HOME.rglob("*.py"):
        yield path.read_text(encoding="utf-8")


def test_what_is_named_in_code_is_there() -> None:
    source = "\n".join(_sources())
    names = [place.split(".")[-1] for _word, _chinese, place in pairs()]
    packages = {path.name for path in HOME.iterdir() if path.is_dir()} | {"inbox"}
    assert [name for name in names if name not in packages and not re.search(rf"\b{name}\b", source)] == []
