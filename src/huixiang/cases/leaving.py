"""What becomes of the cases of somebody who left the team."""

import uuid
from collections.abc import Sequence

from django.db import transaction

from huixiang.cases.events import Assigned
from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED
from huixiang.journal.actions import Note, record_all
from huixiang.workspaces.models import Membership

BATCH = 500


def let_go(*, workspace_id: uuid.UUID, membership_ids: Sequence[uuid.UUID]) -> int:
    """Take the owner off the unfinished cases of those who left; finished ones keep who handled them.

    In batches, each a transaction of its own. Whoever came back meanwhile keeps theirs.
    Journal: cases.assigned for each. Returns how many.
    """
    gone = Membership.everybody.filter(workspace_id=workspace_id, id__in=membership_ids, left_at__isnull=False)
    ids, total = list(gone.values_list("id", flat=True)), 0
    while ids and (done := _batch(workspace_id, ids)):
        total += done
    return total


@transaction.atomic
def _batch(workspace_id: uuid.UUID, owners: Sequence[uuid.UUID]) -> int:
    theirs = Case.objects.filter(workspace_id=workspace_id, owner_id__in=owners, state__in=UNFINISHED)
    cases = list(theirs.select_for_update().order_by("id").values_list("id", flat=True)[:BATCH])
    Case.objects.filter(id__in=cases).update(owner=None)
    record_all([Note(Assigned(subject=case_id, owner_id=None)) for case_id in cases], workspace_id=workspace_id)
    return len(cases)
