"""The coach's answer to a draft, and the page where red lines are switched."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from huixiang.cases.actions import reply
from huixiang.cases.asking import question_for
from huixiang.cases.models import Case, Turn
from huixiang.cases.red_lines import hold_to
from huixiang.feedback.models import Feedback
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.workspaces.models import Membership, Workspace
from tests import factories

PLAIN = {"Accept-Language": "en"}


@pytest.fixture
def ask(at: Callable[..., str], case: Case, as_operator: Client) -> Callable[..., dict[str, Any]]:
    def post(text: str, lane: str = "private", **more: str) -> dict[str, Any]:
        answer = as_operator.post(at("coach"), {"text": text, "lane": lane, "case": str(case.id), **more})
        assert answer.status_code == 200
        known = answer.context
        return {name: known[name] for name in ("score", "counted", "checks", "remarks") if name in known} | {
            "html": answer.content.decode()
        }

    return post


def test_a_draft_is_read_and_nothing_is_kept(ask: Callable[..., dict[str, Any]], case: Case) -> None:
    before = (Entry.objects.count(), Turn.objects.count())
    advice = ask("谢谢您，对不起。这个不归我们管。")
    assert [bool(check.words) for check in advice["checks"]] == [True, True, False, False, False]
    assert [(one.fault, one.words, one.holds) for one in advice["remarks"]] == [("fobs_off", "不归我们管", False)]
    assert advice["score"] == sum(points for _label, points in advice["counted"])
    assert (Entry.objects.count(), Turn.objects.count()) == before


def test_places_are_counted_as_the_browser_counts(ask: Callable[..., dict[str, Any]]) -> None:
    [one] = ask("😀😀，这个不归我们管。")["remarks"]
    assert (one.start, one.end, one.at, one.until) == (7, 12, 5, 12)


def test_the_members_own_words_count_as_understood(ask: Callable[..., dict[str, Any]], case: Case) -> None:
    word = Turn.objects.get(case=case, direction="inbound").text[:4]
    named = ask(f"您说的{word}我记下了。")["checks"][2]
    assert word in named.words


def test_what_is_missing_is_asked_for(ask: Callable[..., dict[str, Any]], case: Case) -> None:
    Feedback.objects.filter(case_id=case.id).update(missing=["version", "frequency"], facts={})
    question = question_for("version", case_id=case.id, feedbacks=list(Feedback.objects.filter(case_id=case.id)))
    assert ask("您好。")["checks"][3].sentence == question.text


def test_a_red_line_is_named_where_it_holds(
    ask: Callable[..., dict[str, Any]], workspace: Workspace, case: Case
) -> None:
    assert [one.holds for one in ask("请打 13612345678 找我。", "public")["remarks"]] == [True]
    assert ask("请打 13612345678 找我。", "private")["remarks"] == []
    hold_to(workspace=workspace, lines=["threatens"], actor=SYSTEM)
    assert [one.holds for one in ask("请打 13612345678 找我。", "public")["remarks"]] == [False]


def test_words_of_a_draft_are_escaped(ask: Callable[..., dict[str, Any]]) -> None:
    page = ask('再这样发"><script>alert(1)</script>就拉黑你。')["html"]
    assert "<script>" not in page


def test_a_note_is_not_read(ask: Callable[..., dict[str, Any]]) -> None:
    assert "remarks" not in ask("这个不归我们管", "internal")


@pytest.mark.parametrize("turns", [1, 3])
def test_it_asks_the_database_little(
    turns: int, at: Callable[..., str], case: Case, as_operator: Client, operator: Membership,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for _turn in range(turns):
        reply(case=case, by=operator, text="在查了。", lane="private")
    as_operator.post(at("coach"), {"text": "x"})
    with django_assert_num_queries(6):
        as_operator.post(at("coach"), {"text": "谢谢您。", "lane": "private", "case": str(case.id)})


def test_another_workspaces_case_is_not_there(
    at: Callable[..., str], case: Case, other_workspace: Workspace, client_of: Callable[[Membership], Client]
) -> None:
    stranger = client_of(factories.membership(other_workspace, "owner"))
    address = at("coach").replace(case.workspace.slug, other_workspace.slug)
    assert stranger.post(address, {"text": "x", "case": str(case.id)}).status_code == 404
    assert stranger.post(address, {"text": "x", "case": "no id"}).status_code == 200


def test_a_threat_asks_for_a_reason_and_keeps_the_words(
    at: Callable[..., str], case: Case, as_operator: Client
) -> None:
    said = {"lane": "private", "text": "再这样发，后果自负。", "place": "case"}
    held = as_operator.post(at("case_reply", case_id=case.id), said, headers={"HX-Request": "true", **PLAIN})
    assert held.status_code == 422
    page = held.content.decode()
    assert page.count("再这样发，后果自负。") == 1
    assert ('name="anyway"' in page, 'value="private">' in page.split("held-x")[1].split("</div>")[0]) == (True, False)
    as_operator.post(at("case_reply", case_id=case.id), {**said, "anyway": "法务要求"})
    assert Turn.objects.get(case=case, direction="outbound").text == "再这样发，后果自负。"


def test_red_lines_are_switched_and_what_crossed_them_is_listed(
    at: Callable[..., str], case: Case, operator: Membership, as_owner: Client, as_viewer: Client, workspace: Workspace
) -> None:
    reply(case=case, by=operator, text="再这样发，后果自负。", lane="private", anyway="法务要求")
    page = as_owner.get(at("settings_red_lines")).content.decode()
    assert (page.count('name="line"'), page.count(" checked"), "法务要求" in page) == (2, 2, True)
    as_owner.post(at("settings_red_lines_save"), {"line": ["exposes"]})
    workspace.refresh_from_db()
    assert workspace.red_lines_off == ["threatens"]
    assert 'name="line"' not in as_viewer.get(at("settings_red_lines")).content.decode()


@pytest.mark.parametrize("crossed", [1, 3])
def test_the_page_of_red_lines_asks_little(
    crossed: int, at: Callable[..., str], case: Case, operator: Membership, as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for number in range(crossed):
        reply(case=case, by=operator, text=f"再这样发，后果自负。{number}", lane="private", anyway="法务要求")
    as_owner.get(at("settings_red_lines"))
    with django_assert_num_queries(6):
        as_owner.get(at("settings_red_lines"))


def test_how_many_messages_it_takes_is_known_before_sending(ask: Callable[..., dict[str, Any]]) -> None:
    long = "我们今天就查，明天给您答复。" * 250  # 3,500 characters; QQ takes 1,500 at once
    assert 'data-parts="3"' in ask(long, way="qq_bot")["html"]
    assert "danger" not in ask(long, way="qq_bot", left="3")["html"].partition('data-parts="3"')[0][-60:]
    assert "danger" in ask(long, way="qq_bot", left="2")["html"].partition('data-parts="3"')[0][-60:]
    assert "data-parts" not in ask("好的。", way="qq_bot", left="1")["html"]
    assert "data-parts" not in ask(long, way="nobody")["html"]
