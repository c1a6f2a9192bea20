"""How a file is to be read: a table or a chat, and by which columns; one way for the desk and for programs."""

import uuid
from collections.abc import Mapping
from pathlib import Path

from django.utils.translation import gettext as _

from huixiang.intake.archives.opening import recognised
from huixiang.intake.imports import presets, reading, saved, sources
from huixiang.intake.imports.mapping import checked
from huixiang.kernel.errors import Refused

CHAT = "chat"
TABLE = "table"


def is_chat(stored: Path, name: str, sort: str) -> bool:
    """Whether a file is a chat, as it was said to be or as it looks. Raises Refused for neither chat nor table."""
    if sort == CHAT:
        sources.archive(stored, name)
        return True
    if sort != TABLE and recognised(stored, name):
        return True
    reading.preview(stored)
    return False


def columns(
    workspace_id: uuid.UUID, preview: reading.Preview, *, given: Mapping[str, str], by: str
) -> dict[str, str]:
    """Which column is what: as given, by the name of a known export or a saved mapping, else as it looks.

    Raises Refused for a name nobody knows, and for columns that do not fit the file.
    """
    if given:
        return checked(given, preview.columns)
    if not by:
        return checked(saved.proposed(workspace_id, preview.columns, preview.rows)[1], preview.columns)
    named = saved.by_name(workspace_id=workspace_id, name=by)
    found = saved.chosen(workspace_id, str(named.id) if named else by, preview.columns, preview.rows)
    if found is None:
        known = [*(one.key for one in presets.PRESETS), *(one.name for one in saved.listed(workspace_id))]
        raise Refused(
            _("There is no export or mapping “%(name)s”. Known are: %(known)s.")
            % {"name": by, "known": ", ".join(known)}
        )
    return checked(found, preview.columns)
