"""Who has seen what: each person's own, not one flag for the team."""

import uuid
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from huixiang.cases.models import Case, ReadMark
from huixiang.cases.states import UNFINISHED
from huixiang.workspaces.models import Membership


def mark_read(*, case_ids: Sequence[uuid.UUID], by: Membership) -> None:
    """Somebody has seen these cases as they are now: one statement, no journal. They are of the person's workspace."""
    at = timezone.now()
    rows = [ReadMark(workspace_id=by.workspace_id, case_id=case_id, membership=by, at=at) for case_id in case_ids]
    ReadMark.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["membership", "case"], update_fields=["at"], batch_size=1_000
    )


def mark_unread(*, case_ids: Sequence[uuid.UUID], by: Membership) -> None:
    """Put these cases back as if this person had not seen them: one statement, no journal."""
    ReadMark.objects.filter(workspace_id=by.workspace_id, membership=by, case_id__in=case_ids).delete()


def unseen(viewer: Membership) -> Q:
    """That this person has not seen a case as it is now; for filters and annotations of cases."""
    return ~Q(Exists(ReadMark.objects.filter(case=OuterRef("pk"), membership=viewer, at__gte=OuterRef("heard_at"))))


def unread_cases(cases: QuerySet[Case], viewer: Membership) -> QuerySet[Case]:
    """Those of these cases that wait to be read. What has ended waits for nobody's eyes."""
    return cases.filter(unseen(viewer), state__in=UNFINISHED)
