"""The frames of the long connection: one message of Protocol Buffers, written and read here.

    Header { key = 1, value = 2 }
    Frame  { SeqID = 1, LogID = 2, service = 3, method = 4, headers = 5 (many), payload_encoding = 6, payload_type = 7,
             payload = 8, LogIDNew = 9 }

The first four are always written, in that order; numbers are varints, everything else is a length and its bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

CONTROL, DATA = 0, 1  # what `method` says
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # the wire types that are in use
WIDTHS: Final = {FIXED64: 8, FIXED32: 4}
BITS: Final = 64
NUMBERS: Final = {1: "seq_id", 2: "log_id", 3: "service", 4: "method"}
SIGNED: Final = {3, 4}
WORDS: Final = {6: "payload_encoding", 7: "payload_type", 9: "log_id_new"}
HEADERS, PAYLOAD = 5, 8


class FrameError(ValueError):
    """Bytes that are no frame."""


@dataclass(slots=True)
class Frame:
    """One frame."""

    seq_id: int = 0
    log_id: int = 0
    service: int = 0
    method: int = CONTROL
    headers: dict[str, str] = field(default_factory=dict)
    payload_encoding: str = ""
    payload_type: str = ""
    payload: bytes = b""
    log_id_new: str = ""


def written(frame: Frame) -> bytes:
    """The frame's bytes."""
    out = bytearray()
    for number, name in NUMBERS.items():
        out += _varint(number << 3 | VARINT) + _varint(getattr(frame, name) % (1 << BITS))
    for key, text in frame.headers.items():
        out += _bytes(HEADERS, _bytes(1, key.encode()) + _bytes(2, text.encode()))
    for number in sorted((*WORDS, PAYLOAD)):
        content = frame.payload if number == PAYLOAD else getattr(frame, WORDS[number]).encode()
        out += _bytes(number, content) if content else b""
    return bytes(out)


def read(raw: bytes) -> Frame:
    """The frame in these bytes; fields nobody told us of are passed over. Raises FrameError."""
    frame = Frame()
    for number, found in _fields(raw):
        if number in NUMBERS and isinstance(found, int):
            below_zero = number in SIGNED and found >> (BITS - 1)
            setattr(frame, NUMBERS[number], found - (1 << BITS) if below_zero else found)
        elif number == HEADERS and isinstance(found, bytes):
            pair = dict(_fields(found))
            frame.headers[_text(pair.get(1, b""))] = _text(pair.get(2, b""))
        elif number in WORDS and isinstance(found, bytes):
            setattr(frame, WORDS[number], _text(found))
        elif number == PAYLOAD and isinstance(found, bytes):
            frame.payload = found
    return frame


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


def _bytes(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | BYTES) + _varint(len(content)) + content


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and content of each field, in the order they stand."""
    place = 0
    while place < len(raw):
        tag, place = _number(raw, place)
        kind = tag & 7
        if kind == VARINT:
            found, place = _number(raw, place)
            yield tag >> 3, found
            continue
        if kind == BYTES:
            length, place = _number(raw, place)
        elif kind in WIDTHS:
            length = WIDTHS[kind]
        else:
            raise FrameError("a wire type that is not in use")
        if length > len(raw) - place:
            raise FrameError("shorter than it says")
        yield tag >> 3, raw[place : place + length]
        place += length


def _number(raw: bytes, place: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if place >= len(raw):
            break
        byte, place = raw[place], place + 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a number
            return number % (1 << BITS), place
    raise FrameError("a number that does not end")


def _text(found: int | bytes) -> str:
    if isinstance(found, int):
        raise FrameError("a number where a text should be")
    try:
        return found.decode()
    except UnicodeDecodeError as error:
        raise FrameError("a text that is not UTF-8") from error
