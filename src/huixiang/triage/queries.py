"""Reading assessments."""

import uuid
from collections.abc import Sequence

from huixiang.triage.models import Assessment


def assessments(*, workspace_id: uuid.UUID, feedback_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Assessment]:
    """How each of these feedbacks was judged last."""
    rows = Assessment.objects.filter(workspace_id=workspace_id, feedback_id__in=feedback_ids)
    return {row.feedback_id: row for row in rows.order_by("at")}
