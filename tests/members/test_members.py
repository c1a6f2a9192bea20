import pytest
from pytest_django import DjangoAssertNumQueries

from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.members.actions import (
    Author,
    anonymous_member,
    change_tier,
    count_feedback,
    give_consent,
    identify,
    link,
    member_for_user,
)
from huixiang.members.models import Identity, Member
from huixiang.members.queries import member_by_id, member_of_user
from huixiang.workspaces.models import Workspace
from tests import factories


def authors(account: ChannelAccount, number: int) -> list[Author]:
    return [Author(account.id, f"u{place}", f"车友{place}") for place in range(number)]


def test_an_author_is_one_member_from_then_on(app_channel: ChannelAccount) -> None:
    first = link(workspace_id=app_channel.workspace_id, authors=authors(app_channel, 3))
    again = link(workspace_id=app_channel.workspace_id, authors=authors(app_channel, 4))
    assert {key: again[key] for key in first} == first
    assert sorted(Member.objects.values_list("name", flat=True)) == ["车友0", "车友1", "车友2", "车友3"]


def test_the_same_name_on_two_accounts_is_two_people(
    app_channel: ChannelAccount, portal_channel: ChannelAccount
) -> None:
    both = [Author(app_channel.id, "u", "甲"), Author(portal_channel.id, "u", "甲")]
    assert len({member.id for member in link(workspace_id=app_channel.workspace_id, authors=both).values()}) == 2


@pytest.mark.parametrize("number", [1, 100])
def test_linking_costs_the_same_whatever_the_number(
    app_channel: ChannelAccount, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        link(workspace_id=app_channel.workspace_id, authors=authors(app_channel, number))
    with django_assert_num_queries(1):
        link(workspace_id=app_channel.workspace_id, authors=authors(app_channel, number))


def test_a_user_is_one_member_in_each_community(workspace: Workspace, other_workspace: Workspace) -> None:
    somebody = factories.user("阿澈")
    here = member_for_user(workspace=workspace, user=somebody)
    assert member_for_user(workspace=workspace, user=somebody) == here
    assert (here.name, here.email) == ("阿澈", somebody.email)
    assert member_of_user(workspace=other_workspace, user=somebody) is None
    assert member_for_user(workspace=other_workspace, user=somebody) != here
    assert member_by_id(workspace_id=other_workspace.id, member_id=here.id) is None


def test_a_name_belongs_to_whom_it_was_given_first(portal_channel: ChannelAccount) -> None:
    first, second = (Member.objects.create(workspace=portal_channel.workspace, name=name) for name in ("甲", "乙"))
    identify(account=portal_channel, external_id="u", member=first)
    identify(account=portal_channel, external_id="u", member=second)
    assert Identity.objects.get(external_id="u").member == first


def test_nobody_known_is_nobody_named(portal_channel: ChannelAccount) -> None:
    nobody = anonymous_member(workspace=portal_channel.workspace, account=portal_channel, external_id="t")
    assert (nobody.anonymous, nobody.name, nobody.email, nobody.user) == (True, "", "", None)
    linked = link(workspace_id=portal_channel.workspace_id, authors=[Author(portal_channel.id, "t", "")])
    assert list(linked.values()) == [nobody]


def test_consent_and_tier_are_kept_and_journalled(workspace: Workspace) -> None:
    member = Member.objects.create(workspace=workspace, name="甲")
    give_consent(member=member, consent="nickname", actor=Actor("member", member.id))
    change_tier(member=member, tier="koc")
    member.refresh_from_db()
    assert (member.credit_consent, member.tier) == ("nickname", "koc")
    entries = Entry.objects.filter(subject_id=member.id).order_by("id")
    assert [(e.name, e.actor_kind, e.data) for e in entries] == [
        ("members.consent_given", "member", {"consent": "nickname"}),
        ("members.tier_changed", "system", {"before": "plain", "after": "koc"}),
    ]


def test_feedback_is_counted_up(workspace: Workspace) -> None:
    first, second = (Member.objects.create(workspace=workspace, feedback_count=5) for _ in range(2))
    count_feedback(per_member={first.id: 1, second.id: 3})
    assert dict(Member.objects.values_list("id", "feedback_count")) == {first.id: 6, second.id: 8}
