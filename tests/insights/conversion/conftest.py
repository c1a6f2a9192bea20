import pytest
from django.utils import translation

from huixiang.channels.models import ChannelAccount
from huixiang.workspaces.models import Membership
from tests.insights.conversion.telling import Told


@pytest.fixture
def told(app_channel: ChannelAccount, operator: Membership) -> Told:
    translation.activate("en")
    return Told(app_channel, operator)
