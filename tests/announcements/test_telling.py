import pytest
from django.core import signing
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.announcements import actions
from huixiang.announcements.actions import (
    TOKEN_SALT,
    answer,
    ask_consent,
    drop_credit,
    edit,
    member_of_token,
    personal_link,
    publish,
    resolve_and_draft,
    tell,
)
from huixiang.announcements.audience import people_to_tell
from huixiang.announcements.models import Announcement, Answer, Notice
from huixiang.announcements.queries import answer_counts, by_id, credits_of, published, thanks
from huixiang.cases.actions import end, open_cases, reopen
from huixiang.cases.models import Case, Clock
from huixiang.channels.delivering import deliver_due
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.feedback.models import Feedback
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.members.actions import give_consent
from huixiang.members.models import Member
from huixiang.themes.actions import vote
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership, Workspace
from tests.factories.jobs import run_waiting, waiting
from tests.factories.rows import hours_ago, member, placed, towards, unstored


def theme_of(*accounts: ChannelAccount) -> Theme:
    """A matter that one person on each account reported, everybody with a case."""
    said = [
        unstored(account, "充电口结冰", by=f"车友{place}", said_at=hours_ago(50 - place))
        for place, account in enumerate(accounts)
    ]
    found = placed(accounts[0], [towards(0)] * len(said), *said)[0]
    open_cases(workspace_id=found.workspace_id, feedbacks=said)
    Feedback.objects.bulk_update(said, ["case_id"])
    return found


@pytest.fixture
def accounts(workspace: Workspace) -> dict[str, ChannelAccount]:
    return {account.slug: account for account in workspace.channel_accounts.all()}


@pytest.fixture
def theme(accounts: dict[str, ChannelAccount]) -> Theme:
    return theme_of(accounts["owners-app"], accounts["owners-app"], accounts["files"])


def drafted(theme: Theme, by: Membership) -> Announcement:
    return resolve_and_draft(theme=theme, root_cause="缩水", fix="换密封圈", fixed_in="3.4.2", by=by)


@pytest.fixture
def out(theme: Theme, operator: Membership) -> Announcement:
    return publish(announcement=drafted(theme, operator), by=operator)


def people(theme: Theme) -> list[Member]:
    return [one.member for one in people_to_tell(theme).people]


def test_everybody_concerned_once_by_channel_with_the_unreachable_named(
    theme: Theme, accounts: dict[str, ChannelAccount]
) -> None:
    voter, reporter = member(accounts["owners-app"], "也是的人"), people(theme)[0]
    for one in (voter, reporter):
        vote(theme=theme, member=one, given=True)
    audience = people_to_tell(theme)
    assert [one.member.name for one in audience.people] == ["车友0", "车友1", "车友2", "也是的人"]
    assert audience.by_channel == [("车主 App", "api", 3)]
    assert [one.member.name for one in audience.unreachable] == ["车友2"]
    assert len(audience.reachable) == 3


@pytest.mark.parametrize("number", [1, 3])
def test_knowing_whom_to_tell_costs_four_statements(
    accounts: dict[str, ChannelAccount], number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    theme = theme_of(*[accounts["owners-app"]] * number)
    with django_assert_num_queries(4):
        assert len(people_to_tell(theme).people) == number


def test_publishing_marks_the_theme_its_cases_and_who_was_right(
    theme: Theme, operator: Membership, out: Announcement
) -> None:
    theme.refresh_from_db()
    assert (theme.status, theme.public, theme.announced_at is None) == ("announced", True, False)
    assert set(Case.objects.values_list("state", flat=True)) == {"open"}  # solved by the job, not in the request
    assert set(Member.objects.values_list("confirmed_count", flat=True)) == {1}
    assert (out.number, out.published_at is None, out.told_at) == (1, False, None)
    assert [name for name in waiting() if name.startswith("announcements.")] == ["announcements.tell"]
    with pytest.raises(Refused):
        publish(announcement=out, by=operator)
    assert published(workspace=theme.workspace).rows == [out]
    assert by_id(workspace_id=theme.workspace_id, announcement_id=out.id) == out


def test_a_draft_is_not_published(theme: Theme, operator: Membership, other_workspace: Workspace) -> None:
    draft = drafted(theme, operator)
    assert published(workspace=theme.workspace).rows == []
    assert by_id(workspace_id=other_workspace.id, announcement_id=draft.id) is None


def test_numbers_go_on(
    theme: Theme, operator: Membership, out: Announcement, accounts: dict[str, ChannelAccount]
) -> None:
    other = placed(accounts["owners-app"], [towards(9)], unstored(accounts["owners-app"], by="另一位"))[0]
    assert publish(announcement=drafted(other, operator), by=operator).number == 2


def test_telling_twice_tells_once(theme: Theme, out: Announcement) -> None:
    assert [tell(announcement_id=out.id), tell(announcement_id=out.id)] == [3, 0]
    run_waiting()
    assert Notice.objects.count() == 3
    assert [(d.purpose, d.about_id, d.state) for d in Delivery.objects.all()] == [("notice", out.id, "ready")] * 2
    told = Entry.objects.filter(name="announcements.people_told")
    assert [entry.data for entry in told] == [{"reachable": 2, "unreachable": 1}]
    out.refresh_from_db()
    assert out.told_at is not None


def test_telling_solves_the_cases_as_whoever_published(
    theme: Theme, out: Announcement, operator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "SOLVED_AT_ONCE", 2)
    tell(announcement_id=out.id)
    assert states(theme) == ["solved"] * 3
    assert set(Case.objects.values_list("stage", "due_at")) == {("offered", None)}
    assert not Clock.objects.filter(stopped_at=None).exists()
    changed = Entry.objects.filter(name="cases.state_changed")
    assert {(entry.actor_id, entry.data["before"]) for entry in changed} == {(operator.id, "open")}
    assert len(changed) == 3


def test_telling_again_solves_nothing_that_was_taken_up_again(theme: Theme, out: Announcement) -> None:
    first, second, third = people(theme)
    answer(announcement=out, member=first, solved="no")  # before the job ran
    tell(announcement_id=out.id)
    assert states(theme) == ["open", "solved", "solved"]
    answer(announcement=out, member=second, solved="partly")
    reopen(case=Case.objects.get(member=third), actor=SYSTEM)
    Announcement.objects.update(told_at=None)  # as if the first run had been cut off
    tell(announcement_id=out.id)
    assert states(theme) == ["open", "reopened", "reopened"]


def test_a_report_after_the_publication_stays_open(theme: Theme, out: Announcement) -> None:
    late = Case.objects.filter(theme=theme).order_by("number")[2]
    Case.objects.filter(id=late.id).update(opened_at=timezone.now())
    tell(announcement_id=out.id)
    assert states(theme) == ["solved", "solved", "open"]


def test_a_yes_does_not_touch_what_was_closed_without_a_solution(theme: Theme, out: Announcement) -> None:
    first = people(theme)[0]
    end(case=Case.objects.get(member=first), state="closed", actor=SYSTEM, reason="重复")
    answer(announcement=out, member=first, solved="yes")
    assert Case.objects.values_list("state", "close_reason").get(member=first) == ("closed", "重复")


def test_who_comes_later_is_told_by_another_run(
    theme: Theme, out: Announcement, accounts: dict[str, ChannelAccount]
) -> None:
    tell(announcement_id=out.id)
    vote(theme=theme, member=member(accounts["owners-app"], "后来的人"), given=True)
    assert tell(announcement_id=out.id) == 1
    assert Notice.objects.count() == 4


def test_a_notice_carries_its_readers_own_link(theme: Theme, out: Announcement) -> None:
    tell(announcement_id=out.id)
    deliver_due()
    links = {d.recipient_member_id: d.link for d in Delivery.objects.all()}
    for one in people(theme)[:2]:
        token = links[one.id].partition("?k=")[2]
        assert member_of_token(announcement=out, token=token) == one
    assert "换密封圈" in Delivery.objects.all()[0].text


def test_only_the_right_token_opens_the_right_announcement(
    theme: Theme, out: Announcement, operator: Membership, accounts: dict[str, ChannelAccount]
) -> None:
    someone = people(theme)[0]
    token = personal_link(out, someone).partition("?k=")[2]
    other = placed(accounts["owners-app"], [towards(9)], unstored(accounts["owners-app"], by="另一位"))[0]
    elsewhere = publish(announcement=drafted(other, operator), by=operator)
    stranger = signing.dumps([str(out.id), str(operator.id)], salt=TOKEN_SALT)
    salted = signing.dumps([str(out.id), str(someone.id)], salt="another salt")
    for wrong in ("", "x", token[:-1], token[::-1], "." + token, salted, stranger, "é" * 9):
        assert member_of_token(announcement=out, token=wrong) is None
    assert member_of_token(announcement=elsewhere, token=token) is None
    assert member_of_token(announcement=out, token=token) == someone


def states(theme: Theme) -> list[str]:
    return list(Case.objects.filter(theme=theme).order_by("number").values_list("state", flat=True))


def test_an_answer_confirms_or_reopens_the_own_case(theme: Theme, out: Announcement) -> None:
    tell(announcement_id=out.id)
    first, second, _third = people(theme)
    answer(announcement=out, member=first, solved="yes")
    assert states(theme) == ["confirmed", "solved", "solved"]
    answer(announcement=out, member=second, solved="no", words=" 还是冻住\x00 ")
    assert states(theme) == ["confirmed", "reopened", "solved"]
    entry = Entry.objects.filter(name="cases.state_changed", actor_id=second.id).select_related("words").get()
    assert (entry.data, entry.words.text) == ({"before": "solved", "after": "reopened"}, "还是冻住")
    answer(announcement=out, member=first, solved="partly")
    answer(announcement=out, member=second, solved="yes")
    assert states(theme) == ["reopened", "confirmed", "solved"]
    assert Answer.objects.count() == 2
    assert answer_counts(out) == {"yes": 1, "partly": 1, "no": 0}


def test_the_same_answer_twice_moves_nothing_twice(theme: Theme, out: Announcement) -> None:
    first = people(theme)[0]
    for _ in range(2):
        answer(announcement=out, member=first, solved="yes")
    assert Entry.objects.filter(name="cases.state_changed", actor_id=first.id).count() == 1


def test_only_an_answer_is_an_answer(
    theme: Theme, out: Announcement, accounts: dict[str, ChannelAccount], operator: Membership
) -> None:
    first = people(theme)[0]
    with pytest.raises(Refused):
        answer(announcement=out, member=first, solved="perhaps")
    other = placed(accounts["owners-app"], [towards(9)], unstored(accounts["owners-app"], by="另一位"))[0]
    with pytest.raises(Refused):
        answer(announcement=drafted(other, operator), member=first, solved="yes")
    assert Answer.objects.count() == 0


def test_those_who_have_not_said_are_asked_for_consent(theme: Theme, operator: Membership) -> None:
    draft = drafted(theme, operator)
    first = people(theme)[0]
    give_consent(member=first, consent="no", actor=Actor("member", first.id))
    assert ask_consent(announcement=draft, by=operator) == 1  # one said no, one cannot be reached
    [asked] = Delivery.objects.all()
    assert (asked.purpose, asked.recipient_member_id) == ("consent", people(theme)[1].id)
    assert "充电口" in asked.text
    entry = Entry.objects.get(name="announcements.consent_asked")
    assert entry.data == {"members": 1}
    assert asked.created_at <= timezone.now()


def test_nobody_is_asked_twice_and_who_was_left_out_is_not_asked(theme: Theme, operator: Membership) -> None:
    draft = drafted(theme, operator)
    left = draft.credits.get(member=people(theme)[0])
    drop_credit(draft=draft, credit_id=left.id)
    assert [ask_consent(announcement=draft, by=operator) for _ in range(2)] == [1, 0]
    assert [d.recipient_member_id for d in Delivery.objects.all()] == [people(theme)[1].id]
    assert Entry.objects.filter(name="announcements.consent_asked").count() == 1


def test_who_was_left_out_does_not_come_back(theme: Theme, operator: Membership) -> None:
    draft = drafted(theme, operator)
    drop_credit(draft=draft, credit_id=draft.credits.get(member=people(theme)[1]).id)
    draft = drafted(theme, operator)
    assert [credit.member.name for credit in credits_of(draft)] == ["车友0", "车友2"]
    assert thanks(draft)[1] == 1  # the first reporter stands without a name, one more is counted


def test_typing_is_told_once_a_sitting(theme: Theme, operator: Membership, owner: Membership) -> None:
    draft = drafted(theme, operator)
    saved = draft.saved_at
    edit(draft=draft, by=operator, title=draft.title)
    assert draft.saved_at == saved
    for title in ("一", "二"):
        edit(draft=draft, by=operator, title=title)
    told = Entry.objects.filter(name="announcements.edited")
    assert list(told.values_list("actor_id", flat=True)) == [operator.id]
    edit(draft=draft, by=owner, title="三")
    assert told.count() == 2
    draft.refresh_from_db()
    assert draft.title == "三"
