import datetime

import pytest
from django.utils import timezone, translation

from huixiang.channels.models import ChannelAccount
from huixiang.intake.acceptance import refusal, tidy
from huixiang.intake.actions import receive
from huixiang.intake.models import Message
from tests.factories import inbound

EDGE = datetime.timezone(datetime.timedelta(hours=14))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"text": " \n\t"}, "The text is empty."),
        ({"text": "字" * 20_001}, "The text has 20001 characters; up to 20000 can be taken."),
        ({"text": "好\x00"}, "text contains a NUL character."),
        ({"text": "好\ud83d"}, "text contains half of a character (a lone surrogate)."),
        ({"external_id": ""}, "external_id is missing."),
        ({"external_id": "x" * 201}, "external_id is longer than 200 characters."),
        ({"external_id": "x\x00"}, "external_id contains a NUL character."),
        ({"author_id": "x" * 201}, "author_id is longer than 200 characters."),
        ({"thread": "x" * 201}, "thread is longer than 200 characters."),
        ({"reply_to": "\udc00"}, "reply_to contains half of a character (a lone surrogate)."),
        ({"author_name": "阿\x00澈"}, "author_name contains a NUL character."),
        ({"sent_at": datetime.datetime(1989, 12, 31, tzinfo=datetime.UTC)}, "The time lies before 1990."),
        ({"sent_at": datetime.datetime(1, 1, 1, tzinfo=EDGE)}, "The time lies before 1990."),
        ({"sent_at": datetime.datetime.max.replace(tzinfo=datetime.UTC)}, "The time lies in the future."),
    ],
)
def test_what_cannot_be_stored_gets_a_sentence(changed: dict[str, object], sentence: str) -> None:
    with translation.override("en"):
        assert refusal(inbound(**changed)) == sentence  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "字" * 20_000},
        {"text": "😀"},
        {"external_id": "x" * 200, "author_id": "", "author_name": ""},
        {"sent_at": datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC)},
    ],
)
def test_what_can_be_stored_gets_none(changed: dict[str, object]) -> None:
    assert refusal(inbound(**changed)) is None  # type: ignore[arg-type]


def test_a_clock_may_be_a_day_ahead_and_no_more() -> None:
    ahead = [timezone.now() + datetime.timedelta(days=1, minutes=minutes) for minutes in (-5, 5)]
    assert [refusal(inbound(sent_at=moment)) is None for moment in ahead] == [True, False]


def test_a_name_is_made_fit_to_be_shown() -> None:
    assert tidy(inbound(author_name=" 阿\u202e澈\u200b\n ")).author_name == "阿澈"
    assert tidy(inbound(author_name="名" * 100)).author_name == "名" * 80


def test_an_unknown_author_is_one_person_a_message() -> None:
    assert tidy(inbound(external_id="e1", author_id="")).author_id == "?e1"
    assert len(tidy(inbound(external_id="e" * 200, author_id="")).author_id) == 200


@pytest.mark.parametrize(
    "wrong", ["not an address", "a@example.com\nBcc: b@example.com", "a@b\x00.com", "a@" + "b" * 260 + ".com"]
)
def test_what_is_no_address_is_dropped(app_channel: ChannelAccount, wrong: str) -> None:
    [receipt] = receive(account=app_channel, messages=[inbound(author_email=wrong)])
    assert receipt.status == "stored"
    assert Message.objects.get().author_email == ""
