"""The board: who and what is public, one row a matter, votes, filters."""

from typing import Any

import pytest
from django.test import Client

from huixiang.cases import actions as cases
from huixiang.cases import way
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.actions import remove
from huixiang.feedback.models import Feedback
from huixiang.insights import board, echoes
from huixiang.journal.events import Actor
from huixiang.members.models import Member
from huixiang.portal.speaking import say
from huixiang.themes.actions import describe, merge, move
from huixiang.themes.models import Theme, Vote
from huixiang.triage.actions import process
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.portal.reading import MemberOf, titles, words

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TEXTS = [factories.COLD_START, factories.BLACK_SCREEN, factories.RUDE_SERVICE]


def posted(workspace: Workspace, member: Member, *texts: str, public: bool = True) -> list[Feedback]:
    for text in texts:
        say(workspace=workspace, member=member, text=text, public=public)
    process(workspace_id=workspace.id)
    return list(Feedback.objects.filter(workspace=workspace).order_by("said_at"))


def theme_of(feedback: Feedback) -> Theme:
    return Theme.objects.get(id=feedback.theme_id)


def test_what_a_member_posts_stands_on_the_board(place: str, workspace: Workspace, member_of: MemberOf) -> None:
    member, client = member_of("阿澈")
    response = client.post(f"{place}say/", {"text": factories.COLD_START}, follow=True)
    assert "马上就会出现在广场上" in words(response)
    process(workspace_id=workspace.id)
    [feedback] = Feedback.objects.filter(workspace=workspace)
    assert (feedback.public, feedback.member_id) == (True, member.id)
    page = Client().get(place)
    assert titles(page) == [feedback.title]
    own = Client().get(f"{place}f/{feedback.id}/")
    assert factories.COLD_START in words(own)
    assert "阿澈" in words(own)


def test_only_for_the_brand_stays_off_every_public_page(
    place: str, workspace: Workspace, app_channel: ChannelAccount, member_of: MemberOf
) -> None:
    _member, client = member_of("阿澈")
    client.post(f"{place}say/", {"text": factories.COLD_START + "暗号甲", "who": "me-private"})
    factories.received(app_channel, factories.inbound(factories.COLD_START + "暗号乙"))
    private = list(Feedback.objects.filter(workspace=workspace))
    assert [feedback.public for feedback in private] == [False, False]
    for theme in Theme.objects.filter(workspace=workspace):
        describe(theme=theme, actor=Actor("system"), public=True, name="低温停放后无法启动")
    themes = Theme.objects.filter(workspace=workspace)
    stranger = Client()
    addresses = [place, f"{place}announcements/", f"{place}say/", *(f"{place}t/{theme.id}/" for theme in themes)]
    for address in addresses:
        page = stranger.get(address)
        assert (address, page.status_code, "暗号" in page.content.decode()) == (address, 200, False)
    for feedback in private:
        assert stranger.get(f"{place}f/{feedback.id}/").status_code == 404
        assert client.get(f"{place}f/{feedback.id}/").status_code == 404
    assert "暗号甲" in words(client.get(f"{place}me/"))
    assert "暗号乙" not in words(client.get(f"{place}me/"))
    similar = stranger.post(f"{place}similar/", {"text": factories.COLD_START})
    assert ("低温停放后无法启动" in words(similar).replace(" ", ""), "暗号" in words(similar)) == (True, False)


def test_a_matter_is_one_row(place: str, workspace: Workspace, member_of: MemberOf) -> None:
    [first] = posted(workspace, member_of("阿澈")[0], factories.COLD_START)
    [_first, second] = posted(workspace, member_of("老麦")[0], factories.BLACK_SCREEN)
    theme = theme_of(first)
    merge(source=theme_of(second), target=theme, actor=Actor("system"))
    assert titles(Client().get(place)) == [first.title]
    describe(theme=theme, actor=Actor("system"), public=True, name="车机低温死机")
    page = Client().get(place)
    assert titles(page) == ["车机低温死机"]
    assert f"{place}t/{theme.id}/" in page.content.decode()
    assert "<b>2</b>" in page.content.decode()


def test_status_is_the_one_of_the_way(
    place: str, workspace: Workspace, operator: Membership, member_of: MemberOf
) -> None:
    feedbacks = posted(workspace, member_of("阿澈")[0], *TEXTS)
    cases.reply(case=Case.objects.get(id=feedbacks[0].case_id), by=operator, text="收到，谢谢您", lane="public")
    move(theme=theme_of(feedbacks[1]), to="declined", actor=Actor("system"), words="本代车型改不了")
    shown = {m.feedback_id: m.status for m in board.matters(workspace=workspace, wanted=board.Wanted()).rows}
    standings = echoes.standings(workspace=workspace, feedbacks=feedbacks)
    assert shown == {one.feedback.id: one.status for one in standings}
    assert [one.status for one in standings] == ["dialogue", "declined", "assessed"]
    assert board.status_counts(workspace=workspace) == {"assessed": 1, "dialogue": 1, "declined": 1}
    page = Client().get(f"{place}?status=declined")
    assert titles(page) == [feedbacks[1].title]
    assert "本代车型改不了" in words(page)
    move(theme=theme_of(feedbacks[2]), to="fixing", actor=Actor("system"))
    standing = echoes.standings(workspace=workspace, feedbacks=feedbacks)[2]
    assert standing.status == "fixing" == way.status(feedback=feedbacks[2], case=standing.case, theme=standing.theme)
    assert titles(Client().get(f"{place}?status=fixing")) == [feedbacks[2].title]


def test_the_official_answer_stands_under_the_row(
    place: str, workspace: Workspace, operator: Membership, member_of: MemberOf
) -> None:
    [feedback] = posted(workspace, member_of("阿澈")[0], factories.COLD_START)
    case = Case.objects.get(id=feedback.case_id)
    assert "知夏已认领，最晚" in words(Client().get(place))
    cases.reply(case=case, by=operator, text="私下说一句", lane="private")
    cases.reply(case=case, by=operator, text="公开的答复", lane="public")
    cases.note(case=case, by=operator, text="内部备注")
    for address in (place, f"{place}f/{feedback.id}/"):
        page = words(Client().get(address))
        assert ("公开的答复" in page, "私下说一句" in page, "内部备注" in page) == (True, False, False)


def test_me_too_counts_once(place: str, workspace: Workspace, member_of: MemberOf) -> None:
    [feedback] = posted(workspace, member_of("阿澈")[0], factories.COLD_START)
    _member, client = member_of("老麦")
    address = f"{place}t/{feedback.theme_id}/vote/"
    for _again in range(2):
        client.post(address, {"given": "yes"})
    assert Vote.objects.filter(theme_id=feedback.theme_id).count() == 1
    answer = client.post(address, {"given": "no", "look": "row"}, headers={"HX-Request": "true"})
    assert ('aria-pressed="false"' in answer.content.decode(), "<b>1</b>" in answer.content.decode()) == (True, True)
    assert Vote.objects.count() == 0


def test_who_said_it_is_counted_already(place: str, workspace: Workspace, member_of: MemberOf) -> None:
    member, client = member_of("阿澈")
    [feedback] = posted(workspace, member, factories.COLD_START)
    client.post(f"{place}t/{feedback.theme_id}/vote/", {"given": "yes"})
    assert Vote.objects.count() == 0


def test_voting_needs_a_login_and_a_public_matter(
    place: str, workspace: Workspace, app_channel: ChannelAccount, member_of: MemberOf
) -> None:
    hidden = factories.feedback(app_channel)
    _member, client = member_of("老麦")
    assert client.post(f"{place}t/{hidden.theme_id}/vote/").status_code == 404
    describe(theme=theme_of(hidden), actor=Actor("system"), public=True)
    stranger = Client().post(f"{place}t/{hidden.theme_id}/vote/")
    assert (stranger.status_code, stranger["Location"]) == (302, f"/accounts/login/?next={place.replace('/', '%2F')}")
    leading_away = client.post(f"{place}t/{hidden.theme_id}/vote/", {"next": "https://elsewhere.example/"})
    assert leading_away["Location"] == place


def test_pages_of_the_board_follow_each_other(workspace: Workspace, member_of: MemberOf) -> None:
    posted(workspace, member_of("阿澈")[0], *TEXTS)
    for order in ("hot", "new"):
        wanted, cursor, seen = board.Wanted(order=order), "", []
        for _page in range(3):
            page = board.matters(workspace=workspace, wanted=wanted, cursor=cursor, size=1)
            seen += [matter.title for matter in page.rows]
            cursor = page.next_cursor or ""
        assert sorted(seen) == sorted(Feedback.objects.values_list("title", flat=True))
        assert cursor == ""


def test_mine_are_those_i_said_or_voted(place: str, workspace: Workspace, member_of: MemberOf) -> None:
    author, _client = member_of("阿澈")
    first, _second, _third = posted(workspace, author, *TEXTS)
    voter, client = member_of("老麦")
    client.post(f"{place}t/{first.theme_id}/vote/", {"given": "yes"})
    assert titles(client.get(f"{place}?order=mine")) == [first.title]
    assert board.mine_count(workspace=workspace, member=author) == 3
    assert board.mine_count(workspace=workspace, member=voter) == 1


def test_a_removed_one_leaves_a_tombstone(
    place: str, workspace: Workspace, operator: Membership, member_of: MemberOf
) -> None:
    [feedback] = posted(workspace, member_of("阿澈")[0], factories.COLD_START)
    case = Case.objects.get(id=feedback.case_id)
    cases.reply(case=case, by=operator, text="收到", lane="public")
    remove(feedback=feedback, reason="含有他人的住址", actor=Actor("staff", operator.id))
    page = Client().get(f"{place}f/{feedback.id}/")
    assert (page.status_code, "含有他人的住址" in words(page), "零下" in words(page)) == (200, True, False)
    assert titles(Client().get(place)) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_board_asks_the_same_number_of_questions(
    rows: int,
    workspace: Workspace,
    operator: Membership,
    member_of: MemberOf,
    django_assert_num_queries: Any,
) -> None:
    place = f"/c/{workspace.slug}/"
    for feedback in posted(workspace, member_of("阿澈")[0], *TEXTS[:rows]):
        cases.reply(case=Case.objects.get(id=feedback.case_id), by=operator, text="收到", lane="public")
    _member, client = member_of("老麦")
    client.get(place)
    with django_assert_num_queries(QUERIES):
        assert len(titles(client.get(place))) == rows


QUERIES = 13
