import uuid
from typing import Any

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.actions import remove
from huixiang.feedback.models import Feedback
from huixiang.journal.events import SYSTEM
from huixiang.triage import copies
from huixiang.triage.copied import Copy, CopyKey
from huixiang.triage.models import Assessment
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.factories import inbound, received
from tests.factories.jobs import run_waiting

TEXT = "新款车机升级后导航一直闪退，客服半个月都没人回复，太让人失望了"
NEARLY = "新款车机升级之后导航老是闪退，客服半个月了都没人回复，真让人失望"
OWN_WORDS = "升级完导航打不开，点了就退回桌面，打了三次电话没人接"


def _said(account: ChannelAccount, text: str, author: str, **fields: object) -> Feedback:
    return factories.feedback(account, text, author_id=author, thread=uuid.uuid4().hex, **fields)


def _counts(workspace: Workspace) -> list[tuple[int, int]]:
    """(people, feedbacks) of each feedback's words, in the order they were said."""
    said = list(Feedback.objects.filter(workspace=workspace).order_by("said_at", "id").values_list("id", flat=True))
    found = copies.copied(workspace_id=workspace.id, feedback_ids=said)
    return [(found[one].people, found[one].number) if one in found else (1, 1) for one in said]


def _codes(feedback: Feedback) -> list[str]:
    return [part[0] for part in _judged(feedback).reasons["authenticity"]["said"]]


def _judged(feedback: Feedback) -> Assessment:
    return Assessment.objects.filter(feedback=feedback).order_by("at", "id").last()  # type: ignore[return-value]


def test_copies_and_near_copies_of_several_accounts_are_one_group(app_channel: ChannelAccount) -> None:
    for author, text in (("甲", TEXT), ("乙", f"{TEXT}！！"), ("丙", NEARLY), ("丁", OWN_WORDS)):
        _said(app_channel, text, author)
    assert _counts(app_channel.workspace) == [(3, 3), (3, 3), (3, 3), (1, 1)]


def test_copies_in_one_batch_find_one_another(app_channel: ChannelAccount) -> None:
    received(app_channel, *[inbound(text, author_id=text[:9]) for text in (f"一{TEXT}", TEXT, OWN_WORDS, NEARLY)])
    assert sorted(_counts(app_channel.workspace)) == [(1, 1), (3, 3), (3, 3), (3, 3)]


def test_two_groups_become_one_when_a_text_links_them(app_channel: ChannelAccount) -> None:
    first, second = _said(app_channel, TEXT, "甲"), _said(app_channel, TEXT, "乙")
    third, fourth = _said(app_channel, OWN_WORDS, "丙"), _said(app_channel, OWN_WORDS, "丁")
    alike = [(third.id, second.id, 0.6)]
    copies._group(app_channel.workspace_id, alike)
    assert set(Copy.objects.values_list("feedback_id", "group_id")) == {
        (one.id, first.id) for one in (first, second, third, fourth)
    }


def test_saying_it_again_oneself_is_a_repeat_and_takes_nothing_off(app_channel: ChannelAccount) -> None:
    first, second = _said(app_channel, TEXT, "甲"), _said(app_channel, TEXT, "甲")
    assert _counts(app_channel.workspace) == [(1, 2), (1, 2)]
    assert _judged(second).authenticity == _judged(first).authenticity
    assert _codes(second) == ["engine", "repeats"]


def test_other_workspaces_say_nothing_of_ours(app_channel: ChannelAccount, other_workspace: Workspace) -> None:
    for place in range(3):
        _said(other_workspace.channel_accounts.get(slug="owners-app"), TEXT, f"那{place}")
    _said(app_channel, TEXT, "甲")
    assert _counts(app_channel.workspace) == [(1, 1)]


def test_near_copies_of_long_ago_are_not_looked_for_but_the_very_same_text_is(app_channel: ChannelAccount) -> None:
    _said(app_channel, TEXT, "甲", sent_at=factories.ago(days=200))
    _said(app_channel, NEARLY, "乙")
    assert _counts(app_channel.workspace) == [(1, 1), (1, 1)]
    _said(app_channel, TEXT, "丙")
    assert _counts(app_channel.workspace)[0] == (3, 3)  # the latest is like both


def test_old_keys_are_dropped_at_night(app_channel: ChannelAccount) -> None:
    _said(app_channel, TEXT, "甲", sent_at=factories.ago(days=200))
    _said(app_channel, OWN_WORDS, "乙")
    assert copies.forget_old() == 8
    assert CopyKey.objects.count() == 8


def test_what_is_removed_is_recognised_by_nothing(app_channel: ChannelAccount) -> None:
    first = _said(app_channel, TEXT, "甲")
    remove(feedback=first, reason="广告", actor=SYSTEM)
    run_waiting()
    assert not CopyKey.objects.exists()
    _said(app_channel, TEXT, "乙")
    assert _counts(app_channel.workspace) == [(1, 1), (1, 1)]


def test_the_first_of_a_campaign_are_judged_again_when_it_shows(app_channel: ChannelAccount) -> None:
    text = "刹车踩下去没有反应差点撞上前车，你们再不处理我就去曝光"
    first, second = (_said(app_channel, text, author) for author in "甲乙")
    assert [_judged(one).grade for one in (first, second)] == ["red", "red"]
    third = _said(app_channel, text, "丙")
    assert [_codes(one)[-1] for one in (first, second, third)] == ["copies"] * 3
    assert len({_judged(one).authenticity for one in (first, second, third)}) == 1
    first.refresh_from_db()
    assert (first.grade, "evidence" in first.missing) == ("red", True)  # nothing is lowered without a person
    case = Case.objects.get(id=first.case_id)
    assert (case.grade, case.proposed_grade) == ("red", "orange")
    assert case.proposed_reason == "真实性比当初看到的低：3 个账号发了同样的文字"


def test_how_many_said_it_does_not_change_the_number_of_statements(
    app_channel: ChannelAccount, django_assert_num_queries: Any
) -> None:
    table = [f"{TEXT}{sign}" for sign in "甲乙丙丁"]
    received(app_channel, *[inbound(text, author_id=text) for text in table])
    said = list(Feedback.objects.all())
    for number in (1, 3):
        with django_assert_num_queries(5):
            copies.note_copies(
                workspace_id=app_channel.workspace_id, feedbacks=said[:number], again=[one.id for one in said[:number]]
            )
        with django_assert_num_queries(1):
            copies.copied(workspace_id=app_channel.workspace_id, feedback_ids=[one.id for one in said[:number]])


def test_a_page_of_those_who_said_it(app_channel: ChannelAccount) -> None:
    said = [_said(app_channel, TEXT, author) for author in "甲乙丙"]
    group = Copy.objects.filter(feedback=said[0]).values_list("group_id", flat=True).get()
    first = copies.page(workspace_id=app_channel.workspace_id, group_id=group, size=2)
    rest = copies.page(workspace_id=app_channel.workspace_id, group_id=group, size=2, cursor=first.next_cursor or "")
    shown = [row.feedback_id for row in [*first.rows, *rest.rows]]
    assert (sorted(shown), rest.next_cursor) == (sorted(one.id for one in said), None)
    assert copies.page(workspace_id=uuid.uuid4(), group_id=group).rows == []
