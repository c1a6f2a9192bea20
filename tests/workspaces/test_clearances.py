"""Which courses a role needs for red cases: off at first, from a day on, and again when a pass has lapsed."""

import datetime

import pytest
from django.utils import timezone

from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces import clearances
from huixiang.workspaces.clearances import Wanted
from huixiang.workspaces.models import Clearance, Membership, Workspace

KNOWN = ["crisis", "emotion"]
TODAY = timezone.localdate()


def _require(workspace: Workspace, day: datetime.date = TODAY, months: int | None = None, **needed: list[str]) -> bool:
    return _require_of(workspace, needed, day, months)


def _require_of(
    workspace: Workspace, needed: dict[str, list[str]], day: datetime.date = TODAY, months: int | None = None
) -> bool:
    wanted = Wanted(needed, day, months)
    return clearances.require(workspace=workspace, wanted=wanted, known=KNOWN, actor=SYSTEM)


def _pass(membership: Membership, course: str, days_ago: int = 0) -> None:
    at = timezone.now() - datetime.timedelta(days=days_ago)
    clearances.passed(membership=membership, course=course, at=at)


def test_nothing_is_needed_at_first(operator: Membership) -> None:
    assert clearances.may_answer_red(operator)


def test_from_its_day_on_a_role_needs_its_courses(operator: Membership, owner: Membership) -> None:
    _require(operator.workspace, TODAY + datetime.timedelta(days=1), operator=["crisis"])
    assert clearances.may_answer_red(operator)
    _require(operator.workspace, operator=["crisis", "emotion"])
    assert clearances.courses_missing(operator) == ["crisis", "emotion"]
    assert clearances.may_answer_red(owner)
    _pass(operator, "emotion")
    assert clearances.courses_missing(operator) == ["crisis"]
    _pass(operator, "crisis")
    assert clearances.may_answer_red(operator)


def test_a_pass_lapses_and_is_renewed(operator: Membership) -> None:
    _require(operator.workspace, months=2, operator=["crisis"])
    _pass(operator, "crisis", days_ago=70)
    assert clearances.courses_missing(operator) == ["crisis"]
    _pass(operator, "crisis")
    assert clearances.may_answer_red(operator)
    assert Clearance.objects.count() == 1


def test_who_would_be_locked_out_is_known_before(
    operator: Membership, owner: Membership, analyst: Membership, other_workspace: Workspace
) -> None:
    wanted = Wanted({"operator": ["crisis"], "owner": ["crisis"], "analyst": ["crisis"]}, TODAY)
    _pass(owner, "crisis")
    found = clearances.locked_out(workspace=operator.workspace, wanted=wanted)
    assert found == [(operator, ["crisis"])]
    assert clearances.locked_out(workspace=other_workspace, wanted=wanted) == []
    missing = clearances.missing_by([operator, owner, analyst], operator.workspace)
    assert missing == {operator.id: [], owner.id: [], analyst.id: []}


def test_a_change_is_told_once(operator: Membership) -> None:
    assert _require(operator.workspace, operator=["crisis"])
    assert not _require(operator.workspace, operator=["crisis"], specialist=[])
    assert _require(operator.workspace)
    told = Entry.objects.filter(name="workspaces.clearance_rules_changed").order_by("id")
    assert [(one.data["roles"], one.data["courses"]) for one in told] == [(["operator"], ["crisis"]), ([], [])]


@pytest.mark.parametrize(
    ("role", "course", "months"), [("operator", "cooking", None), ("king", "crisis", None), ("operator", "crisis", 0)]
)
def test_what_there_is_none_of_is_refused(workspace: Workspace, role: str, course: str, months: int | None) -> None:
    with pytest.raises(Refused):
        _require_of(workspace, {role: [course]}, months=months)
