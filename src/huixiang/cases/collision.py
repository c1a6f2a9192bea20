"""Two at one case: who else has it open, who writes, and an answer that was overtaken by another's."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases.models import Case, Presence, Turn
from huixiang.cases.states import Direction
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership

THERE = datetime.timedelta(seconds=40)  # a browser tells every fifteen seconds; two may be lost
OLD = datetime.timedelta(hours=1)

HERE = """
    INSERT INTO cases_presence (id, workspace_id, case_id, membership_id, seen_at, writing)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (case_id, membership_id) DO UPDATE SET seen_at = EXCLUDED.seen_at, writing = EXCLUDED.writing
"""


class Overtaken(Refused):
    """Somebody else answered since the writer last saw the case; `turns` is what they wrote."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        names = ", ".join(dict.fromkeys(str(turn.by) if turn.by else _("Somebody who left") for turn in turns))
        super().__init__(_("%(name)s answered meanwhile. Read it before you send yours.") % {"name": names})
        self.turns = turns


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else at the case."""

    name: str
    writing: bool


def be_here(*, case: Case, by: Membership, writing: bool) -> list[Other]:
    """Tell that somebody has the case open; returns who else has, those who write first. Two statements."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(HERE, [new_id(), case.workspace_id, case.id, by.id, now, writing])
    others = Presence.objects.filter(case=case, seen_at__gt=now - THERE).exclude(membership=by)
    rows = others.select_related("membership__user").order_by("-writing", "id")
    return [Other(str(one.membership), one.writing) for one in rows]


def hold_if_overtaken(*, case: Case, by: Membership, seen_at: datetime.datetime) -> None:
    """Raise Overtaken when somebody else answered after that moment. Call it with the case locked."""
    later = Turn.objects.filter(case=case, direction=Direction.OUTBOUND, at__gt=seen_at).exclude(by=by)
    turns = list(later.select_related("by__user").order_by("at", "id"))
    if turns:
        raise Overtaken(turns)


def forget_the_gone() -> int:
    """Drop what was told more than an hour ago; returns how many."""
    dropped, _by_model = Presence.objects.filter(seen_at__lt=timezone.now() - OLD).delete()
    return dropped
