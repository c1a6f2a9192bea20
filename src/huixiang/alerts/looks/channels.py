"""Channels that were paused, whose messages do not arrive, or of which nothing is heard any more."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Max, Min

from huixiang.alerts import silence as statistic
from huixiang.alerts import tallies
from huixiang.alerts.models import HourTally, SubjectKind
from huixiang.alerts.sighting import MOST, Ask, Sighting
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.engine.masking import mask
from huixiang.workspaces.calendars import is_workday

FAILED: Final = (DeliveryState.FAILED, DeliveryState.UNKNOWN)
OURS: Final = ("alert", "test")  # what we sent to ourselves
NEVER_SILENT: Final = ("import", "notes", "portal")  # nobody sends by themselves, or it is a page of our own
SHOWN: Final = 200
LOOKED_AT: Final = 1_000  # messages that did not arrive, the latest


def paused(ask: Ask) -> Sequence[Sighting]:
    """Channels that are paused."""
    rows = ChannelAccount.objects.filter(workspace_id=ask.workspace_id, closed_at=None).exclude(paused_reason="")
    return [
        Sighting(
            subject_kind=SubjectKind.ACCOUNT, subject_id=one.id, figures={"why": mask(one.paused_reason).text[:SHOWN]}
        )
        for one in rows.order_by("name")[:MOST]
    ]  # fmt: skip


def failed(ask: Ask) -> Sequence[Sighting]:
    """Channels through which messages did not arrive within the last day, with why the latest did not."""
    rows = Delivery.objects.filter(workspace_id=ask.workspace_id, state__in=FAILED, account__closed_at=None)
    late = rows.filter(created_at__gt=ask.since(days=7), finished_at__gt=ask.since(days=1)).exclude(purpose__in=OURS)
    counted: dict[uuid.UUID, list[str]] = {}
    for account_id, error in late.order_by("-finished_at", "-id").values_list("account_id", "error")[:LOOKED_AT]:
        counted.setdefault(account_id, []).append(error)
    return [
        Sighting(
            subject_kind=SubjectKind.ACCOUNT, subject_id=account_id, measure=len(errors),
            figures={"messages": len(errors), "why": mask(errors[0]).text[:SHOWN]},
        )
        for account_id, errors in counted.items() if len(errors) >= ask.rule.number
    ]  # fmt: skip


def silence(ask: Ask) -> Sequence[Sighting]:
    """Channels whose silence stands out; only those of which nothing came for some hours are looked at closely."""
    accounts = ask.workspace.channel_accounts.filter(closed_at=None, paused_reason="").exclude(kind__in=NEVER_SILENT)
    ids = list(accounts.values_list("id", flat=True))
    first = ask.since(days=statistic.PAST)
    heard = HourTally.objects.filter(account_id__in=ids, hour__gte=first).values("account_id")
    still = heard.annotate(first=Min("hour"), last=Max("hour")).filter(
        last__lt=ask.since(hours=statistic.FEWEST_HOURS), first__lt=ask.since(days=statistic.FEWEST_DAYS)
    )
    quiet = [one["account_id"] for one in still.order_by("account_id")]
    if not quiet:
        return []
    zone = ZoneInfo(ask.workspace.time_zone)
    start, counts = tallies.hours_of(quiet, ask.now)
    found = []
    for account_id in quiet:
        seen = statistic.silence(counts[account_id], start, ask.now, zone, _day_off)
        if seen and seen.stands_out(ask.rule.number):
            figures = {"hours": int(seen.hours), "expected": round(seen.expected)}
            found.append(Sighting(subject_kind=SubjectKind.ACCOUNT, subject_id=account_id, figures=figures))
    return found


def _day_off(day: datetime.date) -> bool:
    return not is_workday(day)
