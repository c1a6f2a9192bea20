"""Rows made without the engine, where a test needs a vector, a time or a grade of its own."""

import datetime

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import DIMENSIONS, Feedback
from huixiang.members.actions import Author, link
from huixiang.members.models import Member
from huixiang.themes import measures
from huixiang.themes.actions import attach
from huixiang.themes.models import Theme

Vector = NDArray[np.float32]


def towards(axis: int, *, lean: float = 0.0, to: int = 300) -> Vector:
    """A vector of length one along an axis, leaning towards another: their cosine is √(1 − lean²)."""
    vector = np.zeros(DIMENSIONS, dtype=np.float32)
    vector[axis], vector[to] = np.sqrt(1 - lean**2), lean
    return vector


def member(account: ChannelAccount, name: str, **fields: object) -> Member:
    """A member with an identity on the account, found again by name."""
    author = Author(account.id, name, name, str(fields.pop("email", "")))
    found = link(workspace_id=account.workspace_id, authors=[author])[author.key]
    for field, value in fields.items():
        setattr(found, field, value)
    found.save()
    return found


def unstored(account: ChannelAccount, text: str = "打不着火", *, by: str = "甲", **fields: object) -> Feedback:
    """A feedback that no table holds yet."""
    values: dict[str, object] = {
        "title": text[:30], "kind": "defect", "sentiment": -1, "severity": 2, "grade": "yellow",
        "said_at": timezone.now(), "model_version": "test",
    }  # fmt: skip
    return Feedback(
        workspace=account.workspace, account=account, member=member(account, by), text=text, **{**values, **fields}
    )


def placed(account: ChannelAccount, vectors: list[Vector], *feedbacks: Feedback) -> list[Theme]:
    """Store feedbacks with their themes, as the pipeline does; the theme of each."""
    for feedback, vector in zip(feedbacks, vectors, strict=True):
        feedback.embedding = vector
    touched = attach(workspace_id=account.workspace_id, feedbacks=feedbacks, vectors=np.asarray(vectors))
    Feedback.objects.bulk_create(feedbacks)
    measures.refresh(workspace_id=account.workspace_id, theme_ids=touched)
    themes = Theme.objects.in_bulk(touched)
    return [themes[feedback.theme_id] for feedback in feedbacks if feedback.theme_id]


def theme(account: ChannelAccount, axis: int = 0, people: int = 1, **fields: object) -> Theme:
    """A theme about its own matter, with one feedback from each of its people."""
    said = [unstored(account, f"第 {axis} 件事", by=f"主题{axis}车友{place}", **fields) for place in range(people)]
    return placed(account, [towards(axis)] * people, *said)[0]


def hours_ago(hours: float) -> datetime.datetime:
    """A moment that many hours back."""
    return timezone.now() - datetime.timedelta(hours=hours)
