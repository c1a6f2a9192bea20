"""Talk just before a feedback, left out when it came, belongs to what it led to."""

import datetime

import pytest
from django.utils import timezone

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.intake.actions import erase_noise
from huixiang.intake.models import Message
from tests import factories
from tests.factories import CHATTER, COLD_START, inbound, received

HELLO = "大家早上好"


def seconds_ago(number: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(seconds=number)


def said(account: ChannelAccount, text: str, ago: float, **changed: object) -> None:
    """Said that many seconds ago, and read before anything else came."""
    received(account, inbound(text, **{"author_id": "甲", "sent_at": seconds_ago(ago), **changed}))


def states() -> dict[str, str]:
    return dict(Message.objects.values_list("text", "state"))


def test_the_case_shows_the_whole_of_what_was_said(app_channel: ChannelAccount) -> None:
    said(app_channel, HELLO, 110)
    said(app_channel, CHATTER, 60)
    assert states() == {HELLO: "noise", CHATTER: "noise"}
    said(app_channel, COLD_START, 5)
    found, case = Feedback.objects.get(), Case.objects.get()
    assert states() == {HELLO: "feedback", CHATTER: "feedback", COLD_START: "feedback"}
    assert found.text == f"{HELLO}\n{CHATTER}\n{COLD_START}"
    assert list(case.turns.order_by("at").values_list("text", flat=True)) == [HELLO, CHATTER, COLD_START]
    assert Message.objects.filter(feedback_id=found.id).count() == 3
    alone = factories.feedback(app_channel, COLD_START, author_id="乙")
    assert (found.title, found.kind, found.severity) == (alone.title, alone.kind, alone.severity)


def test_a_fact_said_before_is_not_asked_for_again(app_channel: ChannelAccount) -> None:
    said(app_channel, "我的车机版本 3.4.1", 30)
    assert states() == {"我的车机版本 3.4.1": "noise"}
    said(app_channel, "导航又黑屏了，烦死了", 5)
    assert Feedback.objects.get().facts["version"] == "车机版本 3.4.1"


@pytest.mark.parametrize(
    ("ago", "how"),
    [
        (200, {}),  # a pause
        (30, {"author_id": "乙"}),
        (30, {"thread": "别的话题"}),
    ],
)
def test_what_was_said_long_before_by_others_or_elsewhere_stays_out(
    app_channel: ChannelAccount, ago: float, how: dict[str, str]
) -> None:
    said(app_channel, CHATTER, ago, **how)
    said(app_channel, COLD_START, 5)
    assert states()[CHATTER] == "noise"
    assert Feedback.objects.get().text == COLD_START


def test_what_is_erased_stays_erased(app_channel: ChannelAccount) -> None:
    said(app_channel, CHATTER, 30)
    erase_noise(workspace_id=app_channel.workspace_id, kept_days=0)
    said(app_channel, COLD_START, 5)
    assert states() == {"": "noise", COLD_START: "feedback"}
    assert Feedback.objects.get().text == COLD_START


def test_no_more_than_a_few_are_taken(app_channel: ChannelAccount) -> None:
    for place in range(7):
        said(app_channel, f"{CHATTER}{place}", 90 - 10 * place)
    said(app_channel, COLD_START, 5)
    assert Feedback.objects.get().text.count("\n") == 5
    assert sorted(states().values()).count("noise") == 2
