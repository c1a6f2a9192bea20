"""Each stage reached, and not reached, in stories told by hand."""

import pytest

from huixiang.cases import actions as cases
from huixiang.feedback.models import Feedback
from huixiang.insights.conversion import ways
from huixiang.insights.models import CriticStale, CriticWay
from huixiang.members import erasing, joining
from huixiang.themes.actions import vote
from huixiang.workspaces.models import Workspace
from tests.insights.conversion.telling import Told


def test_a_way_goes_on_by_what_happens(told: Told) -> None:
    case = told.case("阿澈")
    seen = [told.stage(case)]
    told.answers(case)
    seen.append(told.stage(case))
    told.hears_the_details(case)
    seen.append(told.stage(case))
    told.ends(case)
    seen.append(told.stage(case))
    announcement = told.announces()
    seen.append(told.stage(case))
    told.hears(announcement, "阿澈", "yes")
    seen.append(told.stage(case))
    told.lets_pass(case, 4)
    told.says("阿澈", axis=5, kind="praise", sentiment=1)
    seen.append(told.stage(case))
    assert seen == [
        "Spoke up", "Answered", "Gave the details", "Solved", "Announced", "Satisfied", "Came back",
    ]  # fmt: skip


def test_each_time_is_that_of_its_fact(told: Told) -> None:
    case = told.case("阿澈", days=2)
    told.answers(case)
    told.ends(case)
    case.refresh_from_db()
    way = told.way(case)
    assert (way.begun_at, way.answered_at, way.details_at, way.solved_at, way.announced_at, way.stage_at) == (
        case.opened_at, case.first_answered_at, None, case.solved_at, None, case.solved_at,
    )  # fmt: skip


def test_an_announcement_from_before_they_spoke_is_not_theirs(told: Told) -> None:
    told.case("别人", axis=1)
    told.announces(axis=1)
    case = told.case("阿澈", axis=1)
    told.answers(case)
    told.ends(case)
    assert told.stage(case) == "Solved"


def test_an_announced_matter_that_is_not_solved_for_them_goes_back(told: Told) -> None:
    case = told.case("阿澈")
    told.answers(case)
    announcement = told.announces()
    assert told.stage(case) == "Announced"
    told.hears(announcement, "阿澈", "no")
    way = told.way(case)
    assert (way.stage, way.solved_at, way.announced_at) == (1, None, None)


def test_a_reopened_case_goes_back_to_what_was_answered(told: Told) -> None:
    case = told.case("阿澈")
    told.answers(case)
    told.hears_the_details(case)
    told.ends(case, "confirmed")
    assert told.stage(case) == "Satisfied"
    cases.reopen(case=case, actor=told.actor, reason="又坏了")
    assert told.stage(case) == "Answered"


@pytest.mark.parametrize(("days", "stage"), [(1, "Solved"), (4, "Came back")])
def test_kind_words_count_only_some_days_after(told: Told, days: int, stage: str) -> None:
    case = told.case("阿澈", days=days)
    told.ends(case)
    told.lets_pass(case, days)
    told.says("阿澈", axis=5, kind="praise", sentiment=1)
    assert told.stage(case) == stage


def test_kind_words_without_a_solution_are_no_coming_back(told: Told) -> None:
    case = told.case("阿澈", days=9)
    told.answers(case)
    told.says("阿澈", axis=5, kind="praise", sentiment=1)
    assert told.stage(case) == "Answered"


def test_whoever_contributes_after_the_solution_came_back_by_that(told: Told) -> None:
    by = {}
    for name in ("suggestion", "vote", "details", "answer", "nothing"):
        case = told.case(name)
        told.ends(case)
        by[name] = case
    told.says("suggestion", axis=3, kind="suggestion", sentiment=0)
    other = told.theme(told.says("别人", axis=4))
    vote(theme=other, member=told.person("vote"), given=True)
    second = told.case("details", axis=6)
    told.answers(second)
    told.hears_the_details(second)
    told.hears(told.announces(axis=7), "answer", "partly")
    assert {name: told.way(case).returned_by for name, case in by.items()} == {
        "suggestion": "suggestion", "vote": "vote", "details": "details", "answer": "answer", "nothing": "",
    }  # fmt: skip
    vote(theme=other, member=told.person("vote"), given=False)
    assert told.stage(by["vote"]) == "Solved"


def test_thanks_count_for_another_matter_only(told: Told) -> None:
    case = told.case("阿澈", axis=1)
    told.answers(case)
    told.announces(axis=1)
    assert told.stage(case) == "Announced"
    told.says("阿澈", axis=2, sentiment=0)
    told.announces(axis=2)
    assert (told.stage(case), told.way(case).returned_by) == ("Came back", "credit")


def test_a_negative_word_without_a_case_is_a_way_that_stands_still(told: Told) -> None:
    said = told.says("阿澈", kind="suggestion")
    for fields in ({"sentiment": 0}, {"sentiment": -1, "kind": "spam"}, {"sentiment": -1, "historical": True}):
        told.says("路人", axis=2, **fields)
    assert told.stage(said) == "Spoke up"
    assert [way.key for way in CriticWay.objects.all()] == [said.id]
    Feedback.objects.filter(id=said.id).update(sentiment=0)
    ways.freshen(told.account.workspace_id)
    assert CriticWay.objects.count() == 0


def test_imports_of_old_messages_are_left_out(told: Told) -> None:
    told.case("从前", historical=True)
    told.case("现在")
    ways.freshen(told.account.workspace_id)
    assert [way.member.name for way in CriticWay.objects.all()] == ["现在"]


def test_how_ways_are_lost(told: Told) -> None:
    closed, unreachable, fine, satisfied = (told.case(name, axis=n) for n, name in enumerate("甲乙丙丁"))
    told.answers(unreachable)
    told.loses_the_answer(unreachable)
    told.answers(fine)
    told.ends(closed, "closed")
    told.ends(satisfied, "confirmed")
    told.answers(satisfied)
    told.loses_the_answer(satisfied)
    assert [told.way(case).lost for case in (closed, unreachable, fine, satisfied)] == ["closed", "unreachable", "", ""]
    fine.refresh_from_db()
    assert [told.way(case).quiet_since for case in (closed, fine)] == [None, fine.last_at]


def test_two_members_who_are_one_have_their_ways_together(told: Told) -> None:
    one, other = told.case("阿澈", axis=1), told.case("阿澈在群里", axis=2)
    told.way(one)
    made = joining.join(source=other.member, target=one.member, by=told.by)
    assert {told.way(case).member_id for case in (one, other)} == {one.member_id}
    joining.undo(joining_id=made.id, workspace_id=told.by.workspace_id, actor=told.actor)
    assert told.way(other).member_id == other.member_id


def test_an_erased_members_way_still_counts(told: Told) -> None:
    case = told.case("阿澈")
    told.answers(case)
    erasing.finish(erasing.ask(member=case.member, actor=told.actor).id)
    assert told.stage(case) == "Answered"


def test_nothing_is_made_anew_twice(told: Told, workspace: Workspace, other_workspace: Workspace) -> None:
    told.case("阿澈")
    assert ways.freshen(other_workspace.id) == 0
    assert [ways.freshen(workspace.id), ways.freshen(workspace.id)] == [1, 0]
    case = told.case("小林")
    told.way(case)
    case.urgency, case.last_line = 5, "看过了"
    case.save()
    assert not CriticStale.objects.exists()
