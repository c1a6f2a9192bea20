"""Which adapter reads a workspace's messages, loaded once a process."""

import uuid
from functools import lru_cache

from huixiang.engine import MODEL_VERSION
from huixiang.engine.learning.adapter import Adapter
from huixiang.triage.learned import LearnedState, LearnedVersion

KEPT = 16  # adapters a process holds: a few megabytes each when they are applied


def active_version(workspace_id: uuid.UUID) -> uuid.UUID | None:
    """The id of the version that reads now; None where the engine's own models do, also after they were renewed."""
    found = LearnedVersion.objects.filter(workspace_id=workspace_id, state=LearnedState.ACTIVE)
    return found.filter(base_version=MODEL_VERSION).values_list("id", flat=True).first()


def active_adapter(workspace_id: uuid.UUID) -> Adapter | None:
    """What is added to the engine's answers in this workspace: one small statement."""
    version_id = active_version(workspace_id)
    return adapter_of(version_id) if version_id else None


@lru_cache(maxsize=KEPT)
def adapter_of(version_id: uuid.UUID) -> Adapter:
    """The adapter of a version; what a version learned never changes. Raises ValueError when it has none."""
    stored = LearnedVersion.objects.values_list("adapter", flat=True).get(id=version_id)
    if stored is None:
        raise ValueError("nothing was learned in this version")
    return Adapter.from_bytes(bytes(stored))
