"""How far a text can be checked by itself: facts, figures and first-hand words for it, slogans against it."""

import re

from huixiang.engine.reading import Kind
from huixiang.engine.rules import cue

_START = 40
_WORTH = {"scene": 10, "steps": 12, "version": 12, "frequency": 8, "evidence": 14, "actual": 6, "expected": 2}
_SPOKEN = {
    "scene": "场景", "steps": "步骤", "version": "版本", "frequency": "频率", "evidence": "证据", "actual": "现象",
}  # fmt: skip
_FIGURES = re.compile(r"\d+(?:\.\d+)?\s*(?:度|公里|小时|分钟|天|次|元|块|%|个月|年|km|万|升|l|转)?", re.IGNORECASE)
_REPEATED = re.compile(r"(.{1,6})\1{4,}")
_SHORT = 8


def _deductions(text: str, kind: Kind) -> list[tuple[int, str]]:
    found = []
    if kind is Kind.spam or len(cue("spam").findall(text)) > 2:  # noqa: PLR2004 - one such word says nothing
        found.append((30, "像广告"))
    if cue("slogan").search(text):
        found.append((12, "像口号，没有具体情况"))
    if _REPEATED.search(text):
        found.append((10, "大段重复"))
    if len(text) < _SHORT:
        found.append((15, "太短，没有可核对的细节"))
    return found


def authenticity_of(text: str, kind: Kind, facts: dict[str, str]) -> tuple[int, str]:
    """Return 0..100 and one clause of Chinese that says why."""
    score = _START + sum(_WORTH[key] for key in facts)
    score += min(len(_FIGURES.findall(text)), 3) * 3
    score += 5 if cue("first_hand").search(text) else 0
    deductions = _deductions(text, kind)
    score -= sum(points for points, _ in deductions)
    return max(0, min(100, score)), _reason(facts, deductions)


def _reason(facts: dict[str, str], deductions: list[tuple[int, str]]) -> str:
    if deductions:
        return max(deductions)[1]
    told = [word for key, word in _SPOKEN.items() if key in facts]
    if not told:
        return "没有写明场景、版本或证据"
    return f"写明了{told[0]}" if len(told) == 1 else f"写明了{'、'.join(told[:-1])}和{told[-1]}"
