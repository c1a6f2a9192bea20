"""Making a workspace's version from its corrections, with its figures on the terminal."""

import sys
from collections.abc import Mapping
from typing import Any

from huixiang.kernel.errors import Refused
from huixiang.triage.learned import LearnedState, LearnedVersion
from huixiang.triage.learning import versions
from huixiang.workspaces.queries import workspace_by_slug

FAILED, WRONG = 1, 2


def run(slug: str) -> int:
    """Make a candidate and print how it compares; a person switches it on in the desk. Returns the exit status."""
    workspace = workspace_by_slug(slug)
    if workspace is None:
        print(f"huixiang train: there is no workspace {slug}; `huixiang workspace list` shows them.", file=sys.stderr)
        return WRONG
    try:
        version = versions.ask(workspace=workspace, by=None, queued=False)
    except Refused as refused:
        print(f"huixiang train: {refused.sentence}", file=sys.stderr)
        return FAILED
    version = versions.make(version.id, on_progress=_say)
    if version.state == LearnedState.FAILED:
        print(f"huixiang train: {version.error}", file=sys.stderr)
        return FAILED
    _report(version, slug)
    return 0


def _say(version: LearnedVersion) -> None:
    of = f" {version.done} of {version.total}" if version.total else ""
    print(f"{version.get_step_display()}{of}", file=sys.stderr, flush=True)


def _report(version: LearnedVersion, slug: str) -> None:
    learned, held_back = version.learned_from, version.held_back
    print(f"Version {version.number}: learned from {learned} corrected texts, {held_back} held back.")
    print("On what was held back:")
    for one in version.figures["corrections"]:
        print(_line(one))
    print("On the base's own sample:")
    for one in version.figures["base"]:
        print(_line(one))
    said = version.effects
    print(f"Of {said['feedbacks']} feedbacks of the last 30 days {said.get('changed', 0)} would be read otherwise.")
    print(f"Nothing is switched on: look at it under /w/{slug}/settings/learning/.")


def _line(one: Mapping[str, Any]) -> str:
    """One question: right before → after, the gain with its 95 % interval, the number of texts."""
    before, after = one["before"] / one["count"], one["after"] / one["count"]
    low, high = one["gain_interval"]
    gain = f"gain {one['gain']:+.3f} [{low:+.3f}, {high:+.3f}]"
    return f"  {one['question']:<10}{before:.3f} → {after:.3f}  {gain}  n={one['count']}"
