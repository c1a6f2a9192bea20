"""Which jobs follow which events. The table is handed down by config at start-up."""

import uuid
from collections.abc import Mapping, Sequence

from huixiang.kernel import jobs

_table: dict[str, Sequence[str]] = {}


def subscribe(table: Mapping[str, Sequence[str]]) -> None:
    """Take the table event name → task names; replaces the earlier one."""
    _table.clear()
    _table.update(table)


def follow(name: str, *, workspace_id: uuid.UUID, subjects: Sequence[uuid.UUID]) -> None:
    """Queue every job that follows the event, once for all its subjects, in the caller's transaction."""
    for task in _table.get(name, ()):
        jobs.queue(task, workspace_id=str(workspace_id), subjects=[str(subject) for subject in subjects])
