"""What is a command to the bot, and what only looks like one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huixiang.intake.commands import Command, Sort, command_of

MEANT = {
    "进度": Command(Sort.STATUS),
    "进度？": Command(Sort.STATUS),
    "/进度": Command(Sort.STATUS),
    "／进度 我的": Command(Sort.STATUS),
    "@回响\u2005进度": Command(Sort.STATUS),
    "ｓｔａｔｕｓ": Command(Sort.STATUS),
    "Help": Command(Sort.HELP),
    "/help@huixiang_bot": Command(Sort.HELP),
    "幫助": Command(Sort.HELP),
    "反馈": Command(Sort.FEEDBACK),
    "反馈 车机黑屏": Command(Sort.FEEDBACK, "车机黑屏"),
    "反馈：车机黑屏，第三次": Command(Sort.FEEDBACK, "车机黑屏，第三次"),
    "/反馈车机黑屏": Command(Sort.FEEDBACK, "车机黑屏"),
    "@小北 反馈\n车机黑屏": Command(Sort.FEEDBACK, "车机黑屏"),
    "feedback: the screen goes black": Command(Sort.FEEDBACK, "the screen goes black"),
    "/feedback the screen goes black": Command(Sort.FEEDBACK, "the screen goes black"),
}
TALK = [
    "反馈一下，昨天那个好了吗", "feedback on the new seats is great", "help me", "进度条卡住了", "进度怎么样了大家",
    "上次的反馈 没人理", "", "   ", "@回响 ", "/", "status of the car is unknown", "帮助中心打不开",
]  # fmt: skip


@pytest.mark.parametrize(("text", "command"), MEANT.items())
def test_commands(text: str, command: Command) -> None:
    assert command_of(text) == command


@pytest.mark.parametrize("text", TALK)
def test_talk_is_no_command(text: str) -> None:
    assert command_of(text) is None


def test_spoken_to_the_bot_needs_no_space() -> None:
    assert command_of("反馈车机黑屏", addressed=True) == Command(Sort.FEEDBACK, "车机黑屏")
    assert command_of("反馈车机黑屏") is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.booleans())
def test_nothing_makes_it_fail(text: str, addressed: bool) -> None:
    found = command_of(text, addressed=addressed)
    assert found is None or found.words == found.words.strip()
