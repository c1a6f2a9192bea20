"""What a connector's doc.md tells: what it is in a sentence, and the steps in the platform's console."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from markdown_it import MarkdownIt

from huixiang.channels.contracts import Connector

TAGS: Final = {
    "p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "a", "h3", "h4", "h5", "hr", "table",
    "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
HEADING: Final = re.compile(r"^(#{2,4}) ", re.MULTILINE)  # under the page's own: one step smaller
NO_PARAGRAPH: Final = re.compile(r"#|[-*+] |>|\||\d+\. |```")
ENDS: Final = re.compile(r"(?<=[。！？])|(?<=[.!?])\s")
MARKS: Final = re.compile(r"[*`_]|\[([^\]]*)\]\([^)]*\)")

_reader = MarkdownIt("js-default", {"html": False, "linkify": False}).enable("table")


@dataclass(frozen=True, slots=True)
class Guide:
    """The first sentence without marks, and the steps as HTML of harmless tags; both "" where nothing is written."""

    sentence: str
    steps: SafeString


def guide_of(by: Connector) -> Guide:
    """The guide of a connector in the reader's language, else in English."""
    chinese = (get_language() or "").startswith("zh")
    return _read(type(by).__module__.rpartition(".")[0], by.kind, "zh" if chinese else "")


@lru_cache(maxsize=100)
def _read(package: str, kind: str, language: str) -> Guide:
    ending = f".{language}.md" if language else ".md"
    text = _text(package, f"{kind}{ending}") or _text(package, f"doc{ending}") or _text(package, "doc.md")
    body = re.sub(r"^# .*$", "", text, count=1, flags=re.MULTILINE).strip()
    first, _gap, rest = body.partition("\n\n")
    sentence, more = _first_sentence(first)
    return Guide(sentence, _rendered("\n\n".join(filter(None, (more, rest)))))


def _text(package: str, name: str) -> str:
    try:
        return (resources.files(package) / name).read_text(encoding="utf-8")
    except (FileNotFoundError, ModuleNotFoundError, TypeError):
        return ""


def _first_sentence(paragraph: str) -> tuple[str, str]:
    """The first sentence of a paragraph in plain words, and what is left of it; nothing of a list or a heading."""
    if not paragraph or NO_PARAGRAPH.match(paragraph):
        return "", paragraph
    joined = re.sub(r"(?<=[^\x00-\x7f])\n(?=[^\x00-\x7f])", "", paragraph).replace("\n", " ")
    parts = ENDS.split(joined, maxsplit=1)
    return MARKS.sub(r"\1", parts[0]).strip(), parts[1].strip() if len(parts) > 1 else ""


def _rendered(text: str) -> SafeString:
    shown = _reader.render(HEADING.sub(r"\1# ", text))
    clean = nh3.clean(
        shown, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )  # fmt: skip
    return mark_safe(clean)  # noqa: S308 - nh3 has just cleaned it
