"""What happens to templates, macros and answers that are sent later."""

import datetime
import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class TemplateEvent(Event):
    """Base of the events about a template."""

    subject_kind: ClassVar[str] = "template"


@dataclass(frozen=True, kw_only=True)
class TemplateSaved(TemplateEvent):
    """A template was made, changed or taken back to what it said before."""

    name: ClassVar[str] = "dialogue.template_saved"
    version: int
    shared: bool


@dataclass(frozen=True, kw_only=True)
class TemplateDeleted(TemplateEvent):
    """A template was taken away, or brought back."""

    name: ClassVar[str] = "dialogue.template_deleted"
    back: bool


@dataclass(frozen=True, kw_only=True)
class MacroEvent(Event):
    """Base of the events about a macro."""

    subject_kind: ClassVar[str] = "macro"


@dataclass(frozen=True, kw_only=True)
class MacroSaved(MacroEvent):
    """A macro was made or changed."""

    name: ClassVar[str] = "dialogue.macro_saved"
    shared: bool


@dataclass(frozen=True, kw_only=True)
class MacroDeleted(MacroEvent):
    """A macro was taken away, or brought back."""

    name: ClassVar[str] = "dialogue.macro_deleted"
    back: bool


@dataclass(frozen=True, kw_only=True)
class MacroRun(Event):
    """A macro was run on a case, or that was taken back."""

    name: ClassVar[str] = "dialogue.macro_run"
    subject_kind: ClassVar[str] = "case"
    macro_id: uuid.UUID
    back: bool


@dataclass(frozen=True, kw_only=True)
class ReplyScheduled(Event):
    """An answer is to go out later, or at another time than before."""

    name: ClassVar[str] = "dialogue.reply_scheduled"
    subject_kind: ClassVar[str] = "case"
    send_at: datetime.datetime
    changed: bool


@dataclass(frozen=True, kw_only=True)
class ReplyCancelled(Event):
    """An answer that was to go out later does not: `why` is by_hand, member_wrote or ended."""

    name: ClassVar[str] = "dialogue.reply_cancelled"
    subject_kind: ClassVar[str] = "case"
    why: str


@dataclass(frozen=True, kw_only=True)
class ReplyHeld(Event):
    """An answer could not go out at its time; its words are kept, and what stands in the way is told on the case."""

    name: ClassVar[str] = "dialogue.reply_held"
    subject_kind: ClassVar[str] = "case"
