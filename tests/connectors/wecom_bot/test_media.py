"""Files for the bot: encrypted, for five minutes; opened as the platform's own library opens them."""

import base64
import os
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from huixiang.channels.models import ChannelAccount
from huixiang.intake.models import Attachment, RemoteFile
from tests.connectors.loopback import Platform
from tests.connectors.media import COMPLAINT, PICTURE, fetched, why
from tests.connectors.wecom_bot.test_calls import KEY, account, called, wecom

with warnings.catch_warnings():  # the library uses names that websockets will drop
    warnings.simplefilter("ignore")
    from aibot.crypto_utils import decrypt_file

__all__ = ["account", "wecom"]
AT = "/bucket/picture"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def sealed(data: bytes, key: str = KEY) -> bytes:
    """As the platform keeps it; its own library opens it again."""
    raw = base64.b64decode(key + "=" * (-len(key) % 4))
    missing = 32 - len(data) % 32
    line = Cipher(AES256(raw), CBC(raw[:16])).encryptor()
    packed = line.update(data + bytes([missing]) * missing) + line.finalize()
    assert decrypt_file(packed, key) == data
    return packed


def sent(url: str, **image: str) -> dict[str, Any]:
    parts = [
        {"msgtype": "text", "text": {"content": COMPLAINT}},
        {"msgtype": "image", "image": {"url": url, **image}},
    ]
    return {
        "msgid": f"m-{time.monotonic_ns()}", "aibotid": "b", "chattype": "single", "from": {"userid": "u1"},
        "msgtype": "mixed", "mixed": {"msg_item": parts},
    }  # fmt: skip


def test_a_picture_is_fetched_at_once_and_opened_with_the_bots_key(account: ChannelAccount, wecom: Platform) -> None:
    named = {"Content-Disposition": "attachment; filename*=UTF-8''%E4%BB%AA%E8%A1%A8.png"}
    wecom.answers[AT] = (200, sealed(PICTURE), named)
    assert called(account, sent(wecom.address + AT)) == 200
    remote = RemoteFile.objects.select_related("attachment").get()
    assert (remote.attachment.state, remote.due_at is not None) == ("asked", True)  # before anything was read
    assert remote.until
    assert remote.until.timestamp() - time.time() < 301
    assert wecom.address not in remote.reference
    assert fetched(account) == [("kept", "仪表.png", "image/png")]


def test_a_file_with_its_own_key(account: ChannelAccount, wecom: Platform) -> None:
    own = base64.b64encode(os.urandom(32)).decode()
    wecom.answers[AT] = (200, sealed(PICTURE, own))
    called(account, sent(wecom.address + AT, aeskey=own.rstrip("=")))
    assert [state for state, _name, _type in fetched(account)] == ["kept"]


def test_tampered_cut_off_and_of_another_key(account: ChannelAccount, wecom: Platform) -> None:
    whole, other = sealed(PICTURE), base64.b64encode(os.urandom(32)).decode()
    for answer in (whole[:-16] + bytes(16), whole[:-5], sealed(PICTURE, other)):
        wecom.answers[AT] = (200, answer)
        called(account, sent(wecom.address + AT))
        fetched(account)
    assert ["EncodingAESKey" in one for one in why(account)] == [True] * 3


def test_after_five_minutes_and_at_an_address_of_ours(account: ChannelAccount, wecom: Platform) -> None:
    wecom.answers[AT] = (403, {})
    called(account, sent(wecom.address + AT))
    called(account, sent("https://169.254.169.254/latest"))
    fetched(account)
    first, second = why(account)
    assert "403" in first
    assert "169.254.169.254" in second


def test_a_quoted_picture_comes_along(account: ChannelAccount, wecom: Platform) -> None:
    wecom.answers[AT] = (200, sealed(PICTURE))
    quote = {"msgtype": "image", "image": {"url": wecom.address + AT}}
    words = {"msgtype": "text", "text": {"content": f"@回响 {COMPLAINT}"}}
    body = {**sent("x"), "chattype": "group", "chatid": "g", **words}
    called(account, {**body, "quote": quote})
    fetched(account)
    assert Attachment.objects.get().picture
