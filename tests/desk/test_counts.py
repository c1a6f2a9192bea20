"""A list costs the same number of statements with one row as with three."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huixiang.announcements.actions import publish, resolve_and_draft
from huixiang.channels.models import ChannelAccount
from huixiang.themes.models import Theme
from huixiang.triage.grading import table
from huixiang.workspaces.models import Membership
from tests import factories

TEXTS = [factories.COLD_START, factories.BLACK_SCREEN, factories.RUDE_SERVICE]
# Session, user, membership come first on every page; the badge's count last on most.
STATEMENTS = {"inbox": 33, "feedback": 11, "themes": 10, "announcements": 7}


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("page", ["inbox", "feedback", "themes", "announcements"])
def test_statements(
    page: str,
    number: int,
    at: Callable[..., str],
    app_channel: ChannelAccount,
    operator: Membership,
    as_operator: Client,
    django_assert_num_queries: Any,
) -> None:
    table(operator.workspace)
    factories.received(app_channel, *[factories.inbound(text) for text in TEXTS[:number]])
    if page == "announcements":
        for theme in Theme.objects.filter(workspace=operator.workspace):
            draft = resolve_and_draft(theme=theme, root_cause="原因", fix="修好了", fixed_in="", by=operator)
            publish(announcement=draft, by=operator)
    with django_assert_num_queries(STATEMENTS[page]):
        answer = as_operator.get(at(page))
    assert answer.status_code == 200
    shown = answer.context["rows"]
    assert len(shown) == number
