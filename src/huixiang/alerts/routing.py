"""Who hears of an alert, where, and when: the owner, those up the chain, the roles of the rule, groups that want it.

Each person has chosen the ways (Preference). What is not urgent waits until quiet hours are over, the workspace's or
the person's own, and is gathered for some minutes, so that one mail tells of all that came together.
"""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from huixiang.alerts.models import (
    Alert,
    AlertTarget,
    Notice,
    NoticeState,
    Preference,
    QuietHours,
    Severity,
    Way,
)
from huixiang.alerts.rules import RULES, Rule, Standing
from huixiang.kernel.jobs import queue
from huixiang.workspaces.calendars import is_workday
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.roles import holds

GATHERED: Final = datetime.timedelta(minutes=5)
DAY: Final = datetime.timedelta(days=1)
LONGEST_QUIET: Final = 15  # days in a row that are off, at most: a long holiday


@dataclass(frozen=True, slots=True)
class Team:
    """Who there is and what they chose."""

    people: Mapping[uuid.UUID, Membership]
    ways: Mapping[uuid.UUID, Mapping[str, Sequence[str]]]
    quiet: Mapping[uuid.UUID | None, QuietHours]
    zone: ZoneInfo


def team_of(workspace: Workspace) -> Team:
    """The team of a workspace with its choices: three statements."""
    people = Membership.objects.filter(workspace=workspace, user__is_active=True)
    return Team(
        {one.id: one for one in people},
        dict(Preference.objects.filter(workspace=workspace).values_list("membership_id", "ways")),
        {one.membership_id: one for one in QuietHours.objects.filter(workspace=workspace)},
        ZoneInfo(workspace.time_zone),
    )


def receivers(alert: Alert, rule: Standing, team: Team) -> list[Membership]:
    """Who hears of it: the owner, those up the chain, and the roles (of a rule for the owner alone: without one).

    Of what needs a permission only those who have it hear, and never who asked for it.
    """
    ids = dict.fromkeys([alert.owner_id, *alert.also_ids] if alert.owner_id else alert.also_ids)
    found = [team.people[one] for one in ids if one in team.people]
    roles = set(alert.figures.get("roles", ())) or set(rule.roles)
    if rule.rule.owner_alone and any(one.id == alert.owner_id for one in found):
        roles = set()
    found += [one for one in team.people.values() if one.role in roles and one.id not in ids]
    return [one for one in found if _can_act(one, alert, rule.rule)]


def _can_act(person: Membership, alert: Alert, rule: Rule) -> bool:
    if rule.needs is None:
        return True
    return holds(person, rule.needs) and str(person.id) != alert.figures.get("by")


def ways_of(membership_id: uuid.UUID, rule: str, team: Team) -> Sequence[str]:
    """How somebody hears of a rule: as they chose, else as it is shipped."""
    chosen = team.ways.get(membership_id, {}).get(rule)
    return chosen if chosen is not None else [str(way) for way in RULES[rule].ways]


def due_at(now: datetime.datetime, alert: Alert, quiet: QuietHours | None, zone: ZoneInfo) -> datetime.datetime:
    """When it is told: what is urgent at once, all else gathered, and not before quiet hours are over."""
    if alert.severity == Severity.URGENT:
        return now
    return after_quiet(now + GATHERED, quiet or QuietHours(), zone)


def after_quiet(at: datetime.datetime, quiet: QuietHours, zone: ZoneInfo) -> datetime.datetime:
    """The first moment from `at` on that is not quiet."""
    for _step in range(2 * LONGEST_QUIET):
        here = at.astimezone(zone)
        if quiet.days_off and not is_workday(here.date()):
            at = datetime.datetime.combine(here.date() + DAY, datetime.time(), zone)
        elif _within(here.time(), quiet):
            later = here.time() >= quiet.ends  # the evening part of a night
            at = datetime.datetime.combine(here.date() + (DAY if later else DAY * 0), quiet.ends, zone)
        else:
            return at.astimezone(datetime.UTC)
    return at.astimezone(datetime.UTC)


def _within(clock: datetime.time, quiet: QuietHours) -> bool:
    if quiet.starts <= quiet.ends:
        return quiet.starts <= clock < quiet.ends
    return clock >= quiet.starts or clock < quiet.ends


def tell(
    workspace: Workspace, alerts: Sequence[Alert], standing: Mapping[str, Standing], now: datetime.datetime
) -> None:
    """Write who is to be told of these alerts, and queue what is due: at most six statements and a job a receiver.

    Nobody is mailed where no mail server is set up.
    """
    if not alerts:
        return
    team = team_of(workspace)
    targets = list(AlertTarget.objects.filter(workspace=workspace))
    notices = [
        notice
        for alert in alerts
        for notice in [*_personal(alert, standing[alert.rule], team, now), *_to_groups(alert, targets, team, now)]
    ]
    Notice.objects.bulk_create(
        notices, update_conflicts=True, unique_fields=["alert", "membership", "target", "way"],
        update_fields=["state", "due_at", "attempts", "error", "sent_at"],
    )  # fmt: skip
    _queue([one for one in notices if one.state == NoticeState.WAITING and one.due_at <= now])


def _personal(alert: Alert, rule: Standing, team: Team, now: datetime.datetime) -> list[Notice]:
    found = []
    for person in receivers(alert, rule, team):
        ways, at = ways_of(person.id, alert.rule, team), now
        if Way.DESK in ways:
            found.append(_notice(alert, now, way=Way.DESK, membership=person, state=NoticeState.SENT, sent_at=now))
        if Way.MAIL in ways and settings.EMAIL_HOST:
            at = due_at(now, alert, team.quiet.get(person.id) or team.quiet.get(None), team.zone)
            found.append(_notice(alert, at, way=Way.MAIL, membership=person))
    return found


def _to_groups(alert: Alert, targets: Sequence[AlertTarget], team: Team, now: datetime.datetime) -> list[Notice]:
    at = due_at(now, alert, team.quiet.get(None), team.zone)
    return [_notice(alert, at, way=Way.GROUP, target=one) for one in targets if alert.rule in one.wants]


def _notice(alert: Alert, at: datetime.datetime, **fields: object) -> Notice:
    return Notice(workspace_id=alert.workspace_id, alert=alert, due_at=at, **fields)


def _queue(notices: Sequence[Notice]) -> None:
    """A job for each receiver with something due, unless one waits."""
    for receiver in sorted({receiver_of(one) for one in notices}):
        queue_for(receiver)


def receiver_of(notice: Notice) -> str:
    """Who gets one message: a person by mail, or a group."""
    return f"target:{notice.target_id}" if notice.target_id else f"membership:{notice.membership_id}"


def queue_for(receiver: str) -> None:
    """Queue the sending of what is due to one receiver, unless it waits."""
    key = f"alerts.send:{receiver}"
    queue("alerts.send", once=key, lock=key, receiver=receiver)
