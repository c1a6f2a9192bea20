"""What the dialogue adds to a case's pane: stages, what is missing, the next question, what waits, comfort."""

import datetime
from collections.abc import Sequence
from typing import Any

from huixiang.cases import approving, details, stages
from huixiang.cases.asking import language_of, upset
from huixiang.cases.details import Detail
from huixiang.cases.models import Case, PendingAnswer, Turn
from huixiang.cases.pending import PendingState
from huixiang.cases.states import ENDED, Direction
from huixiang.desk.dialogue.verdicts import in_words
from huixiang.desk.vocabulary import FACTS
from huixiang.dialogue import comfort, scheduling
from huixiang.feedback.models import Feedback
from huixiang.groupbot.models import Remark
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds


def in_dialogue(
    membership: Membership, case: Case, feedbacks: Sequence[Feedback], turns: Sequence[Turn]
) -> dict[str, Any]:
    """The same for the page, the inbox's pane and a pane after an answer. Three statements; turns have their files."""
    found = details_of(case, feedbacks, turns)
    question = details.next_question(found, case_id=case.id, feedbacks=feedbacks)
    return {
        "stages": stages.way(case),
        "details": found,
        "lacking": sum(detail.lacking for detail in found),
        "question": question,
        "question_word": str(FACTS[question.key]) if question else "",
        "scheduled": scheduling.of_case(case),
        "comfortable": case.state not in ENDED and comfort.fits(case, feedbacks, turns),
        "writes_in": language_of(feedbacks),
        "upset": upset(feedbacks),
        **_pending(membership, approving.of_case(case), turns),
    }


def details_of(case: Case, feedbacks: Sequence[Feedback], turns: Sequence[Turn]) -> list[Detail]:
    """What is known and missing; one statement, two where a bot may have asked. The turns have their files."""
    files = {turn.id for turn in turns if turn.files and turn.direction == Direction.INBOUND}
    asked = _asked_by_bot(case, feedbacks)
    return details.details_of(feedbacks, turns, details.marks_of(case), with_files=files, asked=asked)


def _asked_by_bot(case: Case, feedbacks: Sequence[Feedback]) -> dict[str, datetime.datetime]:
    """What the bot asked for in the case's group, and when: nobody is asked the same by a person after it."""
    if case.conversation is None or not case.conversation.group:
        return {}
    said = Remark.objects.filter(workspace_id=case.workspace_id, feedback_id__in=[one.id for one in feedbacks])
    return dict(said.exclude(question="").order_by("-at").values_list("question", "at"))


def _pending(membership: Membership, rows: Sequence[PendingAnswer], turns: Sequence[Turn]) -> dict[str, Any]:
    """The answer that waits, and what was decided about one of whoever looks, until they put it aside.

    What was sent back goes by itself once the case was answered after it.
    """
    waits = next((one for one in rows if one.state == PendingState.WAITING), None)
    theirs = (one for one in rows if one.decided_at and one.by_id == membership.id != one.decided_by_id)
    last = next(theirs, None)
    answered = max((turn.at for turn in turns if turn.direction == Direction.OUTBOUND), default=None)
    back = last if last and last.state == PendingState.RETURNED else None
    if back and answered and back.decided_at and answered > back.decided_at:
        back = None
    own = waits is not None and waits.by_id == membership.id
    return {
        "pending": waits,
        "pending_own": own,
        "may_approve": waits is not None and not own and holds(membership, Permission.PUBLISH),
        "returned": back,
        "verdict": (last, in_words(last)) if last and last.state != PendingState.RETURNED else None,
    }
