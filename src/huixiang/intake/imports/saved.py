"""Mappings a team made once: kept under a name for all of them, found again by the columns of the next file."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.intake import events
from huixiang.intake.imports import presets
from huixiang.intake.imports.mapping import checked, plain
from huixiang.intake.models import SavedMapping
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.lines import one_line
from huixiang.workspaces.models import Membership

LONGEST_NAME: Final = 60
MOST: Final = 200  # of one workspace
NEARLY_ALL: Final = 0.8  # of the columns are alike: then the team's own goes before a preset


def listed(workspace_id: uuid.UUID) -> list[SavedMapping]:
    """All of the team's, by name."""
    return list(SavedMapping.objects.filter(workspace_id=workspace_id).order_by("name"))


def by_id(*, workspace_id: uuid.UUID, mapping_id: str) -> SavedMapping | None:
    """One of the team's, by its id as it stands in a form."""
    try:
        wanted = uuid.UUID(mapping_id)
    except ValueError:
        return None
    return SavedMapping.objects.filter(workspace_id=workspace_id, id=wanted).first()


def by_name(*, workspace_id: uuid.UUID, name: str) -> SavedMapping | None:
    """One of the team's, by its name."""
    return SavedMapping.objects.filter(workspace_id=workspace_id, name=name).first()


@transaction.atomic
def save(*, by: Membership, name: str, mapping: Mapping[str, str], columns: Sequence[str]) -> SavedMapping:
    """Keep a mapping under a name; one of that name is replaced. Journal: intake.mapping_saved.

    Raises Refused without a name, or for a mapping that does not fit the columns.
    """
    kept, named = checked(mapping, columns), _name(name)
    if SavedMapping.objects.filter(workspace=by.workspace).exclude(name=named).count() >= MOST:
        raise Refused(_("There are %(most)d saved mappings; remove one first.") % {"most": MOST})
    row, _made = SavedMapping.objects.update_or_create(
        workspace=by.workspace, name=named,
        defaults={"mapping": kept, "columns": list(columns), "made_by": by.id, "used_at": timezone.now()},
    )  # fmt: skip
    record(events.MappingSaved(subject=row.id), workspace_id=by.workspace_id, actor=Actor("staff", by.id))
    return row


def _name(name: str) -> str:
    named = one_line(name).strip()[:LONGEST_NAME]
    if not named:
        raise Refused(_("Give the mapping a name."))
    return named


@transaction.atomic
def rename(*, row: SavedMapping, by: Membership, name: str) -> None:
    """Give it another name. Journal: intake.mapping_saved. Raises Refused for a name that is taken."""
    row.name = _name(name)
    try:
        with transaction.atomic():
            row.save(update_fields=["name"])
    except IntegrityError as error:
        raise Refused(_("There is a mapping named “%(name)s” already.") % {"name": row.name}) from error
    record(events.MappingSaved(subject=row.id), workspace_id=by.workspace_id, actor=Actor("staff", by.id))


@transaction.atomic
def remove(*, row: SavedMapping, by: Membership) -> None:
    """Take it away; what was imported with it stays. Journal: intake.mapping_removed."""
    gone = row.id
    row.delete()
    record(events.MappingRemoved(subject=gone), workspace_id=by.workspace_id, actor=Actor("staff", by.id))


def fitted(row: SavedMapping, columns: Sequence[str]) -> dict[str, str]:
    """Its fields as far as this file has the columns; a column written a little otherwise is the same."""
    by_plain = {plain(column): column for column in reversed(columns)}
    found = {field: by_plain.get(plain(column), "") for field, column in row.mapping.items()}
    return {field: column for field, column in found.items() if column}


def recognised(workspace_id: uuid.UUID, columns: Sequence[str]) -> SavedMapping | None:
    """The team's mapping for such a file: all its columns are there; of several the most alike, then the latest."""
    names = {plain(column) for column in columns}
    fitting = [row for row in listed(workspace_id) if len(fitted(row, columns)) == len(row.mapping)]
    return max(fitting, key=lambda row: (_alike(row, names), row.used_at or row.created_at), default=None)


def _alike(row: SavedMapping, names: set[str]) -> float:
    known = {plain(column) for column in row.columns}
    return len(known & names) / max(len(known | names), 1)


def proposed(
    workspace_id: uuid.UUID, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[str, dict[str, str]]:
    """How a file is read if nobody says otherwise: the choice (an id, a preset's key, "") and which column is what."""
    own = recognised(workspace_id, columns)
    found, mapping = presets.proposed(columns, rows)
    if own and (found is None or _alike(own, {plain(column) for column in columns}) >= NEARLY_ALL):
        return str(own.id), fitted(own, columns)
    return (found.key if found else ""), mapping


def chosen(
    workspace_id: uuid.UUID, choice: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> dict[str, str] | None:
    """Which column is what by a choice made by hand; None for one that is not there."""
    named = presets.preset(choice)
    if named:
        return named.mapping(columns, rows)
    row = by_id(workspace_id=workspace_id, mapping_id=choice)
    return fitted(row, columns) if row else None
