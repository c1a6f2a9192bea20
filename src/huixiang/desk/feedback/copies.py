"""Who else said the very same, or nearly."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from huixiang.desk import access
from huixiang.engine.copies import overlap, shingles
from huixiang.feedback.models import Feedback
from huixiang.feedback.queries import feedback_by_id
from huixiang.triage import copies
from huixiang.triage.copies import Copied
from huixiang.triage.models import Copy
from huixiang.workspaces.models import Membership

PAGE = 40


@dataclass(frozen=True, slots=True)
class Copies:
    """A feedback on the page whose words were said more than once."""

    feedback: Feedback
    copied: Copied


def copies_of(workspace_id: uuid.UUID, feedbacks: Sequence[Feedback]) -> list[Copies]:
    """Those of these feedbacks that somebody repeated: one statement; two that are copies of one another stand once."""
    found = copies.copied(workspace_id=workspace_id, feedback_ids=[one.id for one in feedbacks])
    groups = {found[one.id].group_id: Copies(one, found[one.id]) for one in feedbacks if one.id in found}
    return list(groups.values())


def _compared(feedback: Feedback, rows: Sequence[Copy]) -> list[tuple[Copy, int]]:
    """Each with how far it overlaps with this one, in per cent: it may have been found by another."""
    said = shingles(feedback.text)
    return [(row, round(100 * overlap(said, shingles(row.feedback.text)))) for row in rows]


@access.page()
def listing(request: HttpRequest, membership: Membership, feedback_id: uuid.UUID) -> HttpResponse:
    """Everybody who said it, the latest found first."""
    workspace_id = membership.workspace_id
    feedback: Feedback = access.found(feedback_by_id(workspace_id=workspace_id, feedback_id=feedback_id))
    found = copies.copied(workspace_id=workspace_id, feedback_ids=[feedback.id]).get(feedback.id)
    page = None
    if found:
        cursor = request.GET.get("cursor", "")
        page = copies.page(workspace_id=workspace_id, group_id=found.group_id, cursor=cursor, size=PAGE)
    rows = _compared(feedback, page.rows) if page else []
    context: dict[str, Any] = {"feedback": feedback, "copied": found, "rows": rows}
    context["next_cursor"] = page.next_cursor if page else None
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/feedback/copies_rows.html", **context)
    return access.shown(request, membership, "desk/feedback/copies.html", "feedback", **context)
