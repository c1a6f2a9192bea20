"""A scenario is played: what is answered decides how it goes on, and what it was worth."""

import datetime

import pytest
from django.utils import timezone

from huixiang.academy import actions, queries
from huixiang.academy.judging import Answer
from huixiang.academy.library import courses, scenarios
from huixiang.academy.models import Attempt, AttemptState, CoursePass
from huixiang.academy.team import Narrowing, results
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Clearance, Membership
from tests import factories

PRAM = scenarios()["safety_scare"]
GOOD = (
    "桐桐妈，对不起，让您和孩子受惊了。孩子有没有磕到，要不要我们陪着去医院？推车请先别用。"
    "方便把刹车和批号标签拍给我吗？我叫周宁，今天十点前给您打电话，告诉您怎么查。"
)
GOOD_AFTER = (
    "谢谢您拍来 2308 的标签。是不是只有这一辆我还不知道，品控今天下午四点前给您答复。"
    "想今天上门取车，您几点方便？群里我们会提醒同款先停用。"
)
BAD = "您好，我们的产品检测合格，从来没有出过问题，是您自己操作不当，没踩到底。请冷静一下。"


def _begin(by: Membership) -> Attempt:
    return actions.begin(by=by, scenario=PRAM, language="zh-hans")


def _say(attempt: Attempt, text: str, place: int, grade: str = "red", step: str = "contact") -> Attempt:
    given = Answer(text, "private", grade, step, room=grade == "red")
    actions.answer(attempt=attempt, by=attempt.membership, given=given, place=place)
    attempt.refresh_from_db()
    return attempt


def _played(by: Membership, score: int, key: str, ending: str = "settled") -> Attempt:
    return Attempt.objects.create(
        workspace=by.workspace, membership=by, scenario=key, language="zh", state=AttemptState.DONE, score=score,
        ending=ending, ended_at=timezone.now(),
    )  # fmt: skip


def test_a_good_answer_calms_and_the_talk_is_settled_after_two_turns(operator: Membership) -> None:
    attempt = _say(_begin(operator), GOOD, 0)
    assert (attempt.turn, attempt.state) == ("calmer", "running")
    attempt = _say(attempt, GOOD_AFTER, 1)
    assert (attempt.turn, attempt.state, attempt.ending) == ("", "done", "settled")
    assert attempt.score is not None
    assert attempt.score >= 80
    first, second = queries.answers_of(attempt)
    assert (first.said, second.said) == tuple(PRAM.in_language("zh").turns[turn].said for turn in ("open", "calmer"))
    told = Entry.objects.get(name="academy.attempt_finished", subject_id=attempt.id).data
    assert (told["scenario"], told["ending"], told["score"]) == ("safety_scare", "settled", attempt.score)


def test_a_bad_answer_makes_it_worse_and_the_talk_is_lost(operator: Membership) -> None:
    attempt = _say(_begin(operator), BAD, 0, grade="yellow", step="verify")
    assert attempt.turn == "angrier"
    attempt = _say(attempt, BAD, 1)
    assert (attempt.state, attempt.ending) == ("done", "lost")
    assert attempt.score is not None
    assert attempt.score < 20
    weak = queries.answers_of(attempt)[0].weak
    assert {"grade", "step", "room", "never", "fact", "promised", "apologised", "argues", "blames"} <= set(weak)
    assert queries.standings(operator)["safety_scare"].best is None


def test_an_answer_between_leaves_them_the_same_and_a_third_turn_follows(operator: Membership) -> None:
    attempt = _say(_begin(operator), "对不起，让您受惊了。孩子有没有受伤？推车请先停用，我们会查。", 0)
    assert attempt.turn == "same"
    attempt = _say(attempt, "抱歉，这辆推车先不要推，下午打疫苗您怎么去？我们再想想办法。", 1)
    assert attempt.turn == "last"


def test_sent_twice_it_is_one_answer_and_an_old_page_is_told(operator: Membership) -> None:
    attempt = _say(_begin(operator), GOOD, 0)
    _say(attempt, GOOD, 0)
    assert attempt.answers.count() == 1
    with pytest.raises(Refused):
        _say(attempt, GOOD, 2)


@pytest.mark.parametrize(
    ("text", "lane", "grade", "step"),
    [
        ("好", "private", "red", "contact"), (GOOD * 30, "private", "red", "contact"), (GOOD, "", "red", "contact"),
        (GOOD, "private", "", "contact"), (GOOD, "private", "red", "announce"),
        (PRAM.in_language("zh").turns["open"].model, "private", "red", "contact"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(operator: Membership, text: str, lane: str, grade: str, step: str) -> None:
    attempt = _begin(operator)
    with pytest.raises(Refused):
        actions.answer(attempt=attempt, by=operator, given=Answer(text, lane, grade, step), place=0)
    assert attempt.answers.count() == 0


def test_beginning_again_goes_on_and_leaving_counts_for_nothing(operator: Membership) -> None:
    attempt = _begin(operator)
    assert _begin(operator).id == attempt.id
    actions.leave(attempt=attempt)
    assert _begin(operator).id != attempt.id
    assert queries.standings(operator)["safety_scare"].tries == 0


def _crisis(by: Membership) -> None:
    """Everything of the course but the pram."""
    for key in courses()["crisis"].scenarios:
        if key != PRAM.key:
            _played(by, 85, key)


def test_the_last_scenario_passes_the_course_and_clears(operator: Membership) -> None:
    _crisis(operator)
    _say(_say(_begin(operator), GOOD, 0), GOOD_AFTER, 1)
    passed = CoursePass.objects.get(membership=operator)
    assert passed.course == "crisis"
    assert passed.score >= 80
    assert Clearance.objects.get(membership=operator).passed_at == passed.passed_at
    assert Entry.objects.filter(name="academy.course_passed", subject_id=operator.id).count() == 1


def test_a_lost_talk_or_too_few_points_pass_nothing(operator: Membership) -> None:
    _crisis(operator)
    Attempt.objects.filter(scenario="rumour").update(ending="lost")
    _say(_say(_begin(operator), GOOD, 0), GOOD_AFTER, 1)
    Attempt.objects.filter(scenario="rumour").update(ending="settled", score=79)
    _say(_say(_begin(operator), GOOD, 0), GOOD_AFTER, 1)
    assert not CoursePass.objects.exists()


def test_a_course_is_renewed_by_all_its_scenarios_again(operator: Membership) -> None:
    _crisis(operator)
    _say(_say(_begin(operator), GOOD, 0), GOOD_AFTER, 1)
    _say(_say(_begin(operator), GOOD, 0), GOOD_AFTER, 1)
    assert CoursePass.objects.count() == 1
    _crisis(operator)
    _say(_say(_begin(operator), GOOD, 0), GOOD_AFTER, 1)
    assert [entry.data["again"] for entry in Entry.objects.filter(name="academy.course_passed").order_by("id")] == [
        False, True,
    ]  # fmt: skip


def test_what_comes_next_is_good_against_the_weak_spot(operator: Membership) -> None:
    attempt = _say(_say(_begin(operator), BAD, 0, grade="yellow"), BAD, 1)
    known = queries.standings(operator)
    weak = queries.weak_spots(operator)
    following = queries.next_scenario(known, queries.progress(operator, known), weak)
    assert following is not None
    assert not following.passed
    worth = {one.scenario.key: sum(weak[name] for name in one.scenario.trains) for one in known.values()}
    assert worth[following.scenario.key] == max(worth.values()) > 0
    assert attempt.ending == "lost"


def test_the_team_with_who_passed_what_and_where_they_are_weak(operator: Membership, owner: Membership) -> None:
    _crisis(operator)
    _say(_say(_begin(operator), GOOD, 0), GOOD_AFTER, 1)
    _say(_say(_begin(owner), BAD, 0), BAD, 1)
    other = factories.membership(factories.workspace(), "operator")
    _played(other, 90, "rumour")
    found = {one.membership.id: one for one in results(operator.workspace, Narrowing())}
    assert set(found) == {operator.id, owner.id}
    assert list(found[operator.id].passed) == ["crisis"]
    assert (found[operator.id].tries, found[operator.id].practised) == (5, 5)
    assert {name for name, _number in found[owner.id].spots} & {"never", "fact", "argues", "blames"}
    narrowed = results(operator.workspace, Narrowing(course="crisis", state="passed"))
    assert [one.membership.id for one in narrowed] == [operator.id]


def test_passes_of_another_day_are_told_with_their_day(operator: Membership) -> None:
    before = timezone.now() - datetime.timedelta(days=40)
    CoursePass.objects.create(
        workspace=operator.workspace, membership=operator, course="emotion", score=88, passed_at=before
    )
    far = {one.course.key: one for one in queries.progress(operator, queries.standings(operator))}
    assert far["emotion"].passed is not None
    assert (far["emotion"].passed.passed_at, far["crisis"].passed) == (before, None)
