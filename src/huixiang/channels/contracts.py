"""What a connector must offer, and where the offered ones are found."""

import datetime
from dataclasses import dataclass
from typing import Protocol

from django.utils.functional import Promise

from huixiang.channels.models import Delivery, DeliveryState

FILES, PAGE, LINK = "files", "page", "link"  # how a channel brings files: itself, on our page, by a link


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message as a connector understood it. Times are aware; empty strings mean unknown."""

    external_id: str
    text: str
    author_id: str
    author_name: str
    sent_at: datetime.datetime
    thread: str = ""
    reply_to: str = ""
    private: bool = False
    public: bool = False  # posted where everybody may read it: only the portal's board
    author_email: str = ""


class TransportError(Exception):
    """A message could not be handed over. `permanent`: trying again would not help.

    `unknown`: it may have arrived, so it must not be sent again by itself.
    """

    def __init__(self, sentence: str, *, permanent: bool = False, unknown: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.permanent = permanent
        self.unknown = unknown


class Connector(Protocol):
    """One kind of channel."""

    @property
    def kind(self) -> str:
        """What accounts call it; unique among connectors."""

    @property
    def label(self) -> str | Promise:
        """What people call it."""

    @property
    def carries(self) -> str:
        """How files reach the person: FILES with the message, PAGE on a page of ours, LINK under the words."""

    def can_send(self) -> bool:
        """Whether answers can go out this way at all."""

    def send(self, delivery: Delivery) -> DeliveryState:
        """Hand one delivery over and say its state (delivered, or ready to be fetched).

        Raises TransportError.
        """


_connectors: dict[str, Connector] = {}


def register(connector: Connector) -> None:
    """Make a connector known under its kind."""
    _connectors[connector.kind] = connector


def connector(kind: str) -> Connector:
    """The connector of this kind. Raises KeyError for a kind nobody registered."""
    return _connectors[kind]


def kinds() -> dict[str, str | Promise]:
    """Every registered kind with its label."""
    return {kind: found.label for kind, found in sorted(_connectors.items())}


def can_send(kind: str) -> bool:
    """Whether answers can go out through this kind."""
    return kind in _connectors and _connectors[kind].can_send()


def carries(kind: str) -> str:
    """How files go out through this kind."""
    return getattr(_connectors.get(kind), "carries", LINK)
