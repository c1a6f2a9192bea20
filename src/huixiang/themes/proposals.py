"""What the program proposes: two themes that look like one matter, and parts of a theme that sound like another."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from huixiang.engine.naming import name as name_by_words
from huixiang.feedback.models import Feedback
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.themes import events, likeness
from huixiang.themes.models import Theme, Unlike
from huixiang.themes.states import OPEN
from huixiang.workspaces.models import Workspace

LOOKED_AT: Final = 400  # open themes compared with each other, those with the greatest impact
READ: Final = 400  # feedbacks of a theme that are grouped, the latest
MOST_GROUPS: Final = 5
FEWEST: Final = 6  # feedbacks below which a theme is not grouped
APART: Final = 0.12  # mean silhouette below which the groups are no groups


@dataclass(frozen=True, slots=True)
class Pair:
    """Two themes that look alike, the one with the greater impact first; `likeness` is a cosine in per cent."""

    first: Theme
    second: Theme
    likeness: int


def alike(workspace: Workspace, limit: int = 5) -> list[Pair]:
    """The open themes that look most like one matter, without the pairs somebody parted. Four statements."""
    rows = Theme.objects.filter(workspace=workspace, status__in=OPEN, feedback_count__gt=0).order_by("-impact", "-id")
    centres = list(rows.values_list("id", "centre")[:LOOKED_AT])
    if len(centres) < 2:  # noqa: PLR2004 - a pair takes two
        return []
    parted = set(Unlike.objects.filter(workspace=workspace).values_list("first_id", "second_id"))
    border = likeness.of(workspace.id) - likeness.NEARLY
    ids, points = [one[0] for one in centres], np.asarray([one[1] for one in centres], np.float32)
    near = _nearest_pairs(ids, points, parted, border)
    themes = Theme.objects.defer("centre").in_bulk({theme_id for pair in near[:limit] for theme_id in pair[:2]})
    return [Pair(themes[a], themes[b], round(100 * cosine)) for a, b, cosine in near[:limit]]


def _nearest_pairs(
    ids: list[uuid.UUID], centres: NDArray[np.float32], parted: set[tuple[uuid.UUID, uuid.UUID]], border: float
) -> list[tuple[uuid.UUID, uuid.UUID, float]]:
    cosines = np.triu((unit := _unit(centres)) @ unit.T, 1)
    rows, columns = np.nonzero(cosines >= border)
    order = np.argsort(-cosines[rows, columns], kind="stable")
    pairs = [(ids[rows[k]], ids[columns[k]], float(cosines[rows[k], columns[k]])) for k in order]
    return [pair for pair in pairs if _ordered(pair[0], pair[1]) not in parted]


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _ordered(one: uuid.UUID, other: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID]:
    return (one, other) if one < other else (other, one)


@transaction.atomic
def dismiss(*, one: Theme, other: Theme, actor: Actor, dismissed: bool = True) -> None:
    """Say that two themes are not one matter, or take it back. Journal: themes.pair_dismissed, when it changed."""
    if one.id == other.id or one.workspace_id != other.workspace_id:
        raise Refused(_("Choose two different themes."))
    first, second = _ordered(one.id, other.id)
    known = Unlike.objects.filter(workspace_id=one.workspace_id, first_id=first, second_id=second)
    if dismissed:
        _row, changed = known.get_or_create(workspace_id=one.workspace_id, first_id=first, second_id=second)
    else:
        changed = bool(known.delete()[0])
    if changed:
        event = events.PairDismissed(subject=one.id, other_id=other.id, dismissed=dismissed)
        record(event, workspace_id=one.workspace_id, actor=actor)


@dataclass(frozen=True, slots=True)
class Part:
    """Feedbacks of a theme that sound alike, the latest first, with a name found in their words."""

    name: str
    feedbacks: list[Feedback]

    @property
    def people(self) -> int:
        """How many said it."""
        return len({feedback.member_id for feedback in self.feedbacks})


def parts(theme: Theme) -> list[Part]:
    """The latest READ feedbacks of a theme in groups that sound unlike each other, the largest first.

    One group when nothing stands out. What was deleted, and what could not be embedded, is left out.
    """
    rows = Feedback.objects.filter(workspace_id=theme.workspace_id, theme_id=theme.id, removed_at=None)
    rows = rows.exclude(embedding=None).select_related("member", "account").order_by("-said_at", "-id")
    read = list(rows[:READ])
    if not read:
        return []
    labels = grouped(np.asarray([_listed(feedback.embedding) for feedback in read], np.float32))
    found = [[one for one, label in zip(read, labels, strict=True) if label == wanted] for wanted in set(labels)]
    found.sort(key=lambda group: (-len(group), str(group[0].id)))
    return [Part(name_by_words([one.text for one in group])[:80], group) for group in found]


def _listed(vector: Any) -> Any:
    return vector.to_list() if hasattr(vector, "to_list") else vector


def grouped(vectors: NDArray[np.float32]) -> list[int]:
    """A label for each row: Ward's groups, as many (1 to MOST_GROUPS) as stand apart best by their mean silhouette."""
    if len(vectors) < FEWEST:
        return [0] * len(vectors)
    unit = _unit(vectors)
    distances = np.clip(1 - unit @ unit.T, 0, 2)
    tree = linkage(unit, "ward")
    tried = [fcluster(tree, number, "maxclust") for number in range(2, min(MOST_GROUPS, len(vectors) - 1) + 1)]
    best = max(tried, key=lambda labels: silhouette(distances, labels), default=None)
    if best is None or silhouette(distances, best) < APART:
        return [0] * len(vectors)
    return [int(label) for label in best]


def silhouette(distances: NDArray[np.float32], labels: Sequence[int] | NDArray[np.int32]) -> float:
    """Rousseeuw's mean silhouette, −1 to 1: how much nearer each one is to its own group than to the next.

    One that stands alone counts nothing; 0 for a single group. P. J. Rousseeuw, J. Comput. Appl. Math. 20, 1987.
    """
    marks = np.asarray(labels)
    groups = np.unique(marks)
    if len(groups) < 2:  # noqa: PLR2004 - there is no other group to be nearer to
        return 0.0
    member = marks[:, None] == groups[None, :]
    sizes = member.sum(axis=0)
    sums = distances @ member
    own = np.argmax(member, axis=1)
    rows = np.arange(len(marks))
    inside = sums[rows, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[rows, own] = np.inf
    outside = means.min(axis=1)
    widths = (outside - inside) / np.maximum(np.maximum(outside, inside), 1e-9)
    return float(np.where(sizes[own] > 1, widths, 0).mean())
