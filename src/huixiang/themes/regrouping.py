"""The nightly look at all feedback at once: what it would put together or part is proposed, never done.

When a feedback comes in it joins the nearest centre, for good. At night the latest READ feedbacks of the open themes
are grouped from scratch (`engine.grouping`), and where that says something else than the themes do, a person is asked:
two themes most of whose feedback falls into one group may be one matter; a good part of a theme that falls into a
group of its own may be another matter. What was refused or undone once is not proposed again.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from huixiang.engine.grouping import NONE, groups
from huixiang.feedback.models import DIMENSIONS, Feedback, Kind
from huixiang.themes import likeness
from huixiang.themes.actions import lock
from huixiang.themes.models import Merge, Move, Proposal, ProposalKind, ProposalState, Theme, Unlike
from huixiang.themes.states import OPEN

READ: Final = 3000  # feedbacks that are grouped, the latest
AGREED: Final = 0.6  # share of a theme that must fall into the group it shares with another
FEWEST: Final = 2  # feedbacks of a theme for it to be proposed to go up in another
LARGEST_REST: Final = 0.8  # share of a theme in its main group from which on it is one matter
PART: Final = 0.2  # share of a theme that must fall into another group to be a part of its own
FEWEST_APART: Final = 3  # feedbacks of such a part
MOST: Final = 30  # open proposals of a kind: more nobody looks through
SAME_PART: Final = 0.5  # overlap (Jaccard) from which on a part is the one that was refused

Key = tuple[str, uuid.UUID, uuid.UUID | None]


@dataclass(frozen=True, slots=True)
class Read:
    """What is grouped: ids, the themes they are in now, texts, and unit vectors (n, 384)."""

    ids: list[uuid.UUID]
    themes: list[uuid.UUID]
    texts: list[str]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change the grouping asks for."""

    kind: str
    theme_id: uuid.UUID
    other_id: uuid.UUID | None
    feedback_ids: list[uuid.UUID]
    share: int

    @property
    def key(self) -> Key:
        """What makes it the same proposal as one before: the pair, or the theme the part is of."""
        return self.kind, self.theme_id, self.other_id


def regroup(*, workspace_id: uuid.UUID) -> int:
    """Group, measure the workspace's threshold, and keep what is proposed; how many proposals are open.

    Grouping takes seconds and holds no lock; the proposals are written in one transaction.
    """
    read = _read(workspace_id)
    labels = groups(read.texts, read.vectors)
    likeness.keep(workspace_id, likeness.measured(read.vectors, labels))
    wanted = [*merges(read, labels), *splits(read, labels)]
    return _keep(workspace_id, wanted)


def _read(workspace_id: uuid.UUID) -> Read:
    still = Theme.objects.filter(workspace_id=workspace_id, status__in=OPEN)
    said = Feedback.objects.filter(workspace_id=workspace_id, theme_id__in=still.values("id"), removed_at=None)
    said = said.exclude(embedding=None).exclude(kind=Kind.PRAISE).order_by("-said_at", "-id")
    rows: list[Any] = list(said.values_list("id", "theme_id", "text", "embedding")[:READ])
    vectors = np.asarray([_listed(row[3]) for row in rows], np.float32).reshape(len(rows), DIMENSIONS)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)
    return Read([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], unit)


def _listed(vector: Any) -> Any:
    return vector.to_list() if hasattr(vector, "to_list") else vector


Table = dict[uuid.UUID, dict[int, list[uuid.UUID]]]


def _table(read: Read, labels: NDArray[np.int64]) -> Table:
    """For each theme its feedback by group, those that stand alone under NONE."""
    found: Table = defaultdict(lambda: defaultdict(list))
    for feedback_id, theme_id, label in zip(read.ids, read.themes, labels.tolist(), strict=True):
        found[theme_id][label].append(feedback_id)
    return found


def _main(parts: dict[int, list[uuid.UUID]]) -> tuple[int, float]:
    """The group most of a theme falls into, and which share of it; NONE when all of it stands alone."""
    sizes = Counter({label: len(ids) for label, ids in parts.items() if label != NONE})
    if not sizes:
        return NONE, 0.0
    label = min(sizes, key=lambda one: (-sizes[one], one))
    return label, sizes[label] / sum(map(len, parts.values()))


def merges(read: Read, labels: NDArray[np.int64]) -> list[Wanted]:
    """Themes most of which fall into one group, each with the largest of that group; the largest first."""
    table = _table(read, labels)
    together: dict[int, list[tuple[int, uuid.UUID, float]]] = defaultdict(list)
    for theme_id, parts in table.items():
        label, share = _main(parts)
        size = sum(map(len, parts.values()))
        if label != NONE and share >= AGREED and size >= FEWEST:
            together[label].append((size, theme_id, share))
    found = []
    for label, themes in together.items():
        (_size, into, most), *rest = sorted(themes, key=lambda one: (-one[0], one[1]))
        for _number, theme_id, share in rest:
            ids = [*table[into][label], *table[theme_id][label]]
            found.append(Wanted(ProposalKind.MERGE, into, theme_id, ids, round(100 * min(most, share))))
    return sorted(found, key=_weight)[:MOST]


def splits(read: Read, labels: NDArray[np.int64]) -> list[Wanted]:
    """Parts of themes that fall into a group of their own, the largest part of each; the largest first."""
    found = []
    for theme_id, parts in _table(read, labels).items():
        size = sum(map(len, parts.values()))
        main, share = _main(parts)
        rest = {label: ids for label, ids in parts.items() if label not in (main, NONE)}
        part = max(rest.values(), key=len, default=[])
        if main != NONE and share < LARGEST_REST and len(part) >= max(FEWEST_APART, PART * size):
            found.append(Wanted(ProposalKind.SPLIT, theme_id, None, part, round(100 * len(part) / size)))
    return sorted(found, key=_weight)[:MOST]


def _weight(wanted: Wanted) -> tuple[int, str]:
    return -len(wanted.feedback_ids), str(wanted.theme_id)


@transaction.atomic
def _keep(workspace_id: uuid.UUID, wanted: Sequence[Wanted]) -> int:
    """Write what is new, renew what is proposed already, close what is no longer so; refused ones stay refused."""
    lock(workspace_id)
    now = {p.key: p for p in map(_Standing, Proposal.objects.filter(workspace_id=workspace_id, state="open"))}
    asked = {one.key: one for one in _not_refused(workspace_id, wanted)}
    gone = [standing.row.id for key, standing in now.items() if key not in asked]
    Proposal.objects.filter(id__in=gone).update(state=ProposalState.GONE, decided_at=timezone.now())
    renewed = [now[key].renewed(one) for key, one in asked.items() if key in now]
    Proposal.objects.bulk_update(renewed, ["feedback_ids", "share"])
    new = [_row(workspace_id, one) for key, one in asked.items() if key not in now]
    Proposal.objects.bulk_create(new)
    return len(asked)


@dataclass(frozen=True, slots=True)
class _Standing:
    """A proposal that stands open."""

    row: Proposal

    @property
    def key(self) -> Key:
        return self.row.kind, self.row.theme_id, self.row.other_id

    def renewed(self, wanted: Wanted) -> Proposal:
        self.row.feedback_ids, self.row.share = wanted.feedback_ids, wanted.share
        return self.row


def _row(workspace_id: uuid.UUID, one: Wanted) -> Proposal:
    return Proposal(
        workspace_id=workspace_id, kind=one.kind, theme_id=one.theme_id, other_id=one.other_id,
        feedback_ids=one.feedback_ids, share=one.share,
    )  # fmt: skip


def _not_refused(workspace_id: uuid.UUID, wanted: Iterable[Wanted]) -> list[Wanted]:
    """Without pairs that were said to be two matters or parted again, and parts that were said to belong."""
    parted = set(Unlike.objects.filter(workspace_id=workspace_id).values_list("first_id", "second_id"))
    undone = Merge.objects.filter(workspace_id=workspace_id, undone_at__isnull=False)
    parted |= {(min(pair), max(pair)) for pair in undone.values_list("source_id", "target_id")}
    refused = Proposal.objects.filter(workspace_id=workspace_id, kind=ProposalKind.SPLIT, state=ProposalState.DISMISSED)
    kept: dict[uuid.UUID, list[set[uuid.UUID]]] = defaultdict(list)
    for theme_id, ids in refused.values_list("theme_id", "feedback_ids"):
        kept[theme_id].append(set(ids))
    back = Move.objects.filter(workspace_id=workspace_id, split=True, undone_at__isnull=False)
    for theme_id, ids in back.values_list("source_id", "feedback_ids"):
        kept[theme_id].append(set(ids))
    return [one for one in wanted if not _refused(one, parted, kept[one.theme_id])]


def _refused(one: Wanted, parted: set[tuple[uuid.UUID, uuid.UUID]], kept: Sequence[set[uuid.UUID]]) -> bool:
    if one.other_id:
        return (min(one.theme_id, one.other_id), max(one.theme_id, one.other_id)) in parted
    return any(_same(set(one.feedback_ids), ids) for ids in kept)


def _same(one: set[uuid.UUID], other: set[uuid.UUID]) -> bool:
    return len(one & other) >= SAME_PART * len(one | other)
