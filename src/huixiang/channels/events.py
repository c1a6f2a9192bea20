"""What happens in channels."""

from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class AccountOpened(Event):
    """A new source of messages."""

    name: ClassVar[str] = "channels.account_opened"
    subject_kind: ClassVar[str] = "channel_account"
    kind: str


@dataclass(frozen=True, kw_only=True)
class DeliveryFinished(Event):
    """An outgoing message came to an end: delivered, failed, or unknown."""

    name: ClassVar[str] = "channels.delivery_finished"
    subject_kind: ClassVar[str] = "delivery"
    state: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class DeliveryRetried(Event):
    """A person sent a failed message again."""

    name: ClassVar[str] = "channels.delivery_retried"
    subject_kind: ClassVar[str] = "delivery"


@dataclass(frozen=True, kw_only=True)
class WebhookChanged(Event):
    """An endpoint was opened, changed, rotated, paused, resumed, replayed or removed; the words say more."""

    name: ClassVar[str] = "channels.webhook_changed"
    subject_kind: ClassVar[str] = "webhook"
    what: str


@dataclass(frozen=True, kw_only=True)
class AccountChanged(Event):
    """The settings of a channel were changed: which."""

    name: ClassVar[str] = "channels.account_changed"
    subject_kind: ClassVar[str] = "channel_account"
    what: str
