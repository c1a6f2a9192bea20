"""The team's page: inviting, roles, removing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huixiang.cases import actions as cases
from huixiang.cases.models import Case
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Invitation, Membership, Workspace
from huixiang.workspaces.queries import invitation_by_token
from tests import factories
from tests.factories import jobs

HTMX = {"HX-Request": "true"}
INVITED = {"email": "shen@example.com", "role": "specialist", "job_title": "质量"}

Address = Callable[..., str]


def test_without_a_mail_server_a_link_is_shown_once(at: Address, workspace: Workspace, as_owner: Client) -> None:
    as_owner.post(at("team_invite"), INVITED)
    waiting = as_owner.session[f"invitation:{workspace.id}"]
    page = as_owner.get(at("settings_team"))
    link = page.context["link"]["address"]
    made = Invitation.objects.get(workspace=workspace)
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert (invitation_by_token(token), token in waiting, page["Cache-Control"]) == (made, False, "no-store")
    assert (made.email, made.role, made.job_title) == ("shen@example.com", "specialist", "质量")
    again = as_owner.get(at("settings_team")).content.decode()
    assert (token in again, "shen@example.com" in again) == (False, True)
    assert jobs.arguments_of("workspaces.mail_invitation") == []


def test_with_a_mail_server_a_worker_sends_it(
    at: Address, workspace: Workspace, as_owner: Client, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.example.com"
    as_owner.post(at("team_invite"), INVITED)
    made = Invitation.objects.get(workspace=workspace)
    as_owner.post(at("invitation_again", invitation_id=made.id))
    assert jobs.waiting().count("workspaces.mail_invitation") == 2
    as_owner.post(at("invitation_link", invitation_id=made.id))
    assert as_owner.get(at("settings_team")).context["link"]["email"] == "shen@example.com"
    as_owner.post(at("invitation_revoke", invitation_id=made.id))
    assert as_owner.get(at("settings_team")).context["invited"] == []
    assert as_owner.post(at("invitation_revoke", invitation_id=made.id)).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"email": "nobody"}, {"email": ""}, {"email": "a" * 300 + "@example.com"}, {"role": "boss"}, {"role": ""}]
)
def test_what_cannot_be_invited_is_refused(at: Address, as_owner: Client, wrong: dict[str, str]) -> None:
    assert as_owner.post(at("team_invite"), INVITED | wrong, headers=HTMX).status_code == 409
    assert Invitation.objects.count() == 0


def test_a_role_is_changed(at: Address, operator: Membership, as_owner: Client) -> None:
    as_owner.post(at("team_role", membership_id=operator.id), {"role": "product"})
    operator.refresh_from_db()
    assert operator.role == "product"


def test_the_last_owner_stays(at: Address, owner: Membership, as_owner: Client) -> None:
    role = at("team_role", membership_id=owner.id)
    assert as_owner.post(role, {"role": "operator"}, headers=HTMX).status_code == 409
    assert as_owner.post(at("team_remove", membership_id=owner.id), headers=HTMX).status_code == 409
    owner.refresh_from_db()
    assert (owner.role, owner.left_at) == ("owner", None)


def test_whoever_is_removed_is_told_about_before_and_gone_after(
    at: Address, case: Case, operator: Membership, as_owner: Client, as_operator: Client
) -> None:
    cases.assign(case=case, owner=operator, actor=SYSTEM)
    page = as_owner.get(at("settings_team")).content.decode()
    assert "把知夏移出团队？名下 1 个未结个案将变成无人负责" in page
    as_owner.post(at("team_remove", membership_id=operator.id))
    assert as_operator.get(at("inbox")).status_code == 404
    jobs.run_waiting()
    case.refresh_from_db()
    assert case.owner is None


def test_who_only_reads_sees_no_addresses_and_no_buttons(
    at: Address, workspace: Workspace, owner: Membership, as_owner: Client, client_of: Callable[[Membership], Client]
) -> None:
    as_owner.post(at("team_invite"), INVITED)
    viewer = factories.membership(workspace, "viewer")
    page = client_of(viewer).get(at("settings_team")).content.decode()
    assert [owner.user.email in page, "shen@example.com" in page, "/role/" in page] == [False] * 3


def test_whoever_may_not_invite_reads_who_may(
    at: Address, workspace: Workspace, owner: Membership, as_owner: Client, client_of: Callable[[Membership], Client]
) -> None:
    viewer = factories.membership(workspace, "viewer")
    told = client_of(viewer).get(at("settings_team"))
    assert ([one.id for one in told.context["owners"]], 'id="who-may"' in told.content.decode()) == ([owner.id], True)
    assert 'id="who-may"' not in as_owner.get(at("settings_team")).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_the_same_however_many(
    at: Address, workspace: Workspace, as_owner: Client, number: int, django_assert_num_queries: Any
) -> None:
    for place in range(number):
        factories.membership(workspace, "viewer")
        as_owner.post(at("team_invite"), INVITED | {"email": f"{place}@example.com"})
    as_owner.get(at("settings_team"))
    with django_assert_num_queries(7):
        as_owner.get(at("settings_team"))
