"""Fetching a file from a platform: never more than may be kept, never longer than a minute, never into our own network.

What a platform needs as proof of who asks goes to its own host only: it is left out where a redirect leads elsewhere.
"""

import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Final
from urllib.parse import unquote, urljoin, urlsplit

import httpx
from django.utils.translation import gettext as _

from huixiang.channels.contracts import TransportError
from huixiang.channels.files import Brought
from huixiang.channels.models import ChannelAccount
from huixiang.channels.webhooks.address import parsed
from huixiang.connectors.http import client
from huixiang.intake.attachments import kinds
from huixiang.kernel.errors import Refused

LONGEST: Final = 60.0  # seconds of one file, however slowly it trickles in
IN_MEMORY: Final = 4 * 1024 * 1024  # bytes; what is larger goes to the disk meanwhile
CHUNK: Final = 64 * 1024
MOST_HOPS: Final = 3
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
FINE, REFUSED, BROKEN, TOO_MANY = 200, 400, 500, 429
GONE: Final = frozenset({404, 410})
NOT_LET_IN: Final = frozenset({401, 403})
LONGEST_WAIT: Final = 3600.0
ENCODED_NAME: Final = re.compile(r"filename\*\s*=\s*utf-8'[^']*'([^;\s]+)", re.IGNORECASE)
PLAIN_NAME: Final = re.compile(r'filename\s*=\s*(?:"([^"]*)"|([^;\s]+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came, whatever it is: status, media type without its parameters, the bytes, the name that was told."""

    status: int
    media_type: str
    file: IO[bytes]
    size: int
    name: str = ""

    def beginning(self, number: int = 65_536) -> bytes:
        """The first bytes: what a platform says when it does not hand out the file."""
        self.file.seek(0)
        return self.file.read(number)

    def brought(self, name: str = "") -> Brought:
        """As a connector hands it over."""
        self.file.seek(0)
        return Brought(self.file, self.size, name or self.name)


def file_at(
    account: ChannelAccount, url: str, *, params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None, redirects: bool = False,
) -> Answered:  # fmt: skip
    """Fetch what lies at an address with 200. `redirects`: up to three are followed, each looked at as the first was.

    Raises TransportError: permanent for what is gone, refused, too large or leads elsewhere; else worth another try.
    """
    answered = anything_at(account, url, params=params, headers=headers, redirects=redirects)
    if answered.status == FINE:
        if not answered.size:
            answered.file.close()
            raise TransportError(_("The platform sent an empty file."))
        return answered
    answered.file.close()
    raise refused(answered.status)


def refused(status: int) -> TransportError:
    """What a status other than 200 means for a file."""
    if status in GONE:
        return TransportError(_("The platform no longer has it (%(code)d).") % {"code": status}, permanent=True)
    if status in NOT_LET_IN:
        sentence = _("The platform does not hand it out (%(code)d): a permission is missing, or its time is over.")
        return TransportError(sentence % {"code": status}, permanent=True)
    if status in REDIRECTS:
        return TransportError(_("The platform sent us elsewhere for it, where we do not go."), permanent=True)
    return TransportError(_("The platform refused to hand it out (%(code)d).") % {"code": status}, permanent=True)


def anything_at(
    account: ChannelAccount, url: str, *, params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None, redirects: bool = False,
) -> Answered:  # fmt: skip
    """Fetch whatever an address answers below 500. Whoever asks closes the file. Raises TransportError."""
    given, sent = dict(params or {}), dict(headers or {})
    first, end = origin(url), time.monotonic() + LONGEST
    for _hop in range(MOST_HOPS + 1):
        own = sent if origin(url) == first else {}
        with _asked(account, url, given, own) as answer:
            target = answer.headers.get("location", "")
            if not (redirects and answer.status_code in REDIRECTS and target):
                return _read(answer, end)
        url, given = urljoin(url, target), {}
    raise TransportError(_("The platform sent us elsewhere for it, where we do not go."), permanent=True)


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: whom a secret given to an address is given to."""
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "", "", None


def host_of(url: str) -> str:
    """The host of an address, in small letters; "" for what is none."""
    return origin(url)[1]


@contextmanager
def _asked(
    account: ChannelAccount, url: str, params: Mapping[str, str], headers: Mapping[str, str]
) -> Iterator[httpx.Response]:
    """The answer, its body not read yet. An address that may not be called is refused also where a proxy would."""
    try:
        parsed(url)
    except Refused as error:
        raise TransportError(str(error.sentence), permanent=True) from error
    try:
        with client(account, url) as line:
            packed = {"Accept-Encoding": "identity", **headers}
            with line.stream("GET", url, params=dict(params) or None, headers=packed) as answer:
                yield answer
    except TransportError as error:
        raise _forbidden(error) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        sentence = _("%(host)s cannot be reached: %(why)s")
        raise TransportError(sentence % {"host": host_of(url), "why": type(error).__name__}) from error


def _forbidden(error: TransportError) -> TransportError:
    """An address that leads into our own network does so tomorrow too; a name that was not found may be then."""
    why = error.__cause__
    if isinstance(why, Refused) and not isinstance(why.__cause__, OSError | UnicodeError):
        return TransportError(error.sentence, permanent=True)
    return error


def _read(answer: httpx.Response, end: float) -> Answered:
    """Its bytes, as they came. Raises TransportError for what is too large, too slow, packed, or not to be had now."""
    status = answer.status_code
    if status == TOO_MANY:
        raise TransportError(_("The platform asks us to slow down."), again_in=_seconds(answer))
    if status >= BROKEN:
        raise TransportError(_("The platform has trouble (%(code)d).") % {"code": status})
    if answer.headers.get("content-encoding", "identity") not in ("", "identity"):
        raise TransportError(_("The platform sent it packed, which was not asked for."), permanent=True)
    most = kinds.largest()
    _check_length(answer, most)
    kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever asked closes it
    try:
        size = _written(answer, kept, most, end)
    except BaseException:
        kept.close()
        raise
    kept.seek(0)
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    name = named_in(answer.headers.get("content-disposition", ""))
    return Answered(status, media_type, kept, size, name)


def named_in(disposition: str) -> str:
    """The file's name in a Content-Disposition header, "" for none."""
    if encoded := ENCODED_NAME.search(disposition):
        return unquote(encoded[1])
    plain = PLAIN_NAME.search(disposition)
    return (plain[1] or plain[2] or "") if plain else ""


def _check_length(answer: httpx.Response, most: int) -> None:
    told = answer.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told) > most:
        raise _too_large(most)


def _written(answer: httpx.Response, kept: Any, most: int, end: float) -> int:
    size = 0
    for chunk in answer.iter_raw(CHUNK):
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        if time.monotonic() > end:
            raise TransportError(_("It comes too slowly: a minute was not enough."))
        kept.write(chunk)
    return size


def _too_large(most: int) -> TransportError:
    sentence = _("It is too large: up to %(most)d MB can be taken.") % {"most": most // kinds.MEGABYTE}
    return TransportError(sentence, permanent=True)


def _seconds(answer: httpx.Response) -> float:
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), LONGEST_WAIT) if asked.isascii() and asked.isdigit() else 60.0
