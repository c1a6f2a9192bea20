"""The desk says everything in Chinese, and has a sentence for every event of the journal."""

import importlib
import pkgutil
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import huixiang
from huixiang.desk.journal_words import PLAIN, SENTENCES
from huixiang.journal.events import Event

DESK = Path(huixiang.__file__).parent / "desk"
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "pgettext_lazy": ((1, "c"), 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip


def test_chinese_is_complete() -> None:
    found = extract_from_dir(DESK, [("**.py", "python"), ("**/templates/**.html", "django")], keywords=KEYWORDS)
    asked = {(context, text[0] if isinstance(text, tuple) else text) for _f, _l, text, _c, context in found}
    with (DESK / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    said = {
        (one.context, one.id[0] if isinstance(one.id, tuple) else one.id)
        for one in catalogue
        if one.id and all(one.string if isinstance(one.string, tuple) else [one.string])
    }
    assert (sorted(asked - said, key=str), sorted(said - asked, key=str)) == ([], [])


def _events(kind: type[Event]) -> set[str]:
    own = {kind.name} if "name" in vars(kind) else set()
    return own.union(*(_events(child) for child in kind.__subclasses__()))


def test_every_event_has_a_sentence() -> None:
    for module in pkgutil.walk_packages(huixiang.__path__, "huixiang."):
        if module.name.endswith(".events"):
            importlib.import_module(module.name)
    assert sorted(_events(Event) - set(PLAIN) - set(SENTENCES)) == []
