"""Which theme a feedback is about: the nearest centre of the workspace, or a new theme.

The threshold is the workspace's own (`themes.likeness`), the search exact over the centres. Feedbacks of one batch see
the themes that the ones before them made.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from huixiang.engine.naming import name as name_by_words
from huixiang.engine.similarity import SAME_THEME
from huixiang.feedback.models import Feedback
from huixiang.kernel.ids import new_id
from huixiang.themes.models import Theme
from huixiang.themes.states import ThemeStatus

Vector = NDArray[np.float32]

NEAREST = """
    SELECT wanted.place, near.id, (SELECT threshold FROM themes_likeness WHERE workspace_id = %(workspace)s)
    FROM unnest(%(places)s::int[], %(vectors)s::vector[]) AS wanted (place, vector)
    CROSS JOIN LATERAL (
        SELECT id, centre <=> wanted.vector AS distance FROM themes_theme
        WHERE workspace_id = %(workspace)s AND status <> 'merged'
        ORDER BY distance, id LIMIT 1
    ) AS near
"""


@dataclass(slots=True)
class Group:
    """A theme touched by a batch: its centre, its size so far, and what is new in it."""

    theme_id: uuid.UUID
    centre: Vector
    size: int
    new: bool = False
    added: list[Feedback] = field(default_factory=list)

    def take(self, feedback: Feedback, vector: Vector) -> None:
        """Add one feedback and move the centre towards it."""
        self.centre = ((self.centre * self.size + vector) / (self.size + 1)).astype(np.float32)
        self.size += 1
        self.added.append(feedback)
        feedback.theme_id = self.theme_id

    def similarity(self, vector: Vector) -> float:
        """Cosine between centre and vector, −1 to 1."""
        return float(self.centre @ vector / (np.linalg.norm(self.centre) * np.linalg.norm(vector) or 1))


def group(*, workspace_id: uuid.UUID, feedbacks: Sequence[Feedback], vectors: Vector) -> list[Group]:
    """Assign each feedback (row i of `vectors`, shape (n, 384)) a theme id; the touched groups come back."""
    touched, enough = _nearest_groups(workspace_id, vectors)
    fresh: list[Group] = []
    for feedback, vector, nearest in zip(feedbacks, vectors, touched, strict=True):
        candidates = [*fresh, nearest] if nearest else fresh
        best = max(candidates, key=lambda candidate: candidate.similarity(vector), default=None)
        if best is None or best.similarity(vector) < enough:
            best = Group(new_id(), vector, 0, new=True)
            fresh.append(best)
        best.take(feedback, vector)
    existing = {g.theme_id: g for g in touched if g and g.added}
    return [*existing.values(), *fresh]


def _nearest_groups(workspace_id: uuid.UUID, vectors: Vector) -> tuple[list[Group | None], float]:
    """The nearest group of each vector, and the cosine from which on it takes it: the workspace's own if measured."""
    parameters: dict[str, Any] = {
        "places": list(range(len(vectors))),
        "vectors": ["[" + ",".join(map(str, vector.tolist())) + "]" for vector in vectors],
        "workspace": workspace_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, parameters)
        rows: list[tuple[int, Any, float | None]] = cursor.fetchall()
    nearest = {place: theme_id for place, theme_id, _threshold in rows}
    enough = next((threshold for _place, _theme_id, threshold in rows if threshold is not None), SAME_THEME)
    themes = Theme.objects.filter(id__in=set(nearest.values()))
    groups = {t.id: Group(t.id, np.asarray(t.centre, dtype=np.float32), t.feedback_count) for t in themes}
    return [groups.get(nearest[place]) if place in nearest else None for place in range(len(vectors))], enough


def new_theme(found: Group, workspace_id: uuid.UUID) -> Theme:
    """The theme a new group becomes, named by its words."""
    times = [feedback.said_at for feedback in found.added]
    return Theme(
        id=found.theme_id,
        workspace_id=workspace_id,
        name=name_by_words([feedback.text for feedback in found.added])[:80] or found.added[0].title,
        status=ThemeStatus.FOUND,
        centre=found.centre,
        first_seen=min(times),
        last_seen=max(times),
    )
