"""Encrypting and signing as Tencent's platforms do: the documents' examples, and three implementations of others."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as WorkCrypto
from wechatpy.exceptions import InvalidAppIdException

from huixiang.channels.contracts import Unreadable
from huixiang.connectors.wechat_calls import fields
from huixiang.connectors.wechat_crypto import OtherReceiver, decrypted, encrypted, signature
from tests.connectors.wechat.calls import KEY, TOKEN, VECTORS, other_side

SAFE = VECTORS["wechat_oa_safe_mode"]
WORDS = "热水器漏水，]]> & <b>地板</b> 都泡了 🙂"
KEYS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=43, max_size=43)


def test_the_examples_of_the_documents() -> None:
    post, reply, second = SAFE["encrypted_post"], SAFE["encrypt_reply"], VECTORS["wechat_encrypt_second"]
    key = SAFE["encoding_aes_key"]
    assert signature(SAFE["token"], post["timestamp"], post["nonce"], post["encrypt"]) == post["msg_signature"]
    assert signature(SAFE["token"], post["timestamp"], post["nonce"]) == post["signature"]
    assert decrypted(key, post["encrypt"], SAFE["app_id"]) == post["plaintext"]
    made = encrypted(key, reply["plaintext"], SAFE["app_id"], reply["random16"].encode())
    assert made == reply["encrypt"]
    assert signature(SAFE["token"], reply["timestamp"], reply["nonce"], made) == reply["msg_signature"]
    random16 = second["random16"].encode()
    assert encrypted(second["encoding_aes_key"], second["plaintext"], second["app_id"], random16) == second["encrypt"]


@pytest.mark.parametrize("name", ["wecom_a", "wecom_b"])
@pytest.mark.parametrize("part", ["echo", "message"])
def test_the_examples_of_wecom(name: str, part: str) -> None:
    vector, sent = VECTORS[name], VECTORS[name][part]
    encrypt = sent.get("encrypt") or sent["echostr"]
    assert signature(vector["token"], sent["timestamp"], sent["nonce"], encrypt) == sent["msg_signature"]
    text = decrypted(vector["encoding_aes_key"], encrypt, vector["corp_id"])
    assert text == sent["plaintext"] if part == "echo" else sent["expect"].items() <= fields(text).items()


def test_another_receiver_a_changed_text_and_what_is_none_are_refused() -> None:
    key, encrypt = SAFE["encoding_aes_key"], SAFE["encrypted_post"]["encrypt"]
    with pytest.raises(OtherReceiver):
        decrypted(key, encrypt, "wx0000000000000000")
    with pytest.raises(OtherReceiver):
        decrypted(key, encrypt, "")
    for strange in ("A" + encrypt[1:-4], encrypt[:-24], "", "热", encrypt + "=", "A" * 64):
        with pytest.raises(ValueError, match=r".+"):
            decrypted(key, strange, SAFE["app_id"])
    for bad in ("", "short", "热" * 43, "A" * 44):
        with pytest.raises(ValueError, match="not a key"):
            encrypted(bad, "words", "id")


def test_node_libraries_read_ours_and_we_read_theirs() -> None:
    ours, wishes = encrypted(KEY, WORDS, "wx1"), []
    for library in ("@wecom/crypto", "wechat-crypto"):
        side = {"library": library, "token": TOKEN, "key": KEY, "receiver": "wx1"}
        wishes += [
            {**side, "what": "encrypt", "text": WORDS},
            {**side, "what": "decrypt", "encrypt": ours},
            {**side, "what": "sign", "timestamp": "1790000000", "nonce": "n-1", "encrypt": ours},
        ]
    nobody = {"library": "@wecom/crypto", "token": TOKEN, "key": KEY, "receiver": ""}
    for_nobody = encrypted(KEY, WORDS, "")
    wishes += [
        {**nobody, "what": "encrypt", "text": WORDS}, {**nobody, "what": "decrypt", "encrypt": for_nobody},
    ]  # fmt: skip
    *made, theirs, read = other_side(*wishes)
    ours_signed = signature(TOKEN, "1790000000", "n-1", ours)
    for encrypt, seen, signed in (made[:3], made[3:]):
        assert decrypted(KEY, encrypt, "wx1") == WORDS
        assert (seen, signed) == ([WORDS, "wx1"], ours_signed)
    assert (decrypted(KEY, theirs, ""), read) == (WORDS, [WORDS, ""])


def test_wechatpy_reads_ours_and_we_read_its() -> None:
    for side in (WeChatCrypto(TOKEN, KEY, "wx1"), WorkCrypto(TOKEN, KEY, "wx1")):
        given_at, nonce = "1790000000", "n-1"
        ours = encrypted(KEY, f"<xml><Content>{WORDS.replace(']]>', '')}</Content></xml>", "wx1")
        signed = signature(TOKEN, given_at, nonce, ours)
        body = f"<xml><Encrypt>{ours}</Encrypt></xml>"
        assert side.decrypt_message(body, signed, given_at, nonce) == decrypted(KEY, ours, "wx1")
        theirs = fields(side.encrypt_message("<xml><a>好</a></xml>", nonce, given_at))
        assert theirs["MsgSignature"] == signature(TOKEN, given_at, nonce, theirs["Encrypt"])
        assert decrypted(KEY, theirs["Encrypt"], "wx1") == "<xml><a>好</a></xml>"
    with pytest.raises(InvalidAppIdException):
        WeChatCrypto(TOKEN, KEY, "wx2").decrypt_message(body, signed, given_at, nonce)


@settings(max_examples=200, deadline=None)
@given(key=KEYS, text=st.text(st.characters(exclude_categories=["Cs"])), receiver=st.text("wx0189", max_size=20))
def test_what_is_encrypted_comes_back_whole(key: str, text: str, receiver: str) -> None:
    assert decrypted(key, encrypted(key, text, receiver), receiver) == text


@settings(max_examples=300, deadline=None)
@given(encrypt=st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda raw: raw.hex())))
def test_nothing_but_a_value_error_comes_of_strange_texts(encrypt: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decrypted(KEY, encrypt, "wx1")


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=300),
        st.text("<>/xmla&;![]CDAT\"'= \n{}:,0", max_size=300),
        st.text(max_size=100).map(lambda inside: f"<xml><a>{inside}</a></xml>"),
    )
)
def test_nothing_but_unreadable_comes_of_strange_messages(text: str) -> None:
    try:
        found = fields(text)
    except Unreadable:
        return
    assert all(isinstance(one, str) for pair in found.items() for one in pair)


def test_entities_and_document_types_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><a>&b;</a></xml>'
    there = '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><xml><a>1</a></xml>'
    for strange in (bomb, there):
        with pytest.raises(Unreadable):
            fields(strange)
