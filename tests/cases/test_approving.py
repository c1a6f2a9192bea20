"""Public answers on grave cases wait for a second person."""

from io import BytesIO

import pytest

from huixiang.cases import approving
from huixiang.cases.actions import reply
from huixiang.cases.holding import NeedsApproval, approval_grades
from huixiang.cases.models import Case, PendingAnswer, Turn
from huixiang.cases.red_lines import Crossed
from huixiang.intake.attachments.actions import upload
from huixiang.intake.models import Attachment
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from tests import factories

WORDS = "我们正在查，周五前在这里说进展"


@pytest.fixture
def told(case: Case) -> Case:
    Case.objects.filter(id=case.id).update(public=True, grade="red")
    case.refresh_from_db()
    return case


@pytest.fixture
def writer(told: Case) -> Membership:
    return factories.membership(told.workspace, "specialist", name="小林")


def sent(case: Case) -> list[tuple[str, str, str]]:
    rows = case.turns.filter(direction="outbound").select_related("by__user").order_by("at", "id")
    return [(turn.lane, turn.text, str(turn.by)) for turn in rows]


def decisions(case: Case) -> list[tuple[str, bool]]:
    rows = Entry.objects.filter(subject_id=case.id, name="cases.answer_decided").order_by("id")
    return [(row.data["decision"], row.data["changed"]) for row in rows]


def test_it_is_sent_in_its_writers_name_with_its_files(told: Case, writer: Membership, operator: Membership) -> None:
    file = upload(workspace=told.workspace, name="a.txt", file=BytesIO(b"words"), size=5)
    pending = approving.ask(case=told, by=writer, text=WORDS, attachments=[file])
    assert approving.ask(case=told, by=writer, text=WORDS).id == pending.id
    assert (sent(told), approving.waiting_on(told)) == ([], pending)
    turn = approving.approve(pending=pending, by=operator, text=WORDS + "。")
    assert sent(told) == [("public", WORDS + "。", "小林")]
    assert Attachment.objects.get(id=file.id).turn_id == turn.id
    assert decisions(told) == [("sent", True)]
    with pytest.raises(Refused):
        approving.approve(pending=pending, by=operator)


def test_what_goes_to_the_member_alone_goes_with_it(told: Case, writer: Membership, operator: Membership) -> None:
    pending = approving.ask(case=told, by=writer, text="已私信您", privately="私下细说")
    assert sent(told) == []
    approving.approve(pending=pending, by=operator)
    assert [(lane, text) for lane, text, _by in sent(told)] == [("private", "私下细说"), ("public", "已私信您")]
    assert Turn.objects.get(text="私下细说").paired == Turn.objects.get(text="已私信您")


def test_it_goes_back_with_a_reason(told: Case, writer: Membership, operator: Membership) -> None:
    pending = approving.ask(case=told, by=writer, text=WORDS)
    with pytest.raises(Refused):
        approving.send_back(pending=pending, by=operator, reason=" ")
    approving.send_back(pending=pending, by=operator, reason="先别承诺周五")
    assert (sent(told), decisions(told)) == ([], [("returned", False)])
    assert PendingAnswer.objects.get().reason == "先别承诺周五"
    assert approving.ask(case=told, by=writer, text=WORDS).state == "waiting"


def test_nobody_says_yes_to_themselves_or_without_the_right(
    told: Case, writer: Membership, operator: Membership
) -> None:
    own = approving.ask(case=told, by=operator, text=WORDS)
    for somebody in (operator, writer):
        with pytest.raises(Refused):
            approving.approve(pending=own, by=somebody)
    with pytest.raises(Refused):
        approving.ask(case=told, by=writer, text="另一条")
    approving.withdraw(pending=own, by=operator)
    assert (sent(told), decisions(told)) == ([], [("withdrawn", False)])


def test_what_reply_checks_is_checked_at_the_yes(told: Case, writer: Membership, operator: Membership) -> None:
    pending = approving.ask(case=told, by=writer, text="请打 13612345678 找我")
    with pytest.raises(Crossed):
        approving.approve(pending=pending, by=operator)
    assert (sent(told), PendingAnswer.objects.get().state) == ([], "waiting")
    approving.approve(pending=pending, by=operator, anyway="客服专线，本来就公开")
    assert PendingAnswer.objects.get().state == "sent"


def test_a_workspace_says_for_which_grades(told: Case, writer: Membership, owner: Membership) -> None:
    approving.set_grades(workspace=told.workspace, grades=["orange", "pink"], actor=Actor("staff", owner.id))
    assert approval_grades(told.workspace) == ["orange"]
    reply(case=told, by=writer, text=WORDS, lane="public")
    Case.objects.filter(id=told.id).update(grade="orange")
    with pytest.raises(NeedsApproval):
        reply(case=told, by=writer, text="再说一句", lane="public")
    assert Entry.objects.get(name="cases.approval_set").data["grades"] == ["orange"]
