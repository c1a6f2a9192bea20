"""An announcement is read by everybody and answered by those concerned, by login or by personal link."""

import pytest
from django.test import Client

from huixiang.announcements import actions
from huixiang.announcements.models import Announcement, Answer
from huixiang.cases.models import Case
from huixiang.cases.states import CaseState
from huixiang.channels.models import ChannelAccount
from huixiang.members.models import Consent, Member
from huixiang.portal.speaking import say
from huixiang.triage.actions import process
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.portal.reading import MemberOf, words


@pytest.fixture
def reported(app_channel: ChannelAccount, operator: Membership) -> Case:
    return factories.case(app_channel, author_name="漠河守夜人")


@pytest.fixture
def published(reported: Case, operator: Membership) -> Announcement:
    draft = actions.resolve_and_draft(
        theme=reported.theme, root_cause="夜间自检耗电", fix="改为**插枪**时自检 <script>alert(1)</script>",
        fixed_in="3.4.2", by=operator,
    )  # fmt: skip
    out = actions.publish(announcement=draft, by=operator)
    actions.tell(announcement_id=out.id)
    return out


def link(announcement: Announcement, case: Case) -> str:
    return "/" + actions.personal_link(announcement, case.member).split("/", 3)[3]


def test_everybody_reads_it(place: str, published: Announcement) -> None:
    page = Client().get(f"{place}announcements/{published.id}/")
    body = page.content.decode()
    assert ("<strong>插枪</strong>" in body, "<script>alert" in body) == (True, False)
    assert ("漠河守夜人" in body, "一位成员" in words(page), factories.COLD_START in body) == (False, True, False)
    assert published.title in words(Client().get(f"{place}announcements/"))
    assert f"第 {published.number} 号公示" in words(Client().get(place))


@pytest.mark.parametrize(
    ("said", "state"), [("yes", CaseState.CONFIRMED), ("no", CaseState.REOPENED), ("partly", CaseState.REOPENED)]
)
def test_the_bearer_of_the_link_answers(
    said: str, state: str, place: str, published: Announcement, reported: Case
) -> None:
    client = Client()
    opened = client.get(link(published, reported), follow=True)
    assert opened.redirect_chain == [(f"{place}announcements/{published.id}/", 302)]
    client.post(f"{place}announcements/{published.id}/answer/", {"answer": said, "words": "我家这台"})
    reported.refresh_from_db()
    assert reported.state == state
    [answer] = Answer.objects.all()
    assert (answer.solved, answer.words) == (said, "我家这台")


def test_strangers_and_forged_links_do_not_answer(place: str, published: Announcement, member_of: MemberOf) -> None:
    client = Client()
    page = client.get(f"{place}announcements/{published.id}/?k=forged", follow=True)
    assert "这个专属链接已经失效" in words(page)
    address = f"{place}announcements/{published.id}/answer/"
    assert client.post(address, {"answer": "yes"}).status_code == 404
    assert member_of("路人")[1].post(address, {"answer": "yes"}).status_code == 404
    assert Answer.objects.count() == 0


def test_who_voted_answers_by_login(place: str, published: Announcement, member_of: MemberOf) -> None:
    member, client = member_of("老麦")
    client.post(f"{place}t/{published.theme_id}/vote/", {"given": "yes"})
    client.post(f"{place}announcements/{published.id}/answer/", {"answer": "partly"})
    assert list(Answer.objects.values_list("member_id", "solved")) == [(member.id, "partly")]
    assert "已有 1 位回答" in words(client.get(f"{place}announcements/{published.id}/"))


def test_no_answer_but_the_three(place: str, published: Announcement, reported: Case) -> None:
    client = Client()
    client.get(link(published, reported))
    page = client.post(f"{place}announcements/{published.id}/answer/", {"answer": "maybe"}, follow=True)
    assert (page.status_code, Answer.objects.count()) == (200, 0)


@pytest.mark.parametrize(
    ("consent", "shown"), [(Consent.NAME, "漠河守夜人"), (Consent.NICKNAME, "漠**"), (Consent.NO, "一位成员")]
)
def test_consent_decides_the_name(
    consent: str, shown: str, place: str, published: Announcement, reported: Case
) -> None:
    client = Client()
    client.get(link(published, reported))
    client.post(f"{place}announcements/{published.id}/consent/", {"consent": consent})
    page = words(Client().get(f"{place}announcements/{published.id}/"))
    assert shown in page
    reported.member.refresh_from_db()
    assert reported.member.credit_consent == consent


def test_a_draft_is_nobodys_but_asks_the_credited(place: str, reported: Case, operator: Membership) -> None:
    draft = actions.resolve_and_draft(theme=reported.theme, root_cause="", fix="换了继电器", fixed_in="", by=operator)
    address = f"{place}announcements/{draft.id}/"
    assert Client().get(address).status_code == 404
    client = Client()
    page = client.get(link(draft, reported), follow=True)
    assert ("可以写你的名字吗" in words(page), "换了继电器" in words(page)) == (True, False)
    assert client.post(f"{address}answer/", {"answer": "yes"}).status_code == 404
    client.post(f"{address}consent/", {"consent": "name"})
    reported.member.refresh_from_db()
    assert reported.member.credit_consent == Consent.NAME


def test_the_first_words_are_quoted_only_when_public(
    place: str, workspace: Workspace, operator: Membership, member_of: MemberOf
) -> None:
    member, _client = member_of("阿澈")
    say(workspace=workspace, member=member, text="早上按启动键没有反应", public=True)
    process(workspace_id=workspace.id)
    theme = Case.objects.get(workspace=workspace).theme
    draft = actions.resolve_and_draft(theme=theme, root_cause="", fix="已修好", fixed_in="2.0", by=operator)
    actions.publish(announcement=draft, by=operator)
    page = words(Client().get(f"{place}announcements/{draft.id}/")).replace("」 ", "」")
    assert ("「早上按启动键没有反应」一位成员" in page, "阿澈" in page) == (True, False)  # nobody was asked yet
    Member.objects.filter(id=member.id).update(credit_consent=Consent.NAME)
    page = words(Client().get(f"{place}announcements/{draft.id}/")).replace("」 ", "」")
    assert "「早上按启动键没有反应」阿澈" in page


def test_the_bearer_of_a_follow_code_answers(place: str, workspace: Workspace, operator: Membership) -> None:
    client = Client()
    client.post(f"{place}say/", {"text": factories.COLD_START})
    process(workspace_id=workspace.id)
    case = Case.objects.get(workspace=workspace)
    draft = actions.resolve_and_draft(theme=case.theme, root_cause="", fix="已修好", fixed_in="2.0", by=operator)
    actions.publish(announcement=draft, by=operator)
    assert draft.title in words(client.get(f"{place}follow/"))
    client.post(f"{place}announcements/{draft.id}/answer/", {"answer": "yes"})
    case.refresh_from_db()
    assert case.state == CaseState.CONFIRMED
    client.post(f"{place}announcements/{draft.id}/consent/", {"consent": "name"})  # the nameless are not asked
    case.member.refresh_from_db()
    assert case.member.credit_consent == Consent.UNANSWERED


def test_solved_by_the_code_counts_at_the_announcement(place: str, workspace: Workspace, operator: Membership) -> None:
    client = Client()
    client.post(f"{place}say/", {"text": factories.COLD_START})
    process(workspace_id=workspace.id)
    theme = Case.objects.get(workspace=workspace).theme
    draft = actions.resolve_and_draft(theme=theme, root_cause="", fix="已修好", fixed_in="2.0", by=operator)
    actions.tell(announcement_id=actions.publish(announcement=draft, by=operator).id)
    client.post(f"{place}follow/solved/", {"solved": "no"})
    assert list(Answer.objects.values_list("solved", flat=True)) == ["no"]
    assert Case.objects.get(workspace=workspace).state == CaseState.REOPENED
