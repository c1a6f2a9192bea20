"""What happened elsewhere, followed on cases: each finds the cases concerned and has their facts read anew."""

import uuid
from collections.abc import Sequence

from huixiang.playbooks.models import PlaybookRun, RunStep
from huixiang.playbooks.settling import revive, settle
from huixiang.playbooks.states import OPEN
from huixiang.war_rooms.models import Room
from huixiang.workspaces.models import Membership, Workspace


def cases(*, workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> int:
    """Answers went out, details were told; returns how many cases moved."""
    return settle(workspace=Workspace.objects.get(id=workspace_id), case_ids=case_ids)


def states(*, workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> int:
    """Cases ended, or were taken up again."""
    workspace = Workspace.objects.get(id=workspace_id)
    revived = revive(workspace=workspace, case_ids=case_ids)
    return revived + settle(workspace=workspace, case_ids=case_ids)


def themes(*, workspace_id: uuid.UUID, theme_ids: Sequence[uuid.UUID]) -> int:
    """Themes were resolved or announced: all cases about them that have a playbook at work."""
    runs = PlaybookRun.objects.filter(workspace_id=workspace_id, case__theme_id__in=theme_ids, ended_at=None)
    return cases(workspace_id=workspace_id, case_ids=list(runs.values_list("case_id", flat=True)))


def rooms(*, workspace_id: uuid.UUID, room_ids: Sequence[uuid.UUID]) -> int:
    """War rooms were opened: the cases of their themes, or the one they are about."""
    found = list(Room.objects.filter(workspace_id=workspace_id, id__in=room_ids).values_list("theme_id", "case_id"))
    theme_ids, case_ids = [theme for theme, _case in found if theme], [case for _theme, case in found if case]
    return themes(workspace_id=workspace_id, theme_ids=theme_ids) + cases(workspace_id=workspace_id, case_ids=case_ids)


def let_go(*, workspace_id: uuid.UUID, membership_ids: Sequence[uuid.UUID]) -> int:
    """People left the team: their open steps fall to whoever owns the case; returns how many.

    Whoever came back meanwhile keeps theirs.
    """
    gone = Membership.everybody.filter(workspace_id=workspace_id, id__in=membership_ids, left_at__isnull=False)
    rows = RunStep.objects.filter(workspace_id=workspace_id, owner__in=gone.values("id"))
    return rows.filter(state__in=OPEN).update(owner=None)
