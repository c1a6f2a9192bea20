"""Commands are no feedback, 反馈 is one whatever the gate thinks, and bots hear of what concerns them."""

import datetime

import pytest
from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.journal.models import Entry
from tests import factories


@pytest.fixture
def group(app_channel: ChannelAccount) -> ChannelAccount:
    app_channel.settings = {"bot": {"on": True}}
    app_channel.save()
    return app_channel


def said(account: ChannelAccount, *texts: str, **fields: object) -> list[Message]:
    known = {"thread": "g1", "group": "北辰车主群", "author_id": "u1"}
    now = timezone.now() - datetime.timedelta(seconds=60)
    told = [
        factories.inbound(text, **{**known, "sent_at": now + datetime.timedelta(seconds=place), **fields})
        for place, text in enumerate(texts)
    ]
    receipts = factories.received(account, *told)
    rows = Message.objects.in_bulk([one.id for one in receipts if one.id])
    return [rows[one.id] for one in receipts if one.id]


def asked() -> list[str]:
    subjects = Entry.objects.filter(name="triage.bot_asked").order_by("id").values_list("subject_id", flat=True)
    return [Message.objects.get(id=one).text for one in subjects]


def test_commands_are_noise_and_their_bot_hears(group: ChannelAccount) -> None:
    rows = said(group, factories.COLD_START, "进度", "帮助", "反馈")
    assert [row.state for row in rows] == ["feedback", "noise", "noise", "noise"]
    assert [row.findings[0]["value"] for row in rows[1:]] == ["status", "help", "feedback"]
    assert Feedback.objects.get().text == factories.COLD_START
    assert sorted(asked()) == sorted([factories.COLD_START, "进度", "帮助", "反馈"])


def test_the_word_makes_it_feedback_of_its_own_without_the_word(group: ChannelAccount) -> None:
    rows = said(group, factories.COLD_START, "反馈 今天天气真好，大家吃了吗")
    assert [row.state for row in rows] == ["feedback", "feedback"]
    texts = set(Feedback.objects.values_list("text", flat=True))
    assert texts == {factories.COLD_START, "今天天气真好，大家吃了吗"}
    rows[1].refresh_from_db()
    assert rows[1].text == "反馈 今天天气真好，大家吃了吗"


def test_only_commands_make_a_whole_batch(group: ChannelAccount) -> None:
    assert [row.state for row in said(group, "进度", "/help")] == ["noise", "noise"]


def test_where_no_bot_is_on_it_is_talk_as_before(app_channel: ChannelAccount) -> None:
    rows = said(app_channel, "反馈 今天天气真好，大家吃了吗")
    assert [row.state for row in rows] == ["noise"]
    assert asked() == []


def test_chatter_in_a_known_group_tells_nobody(group: ChannelAccount) -> None:
    said(group, "早")
    group.conversations.update(created_at=timezone.now() - datetime.timedelta(days=1))
    said(group, factories.CHATTER)
    assert asked() == ["早"]


def test_who_speaks_to_the_bot_needs_no_space(group: ChannelAccount) -> None:
    [row] = said(group, "反馈座椅太硬", addressed=True)
    assert (row.state, row.addressed) == ("feedback", True)
    assert Feedback.objects.get().text == "座椅太硬"
