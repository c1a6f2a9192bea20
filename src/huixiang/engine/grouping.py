"""Texts in groups that are each about one matter, found from all of them at once.

Two texts are alike by what they mean (the cosine of their embeddings) and by the learned axes of what they are about
(`engine.matters`). Groups are joined as long as their members are on average alike enough (average linkage). How much
is enough is read from the texts themselves: Otsu's threshold parts the likenesses of all pairs into “about the same”
and “not” (N. Otsu, IEEE Trans. SMC 9, 1979), and where few pairs are about the same it lies higher; a group needs
STRICTNESS times as much. So a file with hundreds of separate faults is cut finer than one with twenty broad topics.
Where the axes know little of such texts only the embeddings speak, and CAUTION asks for more.

No matrix of all pairs is made beyond AT_ONCE texts: more are grouped a sample at a time, the others join what the
sample found or wait for the next one, and what was found twice is joined in the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from huixiang.engine.matters import axes, grams, plain
from huixiang.engine.similarity import SAME_THEME

AT_ONCE: Final = 3000  # texts compared each with each: 9 million likenesses, 36 MB
BLOCK: Final = 4096  # texts whose grams are held at once
FEWEST: Final = 40  # texts below which their likenesses say nothing about themselves
STRICTNESS: Final = 2.3  # times Otsu's threshold, both in standard deviations above the mean of all pairs
AXES_WEIGHT: Final = 2.0  # of the learned axes beside the embedding, each in standard deviations over pairs
AXES_SPREAD: Final = 0.075  # standard deviation of the axes' likeness over pairs of the sources they were learned from
KNOWN: Final = 0.85  # share of AXES_SPREAD from which on the axes know what these texts are about
CAUTION: Final = 4.0  # standard deviations asked for in addition for each 1 that is missing of KNOWN
AS_COPIES: Final = 0.5  # of a text's likeness to itself: never more is asked, so that copies always come together
BINS: Final = 512

NONE: Final = -1  # the label of a text that is about a matter of its own
Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Space:
    """Rows whose dot product is how alike two texts are, and what two groups must reach on average to be one."""

    rows: Floats
    enough: float


def _spread(rows: Floats) -> float:
    """Standard deviation of the dot products of all pairs; never 0."""
    return max(float(_pairs(rows @ rows.T).std()), 1e-6)


def _pairs(square: Floats) -> Floats:
    return square[np.triu_indices(len(square), 1)]


def _sample(number: int, size: int) -> Labels:
    """Places spread evenly: the same texts always give the same sample."""
    return np.unique(np.linspace(0, number - 1, min(number, size)).astype(np.int64))


def words(texts: Sequence[str]) -> Floats:
    """Return (n, axes): what the words of each text say it is about."""
    blocks = (texts[start : start + BLOCK] for start in range(0, len(texts), BLOCK))
    return np.concatenate([axes().of(grams([plain(text) for text in block])) for block in blocks])


def space(texts: Sequence[str], vectors: Floats) -> Space:
    """Bring (n, 384) unit embeddings and their texts into one space, with the threshold its pairs give."""
    if len(texts) < FEWEST:
        return Space(np.asarray(vectors, dtype=np.float32), SAME_THEME)
    chosen = _sample(len(texts), AT_ONCE // 2)
    told = words(texts)
    rows = np.empty((len(texts), vectors.shape[1] + told.shape[1]), dtype=np.float32)  # filled in place
    np.multiply(vectors, np.float32(1 / np.sqrt(_spread(vectors[chosen]))), out=rows[:, : vectors.shape[1]])
    np.multiply(told, np.float32(np.sqrt(AXES_WEIGHT / AXES_SPREAD)), out=rows[:, vectors.shape[1] :])
    missing = max(0.0, KNOWN - _spread(told[chosen]) / AXES_SPREAD)
    likeness = rows[chosen] @ rows[chosen].T
    itself, likeness = float(np.diag(likeness).mean()), _pairs(likeness)
    middle, spread = float(likeness.mean()), float(likeness.std())
    enough = middle + STRICTNESS * (parting(likeness) - middle) + CAUTION * missing * spread
    return Space(rows, min(enough, AS_COPIES * itself))


def parting(likeness: Floats) -> float:
    """Otsu's threshold: where two parts of the likenesses differ most in their means, weighted by their sizes.

    Where nothing lies between the two parts it is the middle of the gap.
    """
    counted, edges = np.histogram(likeness, BINS)
    centres = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counted) / counted.sum()
    sums = np.cumsum(counted * centres) / counted.sum()
    between = (sums[-1] * below - sums) ** 2 / np.maximum(below * (1 - below), 1e-12)
    return float(edges[1:][between >= between.max() * (1 - 1e-9)].mean())


def groups(texts: Sequence[str], vectors: Floats) -> Labels:
    """Return for each text the number of its group, the largest group first, NONE when it is about a matter of its own.

    `vectors` are (n, 384) unit embeddings of the texts. A text without a word belongs to no group. The same texts in
    the same order always give the same groups.
    """
    labels = np.full(len(texts), NONE, dtype=np.int64)
    told = np.flatnonzero([any(map(str.isalpha, text)) for text in texts])
    if len(told) < 2:  # noqa: PLR2004 - nothing to be alike
        return labels
    whole = len(told) == len(texts)  # as ever: nothing is copied
    where = space(texts if whole else [texts[place] for place in told.tolist()], vectors if whole else vectors[told])
    labels[told] = _by_size(_grouped(where))
    return labels


def _grouped(where: Space) -> Labels:
    """Group a sample, let the others join, go on with those that joined nothing; then join what was found twice."""
    labels = np.full(len(where.rows), NONE, dtype=np.int64)
    waiting, means = np.arange(len(labels)), np.zeros((0, where.rows.shape[1]), dtype=np.float32)
    alone = np.zeros(len(labels), dtype=bool)
    while len(waiting):
        chosen = waiting[_sample(len(waiting), AT_ONCE)]
        labels[chosen] = _numbered(_linked(where.rows[chosen], where.enough), len(means))
        fresh = _means(where.rows[chosen], labels[chosen], len(means))
        alone[chosen] = labels[chosen] == NONE
        rest = np.setdiff1d(waiting, chosen, assume_unique=True)
        labels[rest] = _nearest(where, rest, fresh, len(means))
        waiting, means = rest[labels[rest] == NONE], np.concatenate([means, fresh])
    if len(labels) <= AT_ONCE or not len(means):
        return labels
    lonely = np.flatnonzero(alone)
    labels[lonely] = _nearest(where, lonely, means, 0)
    joined = _linked(means, where.enough)
    return np.where(labels == NONE, NONE, joined[np.maximum(labels, 0)])


def _linked(rows: Floats, enough: float) -> Labels:
    """A label for each row by average linkage, as long as groups are on average alike enough."""
    if len(rows) < 2:  # noqa: PLR2004 - nothing to join
        return np.zeros(len(rows), dtype=np.int64)
    likeness = rows @ rows.T
    most = float(likeness.max())
    distances = np.subtract(most, likeness, out=likeness)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    return np.asarray(fcluster(tree, max(most - enough, 0), "distance"), dtype=np.int64)


def _numbered(labels: Labels, first: int) -> Labels:
    """Labels from `first` on for groups of two and more, NONE for who stands alone."""
    _names, places, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    numbers = np.where(sizes > 1, first + np.cumsum(sizes > 1) - 1, NONE)
    return np.asarray(numbers[places], dtype=np.int64)


def _means(rows: Floats, labels: Labels, first: int) -> Floats:
    """The mean row of each group, in the order of their labels."""
    inside = labels != NONE
    sums = np.zeros((int(labels.max(initial=first - 1)) + 1 - first, rows.shape[1]), dtype=np.float32)
    np.add.at(sums, labels[inside] - first, rows[inside])
    sizes = np.bincount(labels[inside] - first, minlength=len(sums)).astype(np.float32)
    return np.asarray(sums / sizes[:, None], dtype=np.float32)


def _nearest(where: Space, places: Labels, means: Floats, first: int) -> Labels:
    """For each of these rows the group it is most like on average, NONE when that is not enough."""
    found = np.full(len(places), NONE, dtype=np.int64)
    for start in range(0, len(places) if len(means) else 0, BLOCK):
        likeness = where.rows[places[start : start + BLOCK]] @ means.T
        best = likeness.argmax(axis=1)
        near = likeness[np.arange(len(best)), best] >= where.enough
        found[start : start + BLOCK] = np.where(near, best + first, NONE)
    return found


def _by_size(labels: Labels) -> Labels:
    """The same groups numbered from 0, the largest first, of equal ones the one that begins first."""
    names, begins, sizes = np.unique(labels[labels != NONE], return_index=True, return_counts=True)
    order = np.lexsort((begins, -sizes))
    number = {int(names[place]): rank for rank, place in enumerate(order)}
    return np.asarray([number.get(int(label), NONE) for label in labels], dtype=np.int64)
