"""The funnel as it is drawn and said: shapes as SVG attributes, shares, what changed, where each number leads."""

import math
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.desk.insights.narrowing import Asked, part_of, query_of
from huixiang.insights.conversion import queries
from huixiang.insights.conversion.queries import Funnel, Step
from huixiang.insights.conversion.stages import BY_KEY, LOST, STAGES, Stage
from huixiang.members.models import Member
from huixiang.workspaces.models import Workspace

WIDE, HIGH, THIN = 1000, 46, 6  # of the drawing of one stage, in units of its viewBox
CONFIDENT: Final = 1.96  # standard errors to either side hold 95 %
FADES: Final = ("1", ".88", ".76", ".64", ".52", ".42", ".34")


@dataclass(frozen=True, slots=True)
class Row:
    """One stage as it is drawn. `share` is of all critics, `change` in percentage points against the period before.

    `sure`: so many people that the change is hardly chance (the 95 % interval of the difference leaves out zero).
    """

    step: Step
    points: str
    opacity: str
    share: int
    change: int | None
    sure: bool
    reached_query: str
    here_query: str

    @property
    def changed(self) -> str:
        """The change with its sign; "" for none."""
        return (f"+{self.change}" if self.change > 0 else f"\N{MINUS SIGN}{-self.change}") if self.change else ""

    @property
    def median(self) -> float | None:
        """Seconds."""
        return self.step.median.total_seconds() if self.step.median is not None else None

    @property
    def ninetieth(self) -> float | None:
        """Seconds."""
        return self.step.ninetieth.total_seconds() if self.step.ninetieth is not None else None


def rows(funnel: Funnel, asked: Asked) -> list[Row]:
    """The stages from the first."""
    widths = [step.reached / funnel.total if funnel.total else 0 for step in funnel.steps]
    return [
        Row(
            step, _shape(widths[place], widths[min(place + 1, len(widths) - 1)]), FADES[place],
            round(100 * widths[place]), _change(funnel, step), _sure(funnel, step),
            query_of(asked, reached=step.definition.key if place else ""),
            query_of(asked, stage=step.definition.key),
        )
        for place, step in enumerate(funnel.steps)
    ]  # fmt: skip


def _shape(top: float, bottom: float) -> str:
    """A stage as a trapezoid from its own width to that of the next; what is there is never too thin to see."""
    upper, lower = (max(THIN, WIDE * width) if width else 0 for width in (top, bottom))
    middle = WIDE / 2
    corners = [(middle - upper / 2, 0), (middle + upper / 2, 0), (middle + lower / 2, HIGH), (middle - lower / 2, HIGH)]
    return " ".join(f"{x:.0f},{y}" for x, y in corners)


def _change(funnel: Funnel, step: Step) -> int | None:
    if not funnel.total or not funnel.before or not step.definition.stage:
        return None
    return round(100 * step.reached / funnel.total) - round(100 * step.before / funnel.before)


def _sure(funnel: Funnel, step: Step) -> bool:
    """Whether the shares differ by more than chance would let them: the interval of the difference of two shares."""
    if not funnel.total or not funnel.before:
        return False
    now, before = step.reached / funnel.total, step.before / funnel.before
    spread = now * (1 - now) / funnel.total + before * (1 - before) / funnel.before
    return abs(now - before) > CONFIDENT * math.sqrt(spread)


def lost(funnel: Funnel, asked: Asked) -> list[dict[str, Any]]:
    """The ways of being lost, with their sentence, number and list."""
    return [
        {"word": word, "sentence": sentence, "number": funnel.lost[key], "query": query_of(asked, lost=key)}
        for key, (word, sentence) in LOST.items()
    ]


def tabs(workspace: Workspace, asked: Asked) -> list[dict[str, Any]]:
    """The list's tabs: everybody, each stage with who stands there, each way of being lost. Two statements."""
    funnel, part = queries.funnel(workspace=workspace, wanted=asked.wanted), asked.part
    kept = {name: value for name, value in part_of(asked).items() if name in ("q", "mine", "sort")}
    everybody = not (part.lost or part.reached or part.stage is not None)
    first = {"word": pgettext("critics", "All"), "count": funnel.total, "here": everybody, "query": kept}
    found: list[dict[str, Any]] = [first]
    for step in funnel.steps:
        named = kept | {"stage": step.definition.key}
        here = part.stage == step.definition.stage
        found.append({"word": step.definition.word, "count": step.here, "here": here, "query": named})
    for key, (word, _sentence) in LOST.items():
        found.append({"word": word, "count": funnel.lost[key], "here": part.lost == key, "query": kept | {"lost": key}})
    return [tab | {"query": query_of(asked, **tab["query"])} for tab in found]


def title(asked: Asked) -> str:
    """What the list shows, in words."""
    part = asked.part
    if part.stage is not None:
        return _("Standing at “%(stage)s”") % {"stage": Stage(part.stage).label}
    if part.reached:
        return _("Reached “%(stage)s” or went further") % {"stage": Stage(part.reached).label}
    if part.lost:
        return str(LOST[part.lost][0])
    return _("All critics") if asked.wanted.people else _("All their matters")


def sentence(asked: Asked) -> str:
    """What the stage of the list means; "" when it shows several."""
    found = [one for one in STAGES if asked.part.stage == one.stage or (asked.part.reached == one.stage and one.stage)]
    if asked.part.lost:
        return str(LOST[asked.part.lost][1])
    return str(BY_KEY[found[0].key].sentence) if found else ""


def name_of(member: Member) -> str:
    """A member as the team may see them."""
    return member.known_as
