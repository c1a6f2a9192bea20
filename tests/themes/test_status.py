import pytest
from django.utils import translation

from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.themes.actions import describe, move, resolve
from huixiang.themes.models import Theme
from huixiang.themes.states import ThemeStatus, may_become
from tests.factories.rows import theme

STAFF = Actor("staff", None)
WAYS = {
    "found": {"confirmed", "fixing", "fixed", "declined"},
    "confirmed": {"fixing", "fixed", "declined"},
    "fixing": {"confirmed", "fixed", "declined"},
    "fixed": {"announced", "fixing"},
    "announced": {"fixing"},
    "declined": {"confirmed", "fixing"},
    "merged": set(),
}


def test_the_ways_of_a_theme() -> None:
    ways = {
        before: {after for after in ThemeStatus.values if may_become(before, after)} for before in ThemeStatus.values
    }
    assert ways == WAYS


@pytest.mark.parametrize("after", ThemeStatus.values)
@pytest.mark.parametrize("before", ThemeStatus.values)
def test_a_theme_goes_only_these_ways(app_channel: ChannelAccount, before: str, after: str) -> None:
    found = theme(app_channel)
    Theme.objects.update(status=before)
    if after in WAYS[before]:
        move(theme=found, to=after, actor=STAFF, words="因为")
    else:
        with pytest.raises(Refused):
            move(theme=found, to=after, actor=STAFF, words="因为")
    assert Theme.objects.get().status == (after if after in WAYS[before] else before)


def test_a_step_leaves_its_time_its_words_and_an_event(app_channel: ChannelAccount) -> None:
    found = theme(app_channel)
    move(theme=found, to="confirmed", actor=STAFF)
    move(theme=found, to="fixed", actor=STAFF, words="换了密封圈", fixed_in="3.4.2")
    found.refresh_from_db()
    assert (found.fix, found.fixed_in) == ("换了密封圈", "3.4.2")
    assert found.confirmed_at < found.fixed_at  # type: ignore[operator]
    entries = Entry.objects.filter(name="themes.moved").order_by("id").select_related("words")
    assert [e.data for e in entries] == [
        {"before": "found", "after": "confirmed", "fixed_in": ""},
        {"before": "confirmed", "after": "fixed", "fixed_in": "3.4.2"},
    ]
    assert entries[1].words.text == "换了密封圈"


def test_declining_needs_a_reason(app_channel: ChannelAccount) -> None:
    found = theme(app_channel)
    with pytest.raises(Refused):
        move(theme=found, to="declined", actor=STAFF, words=" ")
    move(theme=found, to="declined", actor=STAFF, words="成本太高")
    assert Theme.objects.get().decline_reason == "成本太高"


def test_the_refusal_is_said_in_the_persons_language(app_channel: ChannelAccount) -> None:
    found = theme(app_channel)
    Theme.objects.update(status="merged")
    with translation.override("en"), pytest.raises(Refused) as refused:
        move(theme=found, to="fixed", actor=STAFF)
    assert str(refused.value.sentence) == "A theme that is “Merged into another” cannot become “Fixed”."


def test_describing_writes_what_changed_and_only_that(app_channel: ChannelAccount) -> None:
    found = theme(app_channel)
    describe(theme=found, actor=STAFF, name=found.name, summary="冬天")
    assert not Theme.objects.get().name_by_person
    describe(theme=found, actor=STAFF, name="充电口结冰", root_cause="密封圈缩水", status="fixed")
    row = Theme.objects.get()
    assert (row.name, row.name_by_person, row.summary, row.root_cause, row.status) == (
        "充电口结冰", True, "冬天", "密封圈缩水", "found",
    )  # fmt: skip
    describe(theme=found, actor=STAFF, name="充电口结冰")
    entries = Entry.objects.filter(name="themes.described").order_by("id")
    assert [e.data["fields"] for e in entries] == [["summary"], ["name", "root_cause"]]
    assert entries[1].words.text == "密封圈缩水"


def test_resolving_again_renews_the_words(app_channel: ChannelAccount) -> None:
    found = theme(app_channel)
    with pytest.raises(Refused):
        resolve(theme=found, root_cause="缩水", fix="  ", fixed_in="", actor=STAFF)
    assert Theme.objects.get().root_cause == ""
    resolve(theme=found, root_cause="缩水", fix="换密封圈", fixed_in="3.4.1", actor=STAFF)
    after = resolve(theme=found, root_cause="缩水", fix="换密封圈并加热", fixed_in="3.4.2", actor=STAFF)
    assert (after.status, after.root_cause, after.fix, after.fixed_in) == ("fixed", "缩水", "换密封圈并加热", "3.4.2")
