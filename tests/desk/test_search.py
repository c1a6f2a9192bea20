from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from huixiang.announcements.models import Announcement
from huixiang.cases.actions import note
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.desk.search import palette
from huixiang.feedback.actions import remove
from huixiang.feedback.models import Feedback
from huixiang.journal.events import SYSTEM
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.factories import jobs, rows

SEARCH = 32
PALETTE = 13
At = Callable[..., str]
BROKEN = "快递到手就破损，客服还不理人，订单号 A-2087 一直没人处理"


def counts(client: Client, address: str, **asked: str) -> dict[str, int]:
    return {group.key: group.total for group in client.get(address, asked).context["groups"]}


@pytest.mark.parametrize("query", ["破损", "快递", "客服 快递", "快遞破損", "A-2087"])
def test_words_of_any_writing_find_case_and_feedback(
    query: str, at: At, as_operator: Client, app_channel: ChannelAccount
) -> None:
    case = factories.case(app_channel, BROKEN)
    found = as_operator.get(at("search"), {"q": query}).context["groups"]
    ids = {group.key: [one.row.id for one in group.results] for group in found}
    assert (ids["cases"], ids["feedback"]) == ([case.id], [Feedback.objects.get(case_id=case.id).id])


def test_what_was_asked_for_is_marked_and_the_rest_escaped(
    at: At, as_operator: Client, app_channel: ChannelAccount
) -> None:
    factories.case(app_channel, "车机黑屏 <script>alert(1)</script> 重启后导航全没了")
    page = as_operator.get(at("search"), {"q": "黑屏 <b>"}).content.decode()
    assert "<script>alert" not in page
    page = as_operator.get(at("search"), {"q": "導航"}).content.decode()
    assert "<mark>导航</mark>" in page


def test_every_sort_of_thing_is_found(
    at: At, as_operator: Client, case: Case, theme: Theme, draft: Announcement, operator: Membership
) -> None:
    assert set(counts(as_operator, at("search"), q="启动")) >= {"cases", "feedback"}
    assert counts(as_operator, at("search"), q="夜间自检")["themes"] == 1  # the root cause, which staff wrote
    assert counts(as_operator, at("search"), q="插枪时自检")["announcements"] == 1
    assert counts(as_operator, at("search"), q=case.member.name)["members"] == 1
    assert counts(as_operator, at("search"), q=case.member.name)["cases"] == 1
    found = as_operator.get(at("search"), {"q": case.label}).context["groups"]
    assert [one.row.id for one in found[0].results] == [case.id]


def test_notes_and_answers_are_found(at: At, as_operator: Client, case: Case, operator: Membership) -> None:
    note(case=case, by=operator, text="已联系拖车，编号 T-77")
    found = as_operator.get(at("search"), {"q": "拖车 T77"}).context["groups"]
    assert [(group.key, group.results[0].row.id) for group in found] == [("cases", case.id)]
    marked = [piece for piece, is_marked in found[0].results[0].text if is_marked]
    assert marked == ["拖车", "T", "77"]


def test_another_workspace_and_removed_feedback_are_never_found(
    at: At, as_operator: Client, app_channel: ChannelAccount, other_workspace: Workspace
) -> None:
    factories.case(other_workspace.channel_accounts.get(slug="owners-app"), BROKEN)
    assert counts(as_operator, at("search"), q="破损") == {}
    case = factories.case(app_channel, BROKEN)
    remove(feedback=Feedback.objects.get(case_id=case.id), reason="应本人要求", actor=SYSTEM)
    jobs.run_waiting()
    assert counts(as_operator, at("search"), q="破损") == {}
    assert "破损" not in as_operator.get(at("palette"), {"q": "破损"}).content.decode().replace("“破损”", "")


def test_who_may_see_addresses_finds_by_the_whole_of_it(
    at: At, as_operator: Client, as_analyst: Client, app_channel: ChannelAccount
) -> None:
    member = rows.member(app_channel, "阿澈", email="che@example.com")
    assert counts(as_operator, at("search"), q="CHE@example.com") == {"members": 1}
    assert counts(as_operator, at("search"), q="che@example") == {}
    assert counts(as_analyst, at("search"), q="che@example.com") == {}
    Member.objects.filter(id=member.id).update(name="另一个")
    assert counts(as_analyst, at("search"), q="阿澈") == {}


def test_filters_and_groups_narrow(at: At, as_operator: Client, app_channel: ChannelAccount) -> None:
    case = factories.case(app_channel, BROKEN)
    other = next(grade for grade in ("red", "blue") if grade != case.grade)
    assert counts(as_operator, at("search"), q="破损", grade=case.grade) == {"cases": 1, "feedback": 1}
    assert counts(as_operator, at("search"), q="破损", grade=other) == {}
    assert counts(as_operator, at("search"), q="破损", days="7", kind="praise") == {}
    page = as_operator.get(at("search"), {"q": "破损", "in": "feedback", "grade": "pink", "days": "x", "skip": "-1"})
    assert [len(group.results) for group in page.context["groups"] if group.key == "feedback"] == [1]


def test_a_group_is_paged_and_loses_nobody(at: At, as_operator: Client, app_channel: ChannelAccount) -> None:
    for number in range(23):
        rows.unstored(app_channel, f"门把手冻住了，第 {number} 次", by=str(number)).save()
    first = as_operator.get(at("search"), {"q": "门把手", "in": "feedback"})
    asked = {"q": "门把手", "in": "feedback", "skip": "20"}
    more = as_operator.get(at("search"), asked, headers={"HX-Request": "true"})
    seen = [one.row.id for page in (first, more) for one in page.context["chosen"].results]
    assert (len(seen), len(set(seen)), first.context["next_skip"], more.context["next_skip"]) == (23, 23, 20, 0)
    assert more.templates[0].name == "desk/search/more.html"


@pytest.mark.parametrize(
    "query", ["", "   ", "'|&!:*()\\", "\u202e\u202e", "长" * 10_000, '"><script>', "%00", "唐诗三百首"]
)
def test_an_empty_answer_helps(query: str, at: At, as_operator: Client, case: Case) -> None:
    page = as_operator.get(at("search"), {"q": query})
    assert (page.status_code, page.context["groups"]) == (200, [])
    assert 'class="empty"' in page.content.decode()
    assert "<script>" not in page.content.decode().replace("<script src", "")
    assert as_operator.get(at("palette"), {"q": query}).status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_an_answer_costs_the_same_whatever_it_holds(
    number: int, at: At, as_operator: Client, app_channel: ChannelAccount,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for place in range(number):
        factories.case(app_channel, f"车机黑屏重启，第 {place} 次了，导航全没了")
    with django_assert_num_queries(SEARCH):
        assert as_operator.get(at("search"), {"q": "黑屏 导航"}).status_code == 200
    with django_assert_num_queries(PALETTE + (number > 1)):  # the rows of a theme that fits, where one does
        assert as_operator.get(at("palette"), {"q": "黑屏 导航"}).status_code == 200


def words(membership: Membership, query: str) -> set[str]:
    found = palette.sections(membership, query)
    return {"".join(piece for piece, _marked in offer.title) for section in found for offer in section.offers}


def test_the_palette_offers_pages_by_either_language(operator: Membership, workspace: Workspace) -> None:
    assert words(operator, "收件") == words(operator, "inbox") == {"收件台"}
    assert words(operator, "深色") == words(operator, "light or dark") == {"切换明暗"}
    assert words(operator, "導入") == words(operator, "导入")


def test_the_palette_does_not_offer_what_the_role_may_not(
    owner: Membership, workspace: Workspace
) -> None:
    specialist = factories.membership(workspace, "specialist")
    assert words(owner, "import") - words(specialist, "import") == words(owner, "import")
    assert len(words(owner, "import")) == 1


def test_the_palette_finds_cases_by_the_beginning_of_a_number_people_and_themes(
    case: Case, operator: Membership, theme: Theme
) -> None:
    assert case.title in words(operator, case.label)
    assert case.title in words(operator, f"hx{case.number}")
    assert case.member.name in words(operator, case.member.name[:2])
    assert theme.name in words(operator, theme.name)


def test_without_words_the_palette_shows_what_was_looked_at_last(
    at: At, as_operator: Client, case: Case, operator: Membership, owner: Membership
) -> None:
    as_operator.get(at("case", case_id=case.id))
    recent = palette.sections(operator, "")[0].offers
    assert [offer.address for offer in recent] == [at("case", case_id=case.id)]
    assert case.title not in words(owner, "")


def test_every_page_has_the_field_and_the_palette(at: At, as_analyst: Client) -> None:
    page = as_analyst.get(at("themes")).content.decode()
    assert f'action="{at("search")}"' in page
    assert f'data-address="{at("palette")}"' in page


def test_a_stranger_finds_no_such_page(at: At, other_workspace: Workspace, client_of: Any) -> None:
    stranger = client_of(factories.membership(other_workspace, "owner"))
    assert [stranger.get(at(page), {"q": "破损"}).status_code for page in ("search", "palette")] == [404, 404]
