"""The academy's pages: practising a whole scenario, results, the team's, and what a role needs for red cases."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from huixiang.academy.library import courses, scenarios
from huixiang.academy.models import Attempt, AttemptState, CoursePass
from huixiang.cases.models import Case, Turn
from huixiang.journal.models import Entry
from huixiang.workspaces import clearances
from huixiang.workspaces.models import ClearanceRule, Membership
from tests import factories
from tests.academy.test_talk import BAD, GOOD, GOOD_AFTER

PRAM = scenarios()["safety_scare"].in_language("zh")
STATEMENTS = {"academy": 12, "academy_team": 10}
At = Callable[..., str]


def _begun(client: Client, at: At) -> str:
    answer = client.post(at("academy_start", scenario="safety_scare"))
    assert answer.status_code == 302
    return str(answer["Location"])


def _sent(client: Client, talk: str, text: str, place: int, **more: str) -> str:
    sent = {"place": str(place), "text": text, "lane": "private", "grade": "red", "step": "contact", "room": "1"}
    answer = client.post(f"{talk}answer/", sent | more)
    assert answer["Location"] == f"{talk}?turn={place}#turn-{place}"
    return client.get(talk).content.decode()


def _done(by: Membership, key: str = "rumour", score: int = 85) -> Attempt:
    return Attempt.objects.create(
        workspace=by.workspace, membership=by, scenario=key, language="zh", state=AttemptState.DONE, score=score,
        ending="settled", ended_at=timezone.now(),
    )  # fmt: skip


def test_the_front_page_shows_courses_and_every_scenario(as_operator: Client, at: At) -> None:
    shown = as_operator.get(at("academy"))
    assert [one.standing.scenario.key for one in shown.context["rows"]] == list(scenarios())
    page = shown.content.decode()
    assert [course.in_language("zh").title in page for course in courses().values()] == [True] * 4
    assert "开始对话" in page


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("q=充电宝", {"rumour"}),
        ("course=mediation", {"wrong_but_loud", "seeding", "private_data", "colleague_argued"}),
        ("state=passed", {"outage"}), ("q=没有这样的", set()),
    ],
)  # fmt: skip
def test_scenarios_are_found(as_operator: Client, operator: Membership, at: At, query: str, keys: set[str]) -> None:
    _done(operator, "outage", 90)
    shown = as_operator.get(f"{at('academy')}?{query}")
    assert {one.standing.scenario.key for one in shown.context["rows"]} == keys


def test_a_good_talk_in_the_browser(as_operator: Client, at: At) -> None:
    talk = _begun(as_operator, at)
    page = as_operator.get(talk).content.decode()
    assert PRAM.turns["open"].said in page
    assert PRAM.turns["open"].model not in page
    page = _sent(as_operator, talk, GOOD, 0)
    assert PRAM.turns["open"].model in page
    assert PRAM.turns["calmer"].said in page
    assert PRAM.turns["calmer"].model not in page
    page = _sent(as_operator, talk, GOOD_AFTER, 1)
    assert (PRAM.ends["settled"] in page, "谈妥了" in page) == (True, True)


def test_a_bad_talk_says_what_was_wrong_point_by_point(as_operator: Client, at: At) -> None:
    talk = _begun(as_operator, at)
    page = _sent(as_operator, talk, BAD, 0, grade="blue", step="verify")
    assert PRAM.turns["angrier"].said in page
    wanted = ["你选了“蓝”，应该是“红”。", PRAM.acts["grade"], PRAM.acts["first"], PRAM.never[0].why, "没有问到"]
    assert [words for words in wanted if words not in page] == []
    page = _sent(as_operator, talk, BAD, 1)
    assert (PRAM.ends["lost"] in page, "谈崩了" in page) == (True, True)


def test_the_same_in_english(as_operator: Client, at: At) -> None:
    as_operator.cookies["django_language"] = "en"
    talk = _begun(as_operator, at)
    english = scenarios()["safety_scare"].in_language("en")
    page = as_operator.get(talk).content.decode().replace("&#x27;", "'")
    assert english.turns["open"].said in page
    assert not re.search("[\u4e00-\u9fff]", page.split("<main")[1].split("</main>")[0])


def test_a_refused_answer_leaves_the_form(as_operator: Client, at: At) -> None:
    talk = _begun(as_operator, at)
    sent = {"place": "0", "text": "好", "lane": "private", "grade": "red", "step": "contact"}
    answer = as_operator.post(f"{talk}answer/", sent, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content.decode()) == (409, "请像真的要发出去那样写。")


def test_ones_talks_are_ones_own_and_the_managers(
    as_operator: Client, as_owner: Client, as_viewer: Client, at: At
) -> None:
    talk = _begun(as_operator, at)
    assert (as_owner.get(talk).status_code, as_viewer.get(talk).status_code) == (200, 404)
    as_owner.post(f"{talk}leave/")
    assert Attempt.objects.get().state == AttemptState.RUNNING
    assert as_operator.post(f"{talk}leave/").status_code == 302
    assert Attempt.objects.get().state == AttemptState.LEFT
    assert as_operator.get(talk).status_code == 200


def test_a_course_shows_its_lesson_and_the_certificate(as_operator: Client, operator: Membership, at: At) -> None:
    address = at("academy_course", course="crisis")
    assert courses()["crisis"].in_language("zh").parts[0].text in as_operator.get(address).content.decode()
    CoursePass.objects.create(workspace=operator.workspace, membership=operator, course="crisis", score=88)
    page = as_operator.get(address).content.decode()
    assert f"于 {timezone.localdate()} 以 88 分通过课程“危机”。" in page
    assert as_operator.get(at("academy_course", course="cooking")).status_code == 404


def test_the_team_as_a_page_and_as_files(as_owner: Client, operator: Membership, at: At) -> None:
    CoursePass.objects.create(workspace=operator.workspace, membership=operator, course="crisis", score=88)
    _done(operator)
    page = as_owner.get(at("academy_team")).content.decode()
    assert (operator.user.name in page, ">88<" in page) == (True, True)
    csv = b"".join(as_owner.get(at("academy_table", form="csv")).streaming_content).decode()  # type: ignore[attr-defined]
    line = next(line for line in csv.splitlines() if line.startswith(operator.user.name))
    assert line.split(",")[:2] == [operator.user.name, "社群运营"]
    assert ",88," in line
    file = b"".join(as_owner.get(at("academy_table", form="xlsx")).streaming_content)  # type: ignore[attr-defined]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python()
    assert {row[0] for row in rows[1:]} == {operator.user.name, "程屿"}
    assert [entry.data for entry in Entry.objects.filter(name="academy.results_taken_out")] == [{"people": 2}] * 2
    assert as_owner.get(at("academy_table", form="pdf")).status_code == 404


def test_one_person_of_the_team(as_owner: Client, operator: Membership, at: At) -> None:
    _done(operator)
    page = as_owner.get(at("academy_person", membership_id=operator.id)).content.decode()
    assert scenarios()["rumour"].in_language("zh").title in page


def test_who_would_be_locked_out_is_shown_before_it_holds(as_owner: Client, operator: Membership, at: At) -> None:
    address, today = at("academy_requirements"), timezone.localdate().isoformat()
    wanted: dict[str, Any] = {"course-operator": ["crisis"], "from_day": today, "valid_months": "12"}
    asked = as_owner.post(address, wanted)
    assert (asked.status_code, operator.user.name in asked.content.decode()) == (422, True)
    assert not ClearanceRule.objects.exists()
    assert as_owner.post(address, wanted | {"confirmed": "1"}).status_code == 302
    rule = ClearanceRule.objects.get()
    assert (rule.role, rule.courses, rule.valid_months) == ("operator", ["crisis"], 12)
    assert as_owner.post(address, {"from_day": today}).status_code == 302
    assert not ClearanceRule.objects.exists()


def test_a_red_case_leads_to_the_academy_and_keeps_the_words(
    as_operator: Client, operator: Membership, case: Case, at: At
) -> None:
    Case.objects.filter(id=case.id).update(grade="red")
    ClearanceRule.objects.create(
        workspace=operator.workspace, role="operator", courses=["crisis"], from_day=timezone.localdate()
    )
    sent = {"text": "对不起，我今天下午五点前给您答复。", "lane": "private"}
    held = as_operator.post(at("case_reply", case_id=case.id), sent)
    page = held.content.decode()
    assert (held.status_code, sent["text"] in page, at("academy") in page) == (422, True, True)
    assert not Turn.objects.filter(case=case, direction="outbound").exists()
    assert "回复红色个案之前，还要通过：" in as_operator.get(at("academy")).content.decode()
    clearances.passed(membership=operator, course="crisis", at=timezone.now())
    assert as_operator.post(at("case_reply", case_id=case.id), sent).status_code == 302
    assert Turn.objects.filter(case=case, direction="outbound").count() == 1


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("page", ["academy", "academy_team"])
def test_statements(
    page: str, number: int, at: At, owner: Membership, as_owner: Client, django_assert_num_queries: Any
) -> None:
    people = [owner] + [factories.membership(owner.workspace, "operator") for _one in range(number - 1)]
    for membership in people:
        for key in list(scenarios())[:number]:
            _done(membership, key)
        CoursePass.objects.create(workspace=owner.workspace, membership=membership, course="crisis", score=88)
    with django_assert_num_queries(STATEMENTS[page]):
        assert as_owner.get(at(page)).status_code == 200
