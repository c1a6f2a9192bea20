"""The workspace's tags: renaming, drawing, merging, deleting."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.cases import tag_queries, tagging
from huixiang.cases.models import Ink, Tag
from huixiang.desk import access
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


def _tag(membership: Membership, tag_id: uuid.UUID) -> Tag:
    found: Tag = access.found(tag_queries.tag_by_id(workspace_id=membership.workspace_id, tag_id=tag_id))
    return found


def _address(membership: Membership) -> str:
    return reverse("desk:settings_tags", args=[membership.workspace.slug])


@access.page()
def tags(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Every tag, how it is drawn, and on how many cases it is."""
    context = {"rows": tag_queries.counted_tags(membership.workspace_id), "inks": Ink.choices}
    return access.shown(request, membership, "desk/settings/tags.html", "settings", tab="settings_tags", **context)


@access.verb(Permission.TAGS)
def create(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Make a tag before the first case needs it."""
    name, actor = request.POST.get("name", "")[:200], access.actor(membership)
    tag = tagging.tag_named(workspace_id=membership.workspace_id, name=name, actor=actor)
    return access.done(request, _("There is a tag “%(name)s” now.") % {"name": tag.name}, _address(membership))


@access.verb(Permission.TAGS)
def change(request: HttpRequest, membership: Membership, tag_id: uuid.UUID) -> HttpResponse:
    """Rename it or draw it otherwise."""
    name, ink = request.POST.get("name", "")[:200], request.POST.get("ink", "")
    tagging.change_tag(tag=_tag(membership, tag_id), name=name, ink=ink, actor=access.actor(membership))
    return access.done(request, _("Saved."), _address(membership))


@access.verb(Permission.TAGS)
def merge(request: HttpRequest, membership: Membership, tag_id: uuid.UUID) -> HttpResponse:
    """Let it go up in another."""
    source = _tag(membership, tag_id)
    try:
        target = _tag(membership, uuid.UUID(request.POST.get("into", "")))
    except ValueError:
        target = source  # refused by the verb, in its sentence
    number = tagging.merge_tags(source=source, target=target, actor=access.actor(membership))
    told = {"name": target.name, "n": number}
    said = ngettext("%(n)s case carries “%(name)s” now.", "%(n)s cases carry “%(name)s” now.", number) % told
    return access.done(request, said, _address(membership))


@access.verb(Permission.TAGS)
def delete(request: HttpRequest, membership: Membership, tag_id: uuid.UUID) -> HttpResponse:
    """Delete it, also from its cases."""
    tag = _tag(membership, tag_id)
    name = tag.name
    tagging.delete_tag(tag=tag, actor=access.actor(membership))
    return access.done(request, _("The tag “%(name)s” is deleted.") % {"name": name}, _address(membership))
