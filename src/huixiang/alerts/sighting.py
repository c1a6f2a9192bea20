"""What a rule sees when it looks: the things that are so now, in plain values."""

import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from huixiang.alerts.models import Alert
from huixiang.alerts.rules import Standing
from huixiang.workspaces.models import Workspace

MOST: Final = 200  # things of one rule told of at once, the latest
EVIDENCE: Final = 20  # feedback kept with an alert, the latest


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One thing a rule sees. `measure` grows as it gets worse; `severity` "" is the rule's own.

    Not `raises`: it is not enough for an alert, but one that stands goes on. `figures` are plain numbers and words that
    JSON can hold; the sentence is made of them when it is read (wording.py).
    """

    subject_kind: str
    subject_id: uuid.UUID
    measure: float = 1
    severity: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    evidence: Sequence[uuid.UUID] = ()
    owner_id: uuid.UUID | None = None
    also_ids: Sequence[uuid.UUID] = ()
    acknowledged_by_id: uuid.UUID | None = None  # it was acknowledged where it was first seen
    raises: bool = True
    over: bool = False  # it is no longer so, by what `acknowledged_by_id` did


@dataclass(frozen=True, slots=True)
class Ask:
    """Where and how a rule looks: the bound it goes by, and the alerts of this rule that stand, by subject."""

    workspace: Workspace
    now: datetime.datetime
    rule: Standing
    open: Mapping[uuid.UUID, Alert]
    elsewhere: Mapping[str, Mapping[uuid.UUID, Alert]]  # rule → the same, of every rule
    looked_at: datetime.datetime | None = None  # the last time

    @property
    def workspace_id(self) -> uuid.UUID:
        """Of which workspace."""
        return self.workspace.id

    def since(self, **span: float) -> datetime.datetime:
        """A moment before now."""
        return self.now - datetime.timedelta(**span)


Look = Callable[[Ask], Sequence[Sighting]]
"""A bounded number of statements, whatever there is to see. What stands and is not seen again is over."""
