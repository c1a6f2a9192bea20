"""What becomes of each kind of message, read by the real engine."""

import pytest

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.journal.models import Entry
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.triage.models import Assessment
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories import ago, inbound, received

BRAKES = "刹车突然失灵，差点追尾，太危险了"


@pytest.mark.parametrize(
    ("text", "kind", "grade", "has_case"),
    [
        (factories.COLD_START, "defect", "", True),
        (factories.RUDE_SERVICE, "complaint", "", True),
        ("请问这个车充满电要多长时间？", "question", "blue", True),
        ("建议后备箱增加一个挂钩，挂购物袋用", "suggestion", "blue", False),
        (factories.PRAISE, "praise", "blue", False),
        (BRAKES, "defect", "red", True),
        ("再不解决我就去12315投诉，曝光你们", "complaint", "orange", True),
    ],
)
def test_feedback_is_kept_graded_and_handled_where_it_wants_to_be(
    app_channel: ChannelAccount, operator: Membership, text: str, kind: str, grade: str, has_case: bool
) -> None:
    found = factories.feedback(app_channel, text)
    grade = grade or Assessment.objects.get().grade  # how bad some of these are is the models' matter
    assert (found.kind, found.grade, found.text) == (kind, grade, text)
    assert (found.theme_id is None) == (kind == "praise")
    assert (found.case_id is not None) == has_case == Case.objects.exists()
    message = Message.objects.get()
    assert (message.state, message.feedback_id, message.masked_text) == ("feedback", found.id, text)
    assert [finding["step"] for finding in message.findings] == ["gate", "kind", "sentiment", "severity", "grade"]
    assert {finding["version"] for finding in message.findings} == {found.model_version}
    assert Assessment.objects.get().grade == grade
    assert Member.objects.get().feedback_count == 1
    names = Entry.objects.filter(subject_id=found.id).order_by("id").values_list("name", flat=True)
    assert list(names) == ["feedback.found", "triage.assessed"]


@pytest.mark.parametrize(
    "text",
    [
        factories.CHATTER,
        "加微信领优惠券，低价代充，速来 vx12345",
        "Le véhicule ne démarre pas ce matin",
        "\u200b\u200d",
        "👍",
    ],
)
def test_what_is_not_feedback_is_set_aside_with_its_reading(app_channel: ChannelAccount, text: str) -> None:
    received(app_channel, inbound(text))
    message = Message.objects.get()
    assert (message.state, message.feedback_id, message.text) == ("noise", None, text)
    assert message.findings[0]["value"] is False
    assert (Feedback.objects.count(), Theme.objects.count(), Case.objects.count()) == (0, 0, 0)


def test_reasons_are_chinese(app_channel: ChannelAccount) -> None:
    found = factories.feedback(app_channel, BRAKES)
    assessment = Assessment.objects.get()
    assert assessment.rule_name == "涉及安全且可信"
    assert assessment.rule_text == "真实性 ≥ 40，严重性 ≥ 100"
    said = {dial: part["reason"] for dial, part in assessment.reasons.items()}
    assert sorted(said) == ["authenticity", "influence", "prevalence", "severity"]
    latin = {dial: text for dial, text in said.items() if any("a" <= sign <= "z" for sign in text)}
    assert latin == {}
    assert assessment.reasons["severity"]["quote"] in found.text
    assert (said["severity"], said["prevalence"]) == ("涉及人身安全或健康", "目前只有一个人说过")


def test_personal_data_is_masked_everywhere_but_in_the_message(app_channel: ChannelAccount) -> None:
    found = factories.feedback(app_channel, "早上打不着火，打我电话 13812345678", author_name="王先生13812345678")
    case = Case.objects.get()
    shown = [
        found.text,
        found.title,
        case.title,
        case.last_line,
        case.turns.get().text,
        found.member.name,
        str(found.facts),
    ]
    assert [text for text in shown if "13812345678" in text] == []
    assert Message.objects.get().text == "早上打不着火，打我电话 13812345678"


def test_old_news_opens_a_case_without_clock_or_owner(app_channel: ChannelAccount, operator: Membership) -> None:
    case = factories.case(app_channel, sent_at=ago(days=8))
    assert (case.historical, case.owner, case.due_at, case.clocks.count()) == (True, None, None, 0)
    assert Feedback.objects.get().historical


def test_the_same_person_and_matter_is_one_case(app_channel: ChannelAccount) -> None:
    for days in (3, 1):
        received(app_channel, inbound(factories.BLACK_SCREEN, author_id="甲", sent_at=ago(days=days)))
    assert Feedback.objects.count() == 2
    case = Case.objects.get()
    assert case.turns.count() == 2
    assert set(Feedback.objects.values_list("case_id", flat=True)) == {case.id}
    assert Entry.objects.filter(subject_id=case.id, name="cases.feedback_joined").count() == 1


def test_in_one_batch_too(app_channel: ChannelAccount) -> None:
    received(
        app_channel,
        *(inbound(factories.BLACK_SCREEN, author_id="甲", sent_at=ago(days=days)) for days in (3, 2)),
        inbound(factories.BLACK_SCREEN, author_id="乙", sent_at=ago(days=1)),
    )
    assert (Feedback.objects.count(), Case.objects.count(), Theme.objects.count()) == (3, 2, 1)
    assert Theme.objects.get().people_count == 2


def test_after_a_case_ended_the_matter_opens_another(app_channel: ChannelAccount) -> None:
    received(app_channel, inbound(factories.BLACK_SCREEN, author_id="甲", sent_at=ago(days=3)))
    Case.objects.update(state="confirmed")
    received(app_channel, inbound(factories.BLACK_SCREEN, author_id="甲"))
    assert Case.objects.count() == 2


def test_worse_news_of_the_same_matter_makes_the_case_red_and_otherwise_proposes(app_channel: ChannelAccount) -> None:
    received(app_channel, inbound(BRAKES, author_id="甲", sent_at=ago(days=3)))
    Case.objects.update(grade="blue")
    received(app_channel, inbound(BRAKES, author_id="甲", sent_at=ago(days=2)))
    case = Case.objects.get()
    assert (case.grade, case.proposed_grade) == ("red", "")
    received(app_channel, inbound(factories.BLACK_SCREEN, author_id="乙", sent_at=ago(days=3)))
    other = Case.objects.exclude(id=case.id).get()
    Case.objects.filter(id=other.id).update(grade="blue")
    received(app_channel, inbound(factories.BLACK_SCREEN, author_id="乙", sent_at=ago(days=2)))
    judged = Feedback.objects.filter(case_id=other.id).latest("said_at").grade
    other.refresh_from_db()
    assert (other.grade, other.proposed_grade) == ("blue", judged)
    assert judged != "blue"
