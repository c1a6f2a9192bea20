"""What was kept of refused rows goes with what was no feedback."""

import datetime

from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.intake.models import ImportRefusal, ImportRun
from huixiang.intake.tasks import forget_refused_rows
from huixiang.workspaces.models import Workspace


def _refusal(account: ChannelAccount, days: int) -> ImportRefusal:
    run = ImportRun.objects.create(workspace=account.workspace, account=account, file_name="a.csv", path="")
    ImportRun.objects.filter(id=run.id).update(created_at=timezone.now() - datetime.timedelta(days=days))
    return ImportRefusal.objects.create(
        workspace=account.workspace, run=run, row=2, reason="坏日期", excerpt="张三,13800138000"
    )


def test_beginnings_of_refused_rows_go_after_the_days_of_noise(app_channel: ChannelAccount) -> None:
    Workspace.objects.filter(id=app_channel.workspace_id).update(noise_kept_days=7)
    old, young = _refusal(app_channel, 8), _refusal(app_channel, 6)
    forget_refused_rows()
    old.refresh_from_db()
    young.refresh_from_db()
    assert [(one.excerpt, one.reason) for one in (old, young)] == [("", "坏日期"), ("张三,13800138000", "坏日期")]
