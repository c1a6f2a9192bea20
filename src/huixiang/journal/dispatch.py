"""Which jobs follow which events. The table is handed down by config at start-up."""

import uuid
from collections.abc import Callable, Mapping, Sequence

from huixiang.kernel import jobs

Asked = Callable[[uuid.UUID], bool]

_table: dict[str, Sequence[str]] = {}
_asked: dict[str, Asked] = {}


def subscribe(table: Mapping[str, Sequence[str]], asked: Mapping[str, Asked] | None = None) -> None:
    """Take the table event name → task names; replaces the earlier one.

    `asked` says of some tasks whether a workspace needs them at all: a job with nothing to do is not queued.
    """
    _table.clear()
    _table.update(table)
    _asked.clear()
    _asked.update(asked or {})


def follow(name: str, *, workspace_id: uuid.UUID, subjects: Sequence[uuid.UUID]) -> None:
    """Queue every job that follows the event, once for all its subjects, in the caller's transaction."""
    for task in _table.get(name, ()):
        if task in _asked and not _asked[task](workspace_id):
            continue
        jobs.queue(task, workspace_id=str(workspace_id), subjects=[str(subject) for subject in subjects])
