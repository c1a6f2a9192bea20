"""What the bot and those who steer it do."""

import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class BotSpoke(Event):
    """The bot said something; of what it said after the quiet hours, `feedbacks` is how many it acknowledged."""

    name: ClassVar[str] = "groupbot.spoke"
    subject_kind: ClassVar[str] = "conversation"
    purpose: str
    feedbacks: int
    delivery_id: uuid.UUID
    asked: str


@dataclass(frozen=True, kw_only=True)
class BotChanged(Event):
    """How the bot of an account behaves was changed; `what`: on, off, changed."""

    name: ClassVar[str] = "groupbot.changed"
    subject_kind: ClassVar[str] = "channel_account"
    what: str


@dataclass(frozen=True, kw_only=True)
class TakenOver(Event):
    """Somebody of the team took a group over: the bot is silent there."""

    name: ClassVar[str] = "groupbot.taken_over"
    subject_kind: ClassVar[str] = "conversation"


@dataclass(frozen=True, kw_only=True)
class HandedBack(Event):
    """The bot speaks again in a group: a person handed it back, or (`alone`) had said nothing for so many hours."""

    name: ClassVar[str] = "groupbot.handed_back"
    subject_kind: ClassVar[str] = "conversation"
    alone: bool
