"""One open line to a mailbox: what is new since the cursor, then waiting until there is more.

The cursor is the folder's UIDVALIDITY and the last UID that was taken. When a server numbers a folder anew, mails since
the day before the last look are asked for again: what is known already is known by its Message-ID. Nothing in the
mailbox is changed, not even what counts as read.
"""

import contextlib
import datetime
import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from io import BufferedReader
from typing import Any, Final, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from huixiang.channels.accounts import value
from huixiang.channels.contracts import TransportError
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.email import wires

IDLE_SECONDS: Final = 240.0  # well below the 29 minutes of RFC 2177, and what routers forget a quiet line after
POLL_SECONDS: Final = 60.0  # of servers that cannot tell by themselves
MOST_AT_ONCE: Final = 20  # mails taken together
LARGEST_AT_ONCE: Final = 30 * 1024 * 1024  # bytes
LARGEST: Final = 50 * 1024 * 1024  # of one mail: of a larger one only the headers are taken
SIZE: Final = re.compile(rb"UID (\d+).*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+).*?UID (\d+)")
DATED: Final = re.compile(rb"UID (\d+)")
FOR_NOW: Final = re.compile(r"unavailable|temporar|too many|in ?use|try again|limit|busy|频率|稍后", re.IGNORECASE)
WHO: Final = '("name" "Huixiang" "version" "1.0" "vendor" "Huixiang")'

imaplib.Commands.setdefault("ID", ("NONAUTH", "AUTH", "SELECTED"))


class _Client(imaplib.IMAP4):
    """The library's client on a connection that stands already."""

    def __init__(self, line: socket.socket, host: str, port: int) -> None:
        self._line = line
        super().__init__(host, port)

    def _create_socket(self, timeout: float | None) -> socket.socket:  # noqa: ARG002 - the library's signature
        return self._line


class _Box(BaseMailBox):
    def __init__(self, client: imaplib.IMAP4) -> None:
        self._ready = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._ready


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail with its UID; `whole` is False for one so large that only its headers were taken."""

    uid: int
    mail: Message
    size: int
    whole: bool


class MailLine:
    """Blocking; used by one thread at a time, but for `close`, which ends whatever another one waits for.

    Every method raises TransportError: `pauses` where a person has to look (password, folder).
    """

    def __init__(self, account: ChannelAccount, cursor: Mapping[str, Any]) -> None:
        self._account = account
        self._host = value(account, "imap_host")
        self._socket: socket.socket | None = None
        self._box: _Box | None = None
        self._closed = threading.Event()
        self.validity = int(cursor.get("validity") or 0)
        self.uid = int(cursor.get("uid") or 0)
        self.looked = _time(cursor.get("at"))

    def open(self) -> None:
        """Connect, log in, say who we are, open the folder and find the place to go on from."""
        port, security = int(value(self._account, "imap_port")), value(self._account, "imap_security")
        self._socket = wires.connected(self._account, self._host, port, security)
        with self._trouble():
            client = _Client(self._socket, self._host, port)
            if security == wires.STARTTLS:
                client.starttls(wires.context())
                self._socket = client.sock
            self._box = _Box(client)
            self._log_in(self._box)
            self._select(self._box)

    def cursor(self) -> dict[str, Any]:
        """The place to go on from, as it is stored."""
        return {"validity": self.validity, "uid": self.uid, "at": self.looked.isoformat() if self.looked else ""}

    def fetch(self) -> list[Fetched]:
        """The next mails, the oldest first; none when there is nothing new. Moves nothing: see `done`."""
        with self._trouble():
            new = self._since(self.uid)
            self.looked = timezone.now()
            sizes = self._sizes(new[:MOST_AT_ONCE])
            found: list[Fetched] = []
            bytes_in_all = 0
            for uid in new[:MOST_AT_ONCE]:
                size = sizes.get(uid, 0)
                bytes_in_all += min(size, LARGEST)
                if found and bytes_in_all > LARGEST_AT_ONCE:
                    break
                found += self._one(uid, size)
            if new and not found:  # they vanished between the question and the answer
                self.uid = new[:MOST_AT_ONCE][-1]
            return found

    def done(self, fetched: list[Fetched]) -> None:
        """These were taken: go on behind them."""
        self.uid = max(self.uid, *(one.uid for one in fetched))

    def wait(self) -> None:
        """Until something seems to be new, or it is time to look: by IDLE where the server knows it."""
        with self._trouble():
            box = self._mailbox()
            if "IDLE" not in box.client.capabilities:
                self._closed.wait(POLL_SECONDS)
                return
            self._begin_idle(box)
            if not _told_of_more(box.client) and not _heard_already(box.client):
                box.idle.poll(IDLE_SECONDS)
            if not self._closed.is_set():
                box.idle.stop()  # type: ignore[no-untyped-call]

    def _begin_idle(self, box: _Box) -> None:
        """As the library does, which trips over what a server still says before it agrees."""
        client = box.client
        box.idle._idle_tag = tag = client._command("IDLE")  # noqa: SLF001
        while client._get_response() is not None:  # noqa: SLF001
            ended: Any = client.tagged_commands[tag]
            if ended is not None:
                raise imaplib.IMAP4.error(b" ".join(ended[1] or []))

    def close(self) -> None:
        """Hang up. May be called from another thread, more than once."""
        self._closed.set()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            if self._box is not None:
                with contextlib.suppress(OSError, ValueError):
                    self._box.client.shutdown()
            self._socket.close()

    def _mailbox(self) -> _Box:
        if self._box is None:
            raise TransportError(_("The mail server hung up."))
        return self._box

    def _log_in(self, box: _Box) -> None:
        user = value(self._account, "user") or value(self._account, "address")
        password = value(self._account, "password")
        try:
            if user.isascii() and password.isascii():
                box.login(user, password, initial_folder=None)
            else:
                box.login_utf8(user, password, initial_folder=None)
        except MailboxLoginError as error:
            raise self._refused(error) from error
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise self._refused(error) from error
        box.client.capabilities = _capabilities(box.client)
        if "ID" in box.client.capabilities:  # 163, 126 and qq mail open no folder to whom they do not know
            box.client._simple_command("ID", WHO)  # noqa: SLF001 - imaplib has no public way to a further command

    def _refused(self, error: Exception) -> TransportError:
        words = _words(error)
        return TransportError(
            _(
                "The mail server %(host)s does not take user and password: %(why)s. Many providers want an app "
                "password, made in their settings once IMAP is switched on."
            )
            % {"host": self._host, "why": words},
            pauses=not FOR_NOW.search(words),
        )

    def _select(self, box: _Box) -> None:
        folder = value(self._account, "folder")
        try:
            box.folder.set(folder, readonly=True)
        except MailboxFolderSelectError as error:
            raise TransportError(
                _("The folder “%(folder)s” cannot be opened: %(why)s") % {"folder": folder, "why": _words(error)},
                pauses=not FOR_NOW.search(_words(error)),
            ) from error
        now = int(next(filter(None, reversed(box.client.response("UIDVALIDITY")[1])), b"0"))
        if now != self.validity or not self.uid:
            start = self.looked - datetime.timedelta(days=1) if self.looked else self._beginning()
            self.uid, self.validity = self._place(start), now

    def _beginning(self) -> datetime.datetime:
        """What came since the account was connected is taken, and as many days before as was asked for."""
        days = float(value(self._account, "days_before") or 0)
        return self._account.created_at - datetime.timedelta(days=min(days, 3650), minutes=1)

    def _place(self, start: datetime.datetime) -> int:
        """The UID before the first mail that came in after `start`."""
        client = self._mailbox().client
        before = (start - datetime.timedelta(days=1)).strftime("%d-%b-%Y")
        uids = self._mailbox().uids(f"SINCE {before}", charset=None)
        found = []
        for place in range(0, len(uids), 500):
            _ok, rows = client.uid("FETCH", ",".join(uids[place : place + 500]), "(UID INTERNALDATE)")
            found += [uid for row in rows for uid in _arrived_since(row, start)]
        if found:
            return min(found) - 1
        return max((int(uid) for uid in self._mailbox().uids("ALL", charset=None)), default=0)

    def _since(self, uid: int) -> list[int]:
        """The UIDs behind this one; asked for `n:*` servers give the last one even when it lies before n."""
        found = self._mailbox().uids(f"UID {uid + 1}:*", charset=None)
        return sorted(number for number in map(int, found) if number > uid)

    def _sizes(self, uids: list[int]) -> dict[int, int]:
        if not uids:
            return {}
        _ok, rows = self._mailbox().client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
        matches = [SIZE.search(row) for row in rows if isinstance(row, bytes)]
        return {int(one[1] or one[4]): int(one[2] or one[3]) for one in matches if one}

    def _one(self, uid: int, size: int) -> list[Fetched]:
        whole = size <= LARGEST
        found = self._mailbox().fetch(uid_list=[str(uid)], mark_seen=False, headers_only=not whole)
        return [Fetched(uid, one.obj, size, whole) for one in found]

    @contextlib.contextmanager
    def _trouble(self) -> Iterator[None]:
        """What the libraries raise, in words."""
        try:
            yield
        except imaplib.IMAP4.abort as error:
            raise TransportError(_("The mail server hung up.")) from error
        except (imaplib.IMAP4.error, ImapToolsError) as error:
            raise TransportError(
                _("The mail server %(host)s answered: %(why)s") % {"host": self._host, "why": _words(error)}
            ) from error
        except OSError as error:
            raise TransportError(wires.said(error, self._host)) from error


def _capabilities(client: imaplib.IMAP4) -> tuple[str, ...]:
    """Once logged in servers tell more of what they can."""
    _ok, rows = client.capability()
    return tuple(b" ".join(filter(None, rows)).decode("ascii", "replace").upper().split())


def _told_of_more(client: imaplib.IMAP4) -> bool:
    """Whether the server told of mails along with an earlier answer: it will not tell again, and IDLE would wait."""
    return any(client.response("EXISTS")[1])


def _heard_already(client: imaplib.IMAP4) -> bool:
    """Whether more was read along with the server's “+ idling”: it lies in our buffer, where no poll would see it."""
    line = client.sock
    before = line.gettimeout()
    line.settimeout(0)
    try:
        return bool(cast(BufferedReader, client.file).peek(1))  # what the library reads from
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    finally:
        line.settimeout(before)


def _arrived_since(row: Any, start: datetime.datetime) -> list[int]:
    if not isinstance(row, bytes) or not (number := DATED.search(row)):
        return []
    at = imaplib.Internaldate2tuple(row)
    if at is None or datetime.datetime(*at[:6]).astimezone(datetime.UTC) < start:  # local time, as imaplib gives it
        return []
    return [int(number[1])]


def _time(text: Any) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(text) if text else None


def _words(error: Exception) -> str:
    """What the server said, without what the libraries wrap it in."""
    result = getattr(error, "command_result", None)
    said = result[1][0] if result and len(result) > 1 and result[1] else (error.args[0] if error.args else "")
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(re.sub(r"^\[[A-Z-]+\]\s*", "", text).split())[:200].rstrip(".。")
