"""A program that answers in the name of somebody who may not publish is told that the answer waits."""

from collections.abc import Callable

from huixiang.cases.models import Case, PendingAnswer
from tests.api.conftest import Program


def test_it_waits_and_the_program_is_told(case: Case, of_role: Callable[[str], Program]) -> None:
    Case.objects.filter(id=case.id).update(public=True, grade="red")
    program = of_role("specialist")
    for _again in range(2):
        status, told = program.post(f"cases/{case.id}/reply", {"text": "我们在查", "lane": "public"})
        assert (status, "nothing was sent yet" in told["error"]) == (409, True)
    assert (PendingAnswer.objects.get().text, case.turns.filter(direction="outbound").count()) == ("我们在查", 0)
