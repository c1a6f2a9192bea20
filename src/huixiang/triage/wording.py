"""What the machine gives as its reasons, told in the language of whoever reads it.

Dials keep their reasons as parts: a code and its values, worded by `tell`. The engine writes Chinese sentences of a
few fixed forms; `worded` recognises the form and says it again, and what it does not know stays as it is, marked as
Chinese. The words of a member that are quoted in a reason are never translated.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from huixiang.members.models import Tier
from huixiang.triage.machine_words import WORDS

CHINESE: Final = "zh-Hans"
_HAN: Final = re.compile("[\u3400-\u9fff]")

Part = tuple[str, dict[str, Any]]

PARTS: Final[dict[str, Promise]] = {
    "anonymous": _("anonymous: the words count, not the name"),
    "confirmed": _("%(count)d reports confirmed"),
    "reach": _("read by about %(count)d people"),
    "earlier_true": _("earlier reports were confirmed"),
    "earlier_wrong": _("%(count)d earlier reports turned out wrong"),
    "known": _("has been here long, %(count)d reports before this one"),
    "files": _("%(count)d files came along"),
    "link": _("an address to look at is given"),
    "copies": _("the same text from %(count)d accounts"),
    "near_copies": _("almost the same text from %(count)d accounts"),
    "repeats": _("said %(count)d times by the same person"),
    "burst": _("%(count)d of the %(people)d people who said this within six hours are new accounts"),
    "two_versions": _("another version was told for the same matter on the same day"),
    "both_ways": _("the same side was praised on the same day"),
    "no_theme": _("no matter that others share"),
    "alone": _("nobody else has said this so far"),
    "people": _("%(people)d people said this, %(recent)d of them within 72 hours"),
    "growing": _("still growing"),
    "severity_0": _("no problem is reported"),
    "severity_1": _("a small inconvenience or a wish"),
    "severity_2": _("a real problem with a way around it"),
    "severity_3": _("a core function fails, or real loss"),
    "severity_4": _("a danger to safety or health"),
    "by_person": _("a person said so"),
}

# The forms of the engine's sentences. A group is said in the reader's language when it is one of WORDS.
FORMS: Final[list[tuple[re.Pattern[str], Promise]]] = [
    (re.compile(r"读作(?P<kind>.+)（(?P<share>\d+)%）"), _("read as %(kind)s (%(share)s%%)")),
    (re.compile(r"出现“(?P<quote>.+)”，但整句不像安全问题"), _("“%(quote)s” was found, but the whole is no danger")),
    (re.compile(r"按整句判断：(?P<level>.+)"), _("judged by the whole sentence: %(level)s")),
    (
        re.compile(r"文字太长，只读了前 (?P<count>\d+) 个字"),
        _("too long: only the first %(count)s characters were read"),
    ),
    (re.compile(r"写明了(?P<facts>[^；：]+)"), _("tells %(facts)s")),
    (re.compile(r"续 (?P<case>HX-\d+)"), _("goes on with %(case)s")),
    (re.compile(r"连同此前紧接着说的 (?P<number>\d+) 句"), _("with what was said just before, %(number)s times")),
    (re.compile(r"(?P<dial>影响力|真实性|普遍性|严重性) ≥ (?P<least>\d+)"), _("%(dial)s ≥ %(least)s")),
    (re.compile(r"(?P<quote>.+)：(?P<rule>[^：]+)"), _("“%(quote)s”: %(rule)s")),
]


@dataclass(frozen=True, slots=True)
class Said:
    """Words to be shown, and the language they are in when it is not the reader's own."""

    text: str
    lang: str = ""

    def __str__(self) -> str:
        """Give only the words, for a place that takes no mark-up."""
        return self.text


def tell(parts: Iterable[Part]) -> Said:
    """The parts of a dial's reason in one sentence; an engine's sentence may hold commas, so it ends in a semicolon."""
    given = list(parts)
    told = [_part(code, values) for code, values in given]
    mark = gettext("; ") if any(code == "engine" for code, _values in given) else gettext(", ")
    return Said(mark.join(one.text for one in told if one.text), next((one.lang for one in told if one.lang), ""))


def reason_of(kept: Mapping[str, Any]) -> Said:
    """The reason of a dial as an assessment keeps it; before parts were kept there was only the sentence."""
    said = kept.get("said")
    return tell((code, values) for code, values in said) if said else worded(kept.get("reason", ""))


def worded(sentence: str) -> Said:
    """A sentence of the engine, or several with ； between them, as the reader says it."""
    if (get_language() or "").startswith("zh") or not _HAN.search(sentence):
        return Said(sentence)
    told = [_clause(clause) for clause in sentence.split("；")]
    if any(one is None for one in told):
        return Said(sentence, CHINESE)
    return Said(gettext("; ").join(one for one in told if one))


def conditions(text: str) -> Said:
    """The conditions of a rule of the decision table, as an assessment keeps them."""
    if (get_language() or "").startswith("zh") or not _HAN.search(text):
        return Said(text)
    told = [gettext("displeased") if one == "不满" else _clause(one) for one in text.split("，")]
    return Said(text, CHINESE) if None in told else Said(gettext(", ").join(one for one in told if one))


def _part(code: str, values: Mapping[str, Any]) -> Said:
    if code == "engine":
        return worded(values["sentence"])
    if code == "tier":
        return Said(str(Tier(values["tier"]).label))
    return Said(str(PARTS[code]) % values if code in PARTS else "")


def _clause(clause: str) -> str | None:
    """One clause in the reader's language, None when nothing here knows it."""
    if clause in WORDS:
        return str(WORDS[clause])
    for form, words in FORMS:
        if match := form.fullmatch(clause):
            values = {name: _value(name, value) for name, value in match.groupdict().items()}
            return None if None in values.values() else str(words) % values
    known = [WORDS.get(word) for word in clause.split("、")]  # emotions, one after the other
    return None if None in known else gettext(", ").join(str(word) for word in known)


def _value(name: str, value: str) -> str | None:
    if name == "facts":
        names = [WORDS.get(word) for word in re.split("[、和]", value)]
        return None if None in names else gettext(", ").join(str(word) for word in names)
    if name in {"quote", "case"} or value.isdecimal():
        return value
    return str(WORDS[value]) if value in WORDS else None
