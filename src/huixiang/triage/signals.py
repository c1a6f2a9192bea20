"""What travels through the pipeline."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huixiang.cases.models import Case
from huixiang.channels.models import Conversation
from huixiang.engine import MODEL_VERSION
from huixiang.engine.reading import Kind, Reading
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.members.models import Member
from huixiang.triage.background import Background
from huixiang.triage.copies import Copied
from huixiang.triage.models import Assessment
from huixiang.workspaces.models import Workspace

FORM = "portal"  # the kind of account behind the feedback form


@dataclass(slots=True)
class Signal:
    """One or more messages of one person in a row, and what is known of them so far."""

    messages: list[Message]
    findings: list[dict[str, Any]] = field(default_factory=list)
    version: str = MODEL_VERSION  # which models read it, with what was learned from corrections
    forced: bool = False  # a person said that this is feedback
    command: str = ""  # what the author told the bot to do
    case: Case | None = None  # the open case these messages continue
    handled: Case | None = None  # the case their feedback is handled in, opened or joined
    earlier: Feedback | None = None  # the feedback they go on with (within ten minutes)
    before: list[Message] = field(default_factory=list)  # left out when it came, and said just before (see preceding)
    reading: Reading | None = None
    vector: NDArray[np.float32] | None = None
    feedback: Feedback | None = None
    assessment: Assessment | None = None

    @property
    def first(self) -> Message:
        """The message that began it."""
        return self.messages[0]

    @property
    def by_form(self) -> bool:
        """Whether it came by the community's own feedback form."""
        return self.first.account.kind == FORM

    @property
    def is_feedback(self) -> bool:
        """Whether it is worth keeping: the gate says so, a person said so, or it came by the feedback form.

        What is said in the form is meant as feedback; only advertising is kept out there.
        """
        if self.reading is None:
            return False
        meant = self.by_form and self.reading.kind != Kind.spam
        return self.reading.feedback or self.forced or meant

    @property
    def text(self) -> str:
        """What was said, with what it goes on with in front."""
        parts = [self.earlier.text] if self.earlier else []
        return "\n".join([*parts, *(message.text for message in self.messages)])

    @property
    def member(self) -> Member:
        """Who said it; there is one after the first step."""
        assert self.first.member is not None  # noqa: S101 - tells the type checker what `link` established
        return self.first.member

    @property
    def conversation(self) -> Conversation:
        """Where; there is one after the first step."""
        assert self.first.conversation is not None  # noqa: S101 - as above
        return self.first.conversation

    def find(self, step: str, value: Any, confidence: float, reason: str) -> None:
        """Keep what a step concluded: value, confidence 0–1, reason in words, and the models' version."""
        self.findings.append(
            {
                "step": step,
                "value": value,
                "confidence": round(confidence, 3),
                "reason": reason,
                "version": self.version,
            }
        )


@dataclass(slots=True)
class Batch:
    """The signals of one transaction."""

    workspace: Workspace
    signals: list[Signal]
    commands: list[Signal] = field(default_factory=list)  # said to the bot, nothing to be read
    theme_ids: list[Any] = field(default_factory=list)
    opened: list[Case] = field(default_factory=list)
    known: dict[uuid.UUID, Case] = field(default_factory=dict)
    copied: dict[uuid.UUID, Copied] = field(default_factory=dict)
    background: Background = field(default_factory=Background)

    def same(self, case: Case) -> Case:
        """The one object that stands for this case in the batch, so that no step writes what another read before."""
        return self.known.setdefault(case.id, case)

    def feedback_signals(self) -> list[Signal]:
        """Those that turned out to be new feedback."""
        return [signal for signal in self.signals if signal.feedback is not None]
