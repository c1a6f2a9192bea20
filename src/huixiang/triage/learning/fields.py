"""What can be corrected of a feedback: how each finding is checked, written, told and put back."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.engine.lexicons import lexicon
from huixiang.feedback.models import Feedback, Kind
from huixiang.kernel.errors import Refused
from huixiang.triage.models import Correction

SENTIMENTS: Final = (-1, 0, 1)
SEVERITIES: Final = (0, 1, 2, 3, 4)
MOST_ASPECTS: Final = 10
SURE: Final = 0.5  # how far from the middle a sentiment stands at least that a person named

Values = dict[str, Any]


def known_aspects() -> list[str]:
    """The names of everything a text can speak of, as the engine names them, each once."""
    return list(dict.fromkeys(name for family in lexicon("aspects").values() for name in family))


def _kind(value: Any) -> str:
    if value not in Kind.values:
        raise Refused(_("Choose another kind than the present one."))
    return str(value)


def _number(value: Any, among: Sequence[int]) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = among[0] - 1
    if number not in among:
        raise Refused(_("Choose one of the values on offer."))
    return number


def _aspects(value: Any) -> list[dict[str, Any]]:
    known = set(known_aspects())
    named = {str(one["name"]): _number(one["sentiment"], SENTIMENTS) for one in value}
    if len(named) > MOST_ASPECTS:
        raise Refused(_("At most %(most)d aspects: keep those it is mainly about.") % {"most": MOST_ASPECTS})
    if not known.issuperset(named):
        raise Refused(_("Choose the aspects from the list."))
    return [{"name": name, "sentiment": named[name]} for name in named]


def _sentiment_of(value: int, feedback: Feedback) -> Values:
    score = value * max(SURE, abs(feedback.sentiment_score))
    return {"sentiment": value, "sentiment_score": score}


def _severity_of(value: int, _feedback: Feedback) -> Values:
    return {"severity": value, "severity_scores": [float(level == value) for level in SEVERITIES]}


def written_aspects(aspects: Sequence[Mapping[str, Any]]) -> str:
    """Aspects as a correction keeps them."""
    return json.dumps([[one["name"], one["sentiment"]] for one in aspects], ensure_ascii=False, separators=(",", ":"))


def read_aspects(text: str) -> list[dict[str, Any]]:
    """The same again."""
    return [{"name": name, "sentiment": sentiment} for name, sentiment in json.loads(text)]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `check` raises Refused, `values` is what is written, `told` and `read` go to and from a row."""

    check: Callable[[Any], Any]
    values: Callable[[Any, Feedback], Values]
    told: Callable[[Feedback], str]
    read: Callable[[str], Any]


FINDINGS: Final[Mapping[str, Finding]] = {
    Correction.Field.KIND: Finding(_kind, lambda value, _f: {"kind": value}, lambda f: f.kind, str),
    Correction.Field.SENTIMENT: Finding(
        lambda value: _number(value, SENTIMENTS), _sentiment_of, lambda f: str(f.sentiment), int
    ),
    Correction.Field.SEVERITY: Finding(
        lambda value: _number(value, SEVERITIES), _severity_of, lambda f: str(f.severity), int
    ),
    Correction.Field.ASPECTS: Finding(
        _aspects, lambda value, _f: {"aspects": value}, lambda f: written_aspects(f.aspects), read_aspects
    ),
}
"""What the dialog corrects, in the order in which it is written: field → finding."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a feedback that becomes another; `stood` is every value it takes the place of."""

    field: str
    before: str
    after: str
    stood: Values


def change(feedback: Feedback, field: str, value: Any) -> Change | None:
    """Write a person's value onto the feedback (not stored yet); None where it stands already. Raises Refused."""
    finding = FINDINGS[field]
    before, values = finding.told(feedback), finding.values(finding.check(value), feedback)
    stood = {name: getattr(feedback, name) for name in values}
    for name, wanted in values.items():
        setattr(feedback, name, wanted)
    after = finding.told(feedback)
    if after == before:
        for name, stands in stood.items():
            setattr(feedback, name, stands)
        return None
    return Change(field, before, after, stood)
