"""Texts cut into sentences and clauses, with their places."""

import re
from dataclasses import dataclass

_CLAUSE = re.compile(r"[^，。！？；,!?;\n~…]+")
_HEADER = re.compile(
    r"(?:操作步骤|复现步骤|重现步骤|预期结果|期望结果|实际结果|问题描述|出现频率|补充说明)[:：]?|来自《[^》]*》?",
)
_BLANK = re.compile(r"(?<=[\u4e00-\u9fff])[ 　]+(?=[\u4e00-\u9fff])|[ ]{2,}")
_EDGE = " \t，。！？；：、,.!?;:~…-—_/|#*=+\"'“”‘’()（）【】[]《》<>"


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between two marks, stripped, and where it begins."""

    text: str
    start: int


def trimmed(text: str) -> str:
    """Take marks and blanks off both ends."""
    return text.strip(_EDGE)


def clauses(text: str) -> list[Clause]:
    """Cut at marks, line ends, headings of a form and blanks between Chinese characters."""
    body = _HEADER.sub(lambda match: "\n" * len(match.group()), text)
    body = _BLANK.sub(lambda match: "\n" * len(match.group()), body)
    found = []
    for match in _CLAUSE.finditer(body):
        words = trimmed(match.group())
        if words:
            found.append(Clause(words, match.start() + match.group().index(words)))
    return found


def clause_at(text: str, place: int) -> str:
    """Return the clause that holds the character at `place`, "" when there is none."""
    for clause in clauses(text):
        if clause.start <= place < clause.start + len(clause.text):
            return clause.text
    return ""
