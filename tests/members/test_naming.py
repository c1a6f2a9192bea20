"""How people without a name are called: identified ones by platform and id, and only who chose so as anonymous."""

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import translation

from huixiang.channels.actions import open_account
from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import SYSTEM
from huixiang.members import erasing, joining
from huixiang.members.actions import Author, anonymous_member, link
from huixiang.members.models import Identity, Member
from huixiang.members.naming import handle_of
from huixiang.members.search import ranked
from huixiang.workspaces.models import Membership, Workspace


@pytest.fixture
def wecom(workspace: Workspace) -> ChannelAccount:
    return open_account(workspace=workspace, slug="wecom", kind="wecom_app", name="车主服务")


def linked(account: ChannelAccount, external_id: str, name: str = "") -> Member:
    author = Author(account.id, external_id, name)
    return link(workspace_id=account.workspace_id, authors=[author])[author.key]


@pytest.mark.parametrize(
    ("told", "handle"),
    [
        ("laomai", "laomai"),
        ("oAbC12dEfGhIjKlMnOpQrStUvW7x", "…tUvW7x"),
        ("?m-17", ""),
        ("13812345678", "138****5678"),
        ("lixiao@example.com", "l***@example.com"),
    ],
)
def test_a_handle_is_short_and_tells_no_number(told: str, handle: str) -> None:
    assert handle_of(told) == handle


def test_two_people_without_a_name_are_told_apart_in_both_languages(wecom: ChannelAccount) -> None:
    people = [linked(wecom, "laomai"), linked(wecom, "lixiao"), linked(wecom, "?m-1")]
    assert [one.known_as for one in people] == ["企业微信 laomai", "企业微信 lixiao", "企业微信（未留名）"]
    with translation.override("en"):
        assert people[0].known_as == "WeCom laomai"


def test_only_who_chose_so_is_anonymous(wecom: ChannelAccount) -> None:
    hidden = anonymous_member(workspace=wecom.workspace, account=wecom, external_id="laomai")
    assert (hidden.known_as, hidden.handle) == ("匿名", "")
    assert linked(wecom, "laomai", "老麦").known_as == "匿名"  # a name told later does not lift it
    assert not Member.objects.exclude(name="").exists()


def test_a_name_told_later_takes_the_place_of_the_handle(wecom: ChannelAccount) -> None:
    linked(wecom, "laomai")
    assert linked(wecom, "laomai", "老麦").known_as == "老麦"
    assert linked(wecom, "laomai", "别的名字").known_as == "老麦"


def test_the_nameless_are_found_by_their_handle_until_they_are_erased(wecom: ChannelAccount) -> None:
    member = linked(wecom, "laomai")
    assert ranked(workspace_id=wecom.workspace_id, query="laomai").rows == [member]
    erasing.ask(member=member, actor=SYSTEM)
    member.refresh_from_db()
    assert (member.known_as, member.handle) == ("等待抹去", "")
    assert not Member.objects.exclude(search=None).filter(id=member.id).exists()
    erasing.undo(member=member, actor=SYSTEM)
    member.refresh_from_db()
    assert member.known_as == "企业微信 laomai"


def test_an_identity_made_a_member_of_its_own_goes_by_its_handle(wecom: ChannelAccount, operator: Membership) -> None:
    one, other = linked(wecom, "laomai", "老麦"), linked(wecom, "lixiao")
    joining.join(source=other, target=one, by=operator)
    parted = joining.part(identity=Identity.objects.get(external_id="lixiao"), by=operator)
    assert parted.target.known_as == "企业微信 lixiao"


def test_a_joining_of_before_handles_can_be_undone(wecom: ChannelAccount, operator: Membership) -> None:
    one, other = linked(wecom, "laomai", "老麦"), linked(wecom, "lixiao")
    made = joining.join(source=other, target=one, by=operator)
    for fields in (made.after, *made.before.values()):
        del fields["handle"], fields["handle_kind"]
    made.save()
    joining.undo(joining_id=made.id, workspace_id=wecom.workspace_id, actor=SYSTEM)
    other.refresh_from_db()
    assert (other.joined_into, other.known_as) == (None, "企业微信 lixiao")


def test_who_was_here_before_gets_a_handle(wecom: ChannelAccount) -> None:
    member, named = linked(wecom, "laomai"), linked(wecom, "lixiao", "李晓")
    Member.objects.update(handle="", handle_kind="")
    import_module("huixiang.members.migrations.0008_handles_of_before")._make(apps, None)
    assert Member.objects.get(id=member.id).known_as == "企业微信 laomai"
    assert Member.objects.get(id=named.id).handle == ""
