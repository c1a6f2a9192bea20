"""The academy in words: what a point was given or taken for, what is called a weak spot, how a talk ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from huixiang.academy.judging import Part
from huixiang.academy.library import Ending, Reaction, Words
from huixiang.desk.cases.coach import FAULTS, MERITS
from huixiang.feedback.models import Grade
from huixiang.playbooks.states import StepKind

ENDINGS: Final[dict[str, Promise]] = {
    Ending.SETTLED: pgettext_lazy("talk", "Settled"),
    Ending.OPEN: pgettext_lazy("talk", "Left open"),
    Ending.LOST: pgettext_lazy("talk", "Lost"),
}
REACTIONS: Final[dict[str, tuple[str, Promise]]] = {
    Reaction.CALMER: ("mood-smile", pgettext_lazy("reaction", "Calmer")),
    Reaction.SAME: ("mood-empty", pgettext_lazy("reaction", "The same")),
    Reaction.ANGRIER: ("mood-sad", pgettext_lazy("reaction", "Angrier")),
}
LANES: Final[dict[str, Promise]] = {
    "public": pgettext_lazy("lane", "in public"),
    "private": pgettext_lazy("lane", "in private"),
}
PARTS: Final[dict[str, Promise]] = {
    Part.FACT: gettext_lazy("Asking for what is missing"),
    Part.LANE: gettext_lazy("Public or private"),
    Part.GRADE: gettext_lazy("The right grade"),
    Part.STEP: gettext_lazy("The first step"),
    Part.ROOM: gettext_lazy("When to open a war room"),
    Part.NEVER: gettext_lazy("Words never to be said"),
}
HEADINGS: Final[dict[str, Promise]] = {
    Part.COACH: gettext_lazy("The coach"),
    Part.GRADE: gettext_lazy("Grade"),
    Part.STEP: gettext_lazy("First step"),
    Part.ROOM: gettext_lazy("War room"),
    Part.LANE: gettext_lazy("Public or private"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One point of a result. `tone`: y for won, n for missed, bad for what cost points; `note`: why, or what is better.

    `points`: “6 of 10” is (6, 10); of a fault or words never to be said only what they cost.
    """

    tone: str
    label: str
    text: str
    note: str
    won: int
    of: int


def lines(points: Iterable[Mapping[str, Any]], words: Words) -> list[Line]:
    """The points of an answer as a person reads them, in the order in which they were judged."""
    told = list(points)
    first = any(point["part"] == Part.GRADE for point in told)
    found = [_line(point, words) for point in told]
    # why a scenario belongs in public or in private is told of its beginning, and may not hold of a later turn
    pairs = zip(found, told, strict=True)
    return [one if first or point["part"] != Part.LANE else replace(one, note="") for one, point in pairs]


def _line(point: Mapping[str, Any], words: Words) -> Line:
    part = str(point["part"])
    tell = _TELL.get(part, _chosen)
    label, text, note = tell(point, words)
    won, of = int(point["won"]), int(point["of"])
    tone = "bad" if part in {Part.FAULT, Part.NEVER} else "y" if of and won * 2 >= of else "n"
    return Line(tone, label, text, note, won, of)


def _coach(point: Mapping[str, Any], words: Words) -> tuple[str, str, str]:  # noqa: ARG001 - one form for all
    score = round(100 * point["won"] / point["of"])
    return str(HEADINGS[Part.COACH]), _("The coach gives this answer %(score)d of 100.") % {"score": score}, ""


def _merit(point: Mapping[str, Any], words: Words) -> tuple[str, str, str]:  # noqa: ARG001 - one form for all
    label, hint = MERITS[point["key"]]
    return (str(label), _quoted(point["words"]), "") if point["won"] else (str(label), "", str(hint))


def _fact(point: Mapping[str, Any], words: Words) -> tuple[str, str, str]:  # noqa: ARG001 - one form for all
    label = _("To ask: %(what)s") % {"what": point["key"]}
    return label, _quoted(point["words"]) if point["won"] else _("This was not asked."), ""


def _fault(point: Mapping[str, Any], words: Words) -> tuple[str, str, str]:  # noqa: ARG001 - one form for all
    better = _("Better: %(words)s") % {"words": point["better"]} if point["better"] else ""
    return str(FAULTS[point["key"]]), _quoted(point["words"]), better


def _never(point: Mapping[str, Any], words: Words) -> tuple[str, str, str]:  # noqa: ARG001 - one form for all
    return _("Never say here"), _quoted(point["words"]), str(point["better"])


def _chosen(point: Mapping[str, Any], words: Words) -> tuple[str, str, str]:
    """A choice: what was chosen, what was right, and why."""
    part = point["part"]
    chosen, right = _choice(part, point["words"]), _choice(part, point["better"])
    told = {"chosen": chosen, "right": right}
    text = chosen if point["won"] else _("You chose “%(chosen)s”; right is “%(right)s”.") % told
    why = words.acts.get({Part.STEP: "first", Part.ROOM: "war_room"}.get(part, part), "")
    return str(HEADINGS[part]), text, why


def _choice(part: str, value: str) -> str:
    if part == Part.GRADE:
        return str(Grade(value).label) if value in Grade.values else value
    if part == Part.STEP:
        return str(StepKind(value).label) if value in StepKind.values else value
    if part == Part.ROOM:
        return pgettext("war room", "open one") if value == "yes" else pgettext("war room", "none yet")
    return str(LANES.get(value, value))


def _quoted(words: str) -> str:
    said = words.strip(" \n。，、；,.;")[:120]
    return pgettext("quote", "“%(words)s”") % {"words": said} if said else ""


_TELL: Final = {
    Part.COACH.value: _coach, Part.MERIT.value: _merit, Part.FACT.value: _fact, Part.FAULT.value: _fault,
    Part.NEVER.value: _never,
}  # fmt: skip


def spot_name(name: str) -> str:
    """A weak spot in words."""
    if name in MERITS:
        return _("Lacking: %(merit)s") % {"merit": MERITS[name][0]}
    return str(FAULTS.get(name) or PARTS.get(name) or name)


def spot_names(found: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Weak spots in words, each with how often."""
    return [(spot_name(name), number) for name, number in found]
