"""The short path for a small, single upset: an answer that thanks, understands and says what happens, ready to send."""

from collections.abc import Iterable, Sequence
from typing import Final

from huixiang.cases.models import Case, Turn
from huixiang.cases.states import Direction
from huixiang.feedback.models import Feedback, Grade

KEY: Final = "comfort"
MILD: Final = (Grade.BLUE, Grade.YELLOW)
MOST_SEVERITY: Final = 2  # an ordinary problem: what fails or endangers wants more than comfort
PLEASED: Final = frozenset({"开心", "感谢"})  # as the engine names feelings


def fits(case: Case, feedbacks: Sequence[Feedback], turns: Iterable[Turn]) -> bool:
    """Whether comfort is enough: mild, felt, nobody else has it, nobody threatens, and nobody has answered yet.

    The case comes with its theme. No statement.
    """
    if case.grade not in MILD or not feedbacks or any(turn.direction == Direction.OUTBOUND for turn in turns):
        return False
    alone = case.theme is None or case.theme.people_count <= 1
    mild = all(one.severity <= MOST_SEVERITY and not one.escalation for one in feedbacks)
    felt = any(set(one.emotions) - PLEASED or one.sentiment < 0 for one in feedbacks)
    return alone and mild and felt
