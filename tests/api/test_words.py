"""What the API and the imports say, they say in Chinese as well."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import huixiang

KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None}


@pytest.mark.parametrize("package", ["api", "intake"])
def test_chinese_is_complete(package: str) -> None:
    folder = Path(huixiang.__file__).parent / package
    asked = {text for _file, _line, text, *_rest in extract_from_dir(folder, [("**.py", "python")], keywords=KEYWORDS)}
    with (folder / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        said = {one.id for one in read_po(file, locale="zh_Hans") if one.id and one.string}
    assert (sorted(asked - said), sorted(said - asked)) == ([], [])
