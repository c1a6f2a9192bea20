from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

PORTAL = Path(__file__).resolve().parents[2] / "src" / "huixiang" / "portal"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "pgettext": ((1, "c"), 2),
}


def test_chinese_is_complete_and_fills_the_same_gaps() -> None:
    found = extract_from_dir(PORTAL, [("**.py", "python"), ("**/templates/**.html", "django")], keywords=KEYWORDS)
    asked = {(context, message[0] if isinstance(message, tuple) else message) for _f, _l, message, _c, context in found}
    with (PORTAL / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = [message for message in read_po(file, locale="zh_Hans") if message.id]
    said = {}
    for message in catalogue:
        source = message.id[0] if isinstance(message.id, tuple) else message.id
        said[message.context, source] = message.string[0] if isinstance(message.string, tuple) else message.string
    assert sorted(asked ^ said.keys(), key=str) == []
    assert [source for (_context, source), chinese in said.items() if chinese.count("%(") != source.count("%(")] == []
    assert [source for (_context, source), chinese in said.items() if not chinese] == []
