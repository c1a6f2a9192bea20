"""A growing theme and the cases it has."""

import pytest

from huixiang.cases.actions import regrade
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal.models import Entry
from huixiang.themes.models import Theme
from huixiang.triage import rising
from huixiang.triage.actions import correct_grade
from huixiang.triage.grading import table
from huixiang.triage.models import Assessment, GradeRule
from huixiang.workspaces.models import Membership
from tests.factories import BLACK_SCREEN, ago, inbound, received


def people_say_it(account: ChannelAccount, number: int, day: int = 1) -> None:
    received(account, *(inbound(BLACK_SCREEN, sent_at=ago(hours=day)) for _ in range(number)))


@pytest.fixture
def first(app_channel: ChannelAccount, operator: Membership) -> Case:
    """A case judged yellow; the table goes by prevalence alone."""
    received(app_channel, inbound(BLACK_SCREEN, author_id="最早", sent_at=ago(hours=5)))
    table(app_channel.workspace)
    GradeRule.objects.all().delete()
    for place, (grade, least) in enumerate((("red", 40), ("orange", 20), ("yellow", None)), start=1):
        GradeRule.objects.create(
            workspace=app_channel.workspace, position=place, name=grade, grade=grade, min_prevalence=least
        )
    Case.objects.update(grade="yellow")
    return Case.objects.get()


def test_growth_proposes_and_then_makes_it_red(app_channel: ChannelAccount, first: Case) -> None:
    people_say_it(app_channel, 4)
    first.refresh_from_db()
    assert (Theme.objects.get().people_count, first.grade, first.proposed_grade) == (5, "yellow", "orange")
    assert first.proposed_reason.startswith("orange：") or first.proposed_reason.startswith("orange: ")
    assert Entry.objects.filter(name="cases.regraded").count() == 0
    due = first.due_at
    people_say_it(app_channel, 4)
    first.refresh_from_db()
    assert (first.grade, first.proposed_grade) == ("red", "")
    assert Feedback.objects.get(case_id=first.id).grade == "red"
    assert first.due_at is not None
    assert due is not None
    assert first.due_at < due
    entry = Entry.objects.filter(name="cases.regraded", subject_id=first.id).select_related("words").get()
    assert (entry.actor_kind, entry.data) == ("system", {"before": "yellow", "after": "red"})
    assert entry.words.text != ""


def test_many_become_red_with_one_count_of_the_themes(
    app_channel: ChannelAccount, first: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    people_say_it(app_channel, 4)
    counted: list[object] = []

    def refresh(**named: object) -> None:
        counted.append(named["theme_ids"])
        measures_refresh(**named)  # type: ignore[arg-type]

    measures_refresh = rising.measures.refresh
    monkeypatch.setattr(rising.measures, "refresh", refresh)
    people_say_it(app_channel, 4)
    assert Entry.objects.filter(name="cases.regraded").count() > 1
    assert counted.count([first.theme_id]) == 3  # found, placed, risen
    assert Theme.objects.get().worst_grade == "red"


def test_what_a_person_decided_stands_until_it_grows(
    app_channel: ChannelAccount, first: Case, operator: Membership
) -> None:
    people_say_it(app_channel, 8)
    first.refresh_from_db()
    assert first.grade == "red"
    newest = Case.objects.order_by("-number")[0]
    assert newest.grade == "red"
    correct_grade(case=newest, grade="blue", reason="同一个人说的", by=operator)
    people_say_it(app_channel, 1)
    newest.refresh_from_db()
    assert (newest.grade, newest.proposed_grade) == ("blue", "")


def test_old_and_ended_cases_stay_as_they_are(app_channel: ChannelAccount, first: Case) -> None:
    Case.objects.update(historical=True)
    people_say_it(app_channel, 9)
    first.refresh_from_db()
    assert (first.grade, first.proposed_grade) == ("yellow", "")
    Case.objects.filter(id=first.id).update(historical=False, state="solved")
    people_say_it(app_channel, 1)
    first.refresh_from_db()
    assert (first.grade, first.proposed_grade) == ("yellow", "")


def test_a_theme_that_shrinks_in_the_table_lowers_nothing(app_channel: ChannelAccount, first: Case) -> None:
    from huixiang.journal.events import SYSTEM  # noqa: PLC0415

    regrade(case=first, grade="orange", reason="看过了", actor=SYSTEM)
    people_say_it(app_channel, 1)
    first.refresh_from_db()
    assert (first.grade, first.proposed_grade) == ("orange", "")
    assert Assessment.objects.count() == 2
