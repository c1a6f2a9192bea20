"""What a connector must offer, and where the offered ones are found."""

# ruff: noqa: ARG002 - what a connector inherits mostly says that there is nothing

import datetime
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from huixiang.channels.files import Brought, InboundFile
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState

FILES, PAGE, LINK = "files", "page", "link"  # how a channel brings files: itself, on our page, by a link
Words = str | Promise


@dataclass(frozen=True, slots=True)
class ReplyWindow:
    """What a platform allows in answer to a message: until when, how many, by which handle. None: no bound.

    `handle` is what the platform wants to hear with the answer: a message's id, an address good for a while.
    """

    until: datetime.datetime | None = None
    answers: int | None = None
    handle: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message as a connector understood it. Times are aware; empty strings mean unknown.

    `thread` holds together what belongs together: of a group its id. A talk of two has none and is private.
    """

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
    group: str = ""  # the group's name, or its id where the platform does not tell; "" outside groups
    addressed: bool = False  # our name was called, or only we were spoken to
    window: ReplyWindow | None = None
    files: Sequence[InboundFile] = ()  # what it brought and the platform still keeps


LONGEST_PLACE: Final = 200  # what holds the id of a conversation


def place_of(*, thread: str, private: bool, author_id: str) -> str:
    """The conversation's name on the channel. What is said in private without a thread is the author's own place."""
    return f"@{author_id}"[:LONGEST_PLACE] if private and not thread else thread


class TransportError(Exception):
    """A message could not be handed over; `sentence` says why, for the operator.

    `permanent`: trying again would not help. `unknown`: it may have arrived, so it must not be sent again by itself.
    `pauses`: nothing will go out through this account until a person has looked (a revoked token, a bot removed);
    the message waits. `again_in`: seconds the platform asked us to wait, which do not count as a try.
    """

    def __init__(
        self, sentence: str, *, permanent: bool = False, unknown: bool = False, pauses: bool = False,
        again_in: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__(sentence)
        self.sentence = sentence
        self.permanent = permanent
        self.unknown = unknown
        self.pauses = pauses
        self.again_in = again_in


class NotGenuine(Exception):  # noqa: N818 - reads as a sentence
    """A call whose signature, time or receiver does not fit. `sentence` says which; nothing of it is kept."""

    def __init__(self, sentence: str, status: int = 401) -> None:
        super().__init__(sentence)
        self.sentence, self.status = sentence, status


class Unreadable(Exception):  # noqa: N818 - reads as a sentence
    """A genuine call that cannot be understood: it is kept in plain sight, and answered so that it is not repeated."""

    def __init__(self, sentence: str, excerpt: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.excerpt = sentence, excerpt


class NothingAsked(Exception):  # noqa: N818 - reads as a sentence
    """The platform cannot be asked who we are with these settings: its first call shows whether they are right."""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call of a platform, as it came. Header names are lower case."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform is told."""

    body: str = ""
    status: int = 200
    media_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a call brought. `fetch`: the messages themselves have to be asked for (`ask`), now."""

    messages: Sequence[InboundMessage] = ()
    answer: Answer = field(default_factory=Answer)
    fetch: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking brought: messages, and the place to go on from. `more`: there is more to be had at once."""

    messages: Sequence[InboundMessage]
    cursor: Mapping[str, Any]
    more: bool = False


class Hears(StrEnum):
    """How messages come in: the platform calls us, we ask it, or a line stands open; or not at all."""

    NOTHING = "nothing"
    CALLS = "calls"
    ASKING = "asking"
    LINE = "line"


class Per(StrEnum):
    """What a limit is counted for."""

    ACCOUNT = "account"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `number` messages within `seconds`, of one account or of one conversation."""

    number: int
    seconds: float
    per: Per = Per.ACCOUNT


class Sort(StrEnum):
    """What a setting of an account is."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - the sort
    ADDRESS = "address"
    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of the form an account is connected with.

    `made`: of a secret, that we make it when none is given, as 32 or so letters and digits (`length`): the person
    pastes it into the platform's console. `pattern`: a regular expression the whole value must fit.
    `only_with`: a choice and its value without which this is neither asked nor kept; `needed_with`: the same, without
    which it may be left empty.
    """

    name: str
    label: Words
    help: Words = ""
    sort: Sort = Sort.TEXT
    required: bool = True
    default: str = ""
    choices: Sequence[tuple[str, Words]] = ()
    pattern: str = ""
    made: bool = False
    length: int = 32
    only_with: tuple[str, str] | None = None
    needed_with: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Paste:
    """A value to paste into the platform's console: where, and what."""

    where: Words
    value: str
    secret: bool = False


Taken = Callable[[Sequence[InboundMessage]], Awaitable[None]]


class Connector:
    """One kind of channel. What a connector does not offer is inherited from here."""

    kind: str
    label: Words
    short: Words = ""  # the platform alone, beside somebody's id there; "": the label serves
    carries: str = LINK
    hears: Hears = Hears.NOTHING
    opened_in_desk: bool = True
    form: Sequence[Setting] = ()
    limits: Sequence[Limit] = ()
    longest: int = 0  # of one message; 0: no bound
    in_bytes: bool = False  # `longest` counts UTF-8 bytes instead of characters
    asks_every: int = 60  # seconds between two `ask`
    asked_too: bool = False  # it is called, and asked all the same: a call may have been lost
    keeps_files: bool = False  # messages only name their files: they are fetched one by one (`fetch_file`)
    files_at_once: bool = False  # they are fetched when they come: the platform forgets them within minutes
    own_line: bool = False  # answers go out by the open line, so the listening process sends them

    def can_send(self) -> bool:
        """Whether answers can go out this way at all."""
        return True

    def sends_for(self, account: ChannelAccount) -> bool:
        """Whether this account's answers can go out; by itself what the kind says of all."""
        return self.can_send()

    def sends_by_line(self, account: ChannelAccount) -> bool:
        """Whether this account's answers go out by its open line."""
        return self.own_line

    def hears_by(self, account: ChannelAccount) -> Hears:
        """How this account's messages come in."""
        return self.hears

    def can_write_alone(self, account: ChannelAccount, recipient: str, place: Conversation | None) -> bool:
        """Whether the platform carries words to this person alone; `place`: where they talked with us alone, if ever.

        False: it never does, as things are. What bounds how long or how often it does is told by `window`.
        """
        return True

    def can_post(self) -> bool:
        """Whether something can be said into a group, to nobody in particular."""
        return False

    def send(self, delivery: Delivery) -> DeliveryState:
        """Hand one delivery over and say its state (delivered, or ready to be fetched).

        `delivery.words` is what to say: the text with its link, already cut to the platform's length.
        Raises TransportError.
        """
        raise TransportError(_("This channel cannot be answered."), permanent=True)

    def hear(self, account: ChannelAccount, call: Call) -> Heard:
        """Verify, decrypt, parse one call; nothing slow. Raises NotGenuine or Unreadable."""
        raise NotGenuine(_("This channel takes no calls."), 404)

    def ask(self, account: ChannelAccount, cursor: Mapping[str, Any]) -> Asked:
        """Fetch what is new since `cursor`, {} at first. Raises TransportError."""
        raise TransportError(_("This channel cannot be asked."), permanent=True)

    def fetch_file(self, account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
        """Fetch what `InboundFile.reference` names, at most as much as may be uploaded. Raises TransportError.

        `permanent` and `pauses` both mean that trying again by itself would not help.
        """
        raise TransportError(_("This channel brings no files."), permanent=True)

    async def listen(self, account: ChannelAccount, taken: Taken) -> None:
        """Hold the line open and hand over what comes, until cancelled or the line breaks. Raises TransportError.

        `taken(())` says that the line stands: the account's page shows it. Returns when the platform asks to open anew.
        """
        raise TransportError(_("This channel holds no line."), permanent=True)

    def check(self, account: ChannelAccount) -> str:
        """Ask the platform who we are to it, with the account's settings; returns a name.

        Raises TransportError (`unknown`: it is too early to tell), or NothingAsked where only the platform can ask.
        """
        return str(account)

    def to_paste(self, account: ChannelAccount, address: str) -> Sequence[Paste]:
        """What the person pastes into the platform's console; `address` is where its calls reach us."""
        return ()

    def window(self, conversation: Conversation) -> ReplyWindow | None:
        """What is left of the right to answer here, by what was kept of the latest message; None: no bound."""
        if conversation.reply_until is None and conversation.reply_left is None:
            return None
        return ReplyWindow(conversation.reply_until, conversation.reply_left)


_connectors: dict[str, Connector] = {}


def register(connector: Connector) -> None:
    """Make a connector known under its kind."""
    _connectors[connector.kind] = connector


def connector(kind: str) -> Connector:
    """The connector of this kind. Raises KeyError for a kind nobody registered."""
    return _connectors[kind]


def connectors() -> dict[str, Connector]:
    """Every registered connector by its kind."""
    return dict(sorted(_connectors.items()))


def kinds() -> dict[str, Words]:
    """Every registered kind with its label."""
    return {kind: found.label for kind, found in connectors().items()}


def can_send(kind: str) -> bool:
    """Whether answers can go out through this kind."""
    return kind in _connectors and _connectors[kind].can_send()


def can_answer(account: ChannelAccount) -> bool:
    """Whether answers can go out through this account."""
    return account.kind in _connectors and _connectors[account.kind].sends_for(account)


def bounded(kind: str) -> bool:
    """Whether this kind is a platform's, which may bound what is answered."""
    return kind in _connectors and bool(_connectors[kind].form)


def carries(kind: str) -> str:
    """How files go out through this kind."""
    return _connectors[kind].carries if kind in _connectors else LINK
