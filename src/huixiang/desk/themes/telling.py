"""Saying what was done, with a button that takes it back."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from huixiang.desk import access
from huixiang.themes import queries
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership


def theme_of(membership: Membership, theme_id: uuid.UUID | None) -> Theme:
    """A theme of the asker's own workspace, else 404."""
    found: Theme = access.found(queries.theme_by_id(workspace_id=membership.workspace_id, theme_id=theme_id))
    return found


def address_of(membership: Membership, theme_id: uuid.UUID) -> str:
    """A theme's page."""
    return reverse("desk:theme", args=[membership.workspace.slug, theme_id])


def done(request: HttpRequest, sentence: str, address: str, *, undo: str = "") -> HttpResponse:
    """Say what was done and go on; `undo` is an address that takes it back by POST, offered in the toast."""
    if not undo:
        return access.done(request, sentence, address)
    messages.success(request, sentence, extra_tags=f"undo={undo}")
    return access.done(request, "", address)
