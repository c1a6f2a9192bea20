"""What is said to a bot, and what its bot is told of a group."""

import datetime
from typing import Final

from huixiang.channels.models import Conversation
from huixiang.engine.masking import mask
from huixiang.engine.normalising import normalise
from huixiang.intake.commands import Sort, command_of, listens
from huixiang.intake.models import Message
from huixiang.journal.actions import Note, record_all
from huixiang.triage.events import BotAsked
from huixiang.triage.signals import Batch, Signal

STEP: Final = "command"
JUST_NOW: Final = datetime.timedelta(minutes=10)  # a group whose first word is not older is new


def take_commands(batch: Batch) -> None:
    """Needs members; takes commands out of what is read, all but 反馈, whose words are feedback because it says so."""
    talk: list[Signal] = []
    for signal in batch.signals:
        message = signal.first
        found = command_of(message.text, addressed=message.addressed) if listens(message.account) else None
        if found is not None:
            signal.command = found.sort
            signal.find(STEP, str(found.sort), 1.0, "")
        if found is None or (found.sort is Sort.FEEDBACK and found.words):
            talk.append(signal)
        else:
            batch.commands.append(signal)
        if found is not None and found.words:
            signal.forced = True
            message.text = found.words  # as it is read; the row keeps what was said
            message.masked_text = mask(normalise(found.words).text).text
    batch.signals = talk


def ask_bots(batch: Batch) -> None:
    """Needs everything stored. Journal: triage.bot_asked for each message a bot may have something to say to."""
    asked: dict[Message, None] = {signal.first: None for signal in batch.commands}
    for signal in batch.signals:
        if not listens(signal.first.account) or signal.first.historical:
            continue
        found = signal.feedback is not None and not signal.earlier
        if signal.command or (signal.conversation.group and (found or _new(signal.conversation, signal.first))):
            asked[signal.first] = None
    record_all([Note(BotAsked(subject=message.id)) for message in asked], workspace_id=batch.workspace.id)


def _new(place: Conversation, message: Message) -> bool:
    return message.received_at - place.created_at < JUST_NOW
