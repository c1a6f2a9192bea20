import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huixiang.cases.actions import open_cases
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.members.joining import join
from huixiang.themes.actions import merge, undo_merge, vote
from huixiang.themes.models import Merge, Theme, Vote
from huixiang.themes.queries import merges_into, voted, votes_of
from huixiang.workspaces.models import Membership, Workspace
from tests.factories.jobs import run_waiting
from tests.factories.rows import member, placed, theme, towards, unstored

STAFF = Actor("staff", None)


def with_case(account: ChannelAccount, axis: int, people: int = 2) -> Theme:
    found = theme(account, axis, people=people)
    feedbacks = list(Feedback.objects.filter(theme_id=found.id))
    open_cases(workspace_id=account.workspace_id, feedbacks=feedbacks)
    Feedback.objects.bulk_update(feedbacks, ["case_id"])
    return found


def counts() -> dict[object, tuple[int, int, int]]:
    rows = Theme.objects.values_list("id", "feedback_count", "people_count", "vote_count")
    return {row[0]: row[1:] for row in rows}


def case_themes() -> list[object]:
    return list(Case.objects.order_by("number").values_list("theme_id", flat=True))


def test_a_merge_takes_feedback_votes_and_cases_and_gives_them_back(app_channel: ChannelAccount) -> None:
    source, target = with_case(app_channel, 0, people=2), with_case(app_channel, 1, people=1)
    only_source, both = member(app_channel, "只投一"), member(app_channel, "都投")
    for one, who in ((source, only_source), (source, both), (target, both)):
        vote(theme=one, member=who, given=True)

    done = merge(source=source, target=target, actor=STAFF)
    run_waiting()
    assert counts() == {source.id: (0, 0, 1), target.id: (3, 3, 2)}
    assert case_themes() == [target.id] * 3
    merged = Theme.objects.get(id=source.id)
    assert (merged.status, merged.merged_into_id) == ("merged", target.id)
    wanted = (2 * towards(0) + towards(1)) / 3
    assert np.allclose(np.asarray(Theme.objects.get(id=target.id).centre), wanted, atol=1e-3)
    assert [one.id for one in merges_into(target)] == [done.id]

    [late] = placed(
        app_channel, [(wanted / np.linalg.norm(wanted)).astype(np.float32)], unstored(app_channel, by="后来")
    )
    assert late == target
    undo_merge(merge_id=done.id, workspace_id=app_channel.workspace_id, actor=STAFF)
    run_waiting()
    assert counts() == {source.id: (2, 2, 2), target.id: (2, 2, 1)}
    assert case_themes() == [source.id, source.id, target.id]
    parted = Theme.objects.get(id=source.id)
    assert (parted.status, parted.merged_into) == ("found", None)
    assert np.allclose(np.asarray(parted.centre), towards(0), atol=1e-3)
    assert merges_into(target) == []
    assert list(
        Entry.objects.filter(name__startswith="themes.merge").order_by("id").values_list("name", flat=True)
    ) == [
        "themes.merged",
        "themes.merge_undone",
    ]


def test_a_merge_is_undone_once(app_channel: ChannelAccount) -> None:
    done = merge(source=theme(app_channel, 0), target=theme(app_channel, 1), actor=STAFF)
    undo_merge(merge_id=done.id, workspace_id=app_channel.workspace_id, actor=STAFF)
    with pytest.raises(Refused):
        undo_merge(merge_id=done.id, workspace_id=app_channel.workspace_id, actor=STAFF)


def test_a_theme_is_not_merged_with_itself(app_channel: ChannelAccount) -> None:
    found = theme(app_channel, 0)
    with pytest.raises(Refused):
        merge(source=found, target=found, actor=STAFF)


def test_a_merged_theme_is_merged_no_further_even_by_a_stale_page(app_channel: ChannelAccount) -> None:
    source, target, third = (theme(app_channel, axis) for axis in range(3))
    merge(source=source, target=target, actor=STAFF)
    for pair in ((source, third), (third, source), (target, source)):  # the objects still say “found”
        with pytest.raises(Refused):
            merge(source=pair[0], target=pair[1], actor=STAFF)
    assert Merge.objects.count() == 1


def test_themes_of_two_workspaces_are_not_merged(app_channel: ChannelAccount, other_workspace: Workspace) -> None:
    there = theme(other_workspace.channel_accounts.get(slug="owners-app"), 0)
    with pytest.raises(Refused):
        merge(source=there, target=theme(app_channel, 0), actor=STAFF)
    done = merge(source=theme(app_channel, 1), target=theme(app_channel, 2), actor=STAFF)
    with pytest.raises(Refused):
        undo_merge(merge_id=done.id, workspace_id=other_workspace.id, actor=STAFF)


def test_merges_in_a_chain_are_undone_from_the_end(app_channel: ChannelAccount) -> None:
    first, second, third = (with_case(app_channel, axis, people=1) for axis in range(3))
    inner = merge(source=first, target=second, actor=STAFF)
    outer = merge(source=second, target=third, actor=STAFF)
    with pytest.raises(Refused):
        undo_merge(merge_id=inner.id, workspace_id=app_channel.workspace_id, actor=STAFF)
    for one in (outer, inner):
        undo_merge(merge_id=one.id, workspace_id=app_channel.workspace_id, actor=STAFF)
    run_waiting()
    assert case_themes() == [first.id, second.id, third.id]
    assert {row[0] for row in counts().values()} == {1}


def test_cases_follow_the_feedback_through_merge_undo_and_merge(app_channel: ChannelAccount) -> None:
    first, second, third = (with_case(app_channel, axis, people=1) for axis in range(3))
    undo_merge(
        merge_id=merge(source=first, target=second, actor=STAFF).id,
        workspace_id=app_channel.workspace_id, actor=STAFF,
    )  # fmt: skip
    merge(source=first, target=second, actor=STAFF)
    undo_merge(
        merge_id=merge(source=third, target=second, actor=STAFF).id,
        workspace_id=app_channel.workspace_id, actor=STAFF,
    )  # fmt: skip
    run_waiting()
    assert case_themes() == [second.id, second.id, third.id]


def test_a_member_votes_once_and_can_take_it_back(app_channel: ChannelAccount) -> None:
    found, who = theme(app_channel, 0), member(app_channel, "甲")
    assert [vote(theme=found, member=who, given=given) for given in (True, True, False, False, True)] == [1, 1, 0, 0, 1]
    assert Vote.objects.count() == 1
    assert voted(member=who, theme_ids=[found.id, None]) == {found.id}
    assert voted(member=None, theme_ids=[found.id]) == set()
    assert [given.member for given in votes_of(found)] == [who]
    entries = Entry.objects.filter(name="themes.voted").order_by("id")
    assert [e.data["given"] for e in entries] == [True, False, True]


def test_a_vote_for_a_merged_theme_counts_where_it_went(app_channel: ChannelAccount) -> None:
    source, target, who = theme(app_channel, 0), theme(app_channel, 1), member(app_channel, "甲")
    vote(theme=source, member=who, given=True)
    done = merge(source=source, target=target, actor=STAFF)
    assert vote(theme=Theme.objects.get(id=source.id), member=who, given=True) == 1
    undo_merge(merge_id=done.id, workspace_id=app_channel.workspace_id, actor=STAFF)
    assert list(Vote.objects.values_list("theme_id", flat=True)) == [source.id]


def test_a_vote_locks_the_theme_before_it_counts(app_channel: ChannelAccount) -> None:
    found = placed(app_channel, [towards(0)], unstored(app_channel))[0]
    with CaptureQueriesContext(connection) as asked:
        vote(theme=found, member=member(app_channel, "也是的人"), given=True)
    texts = [query["sql"] for query in asked]
    lock = next(place for place, text in enumerate(texts) if "themes_theme" in text and "FOR NO KEY UPDATE" in text)
    assert lock < next(place for place, text in enumerate(texts) if 'INSERT INTO "themes_vote"' in text)


def test_the_vote_of_somebody_joined_since_goes_back_too(app_channel: ChannelAccount, operator: Membership) -> None:
    source, target = theme(app_channel, 0), theme(app_channel, 1)
    first, second = member(app_channel, "甲车主"), member(app_channel, "甲车主的微信")
    vote(theme=source, member=first, given=True)
    done = merge(source=source, target=target, actor=STAFF)
    join(source=first, target=second, by=operator)
    undo_merge(merge_id=done.id, workspace_id=app_channel.workspace_id, actor=STAFF)
    assert list(Vote.objects.values_list("theme_id", "member_id")) == [(source.id, second.id)]
    assert {key: row[2] for key, row in counts().items()} == {source.id: 1, target.id: 0}
