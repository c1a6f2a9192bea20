"""What happens to cases."""

import datetime
import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class CaseEvent(Event):
    """Base of the events about a case."""

    subject_kind: ClassVar[str] = "case"


@dataclass(frozen=True, kw_only=True)
class CaseOpened(CaseEvent):
    """A critic's feedback is being handled."""

    name: ClassVar[str] = "cases.opened"
    feedback_id: uuid.UUID
    member_id: uuid.UUID
    theme_id: uuid.UUID | None
    grade: str
    historical: bool


@dataclass(frozen=True, kw_only=True)
class FeedbackJoined(CaseEvent):
    """Another feedback of the same member about the same matter."""

    name: ClassVar[str] = "cases.feedback_joined"
    feedback_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class MemberSpoke(CaseEvent):
    """A later message of the member."""

    name: ClassVar[str] = "cases.member_spoke"
    message_id: uuid.UUID
    lane: str


@dataclass(frozen=True, kw_only=True)
class Assigned(CaseEvent):
    """The case has an owner, or another one."""

    name: ClassVar[str] = "cases.assigned"
    owner_id: uuid.UUID | None


@dataclass(frozen=True, kw_only=True)
class Answered(CaseEvent):
    """We wrote to the member; `numbers_shown` when personal numbers were put on the board knowingly."""

    name: ClassVar[str] = "cases.answered"
    turn_id: uuid.UUID
    lane: str
    first: bool
    numbers_shown: bool = False


@dataclass(frozen=True, kw_only=True)
class RedLineCrossed(CaseEvent):
    """An answer went out although it crosses red lines; the words are the reason."""

    name: ClassVar[str] = "cases.red_line_crossed"
    turn_id: uuid.UUID
    lines: list[str]


@dataclass(frozen=True, kw_only=True)
class RedLinesSet(Event):
    """Other red lines hold answers back from now on: these."""

    name: ClassVar[str] = "cases.red_lines_set"
    subject_kind: ClassVar[str] = "workspace"
    lines: list[str]


@dataclass(frozen=True, kw_only=True)
class NoteWritten(CaseEvent):
    """Somebody wrote an internal note."""

    name: ClassVar[str] = "cases.note_written"
    turn_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Regraded(CaseEvent):
    """The grade changed; the words are the reason."""

    name: ClassVar[str] = "cases.regraded"
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class ClockStarted(CaseEvent):
    """Something is due."""

    name: ClassVar[str] = "cases.clock_started"
    clock: str
    due_at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class ClockBreached(CaseEvent):
    """Something was due and did not happen."""

    name: ClassVar[str] = "cases.clock_breached"
    clock: str


@dataclass(frozen=True, kw_only=True)
class StateChanged(CaseEvent):
    """Solved, confirmed, closed or reopened; the words are the reason."""

    name: ClassVar[str] = "cases.state_changed"
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Tagged(CaseEvent):
    """A tag was put on the case."""

    name: ClassVar[str] = "cases.tagged"
    tag_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Untagged(CaseEvent):
    """A tag was taken off the case."""

    name: ClassVar[str] = "cases.untagged"
    tag_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class TagEvent(Event):
    """Base of the events about a tag."""

    subject_kind: ClassVar[str] = "tag"


@dataclass(frozen=True, kw_only=True)
class TagCreated(TagEvent):
    """There is a new word to sort cases by."""

    name: ClassVar[str] = "cases.tag_created"


@dataclass(frozen=True, kw_only=True)
class TagChanged(TagEvent):
    """A tag has another name or is drawn otherwise."""

    name: ClassVar[str] = "cases.tag_changed"


@dataclass(frozen=True, kw_only=True)
class TagMerged(TagEvent):
    """A tag went up in another, with its cases."""

    name: ClassVar[str] = "cases.tag_merged"
    into_id: uuid.UUID
    cases: int


@dataclass(frozen=True, kw_only=True)
class TagDeleted(TagEvent):
    """A tag is gone, also from its cases."""

    name: ClassVar[str] = "cases.tag_deleted"
    cases: int


@dataclass(frozen=True, kw_only=True)
class ThemeFollowed(CaseEvent):
    """A case went along to another theme with most of its feedback."""

    name: ClassVar[str] = "cases.theme_followed"
    before: uuid.UUID | None
    after: uuid.UUID | None


@dataclass(frozen=True, kw_only=True)
class ThemeKept(CaseEvent):
    """Part of a case's feedback went to another theme; the case stays with the larger part."""

    name: ClassVar[str] = "cases.theme_kept"
    theme_id: uuid.UUID | None
    elsewhere: int


@dataclass(frozen=True, kw_only=True)
class ViewSaved(Event):
    """A view of the inbox was kept, changed or brought back."""

    name: ClassVar[str] = "cases.view_saved"
    subject_kind: ClassVar[str] = "view"
    shared: bool


@dataclass(frozen=True, kw_only=True)
class ViewDeleted(Event):
    """A view of the inbox was taken away."""

    name: ClassVar[str] = "cases.view_deleted"
    subject_kind: ClassVar[str] = "view"


@dataclass(frozen=True, kw_only=True)
class HandedOver(CaseEvent):
    """The case was given to somebody with a note of what is known and promised."""

    name: ClassVar[str] = "cases.handed_over"
    turn_id: uuid.UUID
    taker_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class HandoverEnded(CaseEvent):
    """Who was given the case took it, or gave it back."""

    name: ClassVar[str] = "cases.handover_ended"
    taken: bool


@dataclass(frozen=True, kw_only=True)
class StageChanged(CaseEvent):
    """The dialogue went on, by what happened or by hand. Solving, confirming and reopening tell it themselves."""

    name: ClassVar[str] = "cases.stage_changed"
    before: str
    after: str
    by_hand: bool = False


@dataclass(frozen=True, kw_only=True)
class Snoozed(CaseEvent):
    """Somebody put the case off: it is out of the lists of what is to do until then."""

    name: ClassVar[str] = "cases.snoozed"
    until: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class Woken(CaseEvent):
    """It is not put off any longer: its time has come (time), something happened on it (news), or by_hand."""

    name: ClassVar[str] = "cases.woken"
    why: str


@dataclass(frozen=True, kw_only=True)
class DetailMarked(CaseEvent):
    """Somebody said that a detail is known, missing or not needed, or took that back ("")."""

    name: ClassVar[str] = "cases.detail_marked"
    detail: str
    marked: str


@dataclass(frozen=True, kw_only=True)
class AnswerWaits(CaseEvent):
    """An answer for everybody to read waits for somebody's yes."""

    name: ClassVar[str] = "cases.answer_waits"
    pending_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class AnswerDecided(CaseEvent):
    """It was sent, sent back (the words are the reason) or withdrawn; `changed` when its words were."""

    name: ClassVar[str] = "cases.answer_decided"
    pending_id: uuid.UUID
    decision: str
    changed: bool = False


@dataclass(frozen=True, kw_only=True)
class ApprovalSet(Event):
    """For other grades than before an answer everybody reads wants a second person."""

    name: ClassVar[str] = "cases.approval_set"
    subject_kind: ClassVar[str] = "workspace"
    grades: list[str]


@dataclass(frozen=True, kw_only=True)
class ClockWarned(CaseEvent):
    """Most of the time is gone, and what is due did not happen yet."""

    name: ClassVar[str] = "cases.clock_warned"
    clock: str
    due_at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class ClockEscalated(CaseEvent):
    """What is overdue was carried up to these of the team."""

    name: ClassVar[str] = "cases.clock_escalated"
    clock: str
    level: int
    membership_ids: list[uuid.UUID]


@dataclass(frozen=True, kw_only=True)
class PromiseEvent(Event):
    """Base of the events about what a theme owes the public: an announcement by a time."""

    subject_kind: ClassVar[str] = "theme"


@dataclass(frozen=True, kw_only=True)
class PromiseStarted(PromiseEvent):
    """An announcement is due."""

    name: ClassVar[str] = "cases.promise_started"
    due_at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class PromiseEnded(PromiseEvent):
    """No announcement is due any more: nothing that was said is about the theme."""

    name: ClassVar[str] = "cases.promise_ended"


@dataclass(frozen=True, kw_only=True)
class PromiseWarned(PromiseEvent):
    """Most of the time until the announcement is gone."""

    name: ClassVar[str] = "cases.promise_warned"
    due_at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class PromiseBreached(PromiseEvent):
    """An announcement was due and did not come."""

    name: ClassVar[str] = "cases.promise_breached"


@dataclass(frozen=True, kw_only=True)
class PromiseEscalated(PromiseEvent):
    """The overdue announcement was carried up to these of the team."""

    name: ClassVar[str] = "cases.promise_escalated"
    level: int
    membership_ids: list[uuid.UUID]


@dataclass(frozen=True, kw_only=True)
class ClocksRecounted(Event):
    """The calendar changed: so many clocks that run were counted anew, and so many are due at another time."""

    name: ClassVar[str] = "cases.clocks_recounted"
    subject_kind: ClassVar[str] = "workspace"
    clocks: int
    moved: int


@dataclass(frozen=True, kw_only=True)
class TakenBack(CaseEvent):
    """The import that brought it was taken back: the case is gone. `number` is what it was called by."""

    name: ClassVar[str] = "cases.taken_back"
    run_id: uuid.UUID
    number: int
