import uuid

import numpy as np
import pytest

from huixiang.cases.actions import open_cases
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.members.joining import join
from huixiang.themes import actions, moving
from huixiang.themes.models import Move, Theme, Vote
from huixiang.themes.queries import moves_of, to_pick
from huixiang.workspaces.models import Membership, Workspace
from tests.factories.jobs import run_waiting
from tests.factories.rows import member, placed, theme, towards, unstored

STAFF = Actor("staff", None)


@pytest.fixture
def mixed(app_channel: ChannelAccount) -> Theme:
    """Three people about one thing, two about another, put together by mistake; each has a case."""
    said = [unstored(app_channel, "打不着火", by=name, severity=3, grade="orange") for name in ("甲", "乙", "丙")]
    said += [unstored(app_channel, "雨刮异响", by=name, severity=1, grade="blue") for name in ("丁", "戊")]
    found = placed(app_channel, [towards(0)] * 3 + [towards(0, lean=0.7)] * 2, *said)[0]
    open_cases(workspace_id=app_channel.workspace_id, feedbacks=said)
    Feedback.objects.bulk_update(said, ["case_id"])
    return found


def about(text: str) -> list[uuid.UUID]:
    return list(Feedback.objects.filter(text=text).order_by("id").values_list("id", flat=True))


def figures(found: Theme) -> tuple[int, int, str, int]:
    found = Theme.objects.get(id=found.id)
    return found.feedback_count, found.people_count, found.worst_grade, found.vote_count


def told(found: Theme) -> list[str]:
    entries = Entry.objects.filter(subject_id=found.id).exclude(name__in=["themes.found", "themes.voted"])
    return list(entries.order_by("id").values_list("name", flat=True))


def test_part_of_a_theme_becomes_its_own_and_goes_back(mixed: Theme) -> None:
    done = moving.split(source=mixed, feedback_ids=about("雨刮异响"), name=" 雨刮异响 ", actor=STAFF)
    run_waiting()
    new = done.target
    assert (new.name, new.name_by_person, new.status, new.public) == ("雨刮异响", True, "found", False)
    assert (figures(mixed), figures(new)) == ((3, 3, "orange", 0), (2, 2, "blue", 0))
    assert np.allclose(np.asarray(Theme.objects.get(id=mixed.id).centre), towards(0), atol=1e-3)
    assert np.allclose(np.asarray(Theme.objects.get(id=new.id).centre), towards(0, lean=0.7), atol=1e-3)
    assert Theme.objects.get(id=mixed.id).impact == pytest.approx(3 * 0.2 * 0.75)
    assert Case.objects.filter(theme=new).count() == 2
    assert (told(mixed), told(new)) == (
        ["themes.split_off", "cases.promise_started"], ["themes.feedback_taken", "cases.promise_started"],
    )
    assert [one.id for one in moves_of(mixed)] == [one.id for one in moves_of(new)] == [done.id]

    moving.undo(move_id=done.id, workspace_id=mixed.workspace_id, actor=STAFF)
    run_waiting()
    assert figures(mixed) == (5, 5, "orange", 0)
    empty = Theme.objects.get(id=new.id)
    assert (empty.status, empty.merged_into_id, empty.feedback_count) == ("merged", mixed.id, 0)
    assert Case.objects.filter(theme=mixed).count() == 5
    with pytest.raises(Refused):
        moving.undo(move_id=done.id, workspace_id=mixed.workspace_id, actor=STAFF)


def test_without_a_name_it_is_named_by_its_words(mixed: Theme) -> None:
    new = moving.split(source=mixed, feedback_ids=about("雨刮异响"), name="", actor=STAFF).target
    assert (new.name, new.name_by_person) == ("雨刮异响", False)


@pytest.mark.parametrize("go", [True, False])
def test_votes_stay_or_go_as_the_person_says(go: bool, mixed: Theme, app_channel: ChannelAccount) -> None:
    actions.vote(theme=mixed, member=member(app_channel, "只投"), given=True)
    done = moving.split(source=mixed, feedback_ids=about("雨刮异响"), name="雨刮", actor=STAFF, votes_go=go)
    assert (figures(mixed)[3], figures(done.target)[3]) == ((0, 1) if go else (1, 0))
    moving.undo(move_id=done.id, workspace_id=mixed.workspace_id, actor=STAFF)
    assert figures(mixed)[3] == 1


def test_feedback_moves_to_a_theme_that_exists(mixed: Theme, app_channel: ChannelAccount) -> None:
    other = theme(app_channel, 5)
    done = moving.move_feedback(source=mixed, target=other, feedback_ids=about("雨刮异响")[:1], actor=STAFF)
    assert (figures(mixed)[0], figures(other)[0], done.split) == (4, 2, False)
    assert (told(mixed), told(other)) == (["themes.feedback_left"], ["themes.feedback_taken"])
    moving.undo(move_id=done.id, workspace_id=mixed.workspace_id, actor=STAFF)
    assert (figures(mixed)[0], figures(other)[0]) == (5, 1)
    assert Theme.objects.get(id=other.id).status == "found"


def test_what_came_later_keeps_a_split_theme_alive(mixed: Theme, app_channel: ChannelAccount) -> None:
    done = moving.split(source=mixed, feedback_ids=about("雨刮异响"), name="雨刮", actor=STAFF)
    placed(app_channel, [towards(0, lean=0.7)], unstored(app_channel, "雨刮又响", by="己"))
    moving.undo(move_id=done.id, workspace_id=mixed.workspace_id, actor=STAFF)
    assert (figures(mixed)[0], figures(done.target)[0]) == (5, 1)
    assert Theme.objects.get(id=done.target_id).status == "found"


def test_nothing_all_and_what_is_elsewhere_are_refused(
    mixed: Theme, app_channel: ChannelAccount, other_workspace: Workspace
) -> None:
    other = theme(app_channel, 5)
    there = theme(other_workspace.channel_accounts.get(slug="owners-app"), 0)
    everything = list(Feedback.objects.filter(theme_id=mixed.id).values_list("id", flat=True))
    elsewhere = list(Feedback.objects.filter(theme_id__in=[other.id, there.id]).values_list("id", flat=True))
    for wanted in ([], everything, elsewhere):
        with pytest.raises(Refused):
            moving.split(source=mixed, feedback_ids=wanted, name="x", actor=STAFF)
    for target in (mixed, there):
        with pytest.raises(Refused):
            moving.move_feedback(source=mixed, target=target, feedback_ids=everything[:1], actor=STAFF)
    actions.merge(source=other, target=mixed, actor=STAFF)
    for source, target in ((other, mixed), (mixed, other)):
        with pytest.raises(Refused):
            moving.move_feedback(source=source, target=target, feedback_ids=everything[:1], actor=STAFF)
    assert Move.objects.count() == 0


def test_a_move_is_not_undone_across_a_merge(mixed: Theme, app_channel: ChannelAccount) -> None:
    done = moving.split(source=mixed, feedback_ids=about("雨刮异响"), name="雨刮", actor=STAFF)
    merged = actions.merge(source=done.target, target=theme(app_channel, 5), actor=STAFF)
    with pytest.raises(Refused):
        moving.undo(move_id=done.id, workspace_id=mixed.workspace_id, actor=STAFF)
    actions.undo_merge(merge_id=merged.id, workspace_id=mixed.workspace_id, actor=STAFF)
    moving.undo(move_id=done.id, workspace_id=mixed.workspace_id, actor=STAFF)
    assert figures(mixed)[0] == 5


def test_several_are_merged_and_parted_together(app_channel: ChannelAccount) -> None:
    first, second, target = (theme(app_channel, axis) for axis in range(3))
    done = actions.merge_many(sources=[first, second], target=target, actor=STAFF)
    assert figures(target)[0] == 3
    ids = [one.id for one in done[::-1]]
    actions.undo_merges(merge_ids=ids, workspace_id=target.workspace_id, actor=STAFF)
    assert [figures(one)[0] for one in (first, second, target)] == [1, 1, 1]
    with pytest.raises(Refused):
        actions.merge_many(sources=[], target=target, actor=STAFF)


def test_one_that_cannot_be_merged_keeps_all_as_they_were(app_channel: ChannelAccount) -> None:
    first, second, target = (theme(app_channel, axis) for axis in range(3))
    Theme.objects.filter(id=second.id).update(status="merged")
    with pytest.raises(Refused):
        actions.merge_many(sources=[first, second], target=target, actor=STAFF)
    assert figures(first)[0] == 1


def test_themes_are_picked_by_words_or_by_impact(app_channel: ChannelAccount) -> None:
    small, large = theme(app_channel, 0), theme(app_channel, 1, people=3)
    actions.describe(theme=small, actor=STAFF, name="雨刮异响")
    workspace = app_channel.workspace
    assert [one.id for one in to_pick(workspace=workspace, q="", without=[])] == [large.id, small.id]
    assert [one.id for one in to_pick(workspace=workspace, q="", without=[large.id])] == [small.id]
    assert small.id in [one.id for one in to_pick(workspace=workspace, q="雨刮", without=[])]


def test_the_vote_of_somebody_joined_since_goes_back_with_a_split(
    mixed: Theme, app_channel: ChannelAccount, operator: Membership
) -> None:
    first, second = member(app_channel, "甲车主"), member(app_channel, "甲车主的微信")
    actions.vote(theme=mixed, member=first, given=True)
    done = moving.split(source=mixed, feedback_ids=about("雨刮异响"), name="", actor=STAFF, votes_go=True)
    join(source=first, target=second, by=operator)
    moving.undo(move_id=done.id, workspace_id=app_channel.workspace_id, actor=STAFF)
    assert list(Vote.objects.values_list("theme_id", "member_id")) == [(mixed.id, second.id)]
