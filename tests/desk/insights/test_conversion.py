"""The funnel of critics and its lists as people see them."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.desk.insights import drawing
from huixiang.desk.insights.narrowing import Asked
from huixiang.insights.conversion import ways
from huixiang.insights.conversion.queries import Funnel, Listed, Step, Wanted
from huixiang.insights.conversion.stages import STAGES
from huixiang.journal.models import Entry
from huixiang.members import erasing
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories import rows
from tests.insights.conversion.telling import DAY, Told

Address = Callable[..., str]


@pytest.fixture
def told(app_channel: Any, operator: Membership) -> Told:
    """Three people: one unanswered, one answered and waiting, one satisfied, each with a matter of their own."""
    made = Told(app_channel, operator)
    made.case("漠河守夜人", axis=1, days=2, grade="red")
    made.answers(made.case("三棵树站长", axis=2, days=3))
    done = made.case("许小林", axis=3, days=4)
    made.answers(done)
    made.ends(done, "confirmed")
    ways.freshen(app_channel.workspace_id)
    return made


def names(answer: Any) -> list[str]:
    return [row["member"].name for row in answer.context["rows"]]


def figures(answer: Any) -> list[tuple[int, int]]:
    return [(row.step.reached, row.step.here) for row in answer.context["rows"]]


def test_each_number_leads_to_as_many_people(as_operator: Client, at: Address, told: Told) -> None:
    overview = as_operator.get(at("insights"))
    assert figures(overview) == [(3, 1), (2, 1), (1, 0), (1, 0), (1, 0), (1, 1), (0, 0)]
    for row in overview.context["rows"]:
        for query, number in ((row.reached_query, row.step.reached), (row.here_query, row.step.here)):
            listed = as_operator.get(f"{at('insights_critics')}?{query}")
            assert (listed.context["found"], len(names(listed))) == (number, number), query


def test_one_person_with_two_matters_counts_once_by_the_latest(as_operator: Client, at: Address, told: Told) -> None:
    told.case("许小林", axis=5, days=1)
    assert figures(as_operator.get(at("insights")))[0] == (3, 2)
    assert figures(as_operator.get(at("insights") + "?count=cases"))[0] == (4, 2)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["许小林", "三棵树站长", "漠河守夜人"]),
        ("grade=red", ["漠河守夜人"]),
        ("tier=core", []),
        ("q=三棵树", ["三棵树站长"]),
        ("mine=1", ["三棵树站长", "许小林"]),
        ("since=2020-01-01&until=2020-02-01", []),
        ("days=nonsense&channel=nonsense&theme=nonsense&stage=nonsense", ["许小林", "三棵树站长", "漠河守夜人"]),
    ],
)
def test_the_list_is_narrowed_by_its_address(
    as_operator: Client, at: Address, told: Told, query: str, wanted: list[str]
) -> None:
    assert sorted(names(as_operator.get(f"{at('insights_critics')}?{query}"))) == sorted(wanted)


def test_who_is_stuck_longest_stands_first_and_pages_go_on(
    as_operator: Client, at: Address, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huixiang.desk.insights.views.PAGE", 1)
    seen, query = [], "count=cases"
    while query:
        answer = as_operator.get(f"{at('insights_critics')}?{query}")
        seen += names(answer)
        query = answer.context["next_query"]
    assert (seen[0], sorted(seen)) == ("漠河守夜人", sorted(["漠河守夜人", "三棵树站长", "许小林"]))


def test_each_row_says_what_to_do_and_where(as_operator: Client, at: Address, told: Told) -> None:
    answer = as_operator.get(at("insights_critics"))
    found = {row["member"].name: (row["rule"].key, row["link"]) for row in answer.context["rows"]}
    cases = {row["member"].name: at("case", case_id=row["way"].case_id) for row in answer.context["rows"]}
    assert found == {
        "漠河守夜人": ("first_answer", cases["漠河守夜人"] + "#composer"),
        "三棵树站长": ("ask_detail", cases["三棵树站长"] + "#composer"),
        "许小林": ("thank", cases["许小林"] + "#composer"),
    }
    page = answer.content.decode()
    assert all(f'href="{link}"' in page for _key, link in found.values())


def test_the_period_before_is_seen_as_it_stood_after_the_same_time(
    as_operator: Client, at: Address, told: Told
) -> None:
    early, late = told.case("很久以前", axis=6, days=5), told.case("后来才答", axis=7, days=40)
    told.answers(early)
    told.lets_pass(early, 35)
    told.answers(late)
    rows = as_operator.get(at("insights")).context["rows"]
    assert [row.step.before for row in rows] == [2, 1, 0, 0, 0, 0, 0]
    assert [(row.changed, row.sure) for row in rows[:3]] == [("", False), ("+17", False), ("+33", False)]


def test_a_change_of_many_people_is_told_from_chance() -> None:
    steps = [Step(one, 80, 0, 20) for one in STAGES]
    now = timezone.now()
    asked = Asked(Wanted(now - 30 * DAY, now), Listed(), 30, now.date(), now.date())
    assert [drawing.rows(Funnel(steps, {}, total, total), asked)[1].sure for total in (100, 8_000)] == [True, True]
    few = [Step(one, 4, 0, 2) for one in STAGES]
    assert drawing.rows(Funnel(few, {}, 10, 10), asked)[1].sure is False


def test_times_are_from_the_step_before(as_operator: Client, at: Address, told: Told) -> None:
    rows = as_operator.get(at("insights")).context["rows"]
    answered, details, solved = rows[1], rows[2], rows[3]
    assert [round(value / DAY.total_seconds(), 1) for value in (answered.median, answered.ninetieth)] == [3.5, 3.9]
    assert (details.step.timed, details.median, round(solved.median)) == (0, None, 0)


def test_a_silent_member_is_lost_and_told_so(as_operator: Client, at: Address, told: Told) -> None:
    case = told.case("不再说话", axis=8, days=2)
    told.answers(case)
    told.lets_pass(case, 20)
    overview = as_operator.get(at("insights"))
    assert [one["number"] for one in overview.context["lost"]] == [0, 0, 1]
    listed = as_operator.get(f"{at('insights_critics')}?lost=silent")
    assert [(row["member"].name, row["rule"].key) for row in listed.context["rows"]] == [("不再说话", "remind")]


def test_an_erased_member_counts_without_a_name_or_a_next_step(as_operator: Client, at: Address, told: Told) -> None:
    erasing.ask(member=told.person("漠河守夜人"), actor=told.actor)
    answer = as_operator.get(f"{at('insights_critics')}?stage=signal")
    row = answer.context["rows"][0]
    assert (answer.context["found"], row["gone"], row["rule"].key, row["link"]) == (1, True, "gone", "")
    assert "漠河守夜人" not in answer.content.decode()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_list_can_be_taken_out_by_who_may(
    as_owner: Client, as_viewer: Client, at: Address, told: Told, form: str
) -> None:
    address = at("insights_critics_table", form=form) + "?stage=signal"
    assert as_viewer.get(address).status_code == 404
    answer = as_owner.get(address)
    written = b"".join(answer)
    if form == "csv":
        lines = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
        assert [line[0] for line in lines[1:]] == ["漠河守夜人"]
    else:
        assert written[:2] == b"PK"
    assert [entry.data for entry in Entry.objects.filter(name="insights.critics_exported")] == [{"ways": 1}]


def test_an_empty_community_is_told_what_would_stand_here(as_owner: Client, at: Address) -> None:
    assert at("channels") in as_owner.get(at("insights") + "?days=90").content.decode()
    assert as_owner.get(at("insights_critics")).status_code == 200


def test_nobody_sees_another_workspaces_critics(
    at: Address, told: Told, other_workspace: Any, client_of: Callable[[Membership], Client]
) -> None:
    stranger = client_of(factories.membership(other_workspace, "owner"))
    assert stranger.get(at("insights")).status_code == 404
    own = stranger.get(f"/w/{other_workspace.slug}/insights/critics/")
    assert own.context["found"] == 0


def test_a_member_shows_their_way(as_operator: Client, at: Address, told: Told) -> None:
    answer = as_operator.get(at("member", member_id=told.person("许小林").id))
    assert [state for _one, _at, state in answer.context["way"]["steps"]] == [
        "done", "done", "passed", "done", "passed", "now", "todo",
    ]  # fmt: skip
    unheard = rows.member(told.account, "路过")
    assert as_operator.get(at("member", member_id=unheard.id)).context["way"] is None


def test_pages_cost_the_same_at_any_length(
    as_operator: Client, at: Address, operator: Membership, app_channel: Any,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    made = Told(app_channel, operator)
    for number in (1, 2):
        for place in range(number):
            made.answers(made.case(f"车友{number}{place}", axis=10 * number + place))
        ways.freshen(app_channel.workspace_id)
        with django_assert_num_queries(9):
            as_operator.get(at("insights"))
        with django_assert_num_queries(11):
            as_operator.get(at("insights_critics"))
