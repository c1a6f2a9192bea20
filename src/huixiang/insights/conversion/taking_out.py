"""That somebody took a list of critics with them."""

import uuid

from django.db import transaction

from huixiang.insights.events import CriticsExported
from huixiang.journal.actions import record
from huixiang.journal.events import Actor


@transaction.atomic
def taken_out(*, workspace_id: uuid.UUID, ways: int, actor: Actor) -> None:
    """Somebody took a list of critics out as a table. Journal: insights.critics_exported."""
    record(CriticsExported(subject=workspace_id, ways=ways), workspace_id=workspace_id, actor=actor)
