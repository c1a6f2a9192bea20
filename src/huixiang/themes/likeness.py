"""From which cosine on a feedback belongs to a theme: measured on a workspace's own feedback, night by night.

What the nightly grouping puts together is taken as right, and the threshold is the cosine at which looking for the
nearest centre alone, as it is done when a feedback comes in, errs least: too low puts strangers into a theme, too high
makes a theme of every new wording. With too little feedback the engine's own threshold holds.
"""

import uuid
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from huixiang.engine.grouping import NONE
from huixiang.engine.similarity import SAME_THEME
from huixiang.themes.models import Likeness

FEWEST: Final = 200  # feedbacks below which a workspace says nothing of its own
FEWEST_GROUPS: Final = 8
LOWEST: Final = 3  # members of a group that count: a centre of two is the other one
FARTHEST: Final = 0.15  # how far a workspace's threshold may lie from the engine's
STEP: Final = 0.01
NEARLY: Final = 0.09  # below the threshold two centres are still proposed as one matter

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Measured:
    """A threshold, on how many feedbacks it was measured, and which share of them it puts right."""

    threshold: float
    measured_on: int
    right: float


def of(workspace_id: uuid.UUID) -> float:
    """The workspace's threshold, or the engine's while none is measured."""
    found = Likeness.objects.filter(workspace_id=workspace_id).values_list("threshold", flat=True).first()
    return SAME_THEME if found is None else found


def measured(vectors: Floats, labels: Labels) -> Measured | None:
    """The threshold that puts most of these unit vectors (n, 384) where their labels say; None for too few."""
    names, sizes = np.unique(labels[labels != NONE], return_counts=True)
    names = names[sizes >= LOWEST]
    inside = np.isin(labels, names)
    judged = inside | (labels == NONE)
    if judged.sum() < FEWEST or len(names) < FEWEST_GROUPS:
        return None
    own, other = _nearness(vectors, labels, names)
    tried = SAME_THEME + np.arange(-FARTHEST, FARTHEST + STEP / 2, STEP)
    right = [float(_right(own[judged], other[judged], inside[judged], border).mean()) for border in tried]
    best = max(right)
    good = [one for one, share in zip(tried, right, strict=True) if share == best]
    near = min(good, key=lambda one: abs(one - SAME_THEME))
    return Measured(round(float(near), 2), int(judged.sum()), best)


def _nearness(vectors: Floats, labels: Labels, names: Labels) -> tuple[Floats, Floats]:
    """For each row the cosine to the centre of its own group without itself, and to the nearest other centre."""
    member = (labels[:, None] == names[None, :]).astype(np.float32)
    sums = member.T @ vectors
    lengths = np.linalg.norm(sums, axis=1)
    cosines = (vectors @ sums.T) / lengths
    own_sums = member @ sums - vectors * member.sum(axis=1, keepdims=True)
    own = (own_sums * vectors).sum(axis=1) / np.maximum(np.linalg.norm(own_sums, axis=1), 1e-6)
    other = np.where(member > 0, -1, cosines).max(axis=1)
    return np.asarray(np.where(member.any(axis=1), own, -1), np.float32), np.asarray(other, np.float32)


def _right(own: Floats, other: Floats, inside: NDArray[np.bool_], border: float) -> NDArray[np.bool_]:
    """Which rows would go where they belong: into their group, or, belonging to none, into none."""
    return np.where(inside, (own >= border) & (own >= other), other < border)


def keep(workspace_id: uuid.UUID, found: Measured | None) -> None:
    """Store what was measured; with too little left to measure, the engine's threshold holds again."""
    if found is None:
        Likeness.objects.filter(workspace_id=workspace_id).delete()
        return
    values = {"threshold": found.threshold, "measured_on": found.measured_on, "right": found.right}
    Likeness.objects.update_or_create(workspace_id=workspace_id, defaults=values | {"measured_at": timezone.now()})
