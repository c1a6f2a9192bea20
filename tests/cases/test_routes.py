from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from huixiang.cases.routes import private_routes, routes_for
from huixiang.channels import contracts
from huixiang.channels.actions import conversations, open_account
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.members.actions import identify
from huixiang.members.models import Member
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.factories.rows import member


def ways(
    who: Member, account: ChannelAccount | None = None, place: Conversation | None = None
) -> list[tuple[str, str]]:
    return [
        (way.account.slug, way.recipient) for way in private_routes(member=who, account=account, conversation=place)
    ]


def test_where_they_wrote_comes_first(app_channel: ChannelAccount, portal_channel: ChannelAccount) -> None:
    who = member(app_channel, "甲")
    identify(account=portal_channel, external_id="p-1", member=who)
    assert ways(who, app_channel) == [("owners-app", "甲"), ("portal", "p-1")]
    assert ways(who, portal_channel) == [("portal", "p-1"), ("owners-app", "甲")]


def test_mail_is_a_way_when_a_server_is_set(app_channel: ChannelAccount, settings: Any) -> None:
    who = member(app_channel, "甲", email="a@example.com")
    settings.EMAIL_HOST = ""
    assert ways(who, app_channel) == [("owners-app", "甲")]
    settings.EMAIL_HOST = "127.0.0.1"
    assert ways(who, app_channel) == [("owners-app", "甲"), ("mail", "a@example.com")]


def test_a_paused_account_is_no_way(app_channel: ChannelAccount) -> None:
    who = member(app_channel, "甲")
    ChannelAccount.objects.filter(id=app_channel.id).update(paused_reason="令牌过期")
    assert ways(who, app_channel) == []


def test_imported_rows_cannot_be_answered(app_channel: ChannelAccount) -> None:
    files = app_channel.workspace.channel_accounts.get(slug="files")
    assert ways(member(files, "甲"), files) == []


def test_a_login_is_reached_on_their_page(app_channel: ChannelAccount) -> None:
    files = app_channel.workspace.channel_accounts.get(slug="files")
    who = member(files, "甲", user=factories.user())
    assert ways(who, files) == [("portal", str(who.user_id))]


def test_the_conversation_is_only_used_where_it_is(app_channel: ChannelAccount, portal_channel: ChannelAccount) -> None:
    found = factories.feedback(app_channel, thread="t")
    identify(account=portal_channel, external_id="p-1", member=found.member)
    routes = private_routes(member=found.member, account=app_channel, conversation=found.conversation)
    assert [route.conversation for route in routes] == [found.conversation, None]


@pytest.mark.parametrize("number", [1, 30])
def test_ways_to_many_cost_two_statements(
    app_channel: ChannelAccount, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people = [member(app_channel, str(place)) for place in range(number)]
    with django_assert_num_queries(2):
        routes_for(workspace_id=app_channel.workspace_id, wanted=[(one, app_channel, None) for one in people])


class Line(contracts.Connector):
    """A platform with groups whose members are reached alone only where they wrote alone."""

    kind = "line"
    label = "Line"
    form = (contracts.Setting("key", "Key", sort=contracts.Sort.SECRET, required=False),)

    def can_write_alone(self, account: ChannelAccount, recipient: str, place: Conversation | None) -> bool:
        return place is not None or recipient.startswith("friend")


def test_one_member_of_a_group_is_not_measured_by_the_groups_window(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(contracts._connectors, "line", Line())
    line = open_account(workspace=workspace, slug="line", kind="line", name="线")
    wanted = [(line.id, "g1", False), (line.id, "@乙", True)]
    rows = conversations(workspace_id=workspace.id, wanted=wanted)
    group, own = rows[line.id, "g1"], rows[line.id, "@乙"]
    Conversation.objects.filter(id=group.id).update(group="车主群", reply_left=0)
    group.refresh_from_db()

    def places(name: str) -> list[tuple[Conversation | None, bool]]:
        found = private_routes(member=member(line, name), account=line, conversation=group)
        return [(way.conversation, way.window.now) for way in found]

    assert places("甲") == []  # never wrote alone, and the platform carries nothing to them
    assert places("乙") == [(own, True)]
    assert places("friend") == [(None, True)]
