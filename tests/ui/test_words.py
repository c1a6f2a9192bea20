from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

UI = Path(__file__).resolve().parents[2] / "src" / "huixiang" / "ui"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "pgettext": ((1, "c"), 2),
}


def messages() -> Iterator[tuple[str | None, str]]:
    """Every (context, msgid) the code and the templates ask for."""
    found = extract_from_dir(UI, [("**.py", "python"), ("**/templates/**.*", "django")], keywords=KEYWORDS)
    for _file, _line, message, _comments, context in found:
        yield context, message[0] if isinstance(message, tuple) else message


def test_chinese_is_complete() -> None:
    with (UI / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    said = {
        (message.context, message.id[0] if isinstance(message.id, tuple) else message.id)
        for message in catalogue
        if message.id and all(message.string if isinstance(message.string, tuple) else [message.string])
    }
    asked = set(messages())
    assert sorted(asked - said, key=str) == []
    assert sorted(said - asked, key=str) == []


@pytest.mark.parametrize("mark", ["%(", "{"])
def test_chinese_fills_the_same_gaps(mark: str) -> None:
    with (UI / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    for message in catalogue:
        if message.id:
            source = message.id[0] if isinstance(message.id, tuple) else message.id
            said = message.string[0] if isinstance(message.string, tuple) else message.string
            assert said.count(mark) == source.count(mark)
