"""The sentences of search in Chinese, one by one, on the product's own rows and with the real embedder."""

import uuid

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from huixiang.channels.models import ChannelAccount
from huixiang.engine.embedder import embed
from huixiang.feedback.actions import remove
from huixiang.feedback.models import Feedback
from huixiang.feedback.search import Filters, listed, matching, narrowed, ranked
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Workspace
from tests.factories.rows import hours_ago, unstored

BROKEN = "快递破损，客服不理"
SENTENCE = "快递到手就破损客服还不理人"
WILL_NOT_START = "无法启动，仪表显示低压系统异常"
BLACK = "中控屏幕突然不亮了"
FINE = "新座椅真舒服，开长途腰一点不酸"
STRANGE = [
    "'", '"', "\\", "'|&!:*()\\", "' & !", "(((", "<->", "%", "--", ";", "\x00", "\ud800", "\u202e", "😀", "$$", "{}",
    "::", "\t\n", "，。！", "~",
]  # fmt: skip


def stored(account: ChannelAccount, text: str, **fields: object) -> Feedback:
    found = unstored(account, text, embedding=embed([text])[0], **fields)
    found.save()
    return found


def found(workspace: Workspace, query: str) -> set[str]:
    condition = matching(workspace_id=workspace.id, query=query)
    return set(Feedback.objects.filter(condition, workspace=workspace).values_list("text", flat=True))


def by_words(workspace: Workspace, query: str) -> list[str]:
    """Without the embedding, so that words alone must find it."""
    Feedback.objects.filter(workspace=workspace).update(embedding=None)
    return sorted(found(workspace, query))


@pytest.mark.parametrize("query", ["破损", "快递", "客服 快递", "快递 客服", "破損", "快遞", "快递破损"])
def test_words_find_what_holds_them_all(app_channel: ChannelAccount, query: str) -> None:
    for text in (BROKEN, SENTENCE, WILL_NOT_START, FINE):
        stored(app_channel, text)
    assert by_words(app_channel.workspace, query) == sorted([BROKEN, SENTENCE])


@pytest.mark.parametrize("query", ["無法啟動", "无法启动", "低压", "低壓系統", "启动"])
def test_traditional_and_simplified_find_each_other(app_channel: ChannelAccount, query: str) -> None:
    stored(app_channel, WILL_NOT_START)
    stored(app_channel, FINE)
    assert by_words(app_channel.workspace, query) == [WILL_NOT_START]


def test_traditional_text_is_found_by_simplified_words(app_channel: ChannelAccount) -> None:
    stored(app_channel, "車機無法啟動，螢幕全黑")
    assert by_words(app_channel.workspace, "无法启动") == ["車機無法啟動，螢幕全黑"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("HX-1042", "工单 HX-1042 到现在没人管"),
        ("hx1042", "工单 HX-1042 到现在没人管"),
        ("1042", "工单 HX-1042 到现在没人管"),
        ("2.3.1", "升级v2.3.1之后连不上"),
        ("V2.3.1", "升级v2.3.1之后连不上"),
        ("C3", "仪表报Ｃ３故障"),
        ("e-1001", "报错 E1001 然后退出"),
        ("crash", "The app crashes on start"),
        ("卡", "导航老是卡死"),
        ("控制台", "中央控制台太热"),
    ],
)
def test_codes_versions_and_single_signs(app_channel: ChannelAccount, query: str, text: str) -> None:
    stored(app_channel, text)
    stored(app_channel, FINE)
    assert by_words(app_channel.workspace, query) == [text]


def test_a_version_is_not_found_by_another(app_channel: ChannelAccount) -> None:
    stored(app_channel, "升级 2.3.10 之后连不上")
    assert by_words(app_channel.workspace, "2.3.1") == []


@pytest.mark.parametrize(
    ("query", "text"), [("车机老是黑屏", BLACK), ("车子打不着火", WILL_NOT_START), ("坐着特别舒适", FINE)]
)
def test_another_way_to_say_it_finds_it_by_meaning(app_channel: ChannelAccount, query: str, text: str) -> None:
    for one in (BROKEN, WILL_NOT_START, BLACK, FINE):
        stored(app_channel, one)
    assert found(app_channel.workspace, query) == {text}
    assert by_words(app_channel.workspace, query) == []


@pytest.mark.parametrize("query", ["唐诗三百首", "股票涨停", "asdfghjkl", "world cup final", "99999"])
def test_nonsense_finds_nothing(app_channel: ChannelAccount, query: str) -> None:
    for text in (BROKEN, SENTENCE, WILL_NOT_START, BLACK, FINE):
        stored(app_channel, text)
    assert found(app_channel.workspace, query) == set()


def test_another_workspace_is_never_found(app_channel: ChannelAccount, other_workspace: Workspace) -> None:
    stored(other_workspace.channel_accounts.get(slug="owners-app"), BROKEN)
    everywhere = Feedback.objects.filter(matching(workspace_id=app_channel.workspace_id, query="破损"))
    assert list(everywhere) == []
    assert ranked(workspace_id=app_channel.workspace_id, query="破损").rows == []


def test_removed_feedback_is_never_found(app_channel: ChannelAccount) -> None:
    one = stored(app_channel, BROKEN)
    assert found(app_channel.workspace, "破损") == {BROKEN}
    remove(feedback=one, reason="应本人要求", actor=SYSTEM)
    for query in ("破损", "快递坏了", BROKEN):
        assert found(app_channel.workspace, query) == set()
        assert ranked(workspace_id=app_channel.workspace_id, query=query).rows == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT search::text FROM feedback_feedback WHERE id = %s", [one.id])
        assert cursor.fetchone() == (f"'~{app_channel.workspace_id.hex}'",)


def test_words_that_are_overwritten_past_the_verbs_are_not_found(app_channel: ChannelAccount) -> None:
    one = stored(app_channel, BROKEN)
    Feedback.objects.filter(id=one.id).update(text="另一句话", title="另一句话", embedding=None)
    assert found(app_channel.workspace, "破损") == set()


@pytest.mark.parametrize("query", STRANGE)
def test_strange_signs_find_nothing_and_break_nothing(app_channel: ChannelAccount, query: str) -> None:
    stored(app_channel, BROKEN)
    assert found(app_channel.workspace, query) == (set() if query.strip() else {BROKEN})
    assert ranked(workspace_id=app_channel.workspace_id, query=query).rows == []
    assert found(app_channel.workspace, f"破损{query}") == {BROKEN}


@pytest.mark.parametrize("query", ["%s", "a:*", "'; DROP TABLE feedback_feedback --", "'x'::tsquery", "ﷺ", "{0}"])
def test_what_looks_like_a_command_is_words(app_channel: ChannelAccount, query: str) -> None:
    stored(app_channel, BROKEN)
    odd = stored(app_channel, f"有人写了 {query} 在这里")
    assert by_words(app_channel.workspace, query) == [odd.text]


@pytest.mark.parametrize("query", ["长" * 10_000, "long " * 2_000, "\u202e" * 9_000 + "破损", "1." * 5_000])
def test_ten_thousand_signs_are_answered(app_channel: ChannelAccount, query: str) -> None:
    stored(app_channel, BROKEN)
    assert found(app_channel.workspace, query) == set()


def test_text_of_ten_thousand_signs_is_stored_and_found(app_channel: ChannelAccount) -> None:
    one = stored(app_channel, BROKEN + "啊\x01\u202e'\\" * 3_000, title="长文")
    assert Feedback.objects.get(matching(workspace_id=app_channel.workspace_id, query="破损")) == one


def test_the_best_stands_first(app_channel: ChannelAccount) -> None:
    near = stored(app_channel, "包裹被压破了", said_at=hours_ago(1))
    both = stored(app_channel, BROKEN, said_at=hours_ago(5))
    hits = ranked(workspace_id=app_channel.workspace_id, query="快递破损")
    assert [one.id for one in hits.rows] == [both.id, near.id]
    assert (hits.total, hits.more) == (2, False)
    rest = ranked(workspace_id=app_channel.workspace_id, query="快递破损", skip=1, size=1)
    assert [one.id for one in rest.rows] == [near.id]


def test_filters_narrow_words_and_meaning(app_channel: ChannelAccount, portal_channel: ChannelAccount) -> None:
    theme = uuid.uuid4()
    red = stored(app_channel, BROKEN, grade="red", kind="complaint", theme_id=theme, said_at=hours_ago(30))
    blue = stored(portal_channel, SENTENCE, grade="blue", kind="defect", said_at=hours_ago(1))

    def left(**narrow: object) -> list[Feedback]:
        filters = Filters(q="快递", **narrow)  # type: ignore[arg-type]
        return listed(workspace_id=app_channel.workspace_id, filters=filters).rows

    assert left() == [blue, red]
    assert left(grades=["red"]) == left(kinds=["complaint"]) == left(theme_id=theme) == [red]
    assert left(account_id=portal_channel.id) == left(since=hours_ago(3)) == [blue]
    assert left(until=hours_ago(3)) == [red]
    assert left(grades=["red"], kinds=["defect"]) == []


def test_pages_of_an_answer_lose_nobody(app_channel: ChannelAccount) -> None:
    moment = hours_ago(1)
    made = {stored(app_channel, BROKEN, by=str(place), said_at=moment).id for place in range(5)}
    seen, cursor = [], ""
    for _page in range(3):
        page = listed(workspace_id=app_channel.workspace_id, filters=Filters(q="破损"), cursor=cursor, size=2)
        seen += [one.id for one in page.rows]
        cursor = page.next_cursor or ""
    assert (len(seen), set(seen), cursor) == (5, made, "")


@pytest.mark.parametrize("number", [1, 3])
def test_an_answer_costs_the_same_whatever_it_holds(
    app_channel: ChannelAccount, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(number):
        stored(app_channel, BROKEN, by=str(place))
    with django_assert_num_queries(7):  # words; savepoint, scan, near, release; count; rows
        rows = ranked(workspace_id=app_channel.workspace_id, query="破损").rows
        assert {(one.member.name, one.account.name) for one in rows} == {(str(n), "车主 App") for n in range(number)}
    with django_assert_num_queries(5):
        listed(workspace_id=app_channel.workspace_id, filters=Filters(q="破损"))


def test_a_row_is_read_without_its_words(app_channel: ChannelAccount) -> None:
    one = stored(app_channel, BROKEN)
    assert "::tsvector" in str(Feedback.objects.all().query)
    Feedback.objects.get(id=one.id).save()  # what was not read is not lost by storing the row again
    assert found(app_channel.workspace, "破损") == {BROKEN}
    assert narrowed(workspace_id=app_channel.workspace_id, filters=Filters()).count() == 1
