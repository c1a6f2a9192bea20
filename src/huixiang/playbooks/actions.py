"""Starting what a grade calls for."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huixiang.cases.events import Assigned
from huixiang.cases.models import Case
from huixiang.cases.queries import team_load
from huixiang.cases.states import ENDED
from huixiang.feedback.models import Feedback
from huixiang.journal.actions import Note, record_all
from huixiang.kernel.errors import Refused
from huixiang.playbooks import running, standards
from huixiang.playbooks.models import PlaybookRun
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.roles import FIRST_ASKED, Permission, holds


def start(*, workspace: Workspace, cases: Sequence[Case], said: Sequence[Feedback] = ()) -> None:
    """Give new cases an owner each, start their clocks and their playbooks. Historical cases get none of it.

    `said`: the feedbacks that opened them, where they are at hand. The statements are the same for any number.
    """
    current = [case for case in cases if not case.historical]
    if not current:
        return
    _share_out(workspace, current)
    standards.start_clocks(workspace=workspace, cases=current)
    running.begin(workspace=workspace, cases=current, said=said)


def regraded(*, workspace: Workspace, case: Case) -> None:
    """A case has another grade: its answers are due by that grade's standard, and its playbook is chosen anew."""
    regraded_many(workspace=workspace, cases=[case])


def regraded_many(*, workspace: Workspace, cases: Sequence[Case]) -> None:
    """The same for many: the standards are read once."""
    standards.move_clocks(workspace=workspace, cases=cases)
    _rechoose(workspace, cases)


def regraded_at_once(*, workspace: Workspace, cases: Sequence[Case]) -> None:
    """The same for many by a few statements, when nothing else is due with them."""
    standards.move_clocks_at_once(workspace=workspace, cases=cases)
    _rechoose(workspace, cases)


@transaction.atomic
def start_late(*, workspace: Workspace, case: Case) -> None:
    """Start the playbook of a case that has none at work. Journal: playbooks.started. Raises Refused when none fits."""
    if case.state in ENDED or case.historical:
        raise Refused(_("A playbook begins on a case that is being handled."))
    _rechoose(workspace, [case])
    if not PlaybookRun.objects.filter(case=case, ended_at=None).exists():
        raise Refused(_("No playbook that is switched on fits this case."))


def _rechoose(workspace: Workspace, cases: Sequence[Case]) -> None:
    running.rechoose(workspace=workspace, cases=[case for case in cases if not case.historical])


def _share_out(workspace: Workspace, cases: Sequence[Case]) -> None:
    """Each case goes to whoever may answer and has least to do; two statements whatever the number."""
    team = Membership.objects.filter(workspace=workspace).select_related("user").order_by("created_at")
    able = [membership for membership in team if holds(membership, Permission.REPLY)]
    operators = [membership for membership in able if membership.role in FIRST_ASKED] or able
    if not operators:
        return
    load: dict[uuid.UUID, int] = team_load(workspace)
    for case in cases:
        owner = min(operators, key=lambda membership: load.get(membership.id, 0))
        load[owner.id] = load.get(owner.id, 0) + 1
        case.owner = owner
    Case.objects.bulk_update(cases, ["owner"], batch_size=500)
    record_all(
        [Note(Assigned(subject=case.id, owner_id=case.owner_id)) for case in cases], workspace_id=workspace.id
    )
