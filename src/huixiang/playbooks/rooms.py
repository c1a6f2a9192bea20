"""War rooms, as far as a step of a playbook needs them: whether one is open, and opening one."""

import uuid
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from huixiang.cases.models import Case
from huixiang.war_rooms.actions import open_room
from huixiang.war_rooms.models import Joining, Room
from huixiang.war_rooms.states import RoomState


def with_room(cases: Sequence[Case]) -> set[uuid.UUID]:
    """Those of these cases that a war room is open for, or was: their theme's, or their own. One statement."""
    themes = {case.theme_id for case in cases if case.theme_id}
    about = Q(theme_id__in=themes) | Q(theme=None, case_id__in=[case.id for case in cases])
    by_hand = Exists(Joining.objects.filter(source=OuterRef("id"), undone_at=None))  # there is one: the other's
    rooms = Room.objects.filter(about).filter(~Q(state=RoomState.JOINED) | by_hand).values_list("theme_id", "case_id")
    found = {one for pair in rooms for one in pair if one}
    return {case.id for case in cases if case.theme_id in found or case.id in found}


def open_for(case: Case) -> None:
    """Open the war room of a case's theme, or of the case itself; one that is open stays as it is."""
    open_room(workspace=case.workspace, theme=case.theme, case=case)
