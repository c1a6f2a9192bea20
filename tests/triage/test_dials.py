from dataclasses import replace
from typing import Any

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.engine import read
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.triage import dials
from huixiang.triage.models import Assessment
from tests import factories

[READING] = read(["零下三十度停了一夜，早上按启动键没有反应，车机版本 3.4.1"])


@pytest.mark.parametrize(
    ("fields", "value", "reason"),
    [
        ({"tier": "plain"}, 20, "普通成员"),
        ({"tier": "active"}, 40, "活跃"),
        ({"tier": "koc"}, 65, "KOC"),
        ({"tier": "core"}, 85, "核心 KOC"),
        (
            {"tier": "core", "confirmed_count": 9, "reach": 10**9},
            100,
            "核心 KOC，9 次反馈已证实，约有 1000000000 人会看到",
        ),
        ({"tier": "koc", "confirmed_count": 3}, 71, "KOC，3 次反馈已证实"),
        ({"tier": "koc", "confirmed_count": 4}, 73, "KOC，4 次反馈已证实"),
        ({"tier": "koc", "confirmed_count": 40}, 73, "KOC，40 次反馈已证实"),
        ({"tier": "active", "reach": 999}, 48, "活跃，约有 999 人会看到"),
        ({"tier": "core", "anonymous": True}, 20, "匿名：看内容，不看身份"),
    ],
)
def test_influence(fields: dict[str, Any], value: int, reason: str) -> None:
    dial = dials.influence(Member(**fields))
    assert (dial.value, dial.reason, dial.quote) == (value, reason, "")


@pytest.mark.parametrize(
    ("people", "votes", "value"),
    [(1, 0, 0), (2, 0, 8), (9, 0, 50), (17, 0, 75), (1, 10, 23), (9, 27, 75), (1000, 0, 100)],
)
def test_prevalence_counts_people_beside_the_first_and_voters_less(people: int, votes: int, value: int) -> None:
    dial = dials.prevalence(Theme(people_count=people, vote_count=votes, recent_people=0))
    assert dial.value == value


def test_prevalence_says_how_many_and_whether_it_grows() -> None:
    still = dials.prevalence(Theme(people_count=4, recent_people=2)).reason
    growing = dials.prevalence(Theme(people_count=4, recent_people=3)).reason
    assert [sign for sign in still if sign.isdigit()] == ["4", "2", "7", "2"]
    assert growing.startswith(still.replace("2 人", "3 人", 1)) or growing != still
    assert dials.prevalence(None).value == 0


@pytest.mark.parametrize(("severity", "value"), [(0, 0), (1, 25), (2, 50), (3, 75), (4, 100)])
def test_severity_reads_in_steps_with_its_quote(severity: int, value: int) -> None:
    dial = dials.severity(replace(READING, severity=severity, severity_quote="没有反应"))
    assert (dial.value, dial.quote) == (value, "没有反应")


def test_a_members_standing_is_in_the_assessment(app_channel: ChannelAccount) -> None:
    factories.feedback(app_channel, author_id="甲")
    Member.objects.update(tier="core", confirmed_count=2)
    factories.feedback(app_channel, factories.BLACK_SCREEN, author_id="甲", thread="t")
    assert [one.influence for one in Assessment.objects.order_by("at")] == [20, 89]
