"""Looking: every rule of a workspace, what it sees, what became worse, what is over.

One look at a time in a workspace (its Watch is locked). The number of statements depends on the rules, not on how much
there is to see: alerts are written in bulk.
"""

import datetime
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from huixiang.alerts import events, routing, rules, tallies
from huixiang.alerts.looks import LOOKS
from huixiang.alerts.models import SEVERITY_RANK, Alert, Severity, Watch
from huixiang.alerts.sighting import EVIDENCE, MOST, Ask, Sighting
from huixiang.journal.actions import Note, record_all
from huixiang.kernel.jobs import queue
from huixiang.workspaces.models import Workspace

WORSE: Final = 1.5
"""How many times as bad as when it was told it must be to be told again."""
FIELDS: Final = (
    "severity", "owner", "also_ids", "measure", "told_measure", "figures", "evidence", "times", "last_at",
    "acknowledged_at", "acknowledged_by", "note", "snoozed_until", "snoozed_by",
)  # fmt: skip
PEOPLE: Final = {"owner", "acknowledged_by", "snoozed_by"}


def wake(*, workspace_id: uuid.UUID, kinds: Collection[str]) -> None:
    """Queue a look by these rules, unless one waits."""
    names = sorted(kinds)
    once = f"alerts.look:{workspace_id}:{','.join(names)}"
    queue("alerts.look", once=once, workspace_id=str(workspace_id), kinds=names)


@dataclass(slots=True)
class _Seen:
    """What a look comes to."""

    new: list[Alert] = field(default_factory=list)
    worse: list[Alert] = field(default_factory=list)
    changed: list[Alert] = field(default_factory=list)
    over: list[Alert] = field(default_factory=list)


@transaction.atomic
def look(*, workspace_id: uuid.UUID, kinds: Collection[str] = (), now: datetime.datetime | None = None) -> list[Alert]:
    """Look by these rules, all when none is named; the alerts raised, or raised again because worse, come back.

    Journal: alerts.raised, alerts.closed. Whoever should hear of it is told (routing.tell). What a rule that was
    switched off had raised is closed.
    """
    now = now or timezone.now()
    Watch.objects.get_or_create(workspace_id=workspace_id)
    watch = Watch.objects.select_for_update(of=("self",)).select_related("workspace").get(workspace_id=workspace_id)
    standing, open_ = rules.standing(workspace_id), _open(workspace_id)
    every, seen = not kinds, _Seen()
    if every:
        tallies.count_days(watch, now)
    for kind, rule in standing.items():
        if (kind in kinds or every) and kind in LOOKS:
            ask = Ask(watch.workspace, now, rule, open_.get(kind, {}), open_, watch.looked_at)
            sightings = LOOKS[kind](ask) if rule.on else []
            _compare(seen, ask, kind, sightings)
            open_[kind] = {one.subject_id: one for one in seen.new if one.rule == kind} | open_.get(kind, {})
    if every:
        watch.looked_at = now
        watch.save(update_fields=["looked_at", "tallied_to"])
    _write(watch.workspace, seen, standing, now)
    return [*seen.new, *seen.worse]


def _open(workspace_id: uuid.UUID) -> dict[str, dict[uuid.UUID, Alert]]:
    found: dict[str, dict[uuid.UUID, Alert]] = {}
    for one in Alert.objects.filter(workspace_id=workspace_id, closed_at=None):
        found.setdefault(one.rule, {})[one.subject_id] = one
    return found


def _compare(seen: _Seen, ask: Ask, kind: str, sightings: Sequence[Sighting]) -> None:
    for one in sightings:
        alert = ask.open.get(one.subject_id)
        if alert is None:
            seen.new += [_new(one, kind, ask)] if one.raises and not one.over else []
        elif one.over:
            _settle(seen, alert, one, ask)
        else:
            _follow(seen, alert, one, ask)
    if len(sightings) < MOST:  # a look that was cut short cannot say what is over
        still = {one.subject_id for one in sightings}
        seen.over += [alert for subject, alert in ask.open.items() if subject not in still]


def _settle(seen: _Seen, alert: Alert, one: Sighting, ask: Ask) -> None:
    """It is over, and whoever ended it has seen to it, unless somebody else had."""
    seen.over.append(alert)
    if one.acknowledged_by_id and alert.acknowledged_at is None:
        alert.acknowledged_at, alert.acknowledged_by_id = ask.now, one.acknowledged_by_id
        seen.changed.append(alert)


def _severity(one: Sighting, ask: Ask) -> str:
    return one.severity or str(ask.rule.rule.severity)


def _new(one: Sighting, kind: str, ask: Ask) -> Alert:
    seen_to = one.acknowledged_by_id
    return Alert(
        workspace=ask.workspace, rule=kind, severity=_severity(one, ask), subject_kind=one.subject_kind,
        subject_id=one.subject_id, owner_id=one.owner_id, also_ids=list(one.also_ids), measure=one.measure,
        told_measure=one.measure, figures=dict(one.figures), evidence=list(one.evidence[:EVIDENCE]), raised_at=ask.now,
        last_at=ask.now, acknowledged_by_id=seen_to, acknowledged_at=ask.now if seen_to else None,
    )  # fmt: skip


def _follow(seen: _Seen, alert: Alert, one: Sighting, ask: Ask) -> None:
    """Bring an alert that stands up to date; it is told again when it presses more, or is much worse."""
    before = _told_by(alert)
    more = SEVERITY_RANK[Severity(_severity(one, ask))] < SEVERITY_RANK[Severity(alert.severity)]
    worse = one.raises and (more or one.measure >= WORSE * alert.told_measure)
    if one.raises:
        alert.severity = _severity(one, ask)
    alert.owner_id, alert.also_ids, alert.measure = one.owner_id, list(one.also_ids), one.measure
    alert.figures = dict(one.figures)
    alert.evidence = list(one.evidence[:EVIDENCE]) or alert.evidence
    if one.acknowledged_by_id and alert.acknowledged_at is None:
        alert.acknowledged_at, alert.acknowledged_by_id = ask.now, one.acknowledged_by_id
    elif worse and not (alert.asleep and not more):
        _again(alert, ask)
        seen.worse.append(alert)
    if _told_by(alert) != before:
        seen.changed.append(alert)


def _again(alert: Alert, ask: Ask) -> None:
    """It is told once more: what was said of it before does not hold any longer."""
    alert.told_measure, alert.times, alert.last_at = alert.measure, alert.times + 1, ask.now
    alert.acknowledged_at, alert.acknowledged_by_id, alert.note = None, None, ""
    alert.snoozed_until, alert.snoozed_by_id = None, None


def _told_by(alert: Alert) -> list[Any]:
    return [getattr(alert, f"{name}_id" if name in PEOPLE else name) for name in FIELDS]


def _write(workspace: Workspace, seen: _Seen, standing: dict[str, rules.Standing], now: datetime.datetime) -> None:
    Alert.objects.bulk_create(seen.new)
    Alert.objects.bulk_update(seen.changed, FIELDS)
    Alert.objects.filter(id__in=[one.id for one in seen.over]).update(closed_at=now)
    notes = [Note(_raised(one, again=False)) for one in seen.new]
    notes += [Note(_raised(one, again=True)) for one in seen.worse]
    notes += [Note(events.Closed(subject=one.id, rule=one.rule)) for one in seen.over]
    record_all(notes, workspace_id=workspace.id)
    fresh = [one for one in (*seen.new, *seen.worse) if one.acknowledged_at is None]
    routing.tell(workspace, fresh, standing, now)


def _raised(alert: Alert, *, again: bool) -> events.Raised:
    return events.Raised(
        subject=alert.id, rule=alert.rule, severity=alert.severity, about_kind=alert.subject_kind,
        about_id=alert.subject_id, again=again,
    )  # fmt: skip


def wake_the_put_off(now: datetime.datetime) -> int:
    """Tell again of what was put off until now and still is so; returns how many. Journal: alerts.woken."""
    due = Alert.objects.filter(closed_at=None, snoozed_until__lte=now, acknowledged_at=None)
    places = due.order_by("workspace_id").values_list("workspace_id", flat=True).distinct()
    return sum(_wake_in(workspace_id, now) for workspace_id in list(places))


@transaction.atomic
def _wake_in(workspace_id: uuid.UUID, now: datetime.datetime) -> int:
    due = Alert.objects.select_for_update().filter(workspace_id=workspace_id, closed_at=None, snoozed_until__lte=now)
    woken = list(due.filter(acknowledged_at=None).order_by("id")[:MOST])
    for one in woken:
        one.snoozed_until, one.snoozed_by_id, one.last_at, one.times = None, None, now, one.times + 1
    Alert.objects.bulk_update(woken, ["snoozed_until", "snoozed_by", "last_at", "times"])
    record_all([Note(events.Woken(subject=one.id)) for one in woken], workspace_id=workspace_id)
    routing.tell(Workspace.objects.get(id=workspace_id), woken, rules.standing(workspace_id), now)
    return len(woken)
