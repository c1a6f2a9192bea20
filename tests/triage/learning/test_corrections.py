import uuid

import pytest

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.themes import moving
from huixiang.themes.models import Theme
from huixiang.triage.actions import correct_grade
from huixiang.triage.learning.corrections import Corrected, correct, take_back
from huixiang.triage.models import Correction
from huixiang.triage.queries import assessments
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories import ago, inbound, received
from tests.factories.jobs import run_waiting


def said(feedback: Feedback, by: Membership, **values: object) -> Corrected:
    return correct(feedback=feedback, values=values, reason="孩子在车里", by=by)


def stored() -> list[tuple[str, str, str]]:
    rows = Correction.objects.filter(undone_at=None).order_by("at", "id")
    return list(rows.values_list("field", "before", "after"))


def judged(feedback: Feedback) -> tuple[int, str]:
    last = assessments(workspace_id=feedback.workspace_id, feedback_ids=[feedback.id])[feedback.id]
    return last.severity, last.grade


def test_severity_is_judged_anew_and_taken_back(case: Case, operator: Membership) -> None:
    found, before = Feedback.objects.get(), case.grade
    first, dial = found.severity, judged(found)
    done = said(found, operator, severity="4", sentiment="-1")
    found.refresh_from_db()
    case.refresh_from_db()
    assert (found.severity, found.severity_scores, judged(found)) == (4, [0, 0, 0, 0, 1], (100, "red"))
    assert (found.grade, case.grade) == ("red", "red")
    assert stored()[-1] == ("severity", str(first), "4")
    entries = Entry.objects.filter(name="triage.corrected", data__field="severity").select_related("words")
    assert [(one.data, one.words.text) for one in entries] == [
        ({"field": "severity", "before": str(first), "after": "4"}, "孩子在车里")
    ]
    take_back(workspace_id=found.workspace_id, batch=done.batch, by=operator)
    found.refresh_from_db()
    case.refresh_from_db()
    assert (found.severity, judged(found), case.grade, stored()) == (first, dial, before, [])
    assert sum(found.severity_scores) == pytest.approx(1)
    with pytest.raises(Refused):
        take_back(workspace_id=found.workspace_id, batch=done.batch, by=operator)


def test_a_persons_grade_is_not_judged_away(case: Case, operator: Membership) -> None:
    correct_grade(case=case, grade="blue", reason="已经电话说清", by=operator)
    said(Feedback.objects.get(), operator, severity=4)
    case.refresh_from_db()
    assert (case.grade, case.proposed_grade) == ("blue", "red")


def test_a_suggestion_that_weighs_more_gets_its_case(app_channel: ChannelAccount, operator: Membership) -> None:
    found = factories.feedback(app_channel, "建议后备箱增加一个挂钩，挂购物袋用")
    assert (found.kind, found.case_id) == ("suggestion", None)
    said(found, operator, severity=3, sentiment=-1)
    found.refresh_from_db()
    assert Case.objects.get().id == found.case_id


def test_aspects_come_from_the_list_and_go_back(case: Case, operator: Membership) -> None:
    found = Feedback.objects.get()
    before = found.aspects
    done = said(found, operator, aspects=[{"name": "服务", "sentiment": -1}])
    assert Feedback.objects.get().aspects == [{"name": "服务", "sentiment": -1}]
    take_back(workspace_id=found.workspace_id, batch=done.batch, by=operator)
    assert Feedback.objects.get().aspects == before
    with pytest.raises(Refused):
        said(found, operator, aspects=[{"name": "张三的电话", "sentiment": 0}])


@pytest.mark.parametrize("values", [{}, {"severity": 5}, {"severity": "high"}, {"sentiment": 2}, {"kind": "gossip"}])
def test_values_nobody_offered_are_refused(case: Case, operator: Membership, values: dict[str, object]) -> None:
    with pytest.raises(Refused):
        said(Feedback.objects.get(), operator, **values)
    assert stored() == []


def test_only_the_latest_word_is_taken_back(case: Case, operator: Membership) -> None:
    found = Feedback.objects.get()
    first = said(found, operator, severity=0)
    said(found, operator, severity=4)
    with pytest.raises(Refused):
        take_back(workspace_id=found.workspace_id, batch=first.batch, by=operator)
    assert Feedback.objects.get().severity == 4


def test_a_grade_is_taken_back(case: Case, operator: Membership) -> None:
    before = case.grade
    correct_grade(case=case, grade="red", reason="孩子在车里", by=operator)
    batch = Correction.objects.get().batch
    assert isinstance(batch, uuid.UUID)
    take_back(workspace_id=case.workspace_id, batch=batch, by=operator)
    case.refresh_from_db()
    assert (case.grade, Feedback.objects.get().grade, stored()) == (before, before, [])
    assert Entry.objects.filter(name="triage.correction_taken_back").count() == 1


def test_a_persons_word_stays_when_more_is_said(app_channel: ChannelAccount, operator: Membership) -> None:
    first = factories.feedback(app_channel, factories.COLD_START, author_id="u", sent_at=ago(minutes=5))
    said(first, operator, kind="question", severity=1, sentiment=0)
    received(app_channel, inbound("昨天也是这样，零下三十度", author_id="u", sent_at=ago(minutes=2)))
    found = Feedback.objects.get()
    assert "昨天也是这样" in found.text
    assert (found.kind, found.severity, found.sentiment) == ("question", 1, 0)
    assert judged(found)[0] == 25


def test_a_move_to_another_theme_is_a_correction_until_it_is_undone(
    app_channel: ChannelAccount, operator: Membership
) -> None:
    first, second = (factories.feedback(app_channel, text) for text in (factories.COLD_START, factories.RUDE_SERVICE))
    source, target = (Theme.objects.get(id=one.theme_id) for one in (first, second))
    actor = Actor("staff", operator.id)
    done = moving.move_feedback(source=source, target=target, feedback_ids=[first.id], actor=actor)
    run_waiting()
    [kept] = Correction.objects.all()
    assert (kept.subject_id, kept.field, kept.by, kept.batch) == (first.id, "theme", operator, done.id)
    assert (kept.before, kept.after) == (str(source.id), str(target.id))
    with pytest.raises(Refused):
        take_back(workspace_id=source.workspace_id, batch=done.id, by=operator)
    moving.undo(move_id=done.id, workspace_id=source.workspace_id, actor=actor)
    run_waiting()
    assert stored() == []
