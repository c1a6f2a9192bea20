"""What happens to what grades call for."""

import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class StandardsChanged(Event):
    """How fast grades want their answers was changed."""

    name: ClassVar[str] = "playbooks.standards_changed"
    subject_kind: ClassVar[str] = "workspace"
    grades: list[str]


@dataclass(frozen=True, kw_only=True)
class RunEvent(Event):
    """Base of the events about a playbook at work; the subject is the case."""

    subject_kind: ClassVar[str] = "case"


@dataclass(frozen=True, kw_only=True)
class RunStarted(RunEvent):
    """A playbook began on a case; `carried` steps were done under the one before."""

    name: ClassVar[str] = "playbooks.started"
    run_id: uuid.UUID
    playbook_id: uuid.UUID
    version: int
    carried: int


@dataclass(frozen=True, kw_only=True)
class RunEnded(RunEvent):
    """A playbook ended on a case, for a reason of states.EndReason."""

    name: ClassVar[str] = "playbooks.ended"
    run_id: uuid.UUID
    playbook_id: uuid.UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class RunRevived(RunEvent):
    """A case was reopened, and the playbook that ended with it goes on."""

    name: ClassVar[str] = "playbooks.revived"
    run_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class StepEvent(RunEvent):
    """Base of the events about a step of a case: which, and of what kind."""

    step: uuid.UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class StepBegun(StepEvent):
    """Somebody began a step by hand."""

    name: ClassVar[str] = "playbooks.step_begun"


@dataclass(frozen=True, kw_only=True)
class StepDone(StepEvent):
    """A step is done; `fact` when it followed from one. The words are the note."""

    name: ClassVar[str] = "playbooks.step_done"
    fact: bool


@dataclass(frozen=True, kw_only=True)
class StepSkipped(StepEvent):
    """Somebody skipped a step; the words are the reason."""

    name: ClassVar[str] = "playbooks.step_skipped"


@dataclass(frozen=True, kw_only=True)
class StepTakenBack(StepEvent):
    """Somebody took back that a step is done or skipped."""

    name: ClassVar[str] = "playbooks.step_taken_back"


@dataclass(frozen=True, kw_only=True)
class StepHanded(StepEvent):
    """A step is somebody's now."""

    name: ClassVar[str] = "playbooks.step_handed"
    membership_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class StepDue(StepEvent):
    """Somebody is to know of a step that is up to them: at once when it is not their case, else before it is due."""

    name: ClassVar[str] = "playbooks.step_due"
    membership_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class StepLate(StepEvent):
    """The time of a step ran out; `membership_id` is whose it is, None when it is nobody's."""

    name: ClassVar[str] = "playbooks.step_late"
    membership_id: uuid.UUID | None


@dataclass(frozen=True, kw_only=True)
class PlaybookEvent(Event):
    """Base of the events about a playbook itself."""

    subject_kind: ClassVar[str] = "playbook"


@dataclass(frozen=True, kw_only=True)
class PlaybookMade(PlaybookEvent):
    """There is a new playbook, written anew or copied."""

    name: ClassVar[str] = "playbooks.made"
    copied_from: uuid.UUID | None


@dataclass(frozen=True, kw_only=True)
class PlaybookPublished(PlaybookEvent):
    """A version is what new cases get, a new one or (`back`) an earlier one; the words say what is new."""

    name: ClassVar[str] = "playbooks.published"
    version: int
    back: bool


@dataclass(frozen=True, kw_only=True)
class PlaybookSwitched(PlaybookEvent):
    """New cases get it, or no longer."""

    name: ClassVar[str] = "playbooks.switched"
    on: bool


@dataclass(frozen=True, kw_only=True)
class PlaybookMoved(PlaybookEvent):
    """It is asked before or after others than before."""

    name: ClassVar[str] = "playbooks.moved"
    position: int


@dataclass(frozen=True, kw_only=True)
class RotaChanged(Event):
    """A rota was made, changed or removed (`what`)."""

    name: ClassVar[str] = "playbooks.rota_changed"
    subject_kind: ClassVar[str] = "rota"
    what: str


@dataclass(frozen=True, kw_only=True)
class EscalationChanged(Event):
    """Whom breaches are carried up to was changed."""

    name: ClassVar[str] = "playbooks.escalation_changed"
    subject_kind: ClassVar[str] = "workspace"
    levels: int
