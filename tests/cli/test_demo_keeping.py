"""What happens at the end of a day of the demo's story."""

from datetime import timedelta

from django.utils import timezone

from huixiang.cases.models import Clock, ClockName
from huixiang.channels.models import ChannelAccount
from huixiang.cli.demo import keeping
from huixiang.cli.demo.stage import Told, at
from huixiang.playbooks import acting
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.playbooks.opening import opened, steps


def test_steps_are_done_or_left_with_a_reason_and_promises_are_kept(
    workspace: Workspace, app_channel: ChannelAccount, operator: Membership
) -> None:
    told = Told(workspace, {}, {"zhixia": operator}, {}, set())
    [case] = opened(app_channel, grade="yellow")
    acting.tick(row=steps(case)["thank"], by=operator)
    theme = Theme.objects.get(id=factories.case(app_channel).theme_id)
    Theme.objects.filter(id=theme.id).update(status="announced", announced_at=timezone.now())
    for day in range(1, 16):
        with at(timezone.now() + timedelta(days=day)):
            keeping.end_the_day(told)
    now = steps(case)
    assert (now["contact"].state, now["contact"].note) == ("skipped", keeping.WHY_SKIPPED["private"])
    assert (now["verify"].state, now["verify"].by, bool(now["verify"].note)) == ("done", operator, True)
    assert Clock.objects.get(theme=theme, name=ClockName.ANNOUNCEMENT).met_at is not None
