import numpy as np
import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.engine.similarity import SAME_THEME
from huixiang.feedback.models import Feedback
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.themes import actions, deciding, likeness, moving
from huixiang.themes.models import Merge, Move, Proposal, Theme, Unlike
from huixiang.themes.regrouping import regroup
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.models import Workspace
from tests.factories.rows import placed, theme, towards, unstored

STAFF = Actor("staff", None)


@pytest.fixture
def twins(app_channel: ChannelAccount) -> tuple[Theme, Theme]:
    """Two themes of one matter, the first the larger, and a third of another."""
    first, second = theme(app_channel, 0, people=4), theme(app_channel, 1, people=3)
    theme(app_channel, 2, people=3)
    Feedback.objects.filter(theme_id=second.id).update(embedding=towards(0, lean=0.2))
    return first, second


@pytest.fixture
def mixed(app_channel: ChannelAccount) -> Theme:
    """A theme of two matters: six of one, four of another."""
    said = [unstored(app_channel, "打不着火", by=f"甲{n}") for n in range(6)]
    said += [unstored(app_channel, "雨刮异响", by=f"乙{n}") for n in range(4)]
    found = placed(app_channel, [towards(0)] * 10, *said)[0]
    Feedback.objects.filter(text="雨刮异响").update(embedding=towards(7))
    return found


def _open(workspace: Workspace) -> list[tuple[str, object, object, int]]:
    rows = Proposal.objects.filter(workspace=workspace, state="open").order_by("kind")
    return [(row.kind, row.theme_id, row.other_id, row.share) for row in rows]


def test_two_themes_of_one_group_are_proposed_as_one_and_nothing_is_done(twins: tuple[Theme, Theme]) -> None:
    first, second = twins
    assert regroup(workspace_id=first.workspace_id) == 1
    assert _open(first.workspace) == [("merge", first.id, second.id, 100)]
    assert Theme.objects.filter(status=ThemeStatus.MERGED).count() == 0


def test_accepted_it_is_merged_and_can_be_parted_for_good(twins: tuple[Theme, Theme]) -> None:
    first, _second = twins
    regroup(workspace_id=first.workspace_id)
    proposal = Proposal.objects.get()
    done = deciding.accept(proposal=proposal, actor=STAFF)
    assert isinstance(done, Merge)
    assert Feedback.objects.filter(theme_id=first.id).count() == 7
    with pytest.raises(Refused):
        deciding.accept(proposal=proposal, actor=STAFF)
    actions.undo_merge(merge_id=done.id, workspace_id=first.workspace_id, actor=STAFF)
    assert regroup(workspace_id=first.workspace_id) == 0


def test_refused_it_does_not_come_back_until_that_is_taken_back(twins: tuple[Theme, Theme]) -> None:
    workspace_id = twins[0].workspace_id
    regroup(workspace_id=workspace_id)
    proposal = Proposal.objects.get()
    deciding.refuse(proposal=proposal, actor=STAFF)
    assert (regroup(workspace_id=workspace_id), Unlike.objects.count()) == (0, 1)
    deciding.take_back(proposal=proposal, actor=STAFF)
    assert (regroup(workspace_id=workspace_id), Unlike.objects.count(), Proposal.objects.count()) == (1, 0, 1)


def test_a_part_of_another_matter_is_proposed_to_leave_and_named_by_its_words(mixed: Theme) -> None:
    regroup(workspace_id=mixed.workspace_id)
    [found] = deciding.standing(mixed.workspace)
    assert (found.proposal.kind, found.proposal.theme_id, found.proposal.share) == ("split", mixed.id, 40)
    assert ([one.text for one in found.there], found.name) == (["雨刮异响"] * 3, "雨刮异响")
    done = deciding.accept(proposal=found.proposal, actor=STAFF)
    assert isinstance(done, Move)
    assert (done.target.name, len(done.feedback_ids)) == ("雨刮异响", 4)
    moving.undo(move_id=done.id, workspace_id=mixed.workspace_id, actor=STAFF)
    assert regroup(workspace_id=mixed.workspace_id) == 0


def test_a_part_that_was_said_to_belong_stays_when_it_grew_a_little(mixed: Theme, app_channel: ChannelAccount) -> None:
    regroup(workspace_id=mixed.workspace_id)
    deciding.refuse(proposal=Proposal.objects.get(), actor=STAFF)
    placed(app_channel, [towards(0)], unstored(app_channel, "雨刮异响", by="丙"))
    Feedback.objects.filter(text="雨刮异响").update(embedding=towards(7))
    assert regroup(workspace_id=mixed.workspace_id) == 0
    entry = Entry.objects.get(name="themes.part_kept")
    assert (entry.subject_id, entry.data["kept"]) == (mixed.id, True)


def test_what_is_no_longer_so_is_closed(twins: tuple[Theme, Theme]) -> None:
    regroup(workspace_id=twins[0].workspace_id)
    Feedback.objects.filter(theme_id=twins[1].id).update(embedding=towards(1))
    assert regroup(workspace_id=twins[0].workspace_id) == 0
    assert Proposal.objects.get().state == "gone"


@pytest.mark.parametrize("pairs", [1, 3])
def test_showing_them_takes_as_many_statements_whatever_their_number(
    app_channel: ChannelAccount, pairs: int, django_assert_num_queries: object
) -> None:
    for place in range(pairs):
        theme(app_channel, 2 * place, people=4)
        twin = theme(app_channel, 2 * place + 1, people=3)
        Feedback.objects.filter(theme_id=twin.id).update(embedding=towards(2 * place))
    assert regroup(workspace_id=app_channel.workspace_id) == pairs
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = deciding.standing(app_channel.workspace)
    assert [(len(one.here), len(one.there)) for one in found] == [(3, 3)] * pairs


def test_another_workspace_is_not_looked_at(twins: tuple[Theme, Theme], other_workspace: Workspace) -> None:
    assert regroup(workspace_id=other_workspace.id) == 0
    assert Proposal.objects.count() == 0


def test_the_threshold_is_the_one_that_puts_most_where_the_grouping_does() -> None:
    rng = np.random.default_rng(1)
    rows = np.repeat(np.eye(12, 384), 30, axis=0) + rng.normal(0, 0.03, (360, 384))
    vectors = np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
    found = likeness.measured(vectors, np.repeat(np.arange(12), 30))
    assert found is not None
    assert (found.threshold, found.measured_on, found.right) == (SAME_THEME, 360, 1.0)
    assert likeness.measured(vectors[:90], np.repeat(np.arange(3), 30)) is None


def test_the_measured_threshold_is_kept_and_goes_when_there_is_too_little(workspace: Workspace) -> None:
    likeness.keep(workspace.id, likeness.Measured(0.61, 400, 0.9))
    assert likeness.of(workspace.id) == 0.61
    likeness.keep(workspace.id, None)
    assert likeness.of(workspace.id) == SAME_THEME
