"""How far the dialogue is: by what happens, and by hand."""

import pytest
from django.utils import timezone

from huixiang.cases import stages
from huixiang.cases.actions import Said, end, hear, reopen, reply
from huixiang.cases.answering import Manner
from huixiang.cases.details import mark
from huixiang.cases.models import Case
from huixiang.cases.states import Stage
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership


def heard(case: Case, text: str = "还是打不着") -> None:
    said = Said(case=case, text=text, at=timezone.now(), message_id=new_id(), conversation_id=None, lane="private")
    hear(workspace_id=case.workspace_id, said=[said])
    case.refresh_from_db()


def moved(case: Case) -> list[tuple[str, str, bool]]:
    rows = Entry.objects.filter(subject_id=case.id, name="cases.stage_changed").order_by("id")
    return [(row.data["before"], row.data["after"], row.data["by_hand"]) for row in rows]


def test_it_goes_on_by_what_happens(case: Case, operator: Membership) -> None:
    assert [step.state for step in stages.way(case)] == ["todo"] * 6
    reply(case=case, by=operator, text="谢谢您", lane="private")
    heard(case)
    assert (case.stage, sorted(case.stage_at)) == ("listening", ["contacted", "listening"])
    reply(case=case, by=operator, text="给您换一块电瓶，您看行吗", lane="private", manner=Manner(offers=True))
    case.refresh_from_db()
    way = stages.way(case)
    assert [(step.stage, step.state, step.at is not None) for step in way] == [
        ("contacted", "done", True), ("listening", "done", True), ("details", "done", False),
        ("verifying", "done", False), ("offered", "now", True), ("confirmed", "todo", False),
    ]  # fmt: skip
    end(case=case, state="confirmed", actor=Actor("member", case.member_id))
    assert (case.stage, "confirmed" in case.stage_at) == ("confirmed", True)
    assert moved(case) == [
        ("contacting", "contacted", False), ("contacted", "listening", False), ("listening", "offered", False),
    ]  # fmt: skip
    reopen(case=case, actor=SYSTEM)
    assert case.stage == "listening"


def test_nothing_missing_any_more_completes_the_details(case: Case, operator: Membership) -> None:
    reply(case=case, by=operator, text="谢谢您", lane="private")
    heard(case)
    for key in ("steps", "frequency", "evidence"):
        mark(case=case, key=key, marked="unneeded", by=operator)
    case.refresh_from_db()
    assert (case.stage, moved(case)[-1]) == ("details", ("listening", "details", False))


def test_by_hand_and_back_with_the_time_it_had(case: Case, operator: Membership) -> None:
    actor = Actor("staff", operator.id)
    assert stages.move(case=case, stage="verifying", actor=actor) == "contacting"
    first = dict(case.stage_at)
    assert stages.move(case=case, stage="contacted", actor=actor) == "verifying"
    stages.move(case=case, stage="verifying", actor=actor, undo=True)
    case.refresh_from_db()
    assert (case.stage, case.stage_at["verifying"]) == ("verifying", first["verifying"])
    assert moved(case) == [
        ("contacting", "verifying", True), ("verifying", "contacted", True), ("contacted", "verifying", True),
    ]  # fmt: skip


def test_a_playbook_never_takes_it_back(case: Case, operator: Membership) -> None:
    stages.move(case=case, stage="offered", actor=SYSTEM, by_hand=False)
    stages.move(case=case, stage="verifying", actor=SYSTEM, by_hand=False)
    case.refresh_from_db()
    assert case.stage == "offered"


@pytest.mark.parametrize("wanted", [Stage.CONFIRMED, "nowhere"])
def test_only_the_member_confirms(wanted: str, case: Case, operator: Membership) -> None:
    with pytest.raises(Refused):
        stages.move(case=case, stage=wanted, actor=Actor("staff", operator.id))
    assert moved(case) == []
