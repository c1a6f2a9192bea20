"""What triage and people's corrections of it do."""

import uuid
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


@dataclass(frozen=True, kw_only=True)
class LanguageModelChanged(Event):
    """The settings of the workspace's language model were changed; `what`: on, off, changed."""

    name: ClassVar[str] = "triage.language_model_changed"
    subject_kind: ClassVar[str] = "workspace"
    what: str
    uses: list[str]


@dataclass(frozen=True, kw_only=True)
class OpinionSettled(Event):
    """Somebody took the second opinion on a feedback, or put it aside."""

    name: ClassVar[str] = "triage.opinion_settled"
    subject_kind: ClassVar[str] = "feedback"
    opinion_id: uuid.UUID
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class LearningEvent(Event):
    """Something about what is learned from corrections."""

    subject_kind: ClassVar[str] = "learned_version"


@dataclass(frozen=True, kw_only=True)
class LearningAsked(LearningEvent):
    """A version was asked for."""

    name: ClassVar[str] = "triage.learning_asked"
    number: int


@dataclass(frozen=True, kw_only=True)
class LearningFailed(LearningEvent):
    """A version could not be made."""

    name: ClassVar[str] = "triage.learning_failed"
    number: int


@dataclass(frozen=True, kw_only=True)
class VersionMade(LearningEvent):
    """A version was made, and waits for a person to switch it on."""

    name: ClassVar[str] = "triage.version_made"
    number: int
    learned_from: int
    held_back: int


@dataclass(frozen=True, kw_only=True)
class VersionSwitchedOn(LearningEvent):
    """Another version reads from now on; 0 stands for the engine's own models."""

    name: ClassVar[str] = "triage.version_switched_on"
    before: int
    after: int


@dataclass(frozen=True, kw_only=True)
class BotAsked(Event):
    """A message the account's bot has to look at: a command, a feedback in a group, or a group's first word."""

    name: ClassVar[str] = "triage.bot_asked"
    subject_kind: ClassVar[str] = "message"
