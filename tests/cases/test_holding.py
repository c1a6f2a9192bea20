"""What holds an answer back, and answers in public and private at once."""

from typing import Any

import pytest

from huixiang.cases.actions import reply
from huixiang.cases.answering import Manner, reply_twice
from huixiang.cases.holding import NeedsApproval, Quoting, Unfilled, shared
from huixiang.cases.models import Case, Turn
from huixiang.channels.models import Delivery
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from tests import factories

SECRET = "我家孩子昨天在车里中暑了，送了医院"


@pytest.fixture
def told(case: Case) -> Case:
    """A case on the board with something said in private."""
    Case.objects.filter(id=case.id).update(public=True, grade="orange")
    Turn.objects.filter(case=case).update(lane="public")
    Turn.objects.create(workspace=case.workspace, case=case, direction="inbound", lane="private", text=SECRET)
    case.refresh_from_db()
    return case


def sent(case: Case) -> list[tuple[str, str]]:
    return list(case.turns.filter(direction="outbound").order_by("at", "id").values_list("lane", "text"))


@pytest.mark.parametrize(
    ("text", "said", "found"),
    [
        ("您说昨天在车里中暑了，送了医院，我们马上查", SECRET, "昨天在车里中暑了，送了医院"),
        ("您说昨天在 车里，中暑了 送了 医院", SECRET, "昨天在 车里，中暑了 送了 医院"),
        ("孩子的情况我们知道了", SECRET, ""),
        ("Thank you for your patience", "thank you for your help", ""),
        ("So she was taken to hospital at night", "was taken to hospital at night", "was taken to hospital at night"),
        ("请打 13612345678", "13612345678 是我的", ""),
    ],
)
def test_the_longest_stretch_in_common(text: str, said: str, found: str) -> None:
    assert shared(text, said) == found


def test_private_words_are_asked_about_before_everybody_reads_them(told: Case, operator: Membership) -> None:
    text = "听说孩子昨天在车里中暑了，送了医院，我们很难过"
    with pytest.raises(Quoting) as held:
        reply(case=told, by=operator, text=text, lane="public")
    assert (held.value.words, sent(told)) == (("孩子昨天在车里中暑了，送了医院",), [])
    reply(case=told, by=operator, text=text, lane="private")
    reply(case=told, by=operator, text=text, lane="public", manner=Manner(knowingly=("quoted",)))
    assert [lane for lane, _text in sent(told)] == ["private", "public"]


def test_places_nobody_filled_in_are_told(case: Case, operator: Membership) -> None:
    with pytest.raises(Unfilled) as held:
        reply(case=case, by=operator, text="已在{{fixed_in}}修复，{{me}}", lane="private")
    assert (held.value.places, sent(case)) == (("{{fixed_in}}", "{{me}}"), [])
    reply(case=case, by=operator, text="写 {{x}} 就行", lane="private", manner=Manner(knowingly=("unfilled",)))
    assert sent(case) == [("private", "写 {{x}} 就行")]


def test_both_go_out_linked(told: Case, operator: Membership) -> None:
    alone = reply_twice(case=told, by=operator, text="私下细说", publicly="已经私信您了")
    assert sent(told) == [("private", "私下细说"), ("public", "已经私信您了")]
    assert (alone.paired is not None and alone.paired.lane, Delivery.objects.count()) == ("public", 1)


@pytest.mark.parametrize("publicly", ["听说昨天在车里中暑了，送了医院", " "])
def test_or_neither_does(publicly: str, told: Case, operator: Membership) -> None:
    with pytest.raises(Refused):
        reply_twice(case=told, by=operator, text="私下细说", publicly=publicly)
    assert (sent(told), Delivery.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    ("role", "grade", "lane", "waits"),
    [
        ("specialist", "orange", "public", True),
        ("specialist", "red", "public", True),
        ("specialist", "yellow", "public", False),
        ("specialist", "orange", "private", False),
        ("operator", "orange", "public", False),
    ],
)
def test_who_may_not_publish_wants_a_yes_on_grave_cases(
    role: str, grade: str, lane: str, waits: bool, told: Case, operator: Membership
) -> None:
    Case.objects.filter(id=told.id).update(grade=grade)
    answer: dict[str, Any] = {"case": told, "by": factories.membership(told.workspace, role), "text": "谢谢您"}
    if waits:
        with pytest.raises(NeedsApproval):
            reply(**answer, lane=lane)
    else:
        reply(**answer, lane=lane)
    assert bool(sent(told)) is not waits
