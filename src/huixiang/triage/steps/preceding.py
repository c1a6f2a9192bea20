"""What the same person said just before and what was left out as no feedback: it belongs to what it led to."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from huixiang.engine import read
from huixiang.intake.models import Message, MessageState
from huixiang.triage.learning.adapters import active_adapter
from huixiang.triage.signals import Batch, Signal
from huixiang.triage.steps.commanding import STEP as COMMAND
from huixiang.triage.steps.linking import NOT_TALK

JUST_BEFORE: Final = datetime.timedelta(minutes=2)  # from one message to the next
MOST: Final = 5
Key = tuple[uuid.UUID, uuid.UUID]  # a member and a conversation


def join_before(batch: Batch) -> None:
    """Needs readings; puts talk that was left out in front of the feedback it led to.

    The words of the feedback alone say what it is; the whole is what its case shows and where facts are found. What is
    erased stays so. One statement where something turned out to be feedback.
    """
    wanted = [signal for signal in batch.signals if _begins(signal)]
    left_out = _left_out(wanted) if wanted else {}
    grown = []
    for signal in wanted:
        signal.before = _chain(signal, left_out.get(_key(signal), []))
        if signal.before:
            grown.append(signal)
    if grown:
        _read_whole(batch, grown)


def _begins(signal: Signal) -> bool:
    """Whether it is feedback that goes on with nothing yet, said where people talk."""
    talk = not signal.by_form and signal.first.account.kind not in NOT_TALK
    return talk and signal.is_feedback and not (signal.case or signal.earlier or signal.command)


def _key(signal: Signal) -> Key:
    return signal.member.id, signal.conversation.id


def _left_out(signals: Sequence[Signal]) -> dict[Key, list[Message]]:
    """What these people said there shortly before, latest first; nobody corrects or erases it meanwhile."""
    times = [signal.first.sent_at for signal in signals]
    rows = Message.objects.select_for_update(of=("self",), skip_locked=True).filter(
        workspace_id=signals[0].first.workspace_id,
        conversation_id__in={signal.conversation.id for signal in signals},
        member_id__in={signal.member.id for signal in signals},
        state=MessageState.NOISE,
        erased_at=None,
        sent_at__gte=min(times) - JUST_BEFORE * MOST,
        sent_at__lte=max(times),
    )
    found: dict[Key, list[Message]] = defaultdict(list)
    for row in rows.order_by("-sent_at", "-id"):
        if row.member_id and row.conversation_id and not _command(row):
            found[row.member_id, row.conversation_id].append(row)
    return found


def _command(message: Message) -> bool:
    """Whether it was said to the bot."""
    return any(one.get("step") == COMMAND for one in message.findings)


def _chain(signal: Signal, rows: Sequence[Message]) -> list[Message]:
    """Those that lead up to the feedback without a pause, oldest first."""
    found: list[Message] = []
    until = signal.first.sent_at
    for row in rows:
        if row.sent_at > until:
            continue
        if until - row.sent_at > JUST_BEFORE or len(found) == MOST:
            break
        found.append(row)
        until = row.sent_at
    return found[::-1]


def _read_whole(batch: Batch, signals: Sequence[Signal]) -> None:
    texts = ["\n".join([*(message.text for message in one.before), one.text]) for one in signals]
    for signal, whole in zip(signals, read(texts, active_adapter(batch.workspace.id)), strict=True):
        if signal.reading:
            signal.reading = replace(signal.reading, text=whole.text, facts=whole.facts, missing=whole.missing)
            signal.find("before", len(signal.before), 1.0, f"连同此前紧接着说的 {len(signal.before)} 句")
