"""What may hold an answer or an announcement back whatever the way: a threat, personal data where everybody reads it.

The words are found by the coach's rules (see huixiang.engine.coach). A workspace says which lines hold. Whoever sends
an answer all the same says why: the reason is in the journal with their name and the line.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from huixiang.cases import events
from huixiang.cases.states import Lane
from huixiang.engine.coach.reading import red_lines
from huixiang.engine.coach.rules import Fault
from huixiang.journal.actions import Note, record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Workspace

LONGEST_REASON = 500


class RedLine(models.TextChoices):
    """What can hold an answer back."""

    EXPOSES = str(Fault.EXPOSES), gettext_lazy("Personal data in public")
    THREATENS = str(Fault.THREATENS), gettext_lazy("Threats")


@dataclass(frozen=True, slots=True)
class Crossing:
    """The words that cross a line, and what could be said instead ("" when they should only go)."""

    line: RedLine
    words: str
    better: str


class Crossed(Refused):
    """An answer crosses red lines and no reason was given; `crossings` are they, in the order of the text."""

    def __init__(self, crossings: Sequence[Crossing]) -> None:
        way_on = _("Change the words, or say why they have to go out like this.")
        super().__init__(" ".join([*_said(crossings), way_on]))
        self.crossings = tuple(crossings)

    @property
    def numbers(self) -> tuple[str, ...]:
        """What everybody could read, as written."""
        return _words(self.crossings, RedLine.EXPOSES)

    @property
    def threats(self) -> tuple[Crossing, ...]:
        """What reads as a threat."""
        return tuple(one for one in self.crossings if one.line == RedLine.THREATENS)


def _words(crossings: Sequence[Crossing], line: RedLine) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.words for one in crossings if one.line == line))


def _said(crossings: Sequence[Crossing]) -> list[str]:
    comma = pgettext("numbers", ", ")
    numbers, threats = _words(crossings, RedLine.EXPOSES), _words(crossings, RedLine.THREATENS)
    said = []
    if numbers:
        said.append(_("Everybody could read %(numbers)s.") % {"numbers": comma.join(numbers)})
    if threats:
        quoted = comma.join(pgettext("quote", "“%(words)s”") % {"words": words} for words in threats)
        said.append(_("%(words)s reads as a threat.") % {"words": quoted})
    return said


def held_lines(workspace: Workspace) -> list[RedLine]:
    """The red lines that hold in a workspace: all, but those it has switched off."""
    return [line for line in RedLine if line not in workspace.red_lines_off]


def crossings(text: str, *, workspace: Workspace, lane: str, agreed: Collection[str] = ()) -> list[Crossing]:
    """Where a text crosses the workspace's red lines; a note of the team crosses none.

    `agreed`: names of people who agreed to be named in public.
    """
    if lane == Lane.INTERNAL:
        return []
    held = held_lines(workspace)
    found = red_lines(text, public=lane in (Lane.PUBLIC, Lane.GROUP)) if held else ()
    return [
        Crossing(RedLine(str(one.fault)), one.words, one.better)
        for one in found
        if RedLine(str(one.fault)) in held and one.words not in agreed
    ]


def hold(text: str, *, workspace: Workspace, lane: str, anyway: str, agreed: Collection[str] = ()) -> list[str]:
    """The red lines a text crosses, each once, for `crossed_note`. Raises Crossed when it does and `anyway` is empty.

    `anyway` is the reason of whoever sends it all the same; `agreed` as for `crossings`.
    """
    found = crossings(text, workspace=workspace, lane=lane, agreed=agreed)
    if found and not anyway.strip():
        raise Crossed(found)
    return list(dict.fromkeys(str(one.line) for one in found))


def crossed_notes(
    *, case_id: uuid.UUID, turn_id: uuid.UUID, lines: Sequence[str], anyway: str, actor: Actor
) -> list[Note]:
    """What the journal keeps of an answer that crossed lines: cases.red_line_crossed with the reason; else nothing."""
    if not lines:
        return []
    event = events.RedLineCrossed(subject=case_id, turn_id=turn_id, lines=list(lines))
    return [Note(event, anyway.strip()[:LONGEST_REASON], actor)]


@transaction.atomic
def hold_to(*, workspace: Workspace, lines: Sequence[str], actor: Actor) -> None:
    """Say which red lines hold from now on. Journal: cases.red_lines_set, when it changed."""
    off = [str(line) for line in RedLine if line not in lines]
    if off == workspace.red_lines_off:
        return
    workspace.red_lines_off = off
    workspace.save(update_fields=["red_lines_off"])
    held = [str(line) for line in held_lines(workspace)]
    record(events.RedLinesSet(subject=workspace.id, lines=held), workspace_id=workspace.id, actor=actor)
