"""Early warnings: a theme rises faster than its own past (the statistic is `themes.growth`).

Looked at by a job after feedback was attached to a theme of some size, and every night. While a rise goes on there is
one warning, which grows with it; when it has settled into what is usual the warning ends, and RESTS days must pass
before the theme can warn again.
"""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.feedback.models import Feedback
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.jobs import queue
from huixiang.themes import events
from huixiang.themes.growth import FEWEST, FEWEST_DAYS, PAST, SETTLED, WINDOWS, Rise, rise
from huixiang.themes.models import EarlyWarning, Theme
from huixiang.themes.states import OPEN
from huixiang.workspaces.models import Membership, Workspace

DAY: Final = datetime.timedelta(days=1)
RESTS: Final = datetime.timedelta(days=7)
KEPT: Final = 200  # messages of a warning, the latest
SHOWN: Final = 20  # of them on a page
LOOKED_AT: Final = 500  # themes at once, those with most people lately

COUNTED = """
    SELECT theme_id, floor(extract(epoch FROM %(now)s - said_at) / 86400)::int, count(DISTINCT member_id)
    FROM feedback_feedback
    WHERE workspace_id = %(workspace)s AND theme_id = ANY(%(themes)s) AND said_at > %(first)s AND said_at <= %(now)s
    GROUP BY 1, 2
"""
WITHIN = """
    SELECT wanted.days, f.theme_id, count(DISTINCT f.member_id)
    FROM unnest(%(windows)s::int[]) AS wanted (days)
    JOIN feedback_feedback f ON f.workspace_id = %(workspace)s AND f.theme_id = ANY(%(themes)s)
        AND f.said_at > %(now)s - wanted.days * interval '1 day' AND f.said_at <= %(now)s
    GROUP BY 1, 2
"""


def wake(*, workspace_id: uuid.UUID) -> None:
    """Queue a look, unless one waits."""
    queue("themes.watch", once=f"themes.watch:{workspace_id}", workspace_id=str(workspace_id))


@dataclass(slots=True)
class _Counts:
    people: list[int] = field(default_factory=lambda: [0] * len(WINDOWS))
    past: list[int] = field(default_factory=lambda: [0] * (PAST + WINDOWS[-1]))


def _counts(
    workspace_id: uuid.UUID, theme_ids: Sequence[uuid.UUID], now: datetime.datetime
) -> dict[uuid.UUID, _Counts]:
    """People a day and within each window, of all these themes: two statements."""
    found = {theme_id: _Counts() for theme_id in theme_ids}
    parameters: dict[str, Any] = {
        "workspace": workspace_id, "themes": list(theme_ids), "now": now,
        "first": now - DAY * (PAST + WINDOWS[-1]), "windows": list(WINDOWS),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, parameters)
        for theme_id, ago, people in cursor.fetchall():
            found[theme_id].past[ago] = people
        cursor.execute(WITHIN, parameters)
        for days, theme_id, people in cursor.fetchall():
            found[theme_id].people[WINDOWS.index(days)] = people
    return found


def _age(workspace_id: uuid.UUID, now: datetime.datetime) -> int:
    """Days since the first thing that was said."""
    first = Feedback.objects.filter(workspace_id=workspace_id).aggregate(first=Min("said_at"))["first"]
    return (now - first).days if first else 0


@transaction.atomic
def look(*, workspace_id: uuid.UUID, now: datetime.datetime | None = None) -> list[EarlyWarning]:
    """Raise what rises, let warnings grow with their rise, end what has settled; the warnings raised come back.

    Journal: themes.rise_warned, themes.rise_ended. A constant number of statements but for what is raised or ended.
    """
    now, age = now or timezone.now(), _age(workspace_id, now or timezone.now())
    if age < FEWEST_DAYS + WINDOWS[-1]:
        return []
    standing = _locked(workspace_id)
    lately = Theme.objects.filter(workspace_id=workspace_id, status__in=OPEN, recent_people__gte=FEWEST)
    lately = lately.filter(last_seen__gt=now - WINDOWS[-1] * DAY).exclude(id__in=standing)
    rested = lately.exclude(warnings__ended_at__gt=now - RESTS).order_by("-recent_people", "-id")
    looked_at = [*rested.values_list("id", flat=True)[:LOOKED_AT], *standing]
    counted = _counts(workspace_id, looked_at, now) if looked_at else {}
    rises = {theme_id: rise(one.people, one.past, age) for theme_id, one in counted.items()}
    for theme_id, warning in standing.items():
        _follow(warning, rises[theme_id], now)
    fresh = {theme_id: found for theme_id, found in rises.items() if found and theme_id not in standing}
    return [_raise(workspace_id, theme_id, found, now) for theme_id, found in fresh.items() if found.warns]


def _locked(workspace_id: uuid.UUID) -> dict[uuid.UUID, EarlyWarning]:
    """What stands, by theme; one look at a time in a workspace."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))", [str(workspace_id)])
    return {one.theme_id: one for one in EarlyWarning.objects.filter(workspace_id=workspace_id, ended_at=None)}


def _said(workspace_id: uuid.UUID, theme_id: uuid.UUID, days: int, now: datetime.datetime) -> list[uuid.UUID]:
    rows = Feedback.objects.filter(
        workspace_id=workspace_id, theme_id=theme_id, said_at__gt=now - days * DAY, said_at__lte=now
    )
    return list(rows.order_by("-said_at", "-id").values_list("id", flat=True)[:KEPT])


def _raise(workspace_id: uuid.UUID, theme_id: uuid.UUID, found: Rise, now: datetime.datetime) -> EarlyWarning:
    warning = EarlyWarning.objects.create(
        workspace_id=workspace_id, theme_id=theme_id, days=found.days, people=found.people, raised_at=now,
        expected=found.expected, feedback_ids=_said(workspace_id, theme_id, found.days, now),
    )  # fmt: skip
    event = events.RiseWarned(subject=theme_id, warning_id=warning.id, people=found.people, days=found.days)
    record(event, workspace_id=workspace_id, actor=SYSTEM)
    return warning


def _follow(warning: EarlyWarning, found: Rise | None, now: datetime.datetime) -> None:
    """Let a warning grow with its rise, or end when it has settled."""
    if found is None or found.chance > SETTLED:
        warning.ended_at = now
        warning.save(update_fields=["ended_at"])
        event = events.RiseEnded(subject=warning.theme_id, warning_id=warning.id)
        record(event, workspace_id=warning.workspace_id, actor=SYSTEM)
    elif found.warns and found.people > warning.people:
        warning.days, warning.people, warning.expected = found.days, found.people, found.expected
        warning.feedback_ids = _said(warning.workspace_id, warning.theme_id, found.days, now)
        warning.save(update_fields=["days", "people", "expected", "feedback_ids"])


@transaction.atomic
def acknowledge(*, warning: EarlyWarning, by: Membership, actor: Actor, note: str = "") -> None:
    """Say that it was seen, and what is done about it. Journal: themes.warning_acknowledged, with the note."""
    row = EarlyWarning.objects.select_for_update(of=("self",)).get(id=warning.id)
    if row.acknowledged_at:
        raise Refused(_("Somebody acknowledged this already."))
    row.acknowledged_at, row.acknowledged_by, row.note = timezone.now(), by, note.strip()[:500]
    row.save(update_fields=["acknowledged_at", "acknowledged_by", "note"])
    event = events.WarningAcknowledged(subject=row.theme_id, warning_id=row.id)
    record(event, workspace_id=row.workspace_id, actor=actor, words=row.note)


@transaction.atomic
def take_back(*, warning: EarlyWarning, actor: Actor) -> None:
    """Take an acknowledgement back. Journal: themes.acknowledgement_taken_back."""
    row = EarlyWarning.objects.select_for_update(of=("self",)).get(id=warning.id)
    row.acknowledged_at, row.acknowledged_by, row.note = None, None, ""
    row.save(update_fields=["acknowledged_at", "acknowledged_by", "note"])
    event = events.AcknowledgementTakenBack(subject=row.theme_id, warning_id=row.id)
    record(event, workspace_id=row.workspace_id, actor=actor)


def unseen(workspace: Workspace, limit: int = 8) -> list[EarlyWarning]:
    """The warnings nobody acknowledged yet, the newest first, those that settled by themselves a day longer."""
    rows = EarlyWarning.objects.filter(workspace=workspace, acknowledged_at=None, theme__status__in=OPEN)
    rows = rows.exclude(ended_at__lt=timezone.now() - DAY).select_related("theme").defer("theme__centre")
    return list(rows.order_by("-raised_at", "-id")[:limit])


def latest(theme: Theme) -> EarlyWarning | None:
    """The theme's last warning, standing or settled within RESTS."""
    rows = theme.warnings.exclude(ended_at__lt=timezone.now() - RESTS).select_related("acknowledged_by__user")
    return rows.order_by("-raised_at", "-id").first()


def by_id(*, workspace_id: uuid.UUID, warning_id: uuid.UUID) -> EarlyWarning | None:
    """One warning of the workspace."""
    return EarlyWarning.objects.filter(workspace_id=workspace_id, id=warning_id).select_related("theme").first()


def messages(warning: EarlyWarning) -> list[Feedback]:
    """What was said within its window, the latest first, SHOWN of it; what was deleted is left out."""
    wanted = warning.feedback_ids[: 2 * SHOWN]
    rows = Feedback.objects.filter(workspace_id=warning.workspace_id, id__in=wanted, removed_at=None)
    return list(rows.select_related("member", "account").defer("embedding").order_by("-said_at", "-id")[:SHOWN])
