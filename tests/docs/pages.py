"""The pages people read, and what they name."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "huixiang"
READMES = ("README.md", "README.zh.md")
PAGES = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("README*.md", "docs/*.md", "benchmarks/*.md")
    for path in ROOT.glob(pattern)
)

FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?:^|[\s(/])huixiang ([a-z][a-z-]*)([^|\n)]*)")
TARGET = re.compile(r"\bmake ([a-z][a-z-]*)")
VARIABLE = re.compile(r"\b(?:HUIXIANG_[A-Z_]*[A-Z]|DATABASE_URL)\b")
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def code(page: str) -> list[str]:
    """Every line of code on a page: of its blocks, and between backticks in its sentences."""
    whole = text(page)
    blocks = "\n".join(FENCED.findall(whole)).splitlines()
    return blocks + INLINE.findall(FENCED.sub("", whole))


def commands(page: str) -> Iterator[tuple[str, list[str]]]:
    """Each `huixiang COMMAND words…` of a page."""
    for line in code(page):
        for found in COMMAND.finditer(line):
            yield found[1], found[2].split()


def targets(page: str) -> set[str]:
    return {found for line in code(page) for found in TARGET.findall(line)}


def variables(whole: str) -> set[str]:
    """The environment variables a text names; NAME_FILE counts as NAME."""
    return {found.removesuffix("_FILE") for found in VARIABLE.findall(whole)}


def links(page: str) -> list[str]:
    """The addresses inside the project that a page leads to."""
    return [found for found in LINK.findall(FENCED.sub("", text(page))) if "://" not in found]


def anchors(page: Path) -> set[str]:
    """The headings of a page as addresses name them."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in HEADING.findall(FENCED.sub("", page.read_text(encoding="utf-8")))
    }
