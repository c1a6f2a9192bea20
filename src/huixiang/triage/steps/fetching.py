"""What was sent with it: files that lie with their platform are fetched once they belong to a feedback."""

from huixiang.intake.attachments.fetching import kinds_that_keep, want
from huixiang.intake.models import MessageState
from huixiang.triage.signals import Batch

WANTED = frozenset({MessageState.FEEDBACK, MessageState.TURN})


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
