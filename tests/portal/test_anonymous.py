"""Somebody without a login says something, follows it by code, answers, and says whether it is solved."""

import re

from django.test import Client

from huixiang.cases import actions as cases
from huixiang.cases.models import Case, Turn
from huixiang.cases.states import CaseState
from huixiang.feedback.models import Feedback
from huixiang.intake.models import FollowCode, Message
from huixiang.journal.events import Actor
from huixiang.portal.anonymity import FOLLOWED, RECEIVED
from huixiang.triage.actions import process
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.portal.conftest import BACKEND
from tests.portal.reading import MemberOf, words

CODE = re.compile(r'data-copy="([0-9A-Z]{4}-[0-9A-Z]{4})"')


def say(client: Client, place: str, text: str = factories.COLD_START, **more: str) -> str:
    response = client.post(f"{place}say/", {"text": text, **more}, follow=True)
    assert response.status_code == 200
    [code] = CODE.findall(response.content.decode())
    return code


def test_from_the_word_to_the_confirmation(
    visitor: Client, place: str, workspace: Workspace, operator: Membership
) -> None:
    code = say(visitor, place)
    assert process(workspace_id=workspace.id) == 1
    other_device = Client()
    page = other_device.post(f"{place}follow/", {"code": code.lower().replace("-", " ")}, follow=True)
    assert page.redirect_chain == [(f"{place}follow/", 302)]
    assert "还没有答复" in words(page)
    assert factories.COLD_START in words(page)

    case = Case.objects.get(workspace=workspace)
    cases.reply(case=case, by=operator, text="对不起，请问停在室外吗？", lane="private")
    assert "对不起，请问停在室外吗？" in words(other_device.get(f"{place}follow/"))

    sent = other_device.post(f"{place}follow/reply/", {"text": "是的，停在室外，旁边没有充电桩"}, follow=True)
    assert "正在读" in words(sent)
    process(workspace_id=workspace.id)
    inbound = Turn.objects.filter(case=case, direction="inbound").order_by("at")
    assert [turn.text for turn in inbound] == [factories.COLD_START, "是的，停在室外，旁边没有充电桩"]
    assert [turn.lane for turn in inbound] == ["private", "private"]
    assert Case.objects.filter(workspace=workspace).count() == 1

    case.refresh_from_db()
    cases.end(case=case, state=CaseState.SOLVED, actor=Actor("staff", operator.id))
    assert "解决了吗？" in words(other_device.get(f"{place}follow/"))
    other_device.post(f"{place}follow/solved/", {"solved": "yes"})
    case.refresh_from_db()
    assert case.state == CaseState.CONFIRMED


def test_not_solved_takes_it_up_again(visitor: Client, place: str, workspace: Workspace, operator: Membership) -> None:
    say(visitor, place)
    process(workspace_id=workspace.id)
    case = Case.objects.get(workspace=workspace)
    cases.end(case=case, state=CaseState.SOLVED, actor=Actor("staff", operator.id))
    visitor.post(f"{place}follow/solved/", {"solved": "no"})
    case.refresh_from_db()
    assert case.state == CaseState.REOPENED


def test_the_code_is_shown_once_and_kept_nowhere(visitor: Client, place: str, workspace: Workspace) -> None:
    code = say(visitor, place)
    again = visitor.get(f"{place}say/received/")
    assert CODE.findall(again.content.decode()) == []
    assert "回响码只在刚发出时显示一次" in words(again)
    assert code not in str(dict(visitor.session))
    assert visitor.session[FOLLOWED] == {str(workspace.id): str(FollowCode.objects.get().id)}


def test_sent_twice_is_one_message(visitor: Client, place: str, workspace: Workspace) -> None:
    key = "0192f000-0000-7000-8000-000000000001"
    say(visitor, place, key=key)
    second = visitor.post(f"{place}say/", {"text": factories.COLD_START, "key": key}, follow=True)
    assert CODE.findall(second.content.decode()) == []
    assert Message.objects.filter(workspace=workspace).count() == 1


def test_a_login_does_not_lead_to_an_anonymous_feedback(place: str, workspace: Workspace, member_of: MemberOf) -> None:
    member, client = member_of("阿澈")
    say(client, place, who="nobody")
    assert client.session.get(FOLLOWED) is None
    process(workspace_id=workspace.id)
    [feedback] = Feedback.objects.filter(workspace=workspace)
    assert (feedback.public, feedback.member.anonymous, feedback.member.user_id) == (False, True, None)
    assert feedback.member_id != member.id
    message = Message.objects.get(workspace=workspace)
    assert (message.author_name, message.author_email) == ("", "")


def test_a_login_forgets_what_was_followed_without_a_name(visitor: Client, place: str) -> None:
    code = say(visitor, place)
    visitor.post(f"{place}say/", {"text": factories.BLACK_SCREEN})  # its page was not looked at yet
    assert {FOLLOWED, RECEIVED} <= set(visitor.session.keys())
    visitor.force_login(factories.user("阿澈"), backend=BACKEND)
    assert {FOLLOWED, RECEIVED} & set(visitor.session.keys()) == set()
    asked = visitor.get(f"{place}follow/")
    assert ("先退出登录" in words(asked), 'name="code"' in asked.content.decode()) == (True, False)
    refused = visitor.post(f"{place}follow/", {"code": code})
    assert (refused.status_code, FOLLOWED in visitor.session) == (403, False)


def test_anonymous_in_public_only_when_asked_for(visitor: Client, place: str, workspace: Workspace) -> None:
    say(visitor, place, who="nobody-public")
    process(workspace_id=workspace.id)
    feedback = Feedback.objects.get(workspace=workspace)
    page = Client().get(f"{place}f/{feedback.id}/")
    assert feedback.public
    assert "一位不愿具名的成员" in words(page)


def test_wrong_codes_are_counted(visitor: Client, place: str) -> None:
    right = say(visitor, place)
    for _try in range(10):
        wrong = visitor.post(f"{place}follow/", {"code": "2222-2222"})
        assert (wrong.status_code, "没有找到这个回响码" in words(wrong)) == (422, True)
    refused = visitor.post(f"{place}follow/", {"code": right})
    assert (refused.status_code, "已经错了十次" in words(refused)) == (429, True)
    assert Client().post(f"{place}follow/", {"code": right}).status_code == 429  # the address, too


def test_a_code_opens_nothing_in_another_community(visitor: Client, place: str, other_workspace: Workspace) -> None:
    code = say(visitor, place)
    response = visitor.post(f"/c/{other_workspace.slug}/follow/", {"code": code})
    assert response.status_code == 422
    assert "还没有答复" not in words(visitor.get(f"/c/{other_workspace.slug}/follow/"))


def test_leaving_forgets_it_on_this_device(visitor: Client, place: str) -> None:
    say(visitor, place)
    visitor.post(f"{place}follow/leave/")
    assert factories.COLD_START not in words(visitor.get(f"{place}follow/"))
    assert visitor.post(f"{place}follow/reply/", {"text": "还有一句"}).status_code == 302
    assert Message.objects.count() == 1
