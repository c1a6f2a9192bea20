"""The file of an export as it is handed out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.insights.models import Export, ExportState, Format

TYPES: Final = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Ready:
    """Where the file lies, what it is called, and what it is."""

    path: Path
    name: str
    media_type: str


def ready(asked: Export) -> Ready | None:
    """The file of an export that is done; None while there is none, or none any more."""
    path = Path(asked.path)
    if asked.state != ExportState.DONE or not path.is_file():
        return None
    day = timezone.localtime(asked.created_at).strftime("%Y%m%d-%H%M")
    name = _("verbatims-%(day)s") % {"day": day}
    return Ready(path, f"{name}.{asked.format}", TYPES[Format(asked.format)])
