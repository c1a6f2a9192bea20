import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huixiang.cases.actions import reply
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.intake.actions import erase_noise
from huixiang.intake.models import Message
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.themes.models import Theme
from huixiang.triage.actions import correct_grade, correct_kind, keep_as_feedback, process
from huixiang.triage.models import Correction
from huixiang.triage.queries import assessments
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories import CHATTER, PRAISE, ago, inbound, received


def corrections() -> list[tuple[str, str, str, str]]:
    return list(Correction.objects.order_by("at").values_list("field", "before", "after", "reason"))


def test_another_grade_is_kept_with_its_reason(case: Case, operator: Membership) -> None:
    before, due = case.grade, case.due_at
    correct_grade(case=case, grade="red", reason=" 孩子在车里 ", by=operator)
    case.refresh_from_db()
    found = Feedback.objects.get(case_id=case.id)
    assert (case.grade, found.grade) == ("red", "red")
    assert case.due_at < due  # type: ignore[operator]
    assert corrections() == [("grade", before, "red", "孩子在车里")]
    kept = Correction.objects.get()
    assert (kept.subject_id, kept.by, kept.model_version) == (found.id, operator, found.model_version)
    entry = Entry.objects.filter(name="cases.regraded").select_related("words").get()
    assert (entry.actor_id, entry.words.text) == (operator.id, "孩子在车里")
    judged = assessments(workspace_id=found.workspace_id, feedback_ids=[found.id])
    assert judged[found.id].grade == before  # what the machine said stays as it was


@pytest.mark.parametrize(("grade", "reason"), [("red", " "), ("purple", "因为"), ("", "因为"), ("same", "因为")])
def test_a_correction_needs_a_reason_and_another_grade(
    case: Case, operator: Membership, grade: str, reason: str
) -> None:
    with pytest.raises(Refused):
        correct_grade(case=case, grade=case.grade if grade == "same" else grade, reason=reason, by=operator)
    assert corrections() == []


def test_another_kind_is_kept(case: Case, operator: Membership) -> None:
    found = Feedback.objects.get()
    with pytest.raises(Refused):
        correct_kind(feedback=found, kind="defect", by=operator)
    with pytest.raises(Refused):
        correct_kind(feedback=found, kind="gossip", by=operator)
    correct_kind(feedback=found, kind="question", by=operator)
    assert Feedback.objects.get().kind == "question"
    assert corrections() == [("kind", "defect", "question", "")]
    entry = Entry.objects.get(name="triage.corrected")
    assert entry.data == {"field": "kind", "before": "defect", "after": "question"}


def test_praise_that_was_a_complaint_gets_its_case(app_channel: ChannelAccount, operator: Membership) -> None:
    praise = factories.feedback(app_channel, PRAISE)
    assert (praise.kind, praise.theme_id, praise.case_id) == ("praise", None, None)
    correct_kind(feedback=praise, kind="complaint", by=operator)
    found = Feedback.objects.get()
    case = Case.objects.get()
    assert (found.case_id, found.theme_id, case.theme_id) == (case.id, case.theme_id, found.theme_id)
    assert (case.owner, case.state, case.due_at is not None) == (operator, "open", True)
    assert list(case.turns.values_list("text", "direction", "message_id")) == [
        (PRAISE, "inbound", Message.objects.get().id)
    ]
    assert case.theme is not None
    assert case.theme.feedback_count == 1
    assert Entry.objects.filter(name="cases.opened", subject_id=case.id).count() == 1
    correct_kind(feedback=found, kind="defect", by=operator)
    assert Case.objects.count() == 1


def test_what_a_person_corrects_joins_their_open_case(app_channel: ChannelAccount, operator: Membership) -> None:
    praise = factories.feedback(app_channel, PRAISE, author_id="u", sent_at=ago(hours=2))
    other = factories.feedback(app_channel, PRAISE, author_id="u", sent_at=ago(hours=1))
    for each in (praise, other):
        correct_kind(feedback=each, kind="complaint", by=operator)
    case = Case.objects.get()
    assert set(Feedback.objects.values_list("case_id", flat=True)) == {case.id}
    assert case.turns.count() == 2
    assert Entry.objects.filter(name="cases.feedback_joined", subject_id=case.id).count() == 1


def test_a_message_brought_back_already_is_not_read_twice(app_channel: ChannelAccount, operator: Membership) -> None:
    received(app_channel, inbound(CHATTER))
    seen_by_two = Message.objects.get()
    keep_as_feedback(message=Message.objects.get(), by=operator)
    process(workspace_id=seen_by_two.workspace_id)
    with pytest.raises(Refused):
        keep_as_feedback(message=seen_by_two, by=operator)
    assert Message.objects.get().state == "feedback"
    assert Correction.objects.count() == 1


def test_what_was_gated_away_can_be_brought_back(app_channel: ChannelAccount, operator: Membership) -> None:
    received(app_channel, inbound(CHATTER))
    message = Message.objects.get()
    keep_as_feedback(message=message, by=operator, reason=" 在说空调 ")
    process(workspace_id=message.workspace_id)
    message.refresh_from_db()
    found = Feedback.objects.get()
    assert (message.state, message.feedback_id) == ("feedback", found.id)
    assert (found.kind, found.text) == ("question", CHATTER)
    assert message.findings[0]["reason"] == "由人确认是反馈"
    assert corrections() == [("gate", "noise", "feedback", "在说空调")]
    assert Entry.objects.select_related("words").get(name="triage.corrected").words.text == "在说空调"


def test_only_kept_noise_can_be_brought_back(app_channel: ChannelAccount, operator: Membership) -> None:
    factories.feedback(app_channel)
    with pytest.raises(Refused):
        keep_as_feedback(message=Message.objects.get(), by=operator)
    Message.objects.all().delete()
    received(app_channel, inbound(CHATTER))
    Message.objects.update(received_at=ago(days=9))
    erase_noise(workspace_id=app_channel.workspace_id, kept_days=7)
    with pytest.raises(Refused):
        keep_as_feedback(message=Message.objects.get(), by=operator)


def test_themes_are_locked_before_cases(case: Case, operator: Membership) -> None:
    with CaptureQueriesContext(connection) as asked:
        correct_grade(case=case, grade="red", reason="孩子在车里", by=operator)
    locked = [query["sql"].partition('FROM "')[2].partition('"')[0] for query in asked if "FOR NO KEY" in query["sql"]]
    assert locked[:2] == ["themes_theme", "cases_case"]


def test_what_is_no_feedback_leaves_theme_and_case_and_comes_back(case: Case, operator: Membership) -> None:
    found = Feedback.objects.get()
    theme_id = found.theme_id
    told = correct_kind(feedback=found, kind="chatter", by=operator)
    case.refresh_from_db()
    assert (told, case.state, case.close_reason) == (case, "closed", "不是反馈")
    assert Feedback.objects.get().theme_id is None
    assert Theme.objects.get(id=theme_id).feedback_count == 0
    assert correct_kind(feedback=found, kind="defect", by=operator) is None
    case.refresh_from_db()
    now = Feedback.objects.get()
    assert (case.state, now.case_id, now.theme_id, case.theme_id) == ("reopened", case.id, theme_id, theme_id)
    assert Theme.objects.get(id=theme_id).feedback_count == 1


def test_a_case_somebody_answered_in_stays_open(case: Case, operator: Membership) -> None:
    reply(case=case, by=operator, text="谢谢您，请问是什么版本？", lane="private")
    told = correct_kind(feedback=Feedback.objects.get(), kind="spam", by=operator)
    case.refresh_from_db()
    assert (told, case.state) == (case, "waiting_member")


def test_praise_leaves_its_theme_and_its_case_to_a_person(case: Case, operator: Membership) -> None:
    assert correct_kind(feedback=Feedback.objects.get(), kind="praise", by=operator) is None
    case.refresh_from_db()
    assert (Feedback.objects.get().theme_id, case.state) == (None, "open")
