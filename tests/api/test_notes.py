"""Calls and interviews noted by a program."""

from collections.abc import Callable
from typing import Any

import pytest

from huixiang.cases.models import Case, Turn
from huixiang.intake.models import Message
from huixiang.members.models import Identity
from tests.api.conftest import Program

TALK = {
    "kind": "interview", "name": "老周", "phone": "138 0013 8000", "scene": "零下三十度停了一夜",
    "steps": "早上按启动键没有反应，仪表显示低压系统异常，车机版本 3.4.1", "wish": "尽快修好，给个说法",
    "mood": "angry",
    "promise": "周五前给答复", "until": "2026-11-27T18:00:00+08:00", "at": "2026-11-20T15:30:00+08:00",
}  # fmt: skip


def test_a_talk_becomes_a_case_with_what_was_promised(desk: Program) -> None:
    status, found = desk.post("notes", TALK)
    case = Case.objects.get()
    assert (status, found["case"], found["member"]["name"]) == (200, str(case.id), "老周")
    assert Identity.objects.get(member=case.member).external_id == "13800138000"
    assert Message.objects.get().sent_at.isoformat() == "2026-11-20T07:30:00+00:00"
    assert Turn.objects.get(case=case, lane="internal").text.splitlines() == [
        "Interview, noted by hand", "Spoken: 2026-11-20 15:30", "Mood: Angry", "Promised: 周五前给答复",
        "Until: 2026-11-27 18:00",
    ]  # fmt: skip


def test_somebody_known_is_named_by_id(desk: Program, case: Case) -> None:
    talk = {"member": str(case.member_id), "steps": "还是黑屏，导航全没了，这周第四次"}
    assert desk.post("notes", talk)[1]["member"]["id"] == str(case.member_id)
    assert desk.post("notes", {**talk, "member": str(case.id)})[0] == 404


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"name": "", "phone": ""}, 409), ({"scene": "", "steps": "", "wish": ""}, 409), ({"phone": "none"}, 409),
        ({"at": "2099-01-01T00:00:00Z"}, 409), ({"mood": "furious"}, 422), ({"steps": "\0"}, 422),
        ({"where": "x"}, 422),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(desk: Program, changed: dict[str, Any], status: int) -> None:
    answered, found = desk.post("notes", TALK | changed)
    assert (answered, bool(found["error"]), Message.objects.count()) == (status, True, 0)


def test_who_may_not_answer_notes_nothing(of_role: Callable[[str], Program]) -> None:
    assert of_role("viewer").post("notes", TALK)[0] == 403
