"""What was sent with it: it is evidence, and lies with its platform until it is known to belong to a feedback."""

from dataclasses import replace
from typing import Final

from huixiang.intake.attachments.fetching import kinds_that_keep, want
from huixiang.intake.attachments.queries import of_conversation_parts
from huixiang.intake.models import MessageState
from huixiang.triage.signals import Batch

WANTED: Final = frozenset({MessageState.FEEDBACK, MessageState.TURN})
EVIDENCE: Final = "evidence"


def note_evidence(batch: Batch) -> None:
    """Needs readings and what was said before; whoever sent a picture along is not asked for one.

    One statement where a feedback lacks evidence in its words.
    """
    lacking = [s for s in batch.signals if s.is_feedback and s.reading and EVIDENCE in s.reading.missing]
    said = [message.id for signal in lacking for message in [*signal.before, *signal.messages]]
    found = of_conversation_parts(message_ids=said, awaited=True) if said else {}
    for signal in lacking:
        if signal.reading and any(message.id in found for message in [*signal.before, *signal.messages]):
            left = tuple(one for one in signal.reading.missing if one != EVIDENCE)
            signal.reading = replace(signal.reading, missing=left)


def want_files(batch: Batch) -> None:
    """Needs finished messages; asks for the files of those that are feedback or go on with a case.

    One statement where such channels brought something worth keeping, none elsewhere.
    """
    keeping = kinds_that_keep()
    wanted = [
        message.id
        for signal in batch.signals
        for message in [*signal.before, *signal.messages]
        if message.state in WANTED and signal.first.account.kind in keeping
    ]
    if wanted:
        want(message_ids=wanted)
