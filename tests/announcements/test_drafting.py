import pytest
from django.utils import timezone, translation

from huixiang.announcements.actions import drop_credit, edit, resolve_and_draft
from huixiang.announcements.models import Announcement, Credit
from huixiang.announcements.queries import drafts, thanks
from huixiang.cases.actions import open_cases, reply
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.members.actions import give_consent
from huixiang.members.models import Member
from huixiang.themes.actions import move
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership
from tests.factories.rows import hours_ago, placed, towards, unstored

STAFF = Actor("staff", None)


@pytest.fixture
def theme(app_channel: ChannelAccount) -> Theme:
    """Three people, the first of them two days ago; the first has a case."""
    said = [
        unstored(app_channel, "充电口结冰", by=name, said_at=hours_ago(hours), facts=facts)
        for name, hours, facts in (("漠河守夜人", 48, {}), ("阿澈", 30, {"version": "3.4.1"}), ("小林", 2, {}))
    ]
    found = placed(app_channel, [towards(0)] * 3, *said)[0]
    [case] = open_cases(workspace_id=app_channel.workspace_id, feedbacks=said[:1])
    Feedback.objects.filter(id=said[0].id).update(case_id=case.id)
    Theme.objects.update(name="充电口结冰", name_by_person=True)
    found.refresh_from_db()
    return found


def resolved(theme: Theme, by: Membership, **changed: str) -> Announcement:
    words = {"root_cause": "密封圈在低温下缩水", "fix": "换了耐低温的密封圈", "fixed_in": "3.4.2", **changed}
    return resolve_and_draft(theme=theme, by=by, **words)


def test_the_draft_says_what_happened_how_it_was_fixed_and_what_is_next(theme: Theme, operator: Membership) -> None:
    draft = resolved(theme, operator)
    day = f"{timezone.localtime(theme.first_seen):%-m月%-d日}"
    assert draft.title == "充电口结冰，3.4.2 已解决"
    assert draft.what_happened == f"{day}以来，3 位成员跟我们说过“充电口结冰”。对不起，给大家添麻烦了。"
    assert draft.how_fixed == "密封圈在低温下缩水\n\n换了耐低温的密封圈"
    assert "3.4.2" in draft.what_next
    assert (draft.author, draft.published_at, draft.number) == (operator, None, None)
    assert Theme.objects.get().status == "fixed"
    assert drafts(theme.workspace) == [draft]


def test_the_way_is_read_from_the_journal(theme: Theme, operator: Membership) -> None:
    [case] = theme.cases.all()
    reply(case=case, by=operator, text="谢谢", lane="private")
    move(theme=theme, to="confirmed", actor=STAFF)
    move(theme=theme, to="fixing", actor=STAFF)
    draft = resolved(theme, operator)
    assert [(step["title"], step["text"]) for step in draft.way] == [
        ("第一位成员提出", "后来又有 2 位说了同样的话。"),
        ("第一次答复", ""),
        ("已确认", ""),
        ("找到原因，开始修复", ""),
        ("已修复", "随 3.4.2"),
    ]
    times = [step["at"] for step in draft.way]
    assert times == sorted(times)


def test_the_community_reads_its_own_language_whoever_writes(theme: Theme, operator: Membership) -> None:
    with translation.override("en"):
        draft = resolved(theme, operator)
        assert translation.get_language() == "en"
    assert draft.title == "充电口结冰，3.4.2 已解决"
    assert draft.way[0]["title"] == "第一位成员提出"
    assert [credit.contribution for credit in draft.credits.order_by("position")] == [
        "第一位提出",
        "提供了细节",
        "也反馈了同样的问题",
    ]


def test_resolving_again_keeps_the_one_draft_and_what_was_written(theme: Theme, operator: Membership) -> None:
    draft = resolved(theme, operator)
    edit(draft=draft, by=operator, title="好消息", what_next="")
    again = resolved(theme, operator, fix="换了密封圈并加热")
    assert (again.id, again.title, Theme.objects.get().fix) == (draft.id, "好消息", "换了密封圈并加热")
    assert Credit.objects.count() == 3
    assert list(Entry.objects.filter(subject_id=draft.id).order_by("id").values_list("name", flat=True)) == [
        "announcements.drafted",
        "announcements.edited",
    ]


def test_nothing_is_resolved_without_a_fix(theme: Theme, operator: Membership) -> None:
    with pytest.raises(Refused):
        resolved(theme, operator, fix=" ")
    assert (Theme.objects.get().status, Announcement.objects.count()) == ("found", 0)


def test_a_draft_needs_a_title_and_ends_when_published(theme: Theme, operator: Membership) -> None:
    draft = resolved(theme, operator)
    with pytest.raises(Refused):
        edit(draft=draft, by=operator, title="\x00 ")
    edit(draft=draft, by=operator, title="好" * 130, how_fixed=" 换了\x00 ")
    draft.refresh_from_db()
    assert (draft.title, draft.how_fixed) == ("好" * 120, "换了")
    draft.published_at = draft.saved_at
    with pytest.raises(Refused):
        edit(draft=draft, by=operator, title="改")


def test_thanks_follow_consent_as_it_is_now(theme: Theme, operator: Membership) -> None:
    draft = resolved(theme, operator)
    first, second, third = (credit.member for credit in draft.credits.order_by("position").select_related("member"))

    def shown() -> tuple[list[tuple[str, bool]], int]:
        people, unnamed = thanks(draft)
        return [(one.name, one.first_reporter) for one in people], unnamed

    assert shown() == ([("一位成员", True)], 2)
    give_consent(member=second, consent="name", actor=Actor("member", second.id))
    give_consent(member=third, consent="nickname", actor=Actor("member", third.id))
    assert shown() == ([("一位成员", True), ("阿澈", False), ("小**", False)], 0)
    give_consent(member=first, consent="name", actor=Actor("member", first.id))
    give_consent(member=second, consent="no", actor=Actor("member", second.id))
    assert shown() == ([("漠河守夜人", True), ("小**", False)], 1)
    Member.objects.filter(id=first.id).update(anonymous=True)
    assert shown() == ([("一位成员", True), ("小**", False)], 1)


def test_somebody_can_be_left_out(theme: Theme, operator: Membership) -> None:
    draft = resolved(theme, operator)
    credit = draft.credits.get(position=1)
    drop_credit(draft=draft, credit_id=credit.id)
    assert list(draft.credits.filter(dropped=False).order_by("position").values_list("position", flat=True)) == [0, 2]


def test_an_earlier_report_that_comes_to_light_is_the_first(
    theme: Theme, operator: Membership, app_channel: ChannelAccount
) -> None:
    draft = resolved(theme, operator)
    placed(app_channel, [towards(0)], unstored(app_channel, by="更早的人", said_at=hours_ago(100)))
    resolved(theme, operator)
    assert list(draft.credits.filter(first_reporter=True).values_list("member__name", flat=True)) == ["更早的人"]
    assert draft.credits.filter(contribution="第一位提出").count() == 1
