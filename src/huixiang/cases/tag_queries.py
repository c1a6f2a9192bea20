"""Reading tags: for completion, for the filters, for the settings."""

import uuid
from collections.abc import Sequence

from django.db.models import Count

from huixiang.cases.models import CaseTag, Tag
from huixiang.cases.tagging import fold


def tags(workspace_id: uuid.UUID) -> list[Tag]:
    """Every tag of the workspace by name; there are at most MOST_TAGS."""
    return list(Tag.objects.filter(workspace_id=workspace_id).order_by("name", "id"))


def counted_tags(workspace_id: uuid.UUID) -> list[tuple[Tag, int]]:
    """Every tag by name, with how many cases carry it: two statements."""
    rows = CaseTag.objects.filter(workspace_id=workspace_id).values_list("tag_id").annotate(number=Count("id"))
    held = dict(rows)
    return [(tag, held.get(tag.id, 0)) for tag in tags(workspace_id)]


def tag_by_id(*, workspace_id: uuid.UUID, tag_id: uuid.UUID) -> Tag | None:
    """One tag of the workspace."""
    return Tag.objects.filter(workspace_id=workspace_id, id=tag_id).first()


def tags_of_cases(case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Tag]]:
    """The tags on each of these cases, in the order they were put on: one statement."""
    found: dict[uuid.UUID, list[Tag]] = {case_id: [] for case_id in case_ids}
    links = CaseTag.objects.filter(case_id__in=list(case_ids)).select_related("tag").order_by("at", "id")
    for link in links:
        found[link.case_id].append(link.tag)
    return found


def completions(*, workspace_id: uuid.UUID, typed: str, besides: Sequence[uuid.UUID], limit: int = 8) -> list[Tag]:
    """Tags whose name holds what is typed, those that begin with it first."""
    wanted = fold(typed)
    found = Tag.objects.filter(workspace_id=workspace_id, folded__contains=wanted).exclude(id__in=list(besides))
    return sorted(found, key=lambda tag: (not tag.folded.startswith(wanted), tag.name))[:limit]
