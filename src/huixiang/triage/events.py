"""What triage and people's corrections of it do."""

from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class Assessed(Event):
    """A feedback was judged."""

    name: ClassVar[str] = "triage.assessed"
    subject_kind: ClassVar[str] = "feedback"
    grade: str
    influence: int
    authenticity: int
    prevalence: int
    severity: int
    rule: str


@dataclass(frozen=True, kw_only=True)
class Corrected(Event):
    """A person knew better; the words are the reason."""

    name: ClassVar[str] = "triage.corrected"
    subject_kind: ClassVar[str] = "feedback"
    field: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class TakenBack(Corrected):
    """A correction was taken back: `before` is what the person had said, `after` what stands again."""

    name: ClassVar[str] = "triage.correction_taken_back"


@dataclass(frozen=True, kw_only=True)
class RulesChanged(Event):
    """The decision table was edited."""

    name: ClassVar[str] = "triage.rules_changed"
    subject_kind: ClassVar[str] = "workspace"
    rules: int
