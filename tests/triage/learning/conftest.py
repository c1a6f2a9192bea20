import datetime

import pytest
from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.triage.models import Correction
from huixiang.workspaces.models import Membership
from tests.factories import rows

WAYS = ("真是", "让我", "直接", "真是又", "让我又", "直接又")
SLANG = [f"这个{thing}{way}蚌埠住了" for thing in "灯门锁屏座窗桶" for way in WAYS]
"""What one community says when it complains; how bad it is the base does not hear."""


def said(account: ChannelAccount, texts: list[str]) -> list[Feedback]:
    """Feedback as the base reads it, without the engine being asked."""
    made = [rows.unstored(account, text, kind="question", grade="blue", sentiment=0, severity=0) for text in texts]
    return Feedback.objects.bulk_create(made)


def corrected(feedbacks: list[Feedback], by: Membership, **fields: str) -> list[Correction]:
    at = timezone.now() - datetime.timedelta(hours=1)
    return Correction.objects.bulk_create(
        Correction(
            workspace_id=one.workspace_id, subject_id=one.id, field=field, before="", after=after, by=by,
            model_version="x", at=at + datetime.timedelta(seconds=place),
        )
        for place, one in enumerate(feedbacks)
        for field, after in fields.items()
    )  # fmt: skip


@pytest.fixture
def taught(app_channel: ChannelAccount, operator: Membership) -> list[Feedback]:
    """Forty feedbacks which people called complaints."""
    found = said(app_channel, SLANG)
    corrected(found, operator, kind="complaint", sentiment="-1", severity="2")
    return found
