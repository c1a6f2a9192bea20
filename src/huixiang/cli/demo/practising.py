"""The team in the academy: talks practised well after the courses were read, and as people write before."""

import datetime
import re
from typing import Any, Final

from django.utils import timezone

from huixiang.academy import actions
from huixiang.academy.judging import Answer, copied
from huixiang.academy.library import OPEN, Scenario, scenarios
from huixiang.academy.models import AttemptState
from huixiang.cli.demo.stage import Told, at
from huixiang.workspaces.models import Membership

Line = dict[str, Any]
TALK: Final = datetime.timedelta(minutes=9)  # from one talk to the next
TURN: Final = datetime.timedelta(minutes=3)
# What somebody who has read the model answers makes of them: the same order, their own turns of phrase.
OWN_WORDS: Final = (
    ("对不起", "真的很抱歉"), ("谢谢", "感谢"), ("请您", "麻烦您"), ("想请", "想麻烦"), ("今天", "就在今天"),
    ("我们", "我们这边"), ("研发", "技术同事"), ("告诉您", "跟您说清楚"), ("如果", "要是"), ("现在", "眼下"),
    ("马上", "立刻"), ("这件事", "这桩事"), ("不会再", "不再"), ("已经", "已"), ("，请", "，麻烦"),
)  # fmt: skip
BEFORE: Final = {
    "soso": "您好，感谢您的反馈，给您带来不便非常抱歉。请您把详细情况和联系方式发给我们，我们会核实后回复您。",
    "badly": "您好，您的问题我们已经收到，会尽快处理。这只是个别情况，请您冷静一下，注意用词，耐心等待。",
}


def practise(told: Told, line: Line) -> None:
    """Somebody goes through the talks a line names, one after the other. `how`: well, soso or badly."""
    by, moment = told.by(line), timezone.now()
    for place, key in enumerate(line["practise"]):
        _talk(by, scenarios()[key], line.get("how", "well"), moment + place * TALK)


def _talk(by: Membership, scenario: Scenario, how: str, moment: datetime.datetime) -> None:
    with at(moment):
        attempt = actions.begin(by=by, scenario=scenario, language="zh-hans")
    place = 0
    while attempt.state == AttemptState.RUNNING:
        with at(moment + (place + 1) * TURN):
            actions.answer(attempt=attempt, by=by, given=_answer(by, scenario, attempt.turn, how), place=place)
        attempt.refresh_from_db()
        place += 1


def _answer(by: Membership, scenario: Scenario, turn: str, how: str) -> Answer:
    if how != "well":
        return Answer(BEFORE[how], "public", "yellow", scenario.first[0])
    text = _in_own_words(by, scenario.in_language("zh").turns[turn].model, first=turn == OPEN)
    return Answer(text, scenario.needs[turn].lane, scenario.grade, scenario.first[0], room=scenario.war_room)


def _in_own_words(by: Membership, model: str, *, first: bool) -> str:
    """What is remembered of a model answer: its end is left out until the rest is nobody's copy."""
    text = ("我是" + str(by) + "，这桩事由我一路跟到底。" if first else "收到，我都记下了。") + model
    for theirs, own in OWN_WORDS:
        text = text.replace(theirs, own)
    sentences = re.findall(r"[^。！？]+[。！？]?", text)
    while copied("".join(sentences), model):
        sentences.pop(-2)
    return "".join(sentences)
