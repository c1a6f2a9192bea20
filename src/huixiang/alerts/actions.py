"""What people do about alerts: acknowledge, put off, take back; and what they want to hear, when and where."""

import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.alerts import events
from huixiang.alerts.models import Alert, AlertKind, Preference, QuietHours, RuleSetting, Sensitivity, Way
from huixiang.alerts.rules import RULES
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.themes import warning
from huixiang.themes.models import EarlyWarning
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.roles import Role

AT_ONCE: Final = 200
NOTE: Final = 500
NINE: Final = datetime.time(9)
PERSONAL: Final = (Way.DESK, Way.MAIL)


def _locked(workspace_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> list[Alert]:
    rows = Alert.objects.select_for_update().filter(workspace_id=workspace_id, id__in=ids[:AT_ONCE], closed_at=None)
    return list(rows.order_by("id"))


@transaction.atomic
def acknowledge(*, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID], by: Membership, note: str = "") -> list[Alert]:
    """Say that these were seen and are seen to; what is closed or acknowledged already is left. Who did come back.

    The early warning behind a rising theme is acknowledged along. Journal: alerts.acknowledged, with the note.
    """
    actor, now = Actor("staff", by.id), timezone.now()
    waiting = [one for one in _locked(workspace_id, ids) if one.acknowledged_at is None]
    for one in waiting:
        one.acknowledged_at, one.acknowledged_by, one.note = now, by, note.strip()[:NOTE]
        one.snoozed_until, one.snoozed_by = None, None
    fields = ["acknowledged_at", "acknowledged_by", "note", "snoozed_until", "snoozed_by"]
    Alert.objects.bulk_update(waiting, fields)
    notes = [Note(events.Acknowledged(subject=one.id), one.note, actor) for one in waiting]
    record_all(notes, workspace_id=workspace_id)
    for rise in _warnings(workspace_id, waiting):
        warning.acknowledge(warning=rise, by=by, actor=actor, note=note)
    return waiting


def _warnings(workspace_id: uuid.UUID, alerts: Sequence[Alert]) -> list[EarlyWarning]:
    themes = [one.subject_id for one in alerts if one.rule == AlertKind.RISE]
    if not themes:
        return []
    rows = EarlyWarning.objects.filter(workspace_id=workspace_id, theme_id__in=themes, ended_at=None)
    return list(rows.filter(acknowledged_at=None))


@transaction.atomic
def take_back(*, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID], actor: Actor) -> int:
    """Take acknowledgements back: these wait for somebody again. Journal: alerts.acknowledgement_taken_back."""
    seen = [one for one in _locked(workspace_id, ids) if one.acknowledged_at is not None]
    for one in seen:
        one.acknowledged_at, one.acknowledged_by, one.note = None, None, ""
    Alert.objects.bulk_update(seen, ["acknowledged_at", "acknowledged_by", "note"])
    notes = [Note(events.AcknowledgementTakenBack(subject=one.id), actor=actor) for one in seen]
    record_all(notes, workspace_id=workspace_id)
    for rise in EarlyWarning.objects.filter(
        workspace_id=workspace_id, ended_at=None, acknowledged_at__isnull=False,
        theme_id__in=[alert.subject_id for alert in seen if alert.rule == AlertKind.RISE],
    ):  # fmt: skip
        warning.take_back(warning=rise, actor=actor)
    return len(seen)


def _tomorrow(workspace: Workspace, now: datetime.datetime) -> datetime.datetime:
    zone = ZoneInfo(workspace.time_zone)
    day = now.astimezone(zone).date() + datetime.timedelta(days=1)
    return datetime.datetime.combine(day, NINE, zone)


SNOOZES: Final[dict[str, Callable[[Workspace, datetime.datetime], datetime.datetime]]] = {
    "hour": lambda _workspace, now: now + datetime.timedelta(hours=1),
    "tomorrow": _tomorrow,
    "week": lambda _workspace, now: now + datetime.timedelta(days=7),
}
"""How long an alert can be put off: an hour, until nine tomorrow, a week."""


@transaction.atomic
def snooze(
    *, workspace: Workspace, ids: Sequence[uuid.UUID], span: str, by: Membership
) -> tuple[list[Alert], datetime.datetime]:
    """Put these off: nobody is told of them until then, unless they press more. Journal: alerts.snoozed.

    What was put off and until when comes back. Raises Refused for a span that is not offered.
    """
    if span not in SNOOZES:
        raise Refused(_("Choose how long."))
    until, actor = SNOOZES[span](workspace, timezone.now()), Actor("staff", by.id)
    put_off = _locked(workspace.id, ids)
    for one in put_off:
        one.snoozed_until, one.snoozed_by = until, by
        one.acknowledged_at, one.acknowledged_by, one.note = None, None, ""
    fields = ["snoozed_until", "snoozed_by", "acknowledged_at", "acknowledged_by", "note"]
    Alert.objects.bulk_update(put_off, fields)
    notes = [Note(events.Snoozed(subject=one.id, until=until), actor=actor) for one in put_off]
    record_all(notes, workspace_id=workspace.id)
    return put_off, until


@transaction.atomic
def wake(*, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID], actor: Actor) -> int:
    """Do not put these off any longer. Journal: alerts.woken."""
    asleep = [one for one in _locked(workspace_id, ids) if one.snoozed_until is not None]
    Alert.objects.filter(id__in=[one.id for one in asleep]).update(snoozed_until=None, snoozed_by=None)
    record_all([Note(events.Woken(subject=one.id), actor=actor) for one in asleep], workspace_id=workspace_id)
    return len(asleep)


@transaction.atomic
def set_rules(*, workspace: Workspace, wanted: Mapping[str, tuple[bool, str, Sequence[str]]], actor: Actor) -> None:
    """Keep how rules are wanted: rule → on, sensitivity, roles. Journal: alerts.rules_changed, when any changed.

    What is unknown is left out; a rule needs no role, its owners hear of it in any case.
    """
    kept = {one.rule: one for one in RuleSetting.objects.filter(workspace=workspace)}
    rows = []
    for kind, (on, sensitivity, roles) in wanted.items():
        if kind in RULES and sensitivity in Sensitivity.values:
            known = [str(role) for role in Role if role in roles and RULES[kind].offered_to(role)]
            rows.append(RuleSetting(workspace=workspace, rule=kind, on=on, sensitivity=sensitivity, roles=known))
    changed = [one for one in rows if _differs(one, kept.get(one.rule))]
    RuleSetting.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["workspace", "rule"],
        update_fields=["on", "sensitivity", "roles"],
    )  # fmt: skip
    if changed:
        event = events.RulesChanged(subject=workspace.id, rules=[one.rule for one in changed])
        record(event, workspace_id=workspace.id, actor=actor)


def _differs(one: RuleSetting, kept: RuleSetting | None) -> bool:
    shipped = [str(role) for role in Role if role in RULES[one.rule].roles]
    before = (kept.on, kept.sensitivity, sorted(kept.roles)) if kept else (True, Sensitivity.NORMAL, sorted(shipped))
    return (one.on, one.sensitivity, sorted(one.roles)) != before


@transaction.atomic
def set_quiet(
    *, workspace: Workspace, starts: datetime.time, ends: datetime.time, days_off: bool, actor: Actor,
    membership: Membership | None = None,
) -> None:  # fmt: skip
    """Keep the quiet hours of the workspace, or of one person. Journal: alerts.quiet_hours_changed."""
    QuietHours.objects.update_or_create(
        workspace=workspace, membership=membership, defaults={"starts": starts, "ends": ends, "days_off": days_off}
    )
    _note_quiet(workspace, membership, actor)


@transaction.atomic
def drop_quiet(*, membership: Membership, actor: Actor) -> None:
    """Somebody has the workspace's quiet hours again. Journal: alerts.quiet_hours_changed, when they had their own."""
    gone, _models = QuietHours.objects.filter(membership=membership).delete()
    if gone:
        _note_quiet(membership.workspace, membership, actor)


def _note_quiet(workspace: Workspace, membership: Membership | None, actor: Actor) -> None:
    event = events.QuietHoursChanged(subject=workspace.id, own=membership is not None)
    record(event, workspace_id=workspace.id, actor=actor)


@transaction.atomic
def set_ways(*, membership: Membership, ways: Mapping[str, Sequence[str]]) -> None:
    """Keep how somebody hears of each rule. Journal: alerts.preference_changed."""
    kept = {kind: [str(way) for way in PERSONAL if way in ways.get(kind, ())] for kind in RULES}
    Preference.objects.update_or_create(
        membership=membership, defaults={"workspace_id": membership.workspace_id, "ways": kept}
    )
    event = events.PreferenceChanged(subject=membership.id)
    record(event, workspace_id=membership.workspace_id, actor=Actor("staff", membership.id))
