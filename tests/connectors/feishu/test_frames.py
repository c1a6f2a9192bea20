"""The frames of the long connection, against the code Feishu's own library generated for them."""

import base64
import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huixiang.connectors.feishu.frames import DATA, Frame, FrameError, read, written
from huixiang.connectors.feishu.line import MOST_PARTS, MOST_WAITING, Parts
from huixiang.connectors.sockets import LARGEST
from tests.connectors.feishu.sender import event, sealed

WIDE = Frame(
    seq_id=2**64 - 1, log_id=300, service=-7, method=1, headers={"type": "event", "": "", "trace_id": "回响"},
    payload_encoding="gzip", payload_type="json", payload=bytes(range(256)) * 3, log_id_new="0221",
)  # fmt: skip
PLAIN = Frame(service=33_554_678, headers={"type": "ping"})


def lark(what: str, asked: Any) -> Any:
    """Feishu's own library, asked in a process of its own."""
    script = Path(__file__).with_name("lark_side.py")
    done = subprocess.run(
        [sys.executable, str(script), what], input=json.dumps(asked), capture_output=True, text=True, check=False,
        timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_the_generated_code_reads_what_we_write_and_writes_the_same_bytes() -> None:
    ours = [written(one).hex() for one in (WIDE, PLAIN, Frame())]
    theirs = lark("frames", {"frames": ours})
    wide = [2**64 - 1, 300, -7, 1, WIDE.headers, "gzip", "json", base64.b64encode(WIDE.payload).decode(), "0221"]
    assert theirs[0][0] == wide
    assert theirs[1][0] == [0, 0, 33_554_678, 0, {"type": "ping"}, "", "", "", ""]
    assert [one[1] for one in theirs] == ours
    assert [read(bytes.fromhex(one[1])) for one in theirs] == [WIDE, PLAIN, Frame()]


def test_the_decrypter_of_the_library_opens_what_our_tests_seal() -> None:
    encrypts = [json.loads(sealed(one))["encrypt"] for one in (event(), {"x": "回响" * 500})]
    told = lark("opens", {"key": "kudryavka", "encrypts": encrypts})
    assert [json.loads(one) for one in told] == [event(), {"x": "回响" * 500}]


def test_fields_of_later_versions_are_passed_over() -> None:
    later = b"\x50\x01" + b"\x5a\x03abc" + b"\x61" + bytes(8) + b"\x6d" + bytes(4)
    assert read(written(PLAIN) + later) == PLAIN


BROKEN = [b"\xff" * 11, b"\x08", b"\x42\x05ab", b"\x0b", b"\x32\x02\xff\xfe", b"\x2a\x02\x08\x01"]


@pytest.mark.parametrize("raw", BROKEN)
def test_what_is_no_frame_is_told_to_be_none(raw: bytes) -> None:
    with pytest.raises(FrameError):
        read(raw)


NUMBER = st.integers(0, 2**64 - 1)
FRAMES = st.builds(
    Frame, seq_id=NUMBER, log_id=NUMBER, service=st.integers(-(2**31), 2**31 - 1), method=st.integers(0, 1),
    headers=st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=5), payload_encoding=st.text(max_size=9),
    payload_type=st.text(max_size=9), payload=st.binary(max_size=99), log_id_new=st.text(max_size=9),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(frame=FRAMES)
def test_what_was_written_is_read_again(frame: Frame) -> None:
    assert read(written(frame)) == frame


@settings(max_examples=300, deadline=None)
@given(raw=st.binary(max_size=200))
def test_whatever_comes_is_a_frame_or_none(raw: bytes) -> None:
    with contextlib.suppress(FrameError):
        assert isinstance(read(raw), Frame)


def part(name: str, place: object, count: object, payload: bytes = b"x") -> Frame:
    return Frame(method=DATA, payload=payload, headers={"message_id": name, "sum": str(count), "seq": str(place)})


def test_parts_are_put_together_in_whatever_order_they_come() -> None:
    parts = Parts()
    order = [("a", 2), ("b", 0), ("a", 0), ("a", 0), ("a", 1)]
    told = [parts.whole(part(name, place, 3, f"{name}{place}".encode())) for name, place in order]
    assert told == [None, None, None, None, b"a0a1a2"]
    assert list(parts.waiting) == ["b"]
    assert parts.whole(part("c", "not a number", "nor this", b"alone")) == b"alone"


def test_parts_that_never_become_whole_take_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = Parts()
    for name in range(MOST_WAITING + 20):
        assert parts.whole(part(str(name), 0, 2)) is None
    assert len(parts.waiting) == MOST_WAITING
    assert parts.whole(part("large", 0, 2, bytes(LARGEST + 1))) is None
    assert "large" not in parts.waiting
    monkeypatch.setattr("huixiang.connectors.feishu.line.PARTS_WAIT", -1.0)
    parts.whole(part("last", 0, 2))
    assert list(parts.waiting) == ["last"]
    for place, count in ((0, MOST_PARTS + 1), (2, 2)):
        with pytest.raises(FrameError):
            parts.whole(part("odd", place, count))
