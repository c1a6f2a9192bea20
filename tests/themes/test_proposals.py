import numpy as np
import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.themes.models import Theme, Unlike
from huixiang.themes.proposals import alike, dismiss, grouped, parts, silhouette
from huixiang.workspaces.models import Workspace
from tests.factories.rows import placed, theme, towards, unstored

STAFF = Actor("staff", None)


@pytest.fixture
def near(app_channel: ChannelAccount, other_workspace: Workspace) -> list[Theme]:
    """Two that look alike, one that does not, one solved, one of another workspace."""
    made = [theme(app_channel, axis, people=axis + 1) for axis in range(4)]
    Theme.objects.filter(id=made[1].id).update(centre=towards(0, lean=0.8))  # cosine 0.6 to the first
    Theme.objects.filter(id=made[3].id).update(centre=towards(0), status="declined")
    theme(other_workspace.channel_accounts.get(slug="owners-app"), 0)
    return made


def test_what_looks_alike_is_proposed(near: list[Theme]) -> None:
    [pair] = alike(near[0].workspace)
    assert (pair.first.id, pair.second.id, pair.likeness) == (near[1].id, near[0].id, 60)


def test_a_pair_that_was_parted_is_proposed_never_again_unless_taken_back(near: list[Theme]) -> None:
    for one, other in ((near[0], near[1]), (near[1], near[0])):
        dismiss(one=one, other=other, actor=STAFF)
    assert (alike(near[0].workspace), Unlike.objects.count()) == ([], 1)
    dismiss(one=near[1], other=near[0], actor=STAFF, dismissed=False)
    assert len(alike(near[0].workspace)) == 1
    entries = Entry.objects.filter(name="themes.pair_dismissed").order_by("id")
    assert [entry.data["dismissed"] for entry in entries] == [True, False]


def test_one_theme_is_no_pair(near: list[Theme], other_workspace: Workspace) -> None:
    with pytest.raises(Refused):
        dismiss(one=near[0], other=near[0], actor=STAFF)
    with pytest.raises(Refused):
        dismiss(one=near[0], other=Theme.objects.get(workspace=other_workspace), actor=STAFF)
    assert alike(other_workspace) == []


def test_what_sounds_unlike_the_rest_is_a_part_of_its_own(app_channel: ChannelAccount) -> None:
    said = [unstored(app_channel, "打不着火", by=f"甲{n}") for n in range(5)]
    said += [unstored(app_channel, "雨刮异响", by=f"乙{n % 2}") for n in range(3)]
    vectors = [towards(0)] * 5 + [towards(0, lean=0.7)] * 3
    found = placed(app_channel, vectors, *said)[0]
    Feedback.objects.filter(id=said[0].id).update(embedding=None)
    shown = [(part.name, len(part.feedbacks), part.people) for part in parts(found)]
    assert shown == [("打不着火", 4, 4), ("雨刮异响", 3, 2)]


def test_what_sounds_alike_is_not_parted(app_channel: ChannelAccount) -> None:
    found = theme(app_channel, 0, people=8)
    assert [len(part.feedbacks) for part in parts(found)] == [8]
    Feedback.objects.update(embedding=None)
    assert parts(found) == []


def test_few_are_not_grouped() -> None:
    assert grouped(np.asarray([towards(0), towards(1)])) == [0, 0]


def test_a_silhouette_is_high_when_groups_stand_apart() -> None:
    distances = np.asarray([[0, 0.1, 1, 1], [0.1, 0, 1, 1], [1, 1, 0, 0.1], [1, 1, 0.1, 0]], np.float32)
    assert silhouette(distances, [1, 1, 2, 2]) == pytest.approx(0.9)
    assert silhouette(distances, [1, 2, 1, 2]) < 0
    assert silhouette(distances, [1, 1, 1, 1]) == 0
    assert silhouette(distances, [1, 2, 3, 4]) == 0
