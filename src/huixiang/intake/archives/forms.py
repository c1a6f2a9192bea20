"""Which program wrote a file: found by how the lines above each message look."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from huixiang.intake.archives.stamps import DATE, STAMP, TIME, shape

RULE: Final = r"[\s—–\-=─*·_]*"
NAME: Final = r"(?P<name>[^\s\t][^\t]{0,98}?)"
HEADS: Final[Mapping[str, re.Pattern[str]]] = {
    "after": re.compile(rf"{NAME}[:：]?[ \t]+[\[(（]?(?P<stamp>{STAMP})[\])）]?[:：]?\s*"),
    "before": re.compile(rf"[\[(（]?(?P<stamp>{STAMP})[\])）]?[ \t]+{NAME}[:：]?\s*"),
    "inline": re.compile(
        rf"[\[(（]?(?P<stamp>{STAMP})[\])）]?(?:\s+[-–—]\s+|[ \t]+)(?P<name>[^:：\t]{{1,98}})[:：][ \t]?(?P<said>.*)"
    ),
    "day": re.compile(rf"{NAME}[ \t]+(?P<stamp>{TIME})\s*"),
}
"""Name and time on a line of their own, in either order; both before the text; the day above a row of messages."""
TOLD: Final = re.compile(rf"[\[(（]?(?P<stamp>{STAMP})[\])）]?(?:\s+[-–—]\s+|[ \t]+)(?P<said>[^\t]+)")
DAY: Final = re.compile(rf"{RULE}{DATE}{RULE}")
FIRST_IS_TIME: Final = frozenset({"before", "inline"})
SAMPLE: Final = 4_000  # lines by which a file is known
FEW: Final = 2
THIN: Final = 60  # lines a message, at most
RARE: Final = 0.02  # of the heads: a time written otherwise stands in somebody's text
MOSTLY: Final = 0.7
ENOUGH: Final = 5  # heads: among so many, what is written only once is no head


@dataclass(frozen=True, slots=True)
class Form:
    """How one file is written. `shapes`: how its times look. `spaced`: an empty line stands before each head."""

    kind: str
    shapes: frozenset[str]
    spaced: bool = False

    def head(self, line: str, *, after_blank: bool) -> re.Match[str] | None:
        """The line as the beginning of a message, None for one of its text."""
        if (self.spaced and not after_blank) or not possible(line, self.kind):
            return None
        found = HEADS[self.kind].fullmatch(line)
        return found if found and shape(found["stamp"]) in self.shapes else None


def possible(line: str, kind: str) -> bool:
    """Whether a line may be a head at all: told fast, for most lines are somebody's words."""
    if kind in FIRST_IS_TIME and not (line[:1].isdecimal() or line[:1] in "[(（"):
        return False
    return ":" in line or "：" in line


def found_in(lines: Sequence[str]) -> Form | None:
    """The form of a file by its first lines; None for what is no chat."""
    if not any(DAY.fullmatch(line) for line in lines):
        kinds = ["inline", "before", "after"]
    else:
        kinds = ["inline", "before", "after", "day"]
    heads = {kind: _heads(lines, kind) for kind in kinds}
    kind = max(kinds, key=lambda one: len(heads[one]))
    written = sum(1 for line in lines if line.strip())
    if len(heads[kind]) < FEW or len(heads[kind]) * THIN < written:
        return None
    return _form(kind, lines, heads[kind])


def _heads(lines: Sequence[str], kind: str) -> list[tuple[int, str]]:
    """Where a message would begin by this form, with its time as it is written."""
    found = []
    for place, line in enumerate(lines):
        match = HEADS[kind].fullmatch(line)
        if match and (kind == "inline" or not _inline(line)):
            found.append((place, match["stamp"]))
    return found


def _inline(line: str) -> bool:
    match = HEADS["inline"].fullmatch(line)
    return bool(match and match["said"].strip())


def _form(kind: str, lines: Sequence[str], heads: Sequence[tuple[int, str]]) -> Form:
    shapes = Counter(shape(stamp) for _place, stamp in heads)
    least = max(RARE * len(heads), FEW if len(heads) >= ENOUGH else 1)
    kept = frozenset(one for one, number in shapes.items() if number >= least) or frozenset(shapes)
    real = [place for place, stamp in heads[1:] if shape(stamp) in kept]
    after_blank = sum(not lines[place - 1].strip() for place in real)
    spaced = kind != "inline" and len(real) >= FEW and after_blank >= MOSTLY * len(real)
    return Form(kind, kept, spaced)
