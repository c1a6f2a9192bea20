"""Breaches carried up a chain, level by level, told to those who stand behind each just now."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from huixiang.cases.actions import assign, reply
from huixiang.cases.clocks_models import Clock
from huixiang.cases.clocks_watch import note_breaches
from huixiang.cases.models import Case
from huixiang.feedback.models import Grade
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.playbooks import rotas
from huixiang.playbooks.escalation import Wanted, chain, escalate, set_chain
from huixiang.playbooks.standards import Wanted as Times
from huixiang.playbooks.standards import set_standards
from huixiang.workspaces.models import Membership, Workspace
from tests import factories

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def late(workspace: Workspace, case: Case) -> Case:
    """A case whose first answer, and nothing else, ran out just now; nights count."""
    Clock.objects.exclude(name="first_answer").delete()
    wanted = {grade: Times({"first_answer": 60}, True) for grade in Grade.values}
    set_standards(workspace=workspace, wanted=wanted, actor=SYSTEM)
    Clock.objects.update(due_at=timezone.now() - MINUTE, around_the_clock=True)
    assert note_breaches() == 1
    return case


def told() -> list[tuple[int, list[str]]]:
    rows = Entry.objects.filter(name="cases.clock_escalated").order_by("id").values_list("data", flat=True)
    return [(row["level"], row["membership_ids"]) for row in rows]


def later(minutes: int) -> None:
    by = minutes * MINUTE
    for clock in Clock.objects.all():
        clock.due_at -= by
        clock.escalate_at = clock.escalate_at - by if clock.escalate_at else None
        clock.save()


def test_by_default_the_owner_then_the_operators_then_the_administrators(
    late: Case, workspace: Workspace, operator: Membership
) -> None:
    owner = factories.membership(workspace, "owner", name="所有者")
    specialist = factories.membership(workspace, "specialist", name="专员")
    assign(case=late, owner=specialist)
    assert [escalate(), escalate()] == [1, 0]
    later(30)
    assert [escalate(), escalate()] == [1, 0]
    later(90)
    assert [escalate(), escalate()] == [1, 0]
    assert told() == [(1, [str(specialist.id)]), (2, [str(operator.id)]), (3, [str(owner.id)])]
    assert Clock.objects.values_list("level", "escalate_at").get() == (3, None)


def test_an_answer_ends_it(late: Case, operator: Membership) -> None:
    escalate()
    reply(case=late, by=operator, text="谢谢您告诉我们", lane="private")
    later(1_000)
    assert (escalate(), len(told())) == (0, 1)


def test_a_worker_that_was_off_tells_every_level_it_missed(late: Case, workspace: Workspace) -> None:
    factories.membership(workspace, "administrator")
    later(500)
    assert (escalate(), [level for level, _who in told()]) == (3, [1, 2, 3])


def test_levels_for_other_grades_and_with_nobody_behind_are_passed_over(
    late: Case, workspace: Workspace, operator: Membership
) -> None:
    other = "red" if late.grade != "red" else "blue"
    night = rotas.save(workspace=workspace, rota=None, name="夜班", people=[operator.id], away={}, by=operator)
    wanted = [
        Wanted(0, "role", role="analyst"), Wanted(1, "owner", grades=(other,)), Wanted(2, "rota", rota_id=night.id),
        Wanted(3, "people", people=(operator.id,)),
    ]  # fmt: skip
    set_chain(workspace=workspace, wanted=wanted, actor=SYSTEM)
    later(5)
    escalate()
    assert told() == [(3, [str(operator.id)]), (4, [str(operator.id)])]


def test_what_is_due_in_working_hours_is_carried_up_in_working_hours(late: Case) -> None:
    friday = datetime.datetime(2026, 11, 20, 17, 50, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
    monday = datetime.datetime(2026, 11, 23, 9, 20, tzinfo=friday.tzinfo)  # ten minutes on Friday, twenty on Monday
    Clock.objects.update(around_the_clock=False, due_at=friday, escalate_at=friday)
    with time_machine.travel(friday + MINUTE, tick=False):
        escalate()
    assert Clock.objects.values_list("level", "escalate_at").get() == (1, monday)
    with time_machine.travel(monday, tick=False):
        escalate()
    assert [level for level, _who in told()] == [1, 2]


def test_a_chain_that_tells_nobody_is_refused(workspace: Workspace, operator: Membership) -> None:
    stranger = factories.membership(factories.workspace(), "operator")
    for wrong in (
        [], [Wanted(0, "role", role="nobody")], [Wanted(0, "people", people=(stranger.id,))],
        [Wanted(-1, "owner")], [Wanted(0, "rota")], [Wanted(0, "everybody")], [Wanted(0, "owner")] * 9,
    ):  # fmt: skip
        with pytest.raises(Refused):
            set_chain(workspace=workspace, wanted=wrong, actor=SYSTEM)
    assert [level.minutes for level in chain(workspace)] == [0, 30, 120]
