"""Tags on a case: completion while typing, adding (also new ones), taking off with an undo."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.cases import queries, tag_queries, tagging
from huixiang.cases.models import Case, Tag
from huixiang.desk import access
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

PLACES = ("inbox", "case")


def _case(membership: Membership, case_id: uuid.UUID) -> Case:
    found: Case = access.found(queries.case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    return found


def _answer(
    request: HttpRequest, membership: Membership, case: Case, said: str, *, gone: Tag | None = None
) -> HttpResponse:
    """The row of tags again; a plain form goes back to where it came from with a sentence."""
    if not getattr(request, "htmx", False):
        here = reverse("desk:case", args=[membership.workspace.slug, case.id])
        return access.done(request, said, access.back(request, here))
    tags = tag_queries.tags_of_cases([case.id])[case.id]
    return access.part(request, membership, "desk/cases/tags.html", case=case, tags=tags, gone=gone, said=said)


@access.page(Permission.HANDLE)
def complete(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """The tags that fit what is typed and are not on the case; whether the typed would be a new one."""
    case, typed = _case(membership, case_id), request.GET.get("name", "")[:80]
    on_it = tag_queries.tags_of_cases([case.id])[case.id]
    found = tag_queries.completions(
        workspace_id=case.workspace_id, typed=typed, besides=[tag.id for tag in on_it]
    )
    folded = tagging.fold(typed)
    known = any(tag.folded == folded for tag in [*found, *on_it])
    context = {"case": case, "found": found, "new": "" if known or not folded else tagging.clean(typed)}
    return access.part(request, membership, "desk/cases/tag_choices.html", **context)


@access.verb(Permission.HANDLE)
def add(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Put a tag on by its name; one nobody has used yet is made."""
    case, actor = _case(membership, case_id), access.actor(membership)
    tag = tagging.tag_named(workspace_id=case.workspace_id, name=request.POST.get("name", "")[:200], actor=actor)
    tagging.tag(cases=[case], tag=tag, actor=actor)
    return _answer(request, membership, case, _("Tagged “%(name)s”.") % {"name": tag.name})


@access.verb(Permission.HANDLE)
def remove(request: HttpRequest, membership: Membership, case_id: uuid.UUID, tag_id: uuid.UUID) -> HttpResponse:
    """Take a tag off; the answer offers to put it back."""
    case = _case(membership, case_id)
    tag: Tag = access.found(tag_queries.tag_by_id(workspace_id=membership.workspace_id, tag_id=tag_id))
    tagging.untag(cases=[case], tag=tag, actor=access.actor(membership))
    said = _("“%(name)s” was taken off.") % {"name": tag.name}
    return _answer(request, membership, case, said, gone=tag)
