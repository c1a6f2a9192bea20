from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huixiang.cases import tagging
from huixiang.cases.models import Case, Tag
from huixiang.cases.tag_queries import tags_of_cases
from huixiang.workspaces.models import Membership

HTMX = {"HX-Request": "true"}


def tag(membership: Membership, name: str) -> Tag:
    return tagging.tag_named(workspace_id=membership.workspace_id, name=name)


def on(case: Case) -> list[str]:
    return [tag.name for tag in tags_of_cases([case.id])[case.id]]


def test_a_tag_is_made_put_on_taken_off_and_put_back(case: Case, at: Callable[..., str], as_operator: Client) -> None:
    put_on = at("case_tag_add", case_id=case.id)
    shown = as_operator.post(put_on, {"name": " 退款 "}, headers=HTMX)
    assert (on(case), shown.context["tags"][0].name) == (["退款"], "退款")
    off = at("case_tag_remove", case_id=case.id, tag_id=Tag.objects.get().id)
    shown = as_operator.post(off, headers=HTMX)
    assert (on(case), shown.context["gone"].name) == ([], "退款")
    assert '<input type="hidden" name="name" value="退款">' in shown.content.decode()
    as_operator.post(put_on, {"name": "退款"})
    assert (on(case), Tag.objects.count()) == (["退款"], 1)


def test_typing_offers_what_fits_and_says_when_it_is_new(
    case: Case, operator: Membership, at: Callable[..., str], as_operator: Client
) -> None:
    for name in ("退款", "等退款", "换货"):
        tag(operator, name)
    complete = at("case_tag_complete", case_id=case.id)
    found = as_operator.get(complete, {"name": "退"}).context
    assert ([one.name for one in found["found"]], found["new"]) == (["退款", "等退款"], "退")
    assert as_operator.get(complete, {"name": " 退 款"}).context["new"] == ""


def test_a_name_cannot_break_out_of_the_page(case: Case, at: Callable[..., str], as_operator: Client) -> None:
    as_operator.post(at("case_tag_add", case_id=case.id), {"name": "\"'}<b>x</b>"})
    as_operator.post(at("case_tag_remove", case_id=case.id, tag_id=Tag.objects.get().id))
    shown = as_operator.get(at("case_tag_complete", case_id=case.id)).content.decode()
    assert "<b>x" not in shown
    assert "&quot;" not in shown.split("hx-vals='")[1].split("'")[0]


def test_who_only_reads_sees_tags_and_changes_none(
    case: Case, operator: Membership, at: Callable[..., str], as_analyst: Client
) -> None:
    tagging.tag(cases=[case], tag=tag(operator, "退款"))
    page = as_analyst.get(at("case", case_id=case.id)).content.decode()
    assert '<span class="tg light">退款</span>' in page
    assert as_analyst.post(at("case_tag_add", case_id=case.id), {"name": "换货"}).status_code == 404
    assert on(case) == ["退款"]


def test_tags_are_renamed_merged_and_deleted_in_the_settings(
    case: Case, operator: Membership, at: Callable[..., str], as_operator: Client
) -> None:
    refund, money, other = (tag(operator, name) for name in ("退款", "退费", "换货"))
    tagging.tag(cases=[case], tag=money)
    as_operator.post(at("settings_tag_change", tag_id=refund.id), {"name": "退款中", "ink": "dark"})
    as_operator.post(at("settings_tag_merge", tag_id=money.id), {"into": str(refund.id)})
    page = as_operator.get(at("settings_tags"))
    assert [(one.name, one.ink, number) for one, number in page.context["rows"]] == [
        ("换货", "light", 0),
        ("退款中", "dark", 1),
    ]
    as_operator.post(at("settings_tag_delete", tag_id=refund.id))
    as_operator.post(at("settings_tag_delete", tag_id=other.id))
    assert (on(case), Tag.objects.count()) == ([], 0)


def test_a_merge_into_nothing_is_refused_in_words(
    operator: Membership, at: Callable[..., str], as_operator: Client
) -> None:
    one = tag(operator, "退款")
    answer = as_operator.post(at("settings_tag_merge", tag_id=one.id), {"into": "x"}, headers=HTMX)
    assert (answer.status_code, answer.content.decode()) == (409, "请选择要并入的另一个标签。")


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_however_many(
    number: int, operator: Membership, at: Callable[..., str], as_operator: Client, django_assert_num_queries: Any
) -> None:
    for name in range(number):
        tag(operator, f"标签{name}")
    with django_assert_num_queries(6):
        answer = as_operator.get(at("settings_tags"))
    assert len(answer.context["rows"]) == number
