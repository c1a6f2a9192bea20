"""Two records that are one person, and one that is two: there and back again, exactly."""

from typing import Any

import pytest
from django.db import connection

from huixiang.announcements.models import Announcement, Answer, Credit
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.members import erasing, joining
from huixiang.members.actions import member_for_user
from huixiang.members.models import Consent, Identity, Member
from huixiang.members.queries import member_of_user
from huixiang.themes.actions import vote
from huixiang.themes.models import Theme, Vote
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.factories import rows


def state() -> dict[str, list[str]]:
    """Every row of what a member can have, the joinings themselves and the journal left out."""
    found = {}
    tables = [
        "members_member", "members_identity", "members_membernote", "feedback_feedback", "themes_theme", "themes_vote",
        "cases_case", "intake_message", "intake_followcode", "channels_delivery", "announcements_credit",
        "announcements_answer", "announcements_notice",
    ]  # fmt: skip
    with connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f"SELECT to_jsonb(t) - 'search' FROM \"{name}\" t")  # noqa: S608
            found[name] = sorted(str(row[0]) for row in cursor.fetchall())
    return found


@pytest.fixture
def two(operator: Membership, app_channel: ChannelAccount) -> dict[str, Any]:
    """One person under two names who said the same matter twice, voted twice, is thanked twice."""
    one = factories.case(app_channel, factories.COLD_START, author_id="app-7", author_name="阿澈")
    other = factories.case(app_channel, factories.COLD_START, author_id="wx-7", author_name="阿澈（北京）")
    theme = Theme.objects.get(id=one.theme_id)
    voted = rows.theme(app_channel, 9)
    for case in (one, other):
        vote(theme=voted, member=case.member, given=True)
    announcement = Announcement.objects.create(workspace=operator.workspace, theme=theme, title="修好了")
    for place, case in enumerate((other, one)):
        Credit.objects.create(
            workspace=operator.workspace, announcement=announcement, member=case.member, position=place,
            first_reporter=place == 0,
        )  # fmt: skip
    Answer.objects.create(workspace=operator.workspace, announcement=announcement, member=one.member, solved="no")
    Answer.objects.create(workspace=operator.workspace, announcement=announcement, member=other.member, solved="yes")
    return {"one": one.member, "other": other.member, "theme": theme, "voted": voted}


def test_all_that_was_the_others_is_the_ones(two: dict[str, Any], operator: Membership) -> None:
    joining.join(source=two["other"], target=two["one"], by=operator)
    kept = two["one"].id
    assert set(Feedback.objects.filter(theme_id=two["theme"].id).values_list("member_id", flat=True)) == {kept}
    assert set(Case.objects.filter(theme=two["theme"]).values_list("member_id", flat=True)) == {kept}
    assert set(Identity.objects.values_list("external_id", "member_id")) >= {("app-7", kept), ("wx-7", kept)}
    assert list(Vote.objects.values_list("member_id", flat=True)) == [kept]
    assert list(Credit.objects.values_list("member_id", "first_reporter")) == [(kept, True)]
    assert list(Answer.objects.values_list("member_id", "solved")) == [(kept, "yes")]


def test_themes_count_one_person_instead_of_two(two: dict[str, Any], operator: Membership) -> None:
    before = Theme.objects.get(id=two["theme"].id).people_count, Theme.objects.get(id=two["voted"].id).vote_count
    joining.join(source=two["other"], target=two["one"], by=operator)
    after = Theme.objects.get(id=two["theme"].id).people_count, Theme.objects.get(id=two["voted"].id).vote_count
    assert (before, after) == ((2, 2), (1, 1))


def test_taken_back_everything_is_as_it_was(two: dict[str, Any], operator: Membership) -> None:
    before = state()
    done = joining.join(source=two["other"], target=two["one"], by=operator)
    joining.undo(joining_id=done.id, workspace_id=operator.workspace_id, actor=Actor("staff", operator.id))
    assert {name: found for name, found in state().items() if found != before[name]} == {}


def test_what_is_said_by_either_name_afterwards_is_the_ones(
    two: dict[str, Any], operator: Membership, app_channel: ChannelAccount
) -> None:
    joining.join(source=two["other"], target=two["one"], by=operator)
    praise = factories.feedback(app_channel, factories.PRAISE, author_id="wx-7", thread="later")
    assert praise.member_id == two["one"].id


def test_what_came_since_stays_and_what_staff_changed_stays(
    two: dict[str, Any], operator: Membership, app_channel: ChannelAccount
) -> None:
    done = joining.join(source=two["other"], target=two["one"], by=operator)
    praise = factories.feedback(app_channel, factories.PRAISE, author_id="app-7", thread="later")
    Member.objects.filter(id=two["one"].id).update(tier="core")
    joining.undo(joining_id=done.id, workspace_id=operator.workspace_id, actor=Actor("staff", operator.id))
    praise.refresh_from_db()
    two["one"].refresh_from_db()
    assert (praise.member_id, two["one"].tier, two["one"].feedback_count) == (two["one"].id, "core", 2)


@pytest.mark.parametrize(
    ("mine", "theirs", "holds"),
    [
        ("name", "no", "no"),
        ("no", "name", "no"),
        ("unanswered", "nickname", "nickname"),
        ("name", "unanswered", "name"),
    ],
)
def test_the_stricter_answer_to_being_named_holds(
    two: dict[str, Any], operator: Membership, mine: str, theirs: str, holds: str
) -> None:
    Member.objects.filter(id=two["one"].id).update(credit_consent=mine)
    Member.objects.filter(id=two["other"].id).update(credit_consent=theirs)
    joining.join(source=two["other"], target=two["one"], by=operator)
    assert Member.objects.get(id=two["one"].id).credit_consent == Consent(holds)


def test_a_second_login_leads_to_the_same_member(two: dict[str, Any], operator: Membership) -> None:
    users = [factories.user(), factories.user()]
    for member, user in zip((two["one"], two["other"]), users, strict=True):
        Member.objects.filter(id=member.id).update(user=user)
    joining.join(source=two["other"], target=two["one"], by=operator)
    for user in users:
        assert member_of_user(workspace=operator.workspace, user=user) == two["one"]
        assert member_for_user(workspace=operator.workspace, user=user) == two["one"]


def test_what_cannot_be_joined(
    two: dict[str, Any], operator: Membership, other_workspace: Workspace, app_channel: ChannelAccount
) -> None:
    stranger = Member.objects.create(workspace=other_workspace, name="阿澈")
    nameless = Member.objects.create(workspace=operator.workspace, anonymous=True)
    going = rows.member(app_channel, "要走的人")
    erasing.ask(member=going, actor=Actor("member", going.id))
    before = state()
    for source in (two["one"], stranger, nameless, going):
        with pytest.raises(Refused):
            joining.join(source=source, target=two["one"], by=operator)
    assert state() == before


def test_joined_once_it_is_not_joined_again(two: dict[str, Any], operator: Membership) -> None:
    joining.join(source=two["other"], target=two["one"], by=operator)
    with pytest.raises(Refused):
        joining.join(source=two["other"], target=two["one"], by=operator)


def test_taken_back_in_the_order_it_was_done(
    two: dict[str, Any], operator: Membership, app_channel: ChannelAccount
) -> None:
    actor = Actor("staff", operator.id)
    third = rows.member(app_channel, "第三个名字")
    first = joining.join(source=two["other"], target=two["one"], by=operator)
    second = joining.join(source=third, target=two["one"], by=operator)
    with pytest.raises(Refused):
        joining.undo(joining_id=first.id, workspace_id=operator.workspace_id, actor=actor)
    joining.undo(joining_id=second.id, workspace_id=operator.workspace_id, actor=actor)
    joining.undo(joining_id=first.id, workspace_id=operator.workspace_id, actor=actor)
    with pytest.raises(Refused):
        joining.undo(joining_id=first.id, workspace_id=operator.workspace_id, actor=actor)


def test_an_identity_becomes_a_member_of_its_own_and_comes_back(two: dict[str, Any], operator: Membership) -> None:
    joining.join(source=two["other"], target=two["one"], by=operator)
    before = state()
    parted = joining.part(identity=Identity.objects.get(external_id="wx-7"), by=operator)
    assert list(Feedback.objects.filter(member=parted.target).values_list("theme_id", flat=True)) == [two["theme"].id]
    assert Case.objects.filter(member=parted.target).count() == 1
    assert Theme.objects.get(id=two["theme"].id).people_count == 2
    joining.undo(joining_id=parted.id, workspace_id=operator.workspace_id, actor=Actor("staff", operator.id))
    after = state()
    assert len(after["members_member"]) == len(before["members_member"]) + 1  # the empty record stays as a pointer
    changed = {name for name, found in after.items() if found != before[name]}
    assert changed == {"members_member"}
    assert Theme.objects.get(id=two["theme"].id).people_count == 1


def test_the_only_name_cannot_be_parted(two: dict[str, Any], operator: Membership) -> None:
    with pytest.raises(Refused):
        joining.part(identity=Identity.objects.get(external_id="wx-7"), by=operator)
