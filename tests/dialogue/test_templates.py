"""Templates: what is shipped, filled in, changed and taken back."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from huixiang.cases.models import Case
from huixiang.dialogue import queries, templates
from huixiang.dialogue.filling import VARIABLES, Filled, fill, unknown_in, values_of
from huixiang.dialogue.models import ReplyTemplate
from huixiang.dialogue.shipped import KEYS, shipped
from huixiang.dialogue.templates import Wanted
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership, Workspace
from tests import factories

VALUES = {"member": "阿澈", "fixed_in": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{member}}，您好", Filled("阿澈，您好")),
        ("在{{ fixed_in }}修好了", Filled("在{{fixed_in}}修好了", empty=("fixed_in",))),
        ("在{{fixed_in|新版本}}修好了", Filled("在新版本修好了")),
        ("{{me|}}您好，{{colour|红}}", Filled("您好，{{colour}}", unknown=("colour",))),
    ],
)
def test_variables_are_filled_in(text: str, filled: Filled) -> None:
    assert fill(text, VALUES) == filled


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_shipped_is_whole(language: str) -> None:
    table = shipped(language)
    assert tuple(table) == KEYS
    assert {tuple(one["texts"]) for one in table.values()} == {("warm", "plain", "formal")}
    assert [text for one in table.values() for text in one["texts"].values() if unknown_in(text)] == []


def test_a_workspace_begins_with_them(workspace: Workspace, operator: Membership) -> None:
    assert [one.key for one in queries.visible(operator, language="en")] == list(KEYS)
    assert len(queries.visible(operator)) == 2 * len(KEYS)
    found = queries.template_by_key(workspace, "care_visit", language="en")
    assert (found and found.name) == "Ask how things are"
    assert [key for key, _name in queries.keys(workspace)] == list(KEYS)


def test_a_case_fills_the_shipped_ones(case: Case, operator: Membership) -> None:
    values = values_of(case, operator, question="请问是什么版本？")
    assert values.keys() == VARIABLES.keys()
    text = fill(shipped("zh")["thank_and_apologise"]["texts"]["warm"], values)
    assert (text.lacking, case.member.name in text.text, case.title in text.text, "知夏" in text.text) == (
        (), True, True, True,
    )  # fmt: skip
    assert fill(shipped("zh")["fixed_announced"]["texts"]["plain"], values).lacking == ("{{fixed_in}}",)


def wanted(**changed: Any) -> Wanted:
    return Wanted(**{"name": "快递晚了", "texts": {"plain": "{{member|您好}}，已经催了"}, **changed})


def test_made_changed_and_taken_back(workspace: Workspace, operator: Membership) -> None:
    made = templates.make(by=operator, wanted=wanted(grades=["blue", "pink"]))
    templates.change(template=made, by=operator, wanted=wanted(texts={"plain": "今天到", "warm": ""}))
    made.refresh_from_db()
    assert (made.version, made.texts, made.grades) == (2, {"plain": "今天到"}, [])
    templates.take_back(template=made, by=operator, number=1)
    made.refresh_from_db()
    assert (made.version, made.texts) == (3, {"plain": "{{member|您好}}，已经催了"})
    assert [one.texts["plain"] for one in made.versions.order_by("number")] == ["{{member|您好}}，已经催了", "今天到"]
    told = Entry.objects.filter(name="dialogue.template_saved").order_by("id")
    assert [one.data["version"] for one in told] == [1, 2, 3]


def test_when_it_fits_alone_is_no_version(operator: Membership) -> None:
    made = templates.make(by=operator, wanted=wanted())
    templates.change(template=made, by=operator, wanted=wanted(stages=["listening"]))
    made.refresh_from_db()
    assert (made.stages, made.versions.count()) == (["listening"], 0)


def test_deleted_and_brought_back(workspace: Workspace, operator: Membership) -> None:
    shared = queries.template_by_key(workspace, "call_back")
    assert shared is not None
    templates.delete(template=shared, by=operator)
    assert "call_back" not in [one.key for one in queries.visible(operator, language="zh")]
    templates.restore(template=shared, by=operator)
    assert queries.template_by_key(workspace, "call_back") == shared


def test_whose_they_are(workspace: Workspace, operator: Membership) -> None:
    specialist = factories.membership(workspace, "specialist")
    own = templates.make(by=specialist, wanted=wanted(shared=False))
    assert (own in queries.visible(specialist), own in queries.visible(operator)) == (True, False)
    shared = templates.make(by=operator, wanted=wanted())
    for refused in (
        lambda: templates.make(by=specialist, wanted=wanted()),
        lambda: templates.change(template=shared, by=specialist, wanted=wanted(shared=False)),
        lambda: templates.delete(template=own, by=operator),
    ):
        with pytest.raises(Refused):
            refused()


@pytest.mark.parametrize("bad", [{"name": " "}, {"texts": {}}, {"texts": {"plain": "{{colour}}"}}, {"language": "fr"}])
def test_what_cannot_be_kept_is_told(bad: dict[str, Any], operator: Membership) -> None:
    with pytest.raises(Refused):
        templates.make(by=operator, wanted=wanted(**bad))
    assert not Entry.objects.filter(name="dialogue.template_saved").exists()


def test_a_key_stands_for_one(workspace: Workspace, operator: Membership) -> None:
    queries.visible(operator)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReplyTemplate.objects.create(workspace=workspace, key="call_back", language="zh", name="x")


@pytest.mark.parametrize(("stage", "grade", "points"), [("contacting", "blue", 3), ("listening", "red", 1)])
def test_how_well_it_fits(stage: str, grade: str, points: int) -> None:
    template = ReplyTemplate(stages=["contacting"], kinds=["defect"], grades=["blue"])
    assert queries.fitting(template, stage=stage, kinds=["defect", "praise"], grade=grade) == points
