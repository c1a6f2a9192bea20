"""What happens to alerts."""

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
    """The team was told of something; `about` is of how many things."""

    name: ClassVar[str] = "alerts.told"
    subject_kind: ClassVar[str] = "alert_target"
    kind: str
    about: int
