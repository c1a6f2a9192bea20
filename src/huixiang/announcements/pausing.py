"""Holding back the telling of an announcement while it is under way, and going on with it."""

import datetime
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.announcements import events
from huixiang.announcements.models import Announcement
from huixiang.channels.actions import hold, release
from huixiang.channels.queries import gone_out_since
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership

PURPOSE: Final = "notice"
MEASURED: Final = datetime.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Pace:
    """How many messages a minute went out of late, and how many minutes the rest takes at that; None while unknown."""

    a_minute: float
    minutes_left: int | None


@transaction.atomic
def pause(*, announcement: Announcement, by: Membership) -> int:
    """Hold back what has not gone out; who is found later is held back as well. Returns how many were held.

    Journal: announcements.telling_paused. Raises Refused for a draft; twice the same changes nothing.
    """
    announcement = _locked(announcement)
    if not announcement.published_at:
        raise Refused(_("It is not published: nobody is being told."))
    held = hold(workspace_id=announcement.workspace_id, about_id=announcement.id, purpose=PURPOSE)
    if announcement.telling_paused_at:
        return held
    announcement.telling_paused_at = timezone.now()
    announcement.save(update_fields=["telling_paused_at"])
    event = events.TellingPaused(subject=announcement.id, held=held)
    record(event, workspace_id=announcement.workspace_id, actor=Actor("staff", by.id))
    return held


@transaction.atomic
def resume(*, announcement: Announcement, by: Membership) -> int:
    """Let go what was held back; returns how many. Journal: announcements.telling_resumed, when it was paused."""
    announcement = _locked(announcement)
    released = release(workspace_id=announcement.workspace_id, about_id=announcement.id, purpose=PURPOSE)
    if not announcement.telling_paused_at:
        return released
    announcement.telling_paused_at = None
    announcement.save(update_fields=["telling_paused_at"])
    event = events.TellingResumed(subject=announcement.id, released=released)
    record(event, workspace_id=announcement.workspace_id, actor=Actor("staff", by.id))
    return released


def pace(announcement: Announcement, waiting: int) -> Pace:
    """How fast the telling goes, by what went out in the last minutes."""
    since = max(timezone.now() - MEASURED, announcement.published_at or timezone.now())
    minutes = max((timezone.now() - since).total_seconds() / 60, 0.25)
    out = gone_out_since(workspace_id=announcement.workspace_id, about_id=announcement.id, since=since)
    a_minute = out / minutes
    return Pace(a_minute, max(1, round(waiting / a_minute)) if a_minute else None)


def _locked(announcement: Announcement) -> Announcement:
    rows = Announcement.objects.select_for_update(no_key=True).filter(workspace_id=announcement.workspace_id)
    return rows.get(id=announcement.id)
