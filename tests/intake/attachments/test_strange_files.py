"""Whatever is attached is taken for what it is, encoded anew, or refused in words."""

import contextlib
import io
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huixiang.intake.attachments import pictures
from huixiang.intake.attachments.kinds import kind_of
from huixiang.kernel.errors import Refused
from tests.intake.attachments import files

WHOLE = [
    files.picture("JPEG", (64, 48)), files.picture("PNG", (64, 48)), files.picture("WEBP", (64, 48)),
    files.photograph_with_place(), files.moving_gif(), files.workbook(), files.PDF, files.FILM,
]  # fmt: skip
NAMES = st.sampled_from(["a.jpg", "a.png", "a.gif", "a.csv", "a.txt", "a.xlsx", "a", ".", "漏水.log"])
PLACES = st.integers(0, 20_000)
DAMAGES = st.lists(st.tuples(PLACES, st.binary(min_size=1, max_size=4)), max_size=4)


def damaged(whole: bytes, damages: list[tuple[int, bytes]], end: int) -> bytes:
    found = bytearray(whole)
    for place, put in damages:
        at = place % len(found)
        found[at : at + len(put)] = put
    return bytes(found[: max(1, len(found) - end % len(found))]) if end % 3 == 0 else bytes(found)


@settings(max_examples=30, deadline=None, suppress_health_check=[*HealthCheck])
@given(st.sampled_from(WHOLE), DAMAGES, PLACES, NAMES)
@pytest.mark.filterwarnings("ignore")
def test_no_file_breaks_what_looks_at_it(whole: bytes, damages: list[tuple[int, bytes]], end: int, name: str) -> None:
    content, began = damaged(whole, damages, end), time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "MOST_PIXELS", 1_000_000)
        for look in (kind_of, pictures.encode):
            with contextlib.suppress(Refused):
                assert look(io.BytesIO(content), name).media_type
    assert time.monotonic() - began < 10
