"""A red case is answered by who passed what their role needs, whatever the way in."""

import datetime

import pytest
from django.utils import timezone

from huixiang.cases.actions import reply
from huixiang.cases.clearing import NotCleared
from huixiang.cases.models import Case, Turn
from huixiang.dialogue.models import ScheduledReply
from huixiang.dialogue.scheduling import Later, schedule
from huixiang.journal.events import SYSTEM
from huixiang.workspaces import clearances
from huixiang.workspaces.clearances import Wanted
from huixiang.workspaces.models import Membership


@pytest.fixture
def red(case: Case, operator: Membership) -> Case:
    Case.objects.filter(id=case.id).update(grade="red")
    wanted = Wanted({"operator": ["crisis"]}, timezone.localdate())
    clearances.require(workspace=operator.workspace, wanted=wanted, known=["crisis"], actor=SYSTEM)
    return Case.objects.get(id=case.id)


def test_without_the_course_nothing_is_sent(red: Case, operator: Membership) -> None:
    with pytest.raises(NotCleared) as refused:
        reply(case=red, by=operator, text="对不起，我们马上来查。", lane="private")
    assert refused.value.courses == ("crisis",)
    assert f"/w/{operator.workspace.slug}/academy/" in str(refused.value.sentence)
    assert not Turn.objects.filter(case=red, direction="outbound").exists()


def test_an_answer_put_off_is_refused_now_and_not_at_night(red: Case, operator: Membership) -> None:
    later = Later(timezone.now() + datetime.timedelta(hours=1))
    with pytest.raises(NotCleared):
        schedule(case=red, by=operator, text="对不起，我们今天来查。", lane="private", later=later)
    assert not ScheduledReply.objects.exists()


def test_with_the_course_it_goes_out(red: Case, operator: Membership) -> None:
    clearances.passed(membership=operator, course="crisis", at=timezone.now())
    assert reply(case=red, by=operator, text="对不起，我们今天来查。", lane="private").text == "对不起，我们今天来查。"


def test_other_roles_and_other_grades_are_free(red: Case, operator: Membership, owner: Membership) -> None:
    assert reply(case=red, by=owner, text="对不起，我们今天来查。", lane="private").by == owner
    Case.objects.filter(id=red.id).update(grade="orange")
    assert reply(case=red, by=operator, text="对不起，我们今天再查。", lane="private").by == operator
