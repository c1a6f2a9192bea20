"""When a kind word is enough."""

from typing import Any

import pytest

from huixiang.cases.models import Case, Turn
from huixiang.dialogue.comfort import fits
from huixiang.feedback.models import Feedback
from huixiang.themes.models import Theme


@pytest.mark.parametrize(
    ("changed", "enough"),
    [
        ({}, True),
        ({"grade": "yellow", "emotions": ["失望"], "sentiment": 0}, True),
        ({"grade": "orange"}, False),
        ({"people": 2}, False),
        ({"severity": 3}, False),
        ({"escalation": True}, False),
        ({"sentiment": 0, "emotions": ["开心"]}, False),
        ({"answered": True}, False),
    ],
)
def test_mild_felt_alone_and_unanswered(changed: dict[str, Any], enough: bool) -> None:
    mild: dict[str, Any] = {"grade": "blue", "people": 1, "severity": 1, "escalation": False, "emotions": []}
    mild["sentiment"] = -1
    given = mild | changed
    case = Case(grade=given["grade"], theme=Theme(people_count=given["people"]))
    said = Feedback(**{name: given[name] for name in ("severity", "escalation", "sentiment", "emotions")})
    turns = [Turn(direction="inbound"), *([Turn(direction="outbound")] if given.get("answered") else [])]
    assert fits(case, [said], turns) is enough
    assert fits(case, [], turns) is False
