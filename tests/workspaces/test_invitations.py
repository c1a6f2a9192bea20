"""Places in the team, offered and taken up; leaving again."""

import datetime
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from huixiang.cases import actions as cases
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces import actions, invitations, queries
from huixiang.workspaces.models import Invitation, Membership, User, Workspace
from tests import factories
from tests.factories import jobs


def token_of(link: str) -> str:
    return link.rstrip("/").rsplit("/", 1)[1]


def opened(link: str) -> Invitation:
    found = queries.invitation_by_token(token_of(link))
    assert found
    return found


def told(workspace: Workspace) -> list[str]:
    found = Entry.objects.filter(workspace_id=workspace.id, name__startswith="workspaces.")
    return list(found.order_by("id").values_list("name", flat=True))


@pytest.fixture
def invitation(owner: Membership) -> Invitation:
    return invitations.invite(workspace=owner.workspace, email="Shen@Example.com", role="specialist", by=owner)


def test_the_mailed_link_makes_an_account_and_a_place(invitation: Invitation, workspace: Workspace) -> None:
    invitations.mail(invitation=invitation)
    assert jobs.arguments_of("workspaces.mail_invitation") == [
        {"invitation_id": str(invitation.id), "language": "zh-hans"}
    ]
    jobs.run_waiting()
    [sent] = mail.outbox
    assert (sent.to, "北辰汽车" in sent.subject, "服务专员" in sent.body) == (["shen@example.com"], True, True)
    link = re.search(r"http\S+", sent.body)
    assert link
    user = invitations.sign_up(invitation=opened(link[0]), name="沈砚", password="a-long-password")
    membership = Membership.objects.get(user=user)
    assert (membership.workspace, membership.role) == (workspace, "specialist")
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == ("shen@example.com", True, True)
    assert told(workspace)[-3:] == [
        "workspaces.invited", "workspaces.joined_team", "workspaces.invitation_accepted",
    ]  # fmt: skip
    with pytest.raises(Refused):
        invitations.accept(invitation=opened(link[0]), user=user)


def test_only_the_tokens_hash_is_stored(invitation: Invitation) -> None:
    link = invitations.new_link(invitation=invitation)
    invitation.refresh_from_db()
    stored = " ".join(str(value) for value in vars(invitation).values())
    assert token_of(link) not in stored
    assert queries.invitation_by_token("") is None


def test_a_copied_link_does_not_confirm_the_address(invitation: Invitation) -> None:
    user = invitations.sign_up(
        invitation=opened(invitations.new_link(invitation=invitation)), name="沈砚", password="a-long-password"
    )
    assert EmailAddress.objects.get(user=user).verified is False


def test_an_existing_account_takes_its_place(invitation: Invitation) -> None:
    user = User.objects.create_user("shen@example.com", "a-long-password", name="沈砚")
    found = opened(invitations.new_link(invitation=invitation))
    with pytest.raises(Refused):
        invitations.sign_up(invitation=found, name="别人", password="a-long-password")
    assert invitations.accept(invitation=found, user=user).role == "specialist"


def test_nobody_else_takes_it(invitation: Invitation) -> None:
    with pytest.raises(Refused, match=r"shen@example\.com"):
        invitations.accept(
            invitation=opened(invitations.new_link(invitation=invitation)), user=factories.user("别人")
        )


def test_a_new_link_kills_the_old_one(invitation: Invitation) -> None:
    old = invitations.new_link(invitation=invitation)
    kept = opened(old)
    invitations.new_link(invitation=invitation)
    assert queries.invitation_by_token(token_of(old)) is None
    user = User.objects.create_user("shen@example.com", "a-long-password")
    with pytest.raises(Refused):
        invitations.accept(invitation=kept, user=user)


@pytest.mark.parametrize("change", [{"expires_at": timezone.now()}, {"revoked_at": timezone.now()}])
def test_what_is_over_opens_nothing(invitation: Invitation, change: dict[str, Any]) -> None:
    found = opened(invitations.new_link(invitation=invitation))
    Invitation.objects.filter(id=invitation.id).update(**change)
    with pytest.raises(Refused):
        invitations.sign_up(invitation=found, name="沈砚", password="a-long-password")
    assert not User.objects.filter(email="shen@example.com").exists()


def test_it_is_good_for_seven_days(invitation: Invitation) -> None:
    found = opened(invitations.new_link(invitation=invitation))
    left = found.expires_at - timezone.now()
    assert datetime.timedelta(days=6, hours=23) < left <= datetime.timedelta(days=7)


def test_once_an_address(invitation: Invitation, owner: Membership) -> None:
    again = {"workspace": owner.workspace, "email": "shen@example.com", "role": "viewer", "by": owner}
    with pytest.raises(Refused):
        invitations.invite(**again)
    invitations.revoke(invitation=invitation, by=owner)
    invitations.revoke(invitation=invitation, by=owner)
    assert told(owner.workspace).count("workspaces.invitation_revoked") == 1
    assert invitations.invite(**again).role == "viewer"


def test_whoever_is_there_is_not_invited(owner: Membership, operator: Membership) -> None:
    with pytest.raises(Refused):
        invitations.invite(workspace=owner.workspace, email=operator.user.email, role="viewer", by=owner)


def test_an_administrator_makes_and_unmakes_no_owner(workspace: Workspace, owner: Membership) -> None:
    administrator = factories.membership(workspace, "administrator")
    with pytest.raises(Refused):
        invitations.invite(workspace=workspace, email="a@example.com", role="owner", by=administrator)
    with pytest.raises(Refused):
        actions.change_role(membership=administrator, role="owner", by=administrator)
    factories.membership(workspace, "owner")
    with pytest.raises(Refused):
        actions.change_role(membership=owner, role="viewer", by=administrator)
    with pytest.raises(Refused):
        actions.leave_team(membership=owner, by=administrator)


def test_a_server_that_refuses_the_mail_is_told(invitation: Invitation, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(OSError, match="refused"):
        invitations.send(invitation=invitation, language="zh-hans")
    invitation.refresh_from_db()
    assert (invitation.sent_at, "refused" in invitation.mail_error) == (None, True)


def test_the_last_owner_cannot_go(owner: Membership) -> None:
    with pytest.raises(Refused):
        actions.leave_team(membership=owner, by=owner)
    with pytest.raises(Refused):
        actions.change_role(membership=owner, role="viewer", by=owner)
    second = factories.membership(owner.workspace, "owner")
    actions.leave_team(membership=owner, by=owner)
    assert [one.id for one in queries.team(owner.workspace)] == [second.id]


def test_whoever_leaves_loses_open_cases_and_keeps_their_name(
    case: Case, operator: Membership, owner: Membership, app_channel: ChannelAccount
) -> None:
    cases.assign(case=case, owner=operator)
    finished = factories.case(app_channel, factories.RUDE_SERVICE)
    Case.objects.filter(id=finished.id).update(owner=operator, state="confirmed")
    cases.reply(case=case, by=operator, text="谢谢您告诉我们", lane="private")
    actions.leave_team(membership=operator, by=owner)
    assert queries.membership_of(user=operator.user, slug=operator.workspace.slug) is None
    assert "workspaces.left_team" in told(operator.workspace)
    jobs.run_waiting()
    case.refresh_from_db()
    finished.refresh_from_db()
    assert (case.owner, finished.owner) == (None, operator)
    assert Entry.objects.filter(name="cases.assigned", subject_id=case.id).latest("id").data == {"owner_id": None}
    assert str(case.turns.get(direction="outbound").by) == "知夏"
    assert queries.staff_names(operator.workspace)[operator.id] == "知夏"


def test_whoever_comes_back_keeps_what_was_theirs(case: Case, operator: Membership, owner: Membership) -> None:
    cases.assign(case=case, owner=operator)
    actions.leave_team(membership=operator, by=owner)
    back = actions.join_team(workspace=owner.workspace, user=operator.user, role="viewer")
    jobs.run_waiting()
    case.refresh_from_db()
    assert (back.id, back.role, case.owner) == (operator.id, "viewer", operator)


def test_places_and_second_factor_come_with_the_membership(owner: Membership, other_workspace: Workspace) -> None:
    actions.join_team(workspace=other_workspace, user=owner.user, role="viewer")
    with CaptureQueriesContext(connection) as asked:
        found: Any = queries.membership_of(user=owner.user, slug=owner.workspace.slug)
    assert len(asked) == 1
    assert [place["slug"] for place in found.places] == sorted([owner.workspace.slug, other_workspace.slug])
    assert found.has_second_factor is False
