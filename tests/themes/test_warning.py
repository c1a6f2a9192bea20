import datetime

import pytest
from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.themes import growth, warning
from huixiang.themes.models import EarlyWarning, Theme
from huixiang.workspaces.models import Membership
from tests.factories.jobs import run_waiting, waiting
from tests.factories.rows import hours_ago, placed, towards, unstored

DAY = 24.0
QUIET = [0] * 63


def test_usual_swings_are_no_rise_and_a_burst_is() -> None:
    steady = [1, 0, 1, 1, 0, 1, 0] * 9
    calm = growth.rise([1, 2, 5], steady, age=400)
    burst = growth.rise([9, 11, 14], steady, age=400)
    assert calm is not None
    assert burst is not None
    assert (calm.warns, burst.warns, burst.days) == (False, True, 1)


def test_a_theme_that_swings_wildly_by_itself_needs_more() -> None:
    wild = [0, 0, 0, 8, 0, 0, 0] * 9
    steady = [1, 1, 2, 1, 1, 1, 1] * 9
    assert growth.chance(10, 1, wild)[0] > 20 * growth.chance(10, 1, steady)[0]


@pytest.mark.parametrize(("people", "warns"), [([3, 3, 3], False), ([5, 5, 5], True)])
def test_a_new_matter_warns_only_from_some_people_on(people: list[int], warns: bool) -> None:
    found = growth.rise(people, QUIET, age=400)
    assert found is not None
    assert found.warns == warns


def test_a_young_workspace_does_not_know_what_is_usual() -> None:
    assert growth.rise([9, 9, 9], QUIET, age=20) is None


def speak(account: ChannelAccount, *people: str, hours: float = 1, axis: int = 0) -> Theme:
    said = [
        unstored(account, "充电口盖打不开", by=name, said_at=hours_ago(hours + place / 10))
        for place, name in enumerate(people)
    ]
    return placed(account, [towards(axis)] * len(said), *said)[-1]


@pytest.fixture
def known(app_channel: ChannelAccount) -> Theme:
    """A theme with a quiet past of three months: a person every ten days."""
    for place in range(9):
        found = speak(app_channel, f"老{place}", hours=(10 * place + 9) * DAY)
    return found


def test_a_burst_raises_one_warning_with_the_messages_that_did_it(known: Theme, app_channel: ChannelAccount) -> None:
    speak(app_channel, "甲", "甲", "乙", "丙", "丁", "戊", "己")
    [raised] = warning.look(workspace_id=known.workspace_id)
    assert (raised.theme_id, raised.days, raised.people, len(raised.feedback_ids)) == (known.id, 1, 6, 7)
    assert raised.expected == pytest.approx(0.1, abs=0.05)
    assert [one.member.name for one in warning.messages(raised)][-1] == "己"
    assert warning.look(workspace_id=known.workspace_id) == []
    assert Entry.objects.filter(name="themes.rise_warned").count() == 1


def test_it_grows_with_its_rise_and_ends_when_it_has_settled(known: Theme, app_channel: ChannelAccount) -> None:
    speak(app_channel, *"甲乙丙丁戊己")
    warning.look(workspace_id=known.workspace_id)
    speak(app_channel, "庚", "辛", hours=0.2)
    warning.look(workspace_id=known.workspace_id)
    assert EarlyWarning.objects.get().people == 8
    later = timezone.now() + datetime.timedelta(days=9)
    warning.look(workspace_id=known.workspace_id, now=later)
    assert EarlyWarning.objects.get().ended_at == later
    assert Entry.objects.filter(name="themes.rise_ended").count() == 1


def test_after_it_ended_the_theme_rests(known: Theme, app_channel: ChannelAccount) -> None:
    speak(app_channel, *"甲乙丙丁戊己")
    [raised] = warning.look(workspace_id=known.workspace_id)
    EarlyWarning.objects.update(ended_at=timezone.now())
    assert warning.look(workspace_id=known.workspace_id) == []
    EarlyWarning.objects.update(ended_at=timezone.now() - datetime.timedelta(days=8))
    assert [one.theme_id for one in warning.look(workspace_id=known.workspace_id)] == [raised.theme_id]


def test_what_people_always_say_warns_nobody(app_channel: ChannelAccount) -> None:
    for day in range(70):
        found = speak(app_channel, f"车友{day}", f"网友{day}", hours=day * DAY + 1)
    assert warning.look(workspace_id=found.workspace_id) == []


@pytest.mark.parametrize("themes", [1, 3])
def test_looking_takes_as_many_statements_whatever_the_number_of_themes(
    known: Theme,
    app_channel: ChannelAccount,
    themes: int,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: object,
) -> None:
    for axis in range(themes):
        speak(app_channel, *"甲乙丙丁", axis=axis + 1)
    monkeypatch.setattr(growth, "SURE", 0.0)
    with django_assert_num_queries(8):  # type: ignore[operator]
        assert warning.look(workspace_id=known.workspace_id) == []


def test_it_is_acknowledged_once_with_a_note_and_taken_back(
    known: Theme, app_channel: ChannelAccount, operator: Membership
) -> None:
    speak(app_channel, *"甲乙丙丁戊己")
    [raised] = warning.look(workspace_id=known.workspace_id)
    assert warning.unseen(known.workspace) == [raised]
    warning.acknowledge(warning=raised, by=operator, actor=Actor("staff", operator.user_id), note="已通知工程")
    assert (warning.unseen(known.workspace), EarlyWarning.objects.get().note) == ([], "已通知工程")
    with pytest.raises(Refused):
        warning.acknowledge(warning=raised, by=operator, actor=SYSTEM)
    warning.take_back(warning=raised, actor=SYSTEM)
    assert warning.unseen(known.workspace) == [raised]


def test_only_a_theme_of_some_size_that_is_spoken_of_now_is_looked_at(app_channel: ChannelAccount) -> None:
    speak(app_channel, *"甲乙丙")
    speak(app_channel, *"丁戊己庚", hours=40, axis=1)
    assert "themes.watch" not in waiting()
    speak(app_channel, "辛")
    assert waiting().count("themes.watch") == 1
    assert "themes.watch" in run_waiting()
