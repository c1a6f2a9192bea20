from collections.abc import Sequence
from typing import Any

import pytest

from huixiang.cases import tagging
from huixiang.cases.models import Case, CaseTag, Tag
from huixiang.cases.tag_queries import completions, counted_tags, tag_by_id, tags, tags_of_cases
from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Workspace
from tests import factories

STAFF = Actor("staff", None)


def told(prefix: str = "cases.tag") -> list[str]:
    return list(Entry.objects.filter(name__startswith=prefix).order_by("id").values_list("name", flat=True))


def made(workspace: Workspace, *names: str) -> list[Tag]:
    return [tagging.tag_named(workspace_id=workspace.id, name=name, actor=STAFF) for name in names]


def on(case: Case) -> Sequence[str]:
    return [tag.name for tag in tags_of_cases([case.id])[case.id]]


@pytest.mark.parametrize(
    ("one", "same"),
    [("VIP客户", "ｖｉｐ 客户"), ("Beta", " #beta "), ("退款", "退\u202e款"), ("A B", "a\u3000b")],
)
def test_a_tag_of_the_same_folded_name_is_the_same_tag(workspace: Workspace, one: str, same: str) -> None:
    first, second = made(workspace, one, same)
    assert (first.id, Tag.objects.count(), told()) == (second.id, 1, ["cases.tag_created"])


def test_names_are_one_workspaces_own(workspace: Workspace, other_workspace: Workspace) -> None:
    [mine], [theirs] = made(workspace, "退款"), made(other_workspace, "退款")
    assert mine.id != theirs.id
    assert tags(workspace.id) == [mine]
    assert tag_by_id(workspace_id=workspace.id, tag_id=theirs.id) is None


@pytest.mark.parametrize("name", ["", "  ", "#", "\u200b\u202e", "太" * 25])
def test_a_name_that_cannot_be_shown_is_refused_in_words(workspace: Workspace, name: str) -> None:
    with pytest.raises(Refused) as refused:
        made(workspace, name)
    assert str(refused.value.sentence) in {"给标签起个名字。", "标签名最多 24 个字。"}
    assert Tag.objects.count() == 0


def test_there_is_an_end_to_how_many(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagging, "MOST_TAGS", 1)
    made(workspace, "退款", "退款")
    with pytest.raises(Refused):
        made(workspace, "另一个")


def test_cases_are_tagged_once_and_the_journal_says_so(case: Case, app_channel: ChannelAccount) -> None:
    other = factories.case(app_channel, factories.RUDE_SERVICE)
    [tag] = made(case.workspace, "退款")
    assert tagging.tag(cases=[case], tag=tag, actor=STAFF) == 1
    assert tagging.tag(cases=[case, other, other], tag=tag, actor=STAFF) == 1
    assert (on(case), on(other)) == (["退款"], ["退款"])
    entries = Entry.objects.filter(name="cases.tagged").order_by("id")
    assert [(entry.subject_id, entry.data) for entry in entries] == [
        (case.id, {"tag_id": str(tag.id)}),
        (other.id, {"tag_id": str(tag.id)}),
    ]


def test_a_case_of_another_workspace_is_left_alone(case: Case, other_workspace: Workspace) -> None:
    [theirs] = made(other_workspace, "退款")
    assert tagging.tag(cases=[case], tag=theirs) == 0
    assert CaseTag.objects.count() == 0


def test_a_tag_is_taken_off_once(case: Case) -> None:
    [tag] = made(case.workspace, "退款")
    tagging.tag(cases=[case], tag=tag)
    assert tagging.untag(cases=[case], tag=tag, actor=STAFF) == 1
    assert tagging.untag(cases=[case], tag=tag, actor=STAFF) == 0
    assert (on(case), told("cases.untagged")) == ([], ["cases.untagged"])


def test_many_are_tagged_with_as_many_statements_as_one(
    case: Case, app_channel: ChannelAccount, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    more = [factories.case(app_channel, text) for text in (factories.RUDE_SERVICE, factories.BLACK_SCREEN)]
    first, second = made(case.workspace, "一", "二")
    with django_assert_max_num_queries(12) as one:
        tagging.tag(cases=[case], tag=first)
    with django_assert_num_queries(len(one)):
        tagging.tag(cases=[case, *more], tag=second)


def test_renaming_keeps_the_cases_and_refuses_a_name_that_is_taken(case: Case) -> None:
    tag, taken = made(case.workspace, "退款", "换货")
    tagging.tag(cases=[case], tag=tag)
    tagging.change_tag(tag=tag, name="退款中", ink="solid", actor=STAFF)
    assert (on(case), Tag.objects.get(id=tag.id).ink) == (["退款中"], "solid")
    with pytest.raises(Refused) as refused:
        tagging.change_tag(tag=taken, name=" 退款 中", ink="light", actor=STAFF)
    assert str(refused.value.sentence) == "已经有标签“退款中”了，请改用合并。"
    tagging.change_tag(tag=tag, name="退款中", ink="solid", actor=STAFF)  # nothing new: no entry
    assert told("cases.tag_changed") == ["cases.tag_changed"]


def test_merging_moves_each_case_once(case: Case, app_channel: ChannelAccount) -> None:
    other = factories.case(app_channel, factories.RUDE_SERVICE)
    source, target = made(case.workspace, "退费", "退款")
    tagging.tag(cases=[case, other], tag=source)
    tagging.tag(cases=[other], tag=target)
    assert tagging.merge_tags(source=source, target=target, actor=STAFF) == 2
    assert (on(case), on(other)) == (["退款"], ["退款"])
    assert counted_tags(case.workspace_id) == [(target, 2)]
    with pytest.raises(Refused):
        tagging.merge_tags(source=target, target=target, actor=STAFF)


def test_deleting_takes_it_off_its_cases(case: Case) -> None:
    [tag] = made(case.workspace, "退款")
    tagging.tag(cases=[case], tag=tag)
    assert tagging.delete_tag(tag=tag, actor=SYSTEM) == 1
    assert (on(case), tags(case.workspace_id)) == ([], [])
    assert Entry.objects.get(name="cases.tag_deleted").data == {"cases": 1}


def test_what_begins_with_the_typed_comes_first_and_what_is_on_is_left_out(workspace: Workspace) -> None:
    made(workspace, "等退款", "退款", "退货", "换货")
    on_case = Tag.objects.get(name="退货").id
    found = completions(workspace_id=workspace.id, typed="退", besides=[on_case])
    assert [tag.name for tag in found] == ["退款", "等退款"]
