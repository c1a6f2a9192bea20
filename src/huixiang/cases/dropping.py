"""Cases whose words came by an import that is taken back."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef

from huixiang.cases import events
from huixiang.cases.erasure import retitle
from huixiang.cases.many import locked
from huixiang.cases.models import Case, Turn
from huixiang.feedback.models import Feedback
from huixiang.journal.actions import Note, forget_words, record_all


@transaction.atomic
def drop_said(
    *, workspace_id: uuid.UUID, message_ids: Sequence[uuid.UUID], case_ids: Sequence[uuid.UUID], run_id: uuid.UUID
) -> int:
    """Take these messages out of these cases; a case of which nothing is left goes, the others get a new title.

    Their feedback must be gone already. Journal: cases.taken_back for each that went. Returns how many did.
    """
    Turn.objects.filter(workspace_id=workspace_id, message_id__in=message_ids).delete()
    feedback = Feedback.objects.filter(workspace_id=workspace_id, case_id=OuterRef("id"))
    turns = Turn.objects.filter(case=OuterRef("id"))
    empty = Case.objects.filter(workspace_id=workspace_id, id__in=case_ids).exclude(Exists(feedback) | Exists(turns))
    gone = dict(empty.values_list("id", "number"))
    forget_words(workspace_id=workspace_id, subjects=list(gone))
    Case.objects.filter(id__in=list(gone)).delete()
    record_all(
        [Note(events.TakenBack(subject=one, run_id=run_id, number=number)) for one, number in gone.items()],
        workspace_id=workspace_id,
    )
    for case in locked(workspace_id=workspace_id, case_ids=[one for one in case_ids if one not in gone]):
        retitle(case)
    return len(gone)
