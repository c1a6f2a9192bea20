"""Mappings the team saved: choosing one for a file, renaming, taking away."""

import uuid
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.desk import access
from huixiang.intake.imports import presets, reading, saved
from huixiang.intake.imports.mapping import guess
from huixiang.intake.models import SavedMapping
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

BY_HEADINGS: Final = "headings"
FIELDS: Final[dict[str, tuple[Promise, Promise]]] = {
    "text": (gettext_lazy("Text"), gettext_lazy("what was said; the only one that must be there")),
    "time": (gettext_lazy("Time"), gettext_lazy("when; without it, now")),
    "external_id": (gettext_lazy("Number"), gettext_lazy("tells rows apart, so that nothing comes in twice")),
    "author_id": (gettext_lazy("Author's id"), gettext_lazy("without it, people are told apart by e-mail or name")),
    "author_email": (gettext_lazy("Author's e-mail"), gettext_lazy("a way back to them; also tells people apart")),
    "author_name": (gettext_lazy("Author's name"), gettext_lazy("as the community knows them")),
    "thread": (gettext_lazy("Conversation"), gettext_lazy("what belongs together")),
}


def chosen(request: HttpRequest, membership: Membership, preview: reading.Preview) -> tuple[str, dict[str, str]]:
    """The choice (a saved mapping's id, a preset's key, "headings", or "" for one's own) and which column is what.

    Columns in the address go first: somebody is trying them. Then what was chosen, then what fits by itself.
    """
    by, space = request.GET.get("by", ""), membership.workspace_id
    if "text" in request.GET:
        return by, {name: request.GET[name] for name in FIELDS if request.GET.get(name)}
    if by == BY_HEADINGS:
        return by, guess(preview.columns)
    found = saved.chosen(space, by, preview.columns, preview.rows) if by else None
    if found is not None:
        return by, found
    key, mapping = saved.proposed(space, preview.columns, preview.rows)
    return key or BY_HEADINGS, mapping


def offered(membership: Membership) -> tuple[list[SavedMapping], list[presets.Preset]]:
    """What can be chosen: the team's own, then the exports that are known."""
    return saved.listed(membership.workspace_id), list(presets.PRESETS)


def _row(membership: Membership, saved_mapping_id: uuid.UUID) -> SavedMapping:
    found: SavedMapping = access.found(
        saved.by_id(workspace_id=membership.workspace_id, mapping_id=str(saved_mapping_id))
    )
    return found


@access.verb(Permission.IMPORT)
def rename(request: HttpRequest, membership: Membership, saved_mapping_id: uuid.UUID) -> HttpResponse:
    """Give a saved mapping another name."""
    row = _row(membership, saved_mapping_id)
    saved.rename(row=row, by=membership, name=request.POST.get("name", ""))
    return access.done(request, _("It is called “%(name)s” now.") % {"name": row.name}, _home(membership))


@access.verb(Permission.IMPORT)
def remove(request: HttpRequest, membership: Membership, saved_mapping_id: uuid.UUID) -> HttpResponse:
    """Take a saved mapping away; what came in with it stays."""
    row = _row(membership, saved_mapping_id)
    saved.remove(row=row, by=membership)
    said = _("The mapping “%(name)s” is removed; what came in with it stays.")
    return access.done(request, said % {"name": row.name}, _home(membership))


def _home(membership: Membership) -> str:
    return reverse("desk:import", args=[membership.workspace.slug])
