import datetime

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.crypto import keyed_hash
from huixiang.workspaces.actions import create_api_key, join_team, revoke_api_key
from huixiang.workspaces.models import ApiKey, Membership, Workspace
from huixiang.workspaces.queries import api_key_by_secret, membership_of
from tests import factories

STAFF = Actor("staff", None)


def test_only_the_hash_of_a_key_is_stored(workspace: Workspace) -> None:
    key, secret = create_api_key(workspace=workspace, scopes=["ingest", "read"], name="车主 App")
    row = ApiKey.objects.values().get()
    assert secret[:3] == "hx_"
    assert row["key_hash"] == keyed_hash("api key", secret)
    assert row["shown_prefix"] == secret[:8]
    assert [field for field, value in row.items() if secret in str(value)] == []
    assert (key.scopes, key.name) == (["ingest", "read"], "车主 App")


def test_a_secret_opens_its_key_with_its_scopes(workspace: Workspace) -> None:
    key, secret = create_api_key(workspace=workspace, scopes=["read"])
    found = api_key_by_secret(secret)
    assert found is not None
    assert (found.id, found.workspace, found.scopes) == (key.id, workspace, ["read"])


@pytest.mark.parametrize("wrong", ["", "hx_", "hx_nothing", "键"])
def test_another_secret_opens_nothing(workspace: Workspace, wrong: str) -> None:
    create_api_key(workspace=workspace, scopes=["read"])
    assert api_key_by_secret(wrong) is None


def test_a_revoked_key_opens_nothing_and_is_revoked_once(workspace: Workspace) -> None:
    key, secret = create_api_key(workspace=workspace, scopes=["read"])
    assert revoke_api_key(workspace=workspace, key_id=key.id, actor=STAFF)
    assert api_key_by_secret(secret) is None
    assert not revoke_api_key(workspace=workspace, key_id=key.id, actor=STAFF)
    names = Entry.objects.filter(subject_id=key.id).order_by("id").values_list("name", flat=True)
    assert list(names) == ["workspaces.api_key_created", "workspaces.api_key_revoked"]


def test_another_workspace_cannot_revoke_a_key(workspace: Workspace, other_workspace: Workspace) -> None:
    key, secret = create_api_key(workspace=workspace, scopes=["read"])
    assert not revoke_api_key(workspace=other_workspace, key_id=key.id, actor=STAFF)
    assert api_key_by_secret(secret) is not None


def test_use_is_noted_once_a_minute(workspace: Workspace, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    key, secret = create_api_key(workspace=workspace, scopes=["read"])
    with django_assert_num_queries(2):
        api_key_by_secret(secret)
    with django_assert_num_queries(1):
        api_key_by_secret(secret)
    first = ApiKey.objects.get(id=key.id).last_used_at
    assert first is not None
    ApiKey.objects.update(last_used_at=timezone.now() - datetime.timedelta(seconds=61))
    api_key_by_secret(secret)
    assert ApiKey.objects.get(id=key.id).last_used_at > first  # type: ignore[operator]


def test_joining_again_changes_the_role(workspace: Workspace) -> None:
    somebody = factories.user()
    join_team(workspace=workspace, user=somebody, role="analyst")
    join_team(workspace=workspace, user=somebody, role="operator")
    assert list(Membership.objects.filter(user=somebody).values_list("role", flat=True)) == ["operator"]


def test_a_place_elsewhere_is_no_place_here(workspace: Workspace, other_workspace: Workspace) -> None:
    member = factories.membership(workspace, "owner")
    assert membership_of(user=member.user, slug=workspace.slug) == member
    assert membership_of(user=member.user, slug=other_workspace.slug) is None
