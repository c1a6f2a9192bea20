"""What happens to what grades call for."""

from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class StandardsChanged(Event):
    """How fast grades want their first answer was changed."""

    name: ClassVar[str] = "playbooks.standards_changed"
    subject_kind: ClassVar[str] = "workspace"
    grades: list[str]
