"""A feedback that is removed leaves a tombstone, and its words stand nowhere."""

import pytest
from django.apps import apps
from django.db import connection

from huixiang.cases.actions import reply
from huixiang.cases.models import Case, Turn
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.feedback.actions import remove
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry, Words
from huixiang.kernel.errors import Refused
from huixiang.themes import measures
from huixiang.themes.models import Theme
from huixiang.triage.actions import correct_grade
from huixiang.triage.models import Assessment, Correction
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories import inbound, received
from tests.factories.jobs import run_waiting

MARK = "充电口盖"  # stands in the words to be removed and nowhere else
TEXT = f"{MARK}零下二十度冻住了打不开，等了三个小时，太失望了"


def rows_that_say(words: str) -> list[str]:
    """The tables, of every model, with a row that holds the words in any column."""
    found = []
    for model in apps.get_models():
        if model.__module__.startswith("huixiang"):
            with connection.cursor() as cursor:
                table = model._meta.db_table
                cursor.execute(f"SELECT count(*) FROM {table} AS row WHERE row::text LIKE %s", [f"%{words}%"])  # noqa: S608 - names of our own tables
                found += [table] * bool(cursor.fetchone()[0])  # type: ignore[index]
    return found


@pytest.fixture
def removed(app_channel: ChannelAccount, operator: Membership) -> Feedback:
    case = factories.case(app_channel, TEXT, author_id="甲")
    reply(case=case, by=operator, text="非常抱歉", lane="private")
    correct_grade(case=Case.objects.get(), grade="red", reason=f"{MARK}冻住会困住人", by=operator)
    assert len(rows_that_say(MARK)) > 6
    found = Feedback.objects.get()
    remove(feedback=found, reason=" 本人要求 ", actor=Actor("staff", operator.id))
    run_waiting()
    found.refresh_from_db()
    return found


def test_a_removal_needs_a_reason(app_channel: ChannelAccount) -> None:
    found = factories.feedback(app_channel, TEXT)
    with pytest.raises(Refused):
        remove(feedback=found, reason="  ", actor=SYSTEM)
    assert Feedback.objects.get().text == TEXT


def test_the_words_stand_nowhere(removed: Feedback) -> None:
    assert rows_that_say(MARK) == []  # nor in the reason somebody gave for a correction
    assert Correction.objects.values_list("after", "reason").get() == ("red", "")
    assert rows_that_say("失望了") == []


def test_a_tombstone_stays_with_its_reason(removed: Feedback, operator: Membership) -> None:
    assert (removed.title, removed.text, removed.facts, removed.emotion_quote, removed.text_hash) == (
        "",
        "",
        {},
        "",
        "",
    )
    assert (removed.embedding, removed.removed_reason) == (None, "本人要求")
    assert removed.removed_at is not None
    assert (removed.kind, removed.grade, removed.theme_id is None, removed.case_id is None) == (
        "defect",
        "red",
        False,
        False,
    )
    entry = Entry.objects.filter(name="feedback.removed").select_related("words").get()
    assert (entry.actor_id, entry.words.text) == (operator.id, "本人要求")


def test_where_the_words_stood_stands_that_they_are_gone(removed: Feedback) -> None:
    case, message = Case.objects.get(), Message.objects.get()
    assert (case.title, case.last_line) == ("已移除", "非常抱歉")
    assert list(Turn.objects.order_by("at").values_list("text", flat=True)) == ["已移除", "非常抱歉"]
    assert (message.text, message.masked_text, message.findings) == ("", "", [])
    assert message.erased_at is not None
    assert Theme.objects.get().name == "已移除"
    assert Delivery.objects.get().subject_line == "已移除"
    assert {part["quote"] for part in Assessment.objects.get().reasons.values()} == {""}
    assert list(Words.objects.filter(entry__subject_id=case.id)) == []


def test_counts_stay(removed: Feedback) -> None:
    theme = Theme.objects.get()
    before = (theme.feedback_count, theme.people_count, theme.worst_grade)
    measures.refresh(workspace_id=theme.workspace_id, theme_ids=[theme.id])
    theme.refresh_from_db()
    assert (theme.feedback_count, theme.people_count, theme.worst_grade) == before == (1, 1, "red")
    assert removed.member.feedback_count == 1


def test_what_others_said_stays(app_channel: ChannelAccount) -> None:
    first = factories.feedback(app_channel, TEXT, author_id="甲", thread="t1")
    factories.feedback(app_channel, f"{TEXT}，我也是这样", author_id="乙", thread="t2")
    Theme.objects.update(name="充电口结冰", name_by_person=True)
    remove(feedback=first, reason="本人要求", actor=SYSTEM)
    run_waiting()
    assert [m.text == "" for m in Message.objects.order_by("received_at")] == [True, False]
    assert sorted(case.title == "已移除" for case in Case.objects.all()) == [False, True]
    assert Theme.objects.get().name == "充电口结冰"


def test_a_case_about_something_else_too_is_called_by_that(app_channel: ChannelAccount) -> None:
    first = factories.feedback(app_channel, TEXT, author_id="甲", sent_at=factories.ago(days=2))
    received(app_channel, inbound(f"{TEXT}，今天又是", author_id="甲"))
    case = Case.objects.get()
    remove(feedback=first, reason="本人要求", actor=SYSTEM)
    run_waiting()
    case.refresh_from_db()
    left = Feedback.objects.get(removed_at=None)
    assert (case.title, case.last_line) == (left.title, left.text)
