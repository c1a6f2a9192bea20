"""One's own page: private answers, going on alone, saying whether it is solved, consent."""

from typing import Any

from django.test import Client

from huixiang.cases import actions as cases
from huixiang.cases.models import Case, Turn
from huixiang.cases.states import CaseState
from huixiang.channels.delivering import deliver_due
from huixiang.journal.events import Actor
from huixiang.members.models import Consent, Member
from huixiang.portal.speaking import say
from huixiang.triage.actions import process
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.portal.reading import MemberOf, words


def opened(workspace: Workspace, member: Member, *, public: bool) -> Case:
    say(workspace=workspace, member=member, text=factories.COLD_START, public=public)
    process(workspace_id=workspace.id)
    return Case.objects.get(workspace=workspace)


def test_it_needs_a_login(place: str) -> None:
    page = Client().get(f"{place}me/")
    assert page["Location"] == f"/accounts/login/?next={place.replace('/', '%2F')}me%2F"


def test_a_private_answer_is_read_and_answered(
    place: str, workspace: Workspace, operator: Membership, member_of: MemberOf
) -> None:
    member, client = member_of("阿澈")
    case = opened(workspace, member, public=True)
    cases.reply(case=case, by=operator, text="请把车架号私信给我", lane="private")
    deliver_due()
    page = words(client.get(f"{place}me/"))
    assert ("请把车架号私信给我" in page, "等你一句话" in page) == (True, True)
    client.post(f"{place}me/cases/{case.id}/reply/", {"text": "车架号是 LSVAB2180E2123456"})
    process(workspace_id=workspace.id)
    last = Turn.objects.filter(case=case).order_by("at").last()
    assert (last.direction, last.lane) == ("inbound", "private")
    stranger = words(Client().get(f"{place}f/{case.workspace.members.get().feedbacks.get().id}/"))
    assert ("车架号" in stranger) is False


def test_the_author_goes_on_in_public_and_nobody_else(
    place: str, workspace: Workspace, operator: Membership, member_of: MemberOf
) -> None:
    member, client = member_of("阿澈")
    case = opened(workspace, member, public=True)
    feedback = member.feedbacks.get()
    address = f"{place}f/{feedback.id}/"
    client.post(f"{address}reply/", {"text": "补充一下：昨晚零下三十度"})
    process(workspace_id=workspace.id)
    assert [t.lane for t in Turn.objects.filter(case=case)] == ["public", "public"]
    assert "补充一下：昨晚零下三十度" in words(Client().get(address))
    assert member_of("老麦")[1].post(f"{address}reply/", {"text": "我来说一句"}).status_code == 404
    assert Client().post(f"{address}reply/", {"text": "我来说一句"}).status_code == 302
    assert Turn.objects.filter(case=case).count() == 2


def test_solved_or_not(place: str, workspace: Workspace, operator: Membership, member_of: MemberOf) -> None:
    member, client = member_of("阿澈")
    case = opened(workspace, member, public=False)
    cases.end(case=case, state=CaseState.SOLVED, actor=Actor("staff", operator.id))
    client.post(f"{place}me/cases/{case.id}/solved/", {"solved": "no"})
    case.refresh_from_db()
    assert case.state == CaseState.REOPENED
    cases.end(case=case, state=CaseState.SOLVED, actor=Actor("staff", operator.id))
    assert member_of("老麦")[1].post(f"{place}me/cases/{case.id}/solved/", {"solved": "yes"}).status_code == 404
    client.post(f"{place}me/cases/{case.id}/solved/", {"solved": "yes"})
    case.refresh_from_db()
    assert case.state == CaseState.CONFIRMED


def test_consent_is_kept(place: str, member_of: MemberOf) -> None:
    member, client = member_of("阿澈")
    client.post(f"{place}me/consent/", {"consent": "nickname"})
    member.refresh_from_db()
    assert member.credit_consent == Consent.NICKNAME
    client.post(f"{place}me/consent/", {"consent": "loud"})
    member.refresh_from_db()
    assert member.credit_consent == Consent.NICKNAME


def test_the_page_asks_the_same_number_of_questions(
    place: str, workspace: Workspace, member_of: MemberOf, django_assert_num_queries: Any
) -> None:
    member, client = member_of("阿澈")
    opened(workspace, member, public=True)
    client.get(f"{place}me/")
    with django_assert_num_queries(30):
        client.get(f"{place}me/")
    for text in (factories.BLACK_SCREEN, factories.RUDE_SERVICE):
        say(workspace=workspace, member=member, text=text, public=False)
    process(workspace_id=workspace.id)
    with django_assert_num_queries(30):
        client.get(f"{place}me/")
