"""What a draft does well, what it lacks and what would hurt: by rules as data, in both languages, in milliseconds.

The rules stand in `zh.toml` and `en.toml`. The coach advises; only red lines (a threat, somebody's personal data where
everybody reads it) may hold an answer back, and that is decided by `cases`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from huixiang.engine.masking import mask

LONGEST: Final = 5_000  # characters that are read of a draft
START: Final = 50
MERIT: Final = 10  # of a score, for each
_SHARED_PAIRS: Final = 2  # pairs of signs that draft and member have in common, for it to be named what was understood
_HERE: Final = Path(__file__).parent


class Merit(StrEnum):
    """What a good answer does."""

    THANKED = "thanked"
    APOLOGISED = "apologised"  # or shown that it understands
    NAMED = "named"  # what was understood, in the member's own words
    ASKED = "asked"  # for what is still missing
    PROMISED = "promised"  # who does what until when


class Fault(StrEnum):
    """What a good answer does not do."""

    ARGUES = "argues"
    BLAMES = "blames"
    BELITTLES = "belittles"
    THREATENS = "threatens"
    FOBS_OFF = "fobs_off"
    OVERPROMISES = "overpromises"
    EXPOSES = "exposes"  # personal data where everybody reads it
    ROBOTIC = "robotic"


COSTS: Final[Mapping[Fault, int]] = {
    Fault.ARGUES: 20, Fault.BLAMES: 25, Fault.BELITTLES: 25, Fault.THREATENS: 50, Fault.FOBS_OFF: 15,
    Fault.OVERPROMISES: 15, Fault.EXPOSES: 40, Fault.ROBOTIC: 8,
}  # fmt: skip
"""What each fault takes off the score, once however often it is found."""
RED_LINES: Final = frozenset({Fault.THREATENS, Fault.EXPOSES})


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, where it stands in the draft, and what could be said instead ("" when the words should only go)."""

    fault: Fault
    start: int
    end: int
    words: str
    better: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What the coach says of a draft. `merits` in the order of Merit, each with the words that show it, "" for none.

    `counted`: the score's way, from START over merits and faults; `score` is its sum within 0 to 100.
    """

    merits: Mapping[Merit, str]
    findings: tuple[Finding, ...]
    counted: tuple[tuple[str, int], ...]
    score: int

    @property
    def missing(self) -> tuple[Merit, ...]:
        """The merits that are not there."""
        return tuple(merit for merit, words in self.merits.items() if not words)

    @property
    def red_lines(self) -> tuple[Finding, ...]:
        """What may hold an answer back."""
        return tuple(one for one in self.findings if one.fault in RED_LINES)


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern of a fault; not meant so beside `unless`, nor with a time told anywhere when `unless_when`."""

    fault: Fault
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    unless_when: bool
    better: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one language."""

    merits: Mapping[Merit, re.Pattern[str]]
    who: re.Pattern[str]
    does: re.Pattern[str]
    when: re.Pattern[str]
    faults: tuple[Rule, ...]


_SENTENCE: Final = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]+|[^。！？!?；;\n]+")
_ENGLISH_SENTENCE: Final = re.compile(r"[^.!?\n]*[.!?\n]+|[^.!?\n]+")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_RUN: Final = re.compile(r"[\u4e00-\u9fff]+|[a-z]{4,}|\d+(?:\.\d+)*")
_COMMON: Final = frozenset({
    "我们", "你们", "这个", "那个", "一个", "没有", "可以", "就是", "什么", "怎么", "现在", "今天", "真的",
    "还是", "不是", "时候",
    "一下", "已经", "因为", "所以", "但是", "不能", "知道", "感觉", "问题", "希望", "能不", "不了",
    "这样", "那么", "他们", "自己",
    "with", "that", "this", "have", "your", "from", "when", "they", "what", "been", "will", "just", "very", "there",
})  # fmt: skip


def advise(draft: str, said: str = "", *, public: bool = False) -> Advice:
    """Read a draft. `said`: the member's words it answers; `public`: whether everybody will read it."""
    draft = draft[:LONGEST]
    rules = _rules(_language(draft))
    merits = _merits(rules, draft, said)
    findings = tuple(sorted(_findings(rules, draft, public=public), key=lambda one: (one.start, one.end)))
    counted = _counted(merits, findings)
    score = min(max(sum(points for _name, points in counted), 0), 100) if draft.strip() else 0
    return Advice(merits, findings, counted, score)


def red_lines(draft: str, *, public: bool) -> tuple[Finding, ...]:
    """What of a draft may hold it back, however long it is."""
    faults = [rule for rule in _rules(_language(draft)).faults if rule.fault in RED_LINES]
    found = [one for start, text in _sentences(draft) for one in _of_sentence(faults, start, text, in_time=False)]
    exposed = _exposed(draft) if public else ()
    return tuple(sorted([*found, *exposed], key=lambda one: (one.start, one.end)))


def _language(draft: str) -> str:
    return "zh" if _HAN.search(draft) else "en"


def _sentences(draft: str) -> Iterator[tuple[int, str]]:
    pattern = _SENTENCE if _HAN.search(draft) else _ENGLISH_SENTENCE
    for found in pattern.finditer(draft):
        if found.group().strip():
            yield found.start(), found.group()


def _merits(rules: Rules, draft: str, said: str) -> dict[Merit, str]:
    found = dict.fromkeys(Merit, "")
    for merit, pattern in rules.merits.items():
        match = pattern.search(draft)
        found[merit] = match.group() if match else ""
    found[Merit.NAMED] = _named(draft, said)
    found[Merit.PROMISED] = next((text.strip() for _at, text in _sentences(draft) if _promises(rules, text)), "")
    return found


def _promises(rules: Rules, sentence: str) -> bool:
    """Who does what until when; a question asks for it instead."""
    asked = sentence.rstrip().endswith(("?", "？", "吗", "呢"))
    return not asked and all(pattern.search(sentence) for pattern in (rules.who, rules.does, rules.when))


def _named(draft: str, said: str) -> str:
    """The words of the member's that the draft takes up."""
    known = _pairs(said)
    shared = [pair for pair in dict.fromkeys(_pairs_in_order(draft)) if pair in known]
    return " ".join(shared[:4]) if len(shared) >= _SHARED_PAIRS else ""


def _pairs(text: str) -> set[str]:
    return set(_pairs_in_order(text))


def _pairs_in_order(text: str) -> Iterator[str]:
    """Neighbouring signs of Chinese, long words and numbers; what everybody says is left out."""
    for run in _RUN.findall(text.lower()):
        pieces = [run[at : at + 2] for at in range(len(run) - 1)] if _HAN.match(run) else [run]
        yield from (piece for piece in pieces if piece not in _COMMON)


def _findings(rules: Rules, draft: str, *, public: bool) -> Iterator[Finding]:
    in_time = any(_promises(rules, text) for _at, text in _sentences(draft))
    for start, sentence in _sentences(draft):
        yield from _of_sentence(rules.faults, start, sentence, in_time=in_time)
    if public:
        yield from _exposed(draft)


def _of_sentence(faults: Sequence[Rule], start: int, sentence: str, *, in_time: bool) -> Iterator[Finding]:
    """Each fault once in a sentence: the first words that show it."""
    seen: set[Fault] = set()
    for rule in faults:
        if rule.fault in seen or (rule.unless_when and in_time):
            continue
        found = rule.pattern.search(sentence.rstrip("。！？!?；; \n") if rule.unless_when else sentence)
        if found is None or (rule.unless and rule.unless.search(sentence)):
            continue
        seen.add(rule.fault)
        yield Finding(rule.fault, start + found.start(), start + found.end(), found.group().strip(), rule.better)


def _exposed(draft: str) -> Iterator[Finding]:
    for number in mask(draft).numbers:
        start = draft.find(number)
        if start >= 0:
            yield Finding(Fault.EXPOSES, start, start + len(number), number, "")


def _counted(merits: Mapping[Merit, str], findings: Sequence[Finding]) -> tuple[tuple[str, int], ...]:
    gained = [(merit.value, MERIT) for merit, words in merits.items() if words]
    lost = [(fault.value, -COSTS[fault]) for fault in dict.fromkeys(one.fault for one in findings)]
    return (("start", START), *gained, *lost)


@cache
def _rules(language: str) -> Rules:
    with (_HERE / f"{language}.toml").open("rb") as file:
        table = tomllib.load(file)
    merits = table.pop("merits")
    written = {Merit.THANKED, Merit.APOLOGISED, Merit.ASKED}
    return Rules(
        {merit: _any(merits[merit.value]) for merit in Merit if merit in written},
        _any(merits["who"]), _any(merits["does"]), _any(merits["when"]),
        tuple(_rule(Fault(name), one) for name, rules in table.items() for one in rules),
    )  # fmt: skip


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _rule(fault: Fault, one: Mapping[str, Any]) -> Rule:
    unless = re.compile(one["unless"], re.IGNORECASE) if "unless" in one else None
    pattern = re.compile(one["pattern"], re.IGNORECASE)
    return Rule(fault, pattern, unless, bool(one.get("unless_when")), one["better"])
