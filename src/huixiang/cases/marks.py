"""Who has seen what: each person's own, not one flag for the team."""

import datetime
import uuid
from collections.abc import Mapping, Sequence

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from huixiang.cases.models import Case, ReadMark
from huixiang.cases.states import UNFINISHED
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership

CLOCKS_DIFFER = datetime.timedelta(seconds=2)  # ours and the database's

MARK = """
    INSERT INTO cases_readmark (id, workspace_id, case_id, membership_id, at)
    SELECT made.id, %s, made.case_id, %s, made.at
      FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS made (id, case_id, at)
        ON CONFLICT (membership_id, case_id) DO UPDATE SET at = GREATEST(cases_readmark.at, EXCLUDED.at)
"""
WRITING = """
    SELECT min(xact_start) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
       AND (backend_xid IS NOT NULL OR xact_start > now() - interval '1 minute')
"""


def mark_read(*, cases: Sequence[Case], by: Membership, heard_at: datetime.datetime | None = None) -> None:
    """Somebody has seen these cases as they were loaded: one statement, no journal. They are of the workspace.

    The mark reaches to the `heard_at` of the loaded row (or to an earlier one that was shown), not to this moment:
    what a transaction that still runs has to say is not seen yet, whenever it was heard.
    """
    marks_at(at={case.id: min(case.heard_at, heard_at or case.heard_at) for case in cases}, by=by)


def marks_at(*, at: Mapping[uuid.UUID, datetime.datetime], by: Membership) -> None:
    """Let this person's marks of these cases reach to these moments; one that reaches further stays."""
    if not at:
        return
    with connection.cursor() as cursor:
        cursor.execute(MARK, [by.workspace_id, by.id, [new_id() for _case in at], list(at), list(at.values())])


def mark_unread(*, case_ids: Sequence[uuid.UUID], by: Membership) -> None:
    """Put these cases back as if this person had not seen them: one statement, no journal."""
    ReadMark.objects.filter(workspace_id=by.workspace_id, membership=by, case_id__in=case_ids).delete()


def marked(*, case_ids: Sequence[uuid.UUID], by: Membership) -> dict[uuid.UUID, datetime.datetime]:
    """How far this person's marks of these cases reach, where there are any."""
    rows = ReadMark.objects.filter(workspace_id=by.workspace_id, membership=by, case_id__in=case_ids)
    return dict(rows.values_list("case_id", "at"))


def unseen(viewer: Membership) -> Q:
    """That this person has not seen a case as it is now; for filters and annotations of cases."""
    return ~Q(Exists(ReadMark.objects.filter(case=OuterRef("pk"), membership=viewer, at__gte=OuterRef("heard_at"))))


def unread_cases(cases: QuerySet[Case], viewer: Membership) -> QuerySet[Case]:
    """Those of these cases that wait to be read. What has ended waits for nobody's eyes."""
    return cases.filter(unseen(viewer), state__in=UNFINISHED)


def news_from() -> datetime.datetime:
    """From when on a list that is read right after this call may lack something: now, as a rule.

    While a transaction writes, what it heard carries a moment before its end and is seen only then: news are counted
    from where the oldest one that runs began. One that only reads (a backup) does not count.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(WRITING)
        began: datetime.datetime | None = (cursor.fetchone() or (None,))[0]
    return min(now, began - CLOCKS_DIFFER) if began else now
