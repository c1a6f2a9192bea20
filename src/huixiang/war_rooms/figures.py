"""How many people a crisis concerns and how it grows: counted from what was said, whatever the room was told."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Max
from django.utils import timezone

from huixiang.feedback.models import Feedback
from huixiang.members.models import Member, Tier
from huixiang.war_rooms.models import Room

HOURS: Final = 24
INFLUENTIAL: Final = 6


@dataclass(slots=True)
class Figures:
    """People and feedbacks in all, in the last 24 hours and in the 24 before; feedback by the hour, the latest last."""

    people: int = 0
    feedbacks: int = 0
    people_now: int = 0
    people_before: int = 0
    feedbacks_now: int = 0
    feedbacks_before: int = 0
    hours: list[int] = field(default_factory=lambda: [0] * HOURS)

    @property
    def more(self) -> int:
        """How many people more than the day before; negative when it calms down."""
        return self.people_now - self.people_before


# A person who said it twice counts once. Votes are people too: who only said 我也是.
COUNT = """
    WITH said AS (
        SELECT coalesce(w.room, c.room) AS room, f.member_id, f.said_at
        FROM feedback_feedback f
        LEFT JOIN unnest(%(themes)s::uuid[], %(theme_rooms)s::uuid[]) AS w (theme, room) ON w.theme = f.theme_id
        LEFT JOIN unnest(%(cases)s::uuid[], %(case_rooms)s::uuid[]) AS c (case_id, room) ON c.case_id = f.case_id
        WHERE f.workspace_id = %(workspace)s
            AND (f.theme_id = ANY(%(themes)s::uuid[]) OR f.case_id = ANY(%(cases)s::uuid[]))
    )
    SELECT room, count(DISTINCT member_id), count(*),
        count(DISTINCT member_id) FILTER (WHERE said_at > %(day)s),
        count(DISTINCT member_id) FILTER (WHERE said_at > %(before)s AND said_at <= %(day)s),
        count(*) FILTER (WHERE said_at > %(day)s),
        count(*) FILTER (WHERE said_at > %(before)s AND said_at <= %(day)s)
    FROM said GROUP BY room
"""


def count(rooms: Sequence[Room]) -> dict[uuid.UUID, Figures]:
    """The figures of many rooms, without their hours: one statement. Rooms come with their theme."""
    found = {room.id: Figures() for room in rooms}
    if not rooms:
        return found
    now = timezone.now()
    themed, alone = [room for room in rooms if room.theme_id], [room for room in rooms if not room.theme_id]
    parameters: dict[str, Any] = {
        "workspace": rooms[0].workspace_id, "day": now - datetime.timedelta(hours=HOURS),
        "before": now - datetime.timedelta(hours=2 * HOURS),
        "themes": [room.theme_id for room in themed], "theme_rooms": [room.id for room in themed],
        "cases": [room.case_id for room in alone], "case_rooms": [room.id for room in alone],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(COUNT, parameters)
        for room_id, *numbers in cursor.fetchall():
            found[room_id] = Figures(*numbers)
    for room in themed:
        found[room.id].people += room.theme.vote_count if room.theme else 0
    return found


def of_room(room: Room) -> Figures:
    """The same of one room, with what was said by the hour over the last day: two statements."""
    found, now = count([room])[room.id], timezone.now()
    since = now - datetime.timedelta(hours=HOURS)
    for said_at in said(room).filter(said_at__gt=since, said_at__lte=now).values_list("said_at", flat=True):
        found.hours[min(HOURS - 1, int((said_at - since).total_seconds() // 3600))] += 1
    return found


def said(room: Room) -> Any:
    """What was said about it: of the theme, or of the case."""
    about = {"theme_id": room.theme_id} if room.theme_id else {"case_id": room.case_id}
    return Feedback.objects.filter(workspace_id=room.workspace_id, **about)


def influential(room: Room, *, limit: int = INFLUENTIAL) -> list[Member]:
    """The core members and KOCs among those concerned, by reach, each with `times` and `last`: one statement."""
    theirs = said(room).filter(member__tier__in=[Tier.CORE, Tier.KOC]).order_by().values("member_id")
    counted = {
        row["member_id"]: row for row in theirs.annotate(times=Count("id"), last=Max("said_at"))
    }
    found = Member.objects.filter(id__in=list(counted)).order_by("-reach", "tier", "id")[:limit] if counted else []
    people: list[Any] = list(found)
    for member in people:
        member.times, member.last = counted[member.id]["times"], counted[member.id]["last"]
    return people
