"""What happens in war rooms. The words of an entry are what was written; they stand beside the chain."""

import datetime
import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class RoomEvent(Event):
    """Base of the events about a room."""

    subject_kind: ClassVar[str] = "war_room"


@dataclass(frozen=True, kw_only=True)
class Opened(RoomEvent):
    """A room was opened, for a theme or for a case without one; `again` when a closed one was taken up."""

    name: ClassVar[str] = "war_rooms.opened"
    theme_id: uuid.UUID | None
    case_id: uuid.UUID | None
    again: bool


@dataclass(frozen=True, kw_only=True)
class Closed(RoomEvent):
    """A room was closed with a review."""

    name: ClassVar[str] = "war_rooms.closed"
    theme_id: uuid.UUID | None
    changes: int
    met: bool


@dataclass(frozen=True, kw_only=True)
class Voided(RoomEvent):
    """A room that had opened by itself was closed by itself: nothing dangerous is left of what was said."""

    name: ClassVar[str] = "war_rooms.voided"
    theme_id: uuid.UUID | None


@dataclass(frozen=True, kw_only=True)
class UpdateDue(RoomEvent):
    """The next update should be there and is not; told once for each."""

    name: ClassVar[str] = "war_rooms.update_due"
    theme_id: uuid.UUID | None
    due_at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class Joined(RoomEvent):
    """Another room went into the subject, with what it holds."""

    name: ClassVar[str] = "war_rooms.joined"
    source_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Parted(RoomEvent):
    """A room that somebody had joined in is a room of its own again."""

    name: ClassVar[str] = "war_rooms.parted"
    source_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ThemeTaken(RoomEvent):
    """The room of a case, or of a theme that was merged, is the room of this theme now."""

    name: ClassVar[str] = "war_rooms.theme_taken"
    theme_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Acknowledged(Event):
    """Somebody took a red case; `answering` when they simply answered it."""

    name: ClassVar[str] = "war_rooms.acknowledged"
    subject_kind: ClassVar[str] = "case"
    room_id: uuid.UUID | None
    answering: bool


@dataclass(frozen=True, kw_only=True)
class SeatTaken(RoomEvent):
    """Somebody is in the room, or has another part."""

    name: ClassVar[str] = "war_rooms.seat_taken"
    membership_id: uuid.UUID
    part: str


@dataclass(frozen=True, kw_only=True)
class SeatLeft(RoomEvent):
    """Somebody left the room."""

    name: ClassVar[str] = "war_rooms.seat_left"
    membership_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class FactWritten(RoomEvent):
    """Something is known or held possible."""

    name: ClassVar[str] = "war_rooms.fact_written"
    fact_id: uuid.UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class FactJudged(RoomEvent):
    """How sure a fact is changed; the words are the fact and why."""

    name: ClassVar[str] = "war_rooms.fact_judged"
    fact_id: uuid.UUID
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class QuestionAsked(RoomEvent):
    """Something is not known, and somebody may have to find out."""

    name: ClassVar[str] = "war_rooms.question_asked"
    question_id: uuid.UUID
    owner_id: uuid.UUID | None


@dataclass(frozen=True, kw_only=True)
class QuestionGiven(RoomEvent):
    """A question has another owner."""

    name: ClassVar[str] = "war_rooms.question_given"
    question_id: uuid.UUID
    owner_id: uuid.UUID | None


@dataclass(frozen=True, kw_only=True)
class QuestionAnswered(RoomEvent):
    """A question was answered by a fact."""

    name: ClassVar[str] = "war_rooms.question_answered"
    question_id: uuid.UUID
    fact_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Decided(RoomEvent):
    """Something was decided; `superseded_id` is the decision it replaces."""

    name: ClassVar[str] = "war_rooms.decided"
    decision_id: uuid.UUID
    by_id: uuid.UUID
    superseded_id: uuid.UUID | None


@dataclass(frozen=True, kw_only=True)
class StatementWritten(RoomEvent):
    """There is a version of the holding statement."""

    name: ClassVar[str] = "war_rooms.statement_written"
    statement_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class StatementAsked(RoomEvent):
    """A version waits for somebody's yes."""

    name: ClassVar[str] = "war_rooms.statement_asked"
    statement_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class StatementJudged(RoomEvent):
    """A version was approved or refused; `alone` when who asked approved it because nobody else may."""

    name: ClassVar[str] = "war_rooms.statement_judged"
    statement_id: uuid.UUID
    approved: bool
    alone: bool


@dataclass(frozen=True, kw_only=True)
class StatementUsed(RoomEvent):
    """A version is said in public: on the theme's page, or as an answer to this many cases."""

    name: ClassVar[str] = "war_rooms.statement_used"
    statement_id: uuid.UUID
    on_theme: bool
    cases: int


@dataclass(frozen=True, kw_only=True)
class UpdatePosted(RoomEvent):
    """Somebody said where things stand; the next update is due at `next_at`."""

    name: ClassVar[str] = "war_rooms.update_posted"
    note_id: uuid.UUID
    late: bool
    next_at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class NoteWritten(RoomEvent):
    """Somebody wrote a note; `mentioned` are the memberships named in it."""

    name: ClassVar[str] = "war_rooms.note_written"
    note_id: uuid.UUID
    mentioned: list[uuid.UUID]


@dataclass(frozen=True, kw_only=True)
class ChangeDone(RoomEvent):
    """What was to change after a crisis is done, or is open again."""

    name: ClassVar[str] = "war_rooms.change_done"
    change_id: uuid.UUID
    done: bool


@dataclass(frozen=True, kw_only=True)
class RecordExported(RoomEvent):
    """The room's record was taken out as a file."""

    name: ClassVar[str] = "war_rooms.record_exported"
    form: str


@dataclass(frozen=True, kw_only=True)
class HabitsChanged(Event):
    """Who is called when a room opens, or how often it tells where things stand, was changed."""

    name: ClassVar[str] = "war_rooms.habits_changed"
    subject_kind: ClassVar[str] = "workspace"
