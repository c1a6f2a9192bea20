"""How many people a crisis concerns and how it grows: counted from what was said, whatever the room was told."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Max, Q
from django.utils import timezone

from huixiang.feedback.models import Feedback
from huixiang.members.models import Member, Tier
from huixiang.themes.models import Vote
from huixiang.war_rooms.models import Room
from huixiang.war_rooms.queries import Scope, scope_of, scopes

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
    now, about = timezone.now(), scopes(rooms)
    themes = [(theme_id, room.id) for room in rooms for theme_id in about[room.id].themes]
    cases = [(case_id, room.id) for room in rooms for case_id in about[room.id].cases]
    parameters: dict[str, Any] = {
        "workspace": rooms[0].workspace_id, "day": now - datetime.timedelta(hours=HOURS),
        "before": now - datetime.timedelta(hours=2 * HOURS),
        "themes": [one for one, _room in themes], "theme_rooms": [room for _one, room in themes],
        "cases": [one for one, _room in cases], "case_rooms": [room for _one, room in cases],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(COUNT, parameters)
        for room_id, *numbers in cursor.fetchall():
            found[room_id] = Figures(*numbers)
    for room in rooms:
        found[room.id].people += _voters(room, about[room.id])
    return found


def _voters(room: Room, scope: Scope) -> int:
    """Who only said 我也是; of a room that others were joined into each person once."""
    if len(scope.themes) < 2:  # noqa: PLR2004 - nothing can be counted twice
        return room.theme.vote_count if room.theme else 0
    voices = Feedback.objects.filter(workspace_id=room.workspace_id, theme_id__in=scope.themes)
    votes = Vote.objects.filter(workspace_id=room.workspace_id, theme_id__in=scope.themes)
    return votes.exclude(member_id__in=voices.values("member_id")).values("member_id").distinct().count()


def of_room(room: Room) -> Figures:
    """The same of one room, with what was said by the hour over the last day: two statements."""
    found, now = count([room])[room.id], timezone.now()
    since = now - datetime.timedelta(hours=HOURS)
    for said_at in said(room).filter(said_at__gt=since, said_at__lte=now).values_list("said_at", flat=True):
        found.hours[min(HOURS - 1, int((said_at - since).total_seconds() // 3600))] += 1
    return found


def said(room: Room) -> Any:
    """What was said about it: of the theme, or of the case, and of what was joined in."""
    scope = scope_of(room)
    about = Q(theme_id__in=scope.themes) | Q(case_id__in=scope.cases) if scope.cases else Q(theme_id__in=scope.themes)
    return Feedback.objects.filter(about, workspace_id=room.workspace_id)


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
