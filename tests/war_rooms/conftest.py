"""A case that turned red, and the room that opened by itself for its theme."""

import pytest

from huixiang.cases.actions import regrade
from huixiang.cases.models import Case
from huixiang.journal.events import Actor
from huixiang.war_rooms.actions import look
from huixiang.war_rooms.models import Room
from huixiang.workspaces.models import Membership


@pytest.fixture
def red(case: Case, operator: Membership) -> Case:
    regrade(case=case, grade="red", reason="多人在高速上遇到", actor=Actor("staff", operator.id))
    return case


@pytest.fixture
def room(red: Case) -> Room:
    [opened] = look(workspace_id=red.workspace_id, case_ids=[red.id])
    return opened
