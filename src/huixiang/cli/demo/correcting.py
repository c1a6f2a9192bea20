"""The team looks over what the machine read, and corrects what it got wrong, as an operator does on the desk.

The files say of each line what a person takes it for; how often the machine differs is counted.
"""

from collections.abc import Sequence
from typing import Any

from huixiang.cases import actions as cases
from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED, CaseState
from huixiang.cli.demo.stage import Told
from huixiang.feedback.models import Feedback, Kind
from huixiang.intake.models import Message, MessageState
from huixiang.journal.events import Actor
from huixiang.triage.actions import correct_kind, keep_as_feedback, process

NO_MATTER = frozenset({Kind.PRAISE, Kind.CHATTER, Kind.SPAM})
WHY = {Kind.PRAISE: "是表扬，不需要处理。", Kind.CHATTER: "闲聊，不是反馈。", Kind.SPAM: "广告。"}


def correct(told: Told, lines: Sequence[dict[str, Any]]) -> None:
    """Bring back what was left out, take out what is chatter, and give the kind a line names."""
    by_key = {line["key"]: line for line in lines}
    found = Message.objects.filter(workspace=told.workspace, external_id__in=by_key)
    left_out = found.filter(
        state=MessageState.NOISE, external_id__in=[key for key, line in by_key.items() if not line.get("noise")]
    )
    for message in left_out:
        keep_as_feedback(message=message, by=told.by({}))
        told.left_out += 1
    if left_out:
        process(workspace_id=told.workspace.id)
    for message in found.filter(state=MessageState.FEEDBACK):
        line = by_key[message.external_id]
        told.let_in += bool(line.get("noise"))
        _say_what_it_is(told, message, Kind.CHATTER if line.get("noise") else line.get("kind"))


def _say_what_it_is(told: Told, message: Message, kind: str | None) -> None:
    feedback = Feedback.objects.filter(id=message.feedback_id).first() if message.feedback_id else None
    if feedback is None or kind is None or feedback.kind == kind:
        return
    by = told.by({})
    correct_kind(feedback=feedback, kind=kind, by=by)
    case = Case.objects.filter(id=feedback.case_id, state__in=UNFINISHED).first() if feedback.case_id else None
    if case and kind in NO_MATTER:
        cases.end(case=case, state=CaseState.CLOSED, actor=Actor("staff", by.id), reason=WHY[Kind(kind)])
