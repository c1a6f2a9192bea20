"""What happens to members."""

import datetime
import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event):
    """A member said whether they may be thanked by name; a later answer replaces it."""

    name: ClassVar[str] = "members.consent_given"
    subject_kind: ClassVar[str] = "member"
    consent: str


@dataclass(frozen=True, kw_only=True)
class TierChanged(Event):
    """Staff changed how close a member stands to the brand."""

    name: ClassVar[str] = "members.tier_changed"
    subject_kind: ClassVar[str] = "member"
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class MemberEvent(Event):
    """Base of the events about a member."""

    subject_kind: ClassVar[str] = "member"


@dataclass(frozen=True, kw_only=True)
class Described(MemberEvent):
    """Staff changed what is kept of a member; which fields."""

    name: ClassVar[str] = "members.described"
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class NoteWritten(MemberEvent):
    """Staff noted something about a member."""

    name: ClassVar[str] = "members.note_written"
    note_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Joined(MemberEvent):
    """The subject took another record of the same person in."""

    name: ClassVar[str] = "members.joined"
    source_id: uuid.UUID
    joining_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Parted(MemberEvent):
    """An identity of the subject became a member of its own."""

    name: ClassVar[str] = "members.parted"
    new_id: uuid.UUID
    joining_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class JoiningUndone(MemberEvent):
    """A joining or parting was taken back."""

    name: ClassVar[str] = "members.joining_undone"
    joining_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class KeptApart(MemberEvent):
    """Staff said that the subject and another record are two people."""

    name: ClassVar[str] = "members.kept_apart"
    other_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ProposedAgain(MemberEvent):
    """Staff took back that the subject and another record are two people."""

    name: ClassVar[str] = "members.proposed_again"
    other_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ErasureAsked(MemberEvent):
    """A member is to be erased; their data is hidden from now on."""

    name: ClassVar[str] = "members.erasure_asked"
    due_at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class ErasureUndone(MemberEvent):
    """An erasure was taken back in time; everything is there again."""

    name: ClassVar[str] = "members.erasure_undone"


@dataclass(frozen=True, kw_only=True)
class Erased(MemberEvent):
    """What was stored about a member is gone for good."""

    name: ClassVar[str] = "members.erased"


@dataclass(frozen=True, kw_only=True)
class WordsTakenOut(MemberEvent):
    """The subject's name or words left texts that others wrote: these announcements, these themes."""

    name: ClassVar[str] = "members.words_taken_out"
    announcements: list[uuid.UUID]
    themes: list[uuid.UUID]


@dataclass(frozen=True, kw_only=True)
class ExportAsked(MemberEvent):
    """Somebody asked for everything stored about a member."""

    name: ClassVar[str] = "members.export_asked"
    export_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ExportFetched(MemberEvent):
    """The file with everything stored about a member was downloaded."""

    name: ClassVar[str] = "members.export_fetched"
    export_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ContactsShown(MemberEvent):
    """Somebody looked at a member's addresses in full."""

    name: ClassVar[str] = "members.contacts_shown"


@dataclass(frozen=True, kw_only=True)
class ManyContactsShown(Event):
    """A program read a page of members with their addresses in full."""

    name: ClassVar[str] = "members.many_contacts_shown"
    subject_kind: ClassVar[str] = "workspace"
    members: list[uuid.UUID]


@dataclass(frozen=True, kw_only=True)
class RosterExported(Event):
    """A list of members was taken out as a table."""

    name: ClassVar[str] = "members.roster_exported"
    subject_kind: ClassVar[str] = "workspace"
    members: int
    unmasked: bool
