"""Proposals of the nightly grouping and early warnings, as people meet them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.themes.models import EarlyWarning, Proposal, Theme
from huixiang.themes.regrouping import regroup
from huixiang.workspaces.models import Membership
from tests.desk.test_theme_pages import undo_of
from tests.factories.rows import theme as made_theme
from tests.factories.rows import towards

At = Callable[..., str]


@pytest.fixture
def proposal(app_channel: ChannelAccount) -> Proposal:
    made_theme(app_channel, 0, people=4)
    twin = made_theme(app_channel, 1, people=3)
    Feedback.objects.filter(theme_id=twin.id).update(embedding=towards(0))
    regroup(workspace_id=app_channel.workspace_id)
    return Proposal.objects.get()


@pytest.fixture
def warned(app_channel: ChannelAccount) -> EarlyWarning:
    theme = made_theme(app_channel, 0, people=5)
    ids = list(Feedback.objects.filter(theme_id=theme.id).values_list("id", flat=True))
    return EarlyWarning.objects.create(
        workspace=app_channel.workspace, theme=theme, days=1, people=5, expected=0.3, feedback_ids=ids
    )


def test_a_proposal_is_shown_with_what_was_said_accepted_and_undone(
    at: At, proposal: Proposal, as_operator: Client
) -> None:
    page = as_operator.get(at("themes_proposals")).content.decode()
    assert ("第 0 件事" in page, "第 1 件事" in page) == (True, True)
    assert as_operator.post(at("proposal_accept", proposal_id=proposal.id)).status_code == 302
    assert Theme.objects.get(id=proposal.other_id).merged_into_id == proposal.theme_id
    as_operator.post(undo_of(as_operator, at("themes_proposals")))
    assert Theme.objects.get(id=proposal.other_id).merged_into_id is None


def test_a_refused_proposal_goes_and_comes_back(at: At, proposal: Proposal, as_operator: Client) -> None:
    as_operator.post(at("proposal_refuse", proposal_id=proposal.id))
    shown = as_operator.get(at("themes_proposals"))
    assert (shown.context["number"], shown.context["merge"]) == (0, [])
    as_operator.post(at("proposal_refuse", proposal_id=proposal.id) + "?again=1")
    assert as_operator.get(at("themes_proposals")).context["number"] == 1


def test_the_list_leads_to_the_proposals(at: At, proposal: Proposal, as_operator: Client) -> None:
    part = as_operator.get(at("themes_alike"), headers={"HX-Request": "true"})
    assert part.context["waiting"] == 1
    assert at("themes_proposals") in part.content.decode()


def test_a_warning_stands_above_the_list_and_in_the_theme_until_it_is_acknowledged(
    at: At, warned: EarlyWarning, as_operator: Client
) -> None:
    assert as_operator.get(at("themes")).context["warnings"] == [warned]
    page = as_operator.get(at("theme", theme_id=warned.theme_id))
    assert len(page.context["warning_messages"]) == 5
    as_operator.post(at("warning_acknowledge", warning_id=warned.id), {"note": "已找供应商", "next": at("themes")})
    assert as_operator.get(at("themes")).context["warnings"] == []
    assert "已找供应商" in as_operator.get(at("theme", theme_id=warned.theme_id)).content.decode()
    as_operator.post(at("warning_acknowledge", warning_id=warned.id) + "?again=1")
    assert as_operator.get(at("themes")).context["warnings"] == [warned]


def test_who_may_only_read_sees_the_warning_and_decides_nothing(
    at: At, warned: EarlyWarning, proposal: Proposal, analyst: Membership, client_of: Callable[[Membership], Client]
) -> None:
    client = client_of(analyst)
    assert client.get(at("themes")).context["warnings"] == [warned]
    assert client.post(at("warning_acknowledge", warning_id=warned.id)).status_code == 404
    assert client.post(at("proposal_accept", proposal_id=proposal.id)).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_statements_of_the_proposals(
    number: int, at: At, app_channel: ChannelAccount, as_operator: Client, django_assert_num_queries: Any
) -> None:
    for place in range(number):
        made_theme(app_channel, 2 * place, people=4)
        twin = made_theme(app_channel, 2 * place + 1, people=3)
        Feedback.objects.filter(theme_id=twin.id).update(embedding=towards(2 * place))
    regroup(workspace_id=app_channel.workspace_id)
    with django_assert_num_queries(6):
        assert as_operator.get(at("themes_proposals")).status_code == 200
