
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.workspaces.models import Membership
from tests import factories


def test_a_defect_becomes_a_graded_feedback_in_a_case_with_owner_and_clock(
    app_channel: ChannelAccount, operator: Membership
) -> None:
    case = factories.case(app_channel)
    feedback = Feedback.objects.get(case_id=case.id)
    assert feedback.kind == "defect"
    assert case.grade in {"red", "orange", "yellow"}
    assert case.grade == feedback.grade
    assert case.owner == operator
    assert case.due_at is not None
    assert [turn.direction for turn in case.turns.all()] == ["inbound"]
