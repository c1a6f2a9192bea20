"""What is said on the community's pages, as messages."""

import pytest

from huixiang.channels.models import Conversation
from huixiang.intake.models import FollowCode, Message
from huixiang.intake.queries import follow
from huixiang.kernel.errors import Refused
from huixiang.members.actions import member_for_user
from huixiang.members.models import Identity, Member
from huixiang.portal.speaking import account_of, say, say_more
from huixiang.triage.actions import process
from huixiang.workspaces.actions import create_workspace
from huixiang.workspaces.models import Membership, Workspace
from tests import factories


def test_a_members_words_are_theirs(workspace: Workspace) -> None:
    member = member_for_user(workspace=workspace, user=factories.user("阿澈"))
    said = say(workspace=workspace, member=member, text=factories.COLD_START, public=True)
    process(workspace_id=workspace.id)
    message = Message.objects.get()
    assert (message.public, message.private, message.author_name) == (True, False, "阿澈")
    assert (message.member_id, message.conversation_id) == (member.id, said.conversation.id)
    assert said.code == ""
    assert Member.objects.count() == 1


def test_nobody_gets_a_code_and_a_person_of_their_own(workspace: Workspace) -> None:
    first = say(workspace=workspace, member=None, text=factories.COLD_START, public=False)
    second = say(workspace=workspace, member=None, text=factories.COLD_START, public=False)
    process(workspace_id=workspace.id)
    assert first.code != second.code
    assert follow(workspace=workspace, typed=first.code).conversation_id == first.conversation.id
    assert Message.objects.values("member").distinct().count() == 2
    assert list(Member.objects.values_list("anonymous", "name", "email").distinct()) == [(True, "", "")]


def test_going_on_joins_the_case(workspace: Workspace, operator: Membership) -> None:
    said = say(workspace=workspace, member=None, text=factories.COLD_START, public=False)
    process(workspace_id=workspace.id)
    code = FollowCode.objects.select_related("member", "conversation__account").get()
    say_more(conversation=code.conversation, member=code.member, text="今天又来了一次", public=False)
    process(workspace_id=workspace.id)
    assert [turn.text for turn in said.conversation.cases.get().turns.order_by("at")] == [
        factories.COLD_START,
        "今天又来了一次",
    ]
    assert Identity.objects.count() == 1


@pytest.mark.parametrize("text", ["", " \n", "a\x00b", "a\ud800b", "长" * 20_001])
def test_what_cannot_be_stored_leaves_nothing(text: str, workspace: Workspace) -> None:
    with pytest.raises(Refused):
        say(workspace=workspace, member=None, text=text, public=False)
    assert (Message.objects.count(), FollowCode.objects.count(), Conversation.objects.count()) == (0, 0, 0)


def test_the_account_is_opened_where_there_is_none(db: None) -> None:
    bare = create_workspace(slug="bare", name="北辰汽车")
    assert account_of(bare).kind == "portal"
    assert account_of(bare) == account_of(bare)
