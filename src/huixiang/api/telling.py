"""What endpoints are told: journal events under the names programs use, with small data and no personal data.

`personal` beside it goes only to endpoints that were switched to it: names, and words as they are masked.
"""

import datetime
import functools
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from django.utils import timezone

from huixiang.api import shapes
from huixiang.cases.models import Case
from huixiang.channels.webhooks import actions, queries
from huixiang.channels.webhooks.actions import Message
from huixiang.feedback.models import Feedback
from huixiang.journal.models import Entry
from huixiang.journal.queries import lately
from huixiang.themes.models import Theme

STRETCH: Final = datetime.timedelta(hours=6)  # how long a job may have waited for a worker
ENDED: Final = {"solved", "confirmed", "closed"}
Data = Mapping[str, Any]
TELLS: Final[dict[str, Callable[[Data], Iterable[str]]]] = {
    "feedback.found": lambda _data: ["feedback.kept"],
    "feedback.removed": lambda _data: ["feedback.removed"],
    "feedback.taken_back": lambda _data: ["feedback.removed"],
    "cases.opened": lambda _data: ["case.opened"],
    "cases.assigned": lambda _data: ["case.assigned"],
    "cases.answered": lambda _data: ["case.replied"],
    "cases.member_spoke": lambda _data: ["case.member_replied"],
    "cases.regraded": lambda _data: ["case.regraded"],
    "cases.clock_breached": lambda _data: ["case.overdue"],
    "cases.state_changed": lambda data: (
        ["case.closed"] if data["after"] in ENDED else ["case.reopened"] if data["after"] == "reopened" else []
    ),
    "themes.found": lambda _data: ["theme.found"],
    "themes.moved": lambda data: ["theme.moved", *(["theme.resolved"] if data["after"] == "fixed" else [])],
    "themes.merged": lambda _data: ["theme.merged"],
    "themes.rise_warned": lambda _data: ["theme.rising"],
    "announcements.published": lambda _data: ["announcement.published"],
}
KEPT_BACK: Final = {"member_id", "model_version", "message_id"}  # who it was, and what is nobody's business outside


def task_of(event: str) -> str:
    """The name of the job that tells endpoints of a journal event."""
    return f"api.tell:{event}"


def asked() -> dict[str, Callable[[uuid.UUID], bool]]:
    """For each telling job whether an endpoint of the workspace wants it: one EXISTS instead of an INSERT."""
    return {task_of(event): functools.partial(_wanted, _possible(event)) for event in TELLS}


def _wanted(names: set[str], workspace_id: uuid.UUID) -> bool:
    return queries.anybody_listens(workspace_id=workspace_id, events=names)


def _possible(event: str) -> set[str]:
    """The names under which endpoints may be told of a journal event."""
    return {name for after in ("", "closed", "reopened", "fixed") for name in TELLS[event]({"after": after})}


def tell(event: str, *, workspace_id: uuid.UUID, subjects: Sequence[uuid.UUID]) -> int:
    """Queue messages for whoever listens; returns how many. Run twice it tells nothing twice."""
    endpoints = queries.listening(workspace_id=workspace_id, events=_possible(event))
    if not endpoints:
        return 0
    since = timezone.now() - STRETCH
    entries = lately(workspace_id=workspace_id, name=event, subjects=subjects, since=since)
    about = _about(workspace_id, entries)
    messages = [message for entry in entries for message in _messages(entry, about)]
    return actions.queue(endpoints=endpoints, messages=messages)


def _messages(entry: Entry, about: Mapping[uuid.UUID, Data]) -> list[Message]:
    data = {name: value for name, value in entry.data.items() if name not in KEPT_BACK}
    return [
        Message(
            f"evt_{entry.id}_{name}" if name == "theme.resolved" else f"evt_{entry.id}", name, entry.at,
            {"id": str(entry.subject_id), **data}, dict(about.get(entry.subject_id, {})),
        )
        for name in TELLS[entry.name](entry.data)
    ]  # fmt: skip


def _about(workspace_id: uuid.UUID, entries: Sequence[Entry]) -> dict[uuid.UUID, Data]:
    """Names and masked words of what these are about: one statement for each kind of thing."""
    found: dict[uuid.UUID, Data] = {}
    ids: dict[str, list[uuid.UUID]] = {}
    for entry in entries:
        ids.setdefault(entry.subject_kind, []).append(entry.subject_id)
    said = Feedback.objects.filter(workspace_id=workspace_id, id__in=ids.get("feedback", []))
    for row in said.select_related("member").defer("embedding"):
        found[row.id] = {"title": row.title, "text": row.text, "member": shapes.called(row.member)}
    cases = Case.objects.filter(workspace_id=workspace_id, id__in=ids.get("case", []))
    for case in cases.select_related("member"):
        found[case.id] = {"number": case.label, "title": case.title, "member": shapes.called(case.member)}
    themes = Theme.objects.filter(workspace_id=workspace_id, id__in=ids.get("theme", []))
    for theme_id, name in themes.values_list("id", "name"):
        found[theme_id] = {"name": name}
    return found
