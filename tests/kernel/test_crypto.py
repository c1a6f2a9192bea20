from typing import Any

import pytest

from huixiang.kernel.crypto import decrypt, digest, encrypt, keyed_hash


def test_a_secret_comes_back() -> None:
    assert decrypt(encrypt("口令 s3cret")) == "口令 s3cret"


def test_what_rests_does_not_show_the_secret_and_differs_each_time() -> None:
    first, second = encrypt("s3cret"), encrypt("s3cret")
    assert first != second
    assert "s3cret" not in first + second


def test_nothing_stays_nothing() -> None:
    assert (encrypt(""), decrypt("")) == ("", "")


def test_another_key_is_named_as_the_cause(settings: Any) -> None:
    stored = encrypt("s3cret")
    settings.SECRET_KEY = "another one"
    with pytest.raises(ValueError, match="another HUIXIANG_SECRET_KEY"):
        decrypt(stored)


def test_a_tampered_secret_is_refused() -> None:
    stored = encrypt("s3cret")
    with pytest.raises(ValueError, match="another HUIXIANG_SECRET_KEY"):
        decrypt(stored[:-4] + ("AAAA" if stored[-4:] != "AAAA" else "BBBB"))


def test_a_keyed_hash_depends_on_purpose_value_and_key(settings: Any) -> None:
    one = keyed_hash("api key", "hx_1")
    others = [keyed_hash("follow code", "hx_1"), keyed_hash("api key", "hx_2")]
    assert keyed_hash("api key", "hx_1") == one
    settings.SECRET_KEY = "another one"
    others.append(keyed_hash("api key", "hx_1"))
    assert len({one, *others}) == 4
    assert {len(found) for found in (one, *others)} == {64}


def test_shifting_a_border_changes_the_digest() -> None:
    assert len({digest(b"ab", b"c"), digest(b"a", b"bc"), digest(b"abc"), digest(b"", b"abc")}) == 4
