"""What happens to raw messages."""

import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class MessagesReceived(Event):
    """A batch came in through a channel account."""

    name: ClassVar[str] = "intake.messages_received"
    subject_kind: ClassVar[str] = "channel_account"
    stored: int
    duplicate: int


@dataclass(frozen=True, kw_only=True)
class MessageParked(Event):
    """A message could not be read and waits for a person."""

    name: ClassVar[str] = "intake.message_parked"
    subject_kind: ClassVar[str] = "message"


@dataclass(frozen=True, kw_only=True)
class MessageReadAgain(Event):
    """A person sent a parked or gated-out message through again."""

    name: ClassVar[str] = "intake.message_read_again"
    subject_kind: ClassVar[str] = "message"


@dataclass(frozen=True, kw_only=True)
class NoiseErased(Event):
    """The texts of what was not feedback were erased after the workspace's days."""

    name: ClassVar[str] = "intake.noise_erased"
    subject_kind: ClassVar[str] = "workspace"
    messages: int


@dataclass(frozen=True, kw_only=True)
class ImportFinished(Event):
    """A file came to its end."""

    name: ClassVar[str] = "intake.import_finished"
    subject_kind: ClassVar[str] = "import_run"
    stored: int
    duplicate: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class ImportUndoAsked(Event):
    """Somebody takes an import back."""

    name: ClassVar[str] = "intake.import_undo_asked"
    subject_kind: ClassVar[str] = "import_run"
    messages: int


@dataclass(frozen=True, kw_only=True)
class ImportUndone(Event):
    """An import was taken back: so much went, and so many messages stay because somebody had worked on them."""

    name: ClassVar[str] = "intake.import_undone"
    subject_kind: ClassVar[str] = "import_run"
    messages: int
    feedback: int
    cases: int
    themes: int
    kept: int


@dataclass(frozen=True, kw_only=True)
class MappingSaved(Event):
    """Which column is what was kept under a name, or renamed."""

    name: ClassVar[str] = "intake.mapping_saved"
    subject_kind: ClassVar[str] = "saved_mapping"


@dataclass(frozen=True, kw_only=True)
class MappingRemoved(Event):
    """A saved mapping was taken away."""

    name: ClassVar[str] = "intake.mapping_removed"
    subject_kind: ClassVar[str] = "saved_mapping"


@dataclass(frozen=True, kw_only=True)
class AttachmentsKept(Event):
    """Files came with a message, or with something of ours."""

    name: ClassVar[str] = "intake.attachments_kept"
    subject_kind: ClassVar[str] = "attachment"
    files: int


@dataclass(frozen=True, kw_only=True)
class AttachmentOpened(Event):
    """Somebody of the team took a file as it came: nothing in it is masked."""

    name: ClassVar[str] = "intake.attachment_opened"
    subject_kind: ClassVar[str] = "attachment"


@dataclass(frozen=True, kw_only=True)
class AttachmentsErased(Event):
    """Files were erased with what they belonged to."""

    name: ClassVar[str] = "intake.attachments_erased"
    subject_kind: ClassVar[str] = "workspace"
    files: int


@dataclass(frozen=True, kw_only=True)
class FileFetched(Event):
    """A file that a message had left with its platform is here now."""

    name: ClassVar[str] = "intake.file_fetched"
    subject_kind: ClassVar[str] = "attachment"
    message_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class FileNotFetched(Event):
    """A file of a message could not be had from its platform; why stands beside the message."""

    name: ClassVar[str] = "intake.file_not_fetched"
    subject_kind: ClassVar[str] = "attachment"
    message_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class FileAskedAgain(Event):
    """Somebody of the team let a file be fetched once more."""

    name: ClassVar[str] = "intake.file_asked_again"
    subject_kind: ClassVar[str] = "attachment"
    message_id: uuid.UUID
