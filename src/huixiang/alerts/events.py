"""What happens to alerts."""

import datetime
import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class TargetChanged(Event):
    """An address of the team was added, changed or removed (`what`)."""

    name: ClassVar[str] = "alerts.target_changed"
    subject_kind: ClassVar[str] = "alert_target"
    what: str


@dataclass(frozen=True, kw_only=True)
class Alerted(Event):
    """A group of the team was told of something; `about` is of how many things, `kind` of the first."""

    name: ClassVar[str] = "alerts.told"
    subject_kind: ClassVar[str] = "alert_target"
    kind: str
    about: int


@dataclass(frozen=True, kw_only=True)
class AlertEvent(Event):
    """Base of the events about an alert."""

    subject_kind: ClassVar[str] = "alert"


@dataclass(frozen=True, kw_only=True)
class Raised(AlertEvent):
    """A rule saw something; `again` when it stood already and is worse now."""

    name: ClassVar[str] = "alerts.raised"
    rule: str
    severity: str
    about_kind: str
    about_id: uuid.UUID
    again: bool


@dataclass(frozen=True, kw_only=True)
class Closed(AlertEvent):
    """It is no longer so."""

    name: ClassVar[str] = "alerts.closed"
    rule: str


@dataclass(frozen=True, kw_only=True)
class Acknowledged(AlertEvent):
    """Somebody saw it and sees to it; the words are the note."""

    name: ClassVar[str] = "alerts.acknowledged"


@dataclass(frozen=True, kw_only=True)
class AcknowledgementTakenBack(AlertEvent):
    """It waits for somebody again."""

    name: ClassVar[str] = "alerts.acknowledgement_taken_back"


@dataclass(frozen=True, kw_only=True)
class Snoozed(AlertEvent):
    """It was put off until then."""

    name: ClassVar[str] = "alerts.snoozed"
    until: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class Woken(AlertEvent):
    """It is not put off any more."""

    name: ClassVar[str] = "alerts.woken"


@dataclass(frozen=True, kw_only=True)
class RulesChanged(Event):
    """Rules were switched on or off, made more or less sensitive, or given to others."""

    name: ClassVar[str] = "alerts.rules_changed"
    subject_kind: ClassVar[str] = "workspace"
    rules: list[str]


@dataclass(frozen=True, kw_only=True)
class QuietHoursChanged(Event):
    """The quiet hours of the workspace were changed, or somebody's own."""

    name: ClassVar[str] = "alerts.quiet_hours_changed"
    subject_kind: ClassVar[str] = "workspace"
    own: bool


@dataclass(frozen=True, kw_only=True)
class PreferenceChanged(Event):
    """Somebody chose how they are told."""

    name: ClassVar[str] = "alerts.preference_changed"
    subject_kind: ClassVar[str] = "membership"
