"""What a draft does well, what it lacks and what would hurt: by rules as data, in both languages, in milliseconds.

The rules stand in `zh.toml` and `en.toml`. The coach advises; only red lines (a threat, somebody's personal data where
everybody reads it) may hold an answer back, and that is decided by `cases`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from huixiang.engine.coach.rules import Fault, Merit, Rule, Rules, language_of, rules_of, sentences
from huixiang.engine.masking import mask

LONGEST: Final = 5_000  # characters that are read of a draft
START: Final = 50
_QUOTE: Final = 30  # characters of the member's words in a hint
MERIT: Final = 10  # of a score, for each

COSTS: Final[Mapping[Fault, int]] = {
    Fault.ARGUES: 20, Fault.BLAMES: 25, Fault.BELITTLES: 25, Fault.THREATENS: 50, Fault.FOBS_OFF: 15,
    Fault.OVERPROMISES: 15, Fault.EXPOSES: 40, Fault.ROBOTIC: 8,
}  # fmt: skip
"""What each fault takes off the score, once however often it is found."""
RED_LINES: Final = frozenset({Fault.THREATENS, Fault.EXPOSES})


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, the words that show it (`start` to `end`), and what could be said instead.

    `better` takes the place of `at` to `until`: mostly the whole clause, for half of one would make no sentence.
    """

    fault: Fault
    start: int
    end: int
    words: str
    better: str
    at: int
    until: int


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


_CLAUSE_ENDS: Final = {"zh": re.compile(r"[，。！？!?；;\n]|,(?!\d)"), "en": re.compile(r"[.!?](?=\s|$)|[;\n]|,(?!\d)")}
_LEADING: Final = re.compile(r"\s*(?:(?:but|and|so|however|because|since|as)\s+)?", re.IGNORECASE)
_BLANK: Final = "\u25a1"
_AMID: Final = re.compile(r"[^.!?\s]\s*\Z")  # a clause that goes on begins small
_FINAL: Final = ("。", "！", "？", ".", "!", "?", "，", ",")
_WIDE: Final = {0xFF10 + digit: ord(str(digit)) for digit in range(10)} | {0xFF20: ord("@")}  # as one types in Chinese
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_RUN: Final = re.compile(r"[\u4e00-\u9fff]+|[a-z]{4,}|\d+(?:\.\d+)*")
_STEM: Final = 5  # letters of an English word: rattles and rattling are the same matter
_HURTING: Final = frozenset({Fault.ARGUES, Fault.BLAMES, Fault.BELITTLES, Fault.THREATENS})
_QUOTED: Final = re.compile(r"“[^”\n]{1,40}”|「[^」\n]{1,40}」|『[^』\n]{1,40}』|(?<!\w)\"[^\"\n]{1,60}\"(?!\w)")
_WORDS_OF_ALL: Final = """
    我们 你们 这个 那个 一个 没有 可以 就是 什么 怎么 现在 今天 真的 还是 不是 时候 一下 已经 因为 所以 但是 不能 知道
    感觉 问题 希望 能不 不了 这样 那么 他们 自己 不到 的时 了我 我的 的我 都不 是不 不会 还有 给我 说的 也不
    with that this have your from when they what been will just very there them then than would could should about
    after before again because where which while were does dont told tell says said like still only over into more
    much many even ever never please thank thanks sorry really here some want need know
"""
_COMMON: Final = frozenset(_WORDS_OF_ALL.split())


def advise(draft: str, said: str = "", *, public: bool = False, answers: bool = True) -> Advice:
    """Read a draft. `said`: the member's words it answers; `public`: whether everybody will read it.

    `answers`: whether it answers somebody. What hurts only between the lines of an answer is information elsewhere,
    and better words speak to many.
    """
    draft = draft[:LONGEST]
    rules = rules_of(language_of(draft))
    faults = rules.faults if answers else rules.announced
    findings = _in_order(_findings(rules, draft, faults, public=public))
    merits = _merits(rules, draft, said, findings)
    counted = _counted(merits, findings)
    score = min(max(sum(points for _name, points in counted), 0), 100) if draft.strip() else 0
    return Advice(merits, findings, counted, score)


def red_lines(draft: str, *, public: bool) -> tuple[Finding, ...]:
    """What of a draft may hold it back, however long it is."""
    rules = rules_of(language_of(draft))
    faults = [rule for rule in rules.faults if rule.fault in RED_LINES]
    return _in_order(_findings(rules, draft, faults, public=public))


def mended(draft: str, finding: Finding) -> str:
    """The draft with the better words in place of the others."""
    return draft[: finding.at] + finding.better + draft[finding.until :]


def hints(draft: str, said: str = "") -> dict[Merit, str]:
    """A sentence to begin with for each merit, in the language of the draft, or of the member's words without one.

    What was understood begins with the member's own words: "" when there are none.
    """
    language = language_of(draft if draft.strip() else said)
    words = _CLAUSE_ENDS[language].split(said.strip(), maxsplit=1)[0][:_QUOTE].strip()
    found = {merit: hint.replace("{said}", words) for merit, hint in rules_of(language).hints.items()}
    return found if words else found | {Merit.NAMED: ""}


def _in_order(findings: Iterator[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: (one.start, one.end)))


def _merits(rules: Rules, draft: str, said: str, findings: Sequence[Finding]) -> dict[Merit, str]:
    found = dict.fromkeys(Merit, "")
    for merit, pattern in rules.merits.items():
        match = pattern.search(_kind_parts(draft, findings) if merit == Merit.ASKED else draft)
        found[merit] = match.group().strip() if match else ""
    found[Merit.NAMED] = _named(draft, said)
    found[Merit.PROMISED] = next((text.strip() for _at, text in sentences(draft) if _promises(rules, text)), "")
    return found


def _kind_parts(draft: str, findings: Sequence[Finding]) -> str:
    """The draft without the sentences that hurt: what they ask is not meant as a question."""
    return _without(draft, [one.start for one in findings if one.fault in _HURTING])


def _promises(rules: Rules, sentence: str) -> bool:
    """Who does what until when; a question asks for it instead."""
    asked = sentence.rstrip().endswith(("?", "？", "吗", "呢"))
    return not asked and all(pattern.search(sentence) for pattern in (rules.who, rules.does, rules.when))


def _named(draft: str, said: str) -> str:
    """The words of the member's that the draft takes up, as they stand there; two pieces at most."""
    known = {key for _at, _end, key in _pieces(said)}
    spans: list[tuple[int, int]] = []
    for at, end, key in _pieces(draft):
        if key not in known:
            continue
        if spans and at < spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((at, end))
    longest = sorted(spans, key=lambda span: span[0] - span[1])[:2]
    return " … ".join(draft[at:end] for at, end in sorted(longest))


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Neighbouring signs of Chinese, the beginnings of long words, numbers: where, and what they are compared by."""
    for run in _RUN.finditer(text.lower()):
        words, start = run.group(), run.start()
        if _HAN.match(words):
            pairs = ((start + at, start + at + 2, words[at : at + 2]) for at in range(len(words) - 1))
            yield from (pair for pair in pairs if pair[2] not in _COMMON)
        elif words not in _COMMON:
            yield start, run.end(), words[:_STEM]


def _findings(rules: Rules, draft: str, faults: Sequence[Rule], *, public: bool) -> Iterator[Finding]:
    in_time = any(_promises(rules, text) for _at, text in sentences(draft))
    told = [rule for rule in faults if (public or rule.fault != Fault.EXPOSES) and not (in_time and rule.unless_when)]
    own = _QUOTED.sub(lambda quoted: _BLANK * len(quoted.group()), draft)
    found = [
        (rule, start + first, start + last)
        for start, sentence in sentences(draft)
        for rule, first, last in _of_sentence(told, sentence, own[start : start + len(sentence)])
    ]
    kind = in_time or _feels_or_asks(rules, draft, [start for _rule, start, _end in found])
    yield from (_finding(rules, draft, *one) for one in found if not (kind and one[0].unless_kind))
    if public:
        yield from _exposed(draft)


def _feels_or_asks(rules: Rules, draft: str, found: Sequence[int]) -> bool:
    """Is sorry, feels with the member, or asks in a sentence in which no fault begins."""
    sorry, asks = rules.merits[Merit.APOLOGISED], rules.merits[Merit.ASKED]
    return sorry.search(draft) is not None or asks.search(_without(draft, found)) is not None


def _without(draft: str, places: Sequence[int]) -> str:
    """The draft without the sentences these places stand in."""
    return "".join(text for at, text in sentences(draft) if not any(at <= place < at + len(text) for place in places))


def _of_sentence(faults: Sequence[Rule], whole: str, own: str) -> Iterator[tuple[Rule, int, int]]:
    """Each fault once in a sentence: the first words that show it. `own`: without what is quoted in it."""
    seen: set[Fault] = set()
    for rule in faults:
        if rule.fault in seen:
            continue
        sentence = whole if rule.fault == Fault.EXPOSES else own
        found = rule.pattern.search(sentence)
        if found is None or (rule.unless and rule.unless.search(whole)):
            continue
        seen.add(rule.fault)
        yield rule, found.start(), found.end()


def _finding(rules: Rules, draft: str, rule: Rule, start: int, end: int) -> Finding:
    at, until = (start, end) if rule.words_only else _clause(rules.language, draft, start, end, rule.better)
    better = rule.better
    if rules.language == "en" and _AMID.search(draft[:at]) and not re.match(r"I\b", better):
        better = better[:1].lower() + better[1:]
    return Finding(rule.fault, start, end, draft[start:end].strip(), better, at, until)


def _clause(language: str, draft: str, start: int, end: int, better: str) -> tuple[int, int]:
    """The part of a sentence the words stand in; with the mark behind it where the better words bring their own."""
    ends = _CLAUSE_ENDS[language]
    at = max((mark.end() for mark in ends.finditer(draft, 0, start)), default=0)
    if language == "en" and (leading := _LEADING.match(draft, at, start)):
        at = leading.end()
    marked = ends.search(draft, max(end - 1, 0), end) or ends.search(draft, end)
    until = len(draft) if marked is None else marked.start() if marked.end() > end else end
    until = marked.end() if marked and marked.end() > end and better.endswith(_FINAL) else until
    return at + len(draft[at:start]) - len(draft[at:start].lstrip()), until


def _exposed(draft: str) -> Iterator[Finding]:
    """Each personal number wherever it stands; masked it may stay."""
    folded = draft.translate(_WIDE)
    for number in mask(folded).numbers:
        for found in re.finditer(re.escape(number), folded):
            start, end = found.span()
            yield Finding(Fault.EXPOSES, start, end, draft[start:end], mask(number).text, start, end)


def _counted(merits: Mapping[Merit, str], findings: Sequence[Finding]) -> tuple[tuple[str, int], ...]:
    gained = [(merit.value, MERIT) for merit, words in merits.items() if words]
    lost = [(fault.value, -COSTS[fault]) for fault in dict.fromkeys(one.fault for one in findings)]
    return (("start", START), *gained, *lost)
