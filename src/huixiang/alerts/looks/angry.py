"""Anger that spreads in a theme or channel."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connection
from django.db.models import Min

from huixiang.alerts import anger as statistic
from huixiang.alerts import tallies
from huixiang.alerts.models import Alert, AlertKind, SubjectKind
from huixiang.alerts.sighting import EVIDENCE, Ask, Sighting
from huixiang.alerts.tallies import ANGRY
from huixiang.feedback.models import Feedback
from huixiang.themes.models import Theme
from huixiang.themes.states import OPEN

CANDIDATES: Final = 100  # themes looked at more closely, those with most angry people
WITHIN = f"""
    SELECT subject, wanted.days, count(DISTINCT said.member), count(DISTINCT said.member) FILTER (WHERE said.angry)
    FROM (
        SELECT unnest(ARRAY[theme_id, account_id]) AS subject, member_id AS member, said_at,
               {ANGRY} AND (theme_id IS NULL OR NOT theme_id = ANY(%(told)s)) AS angry
        FROM feedback_feedback
        WHERE workspace_id = %(workspace)s AND said_at > %(first)s AND said_at <= %(now)s AND NOT historical
    ) AS said
    JOIN unnest(%(windows)s::int[]) AS wanted (days) ON said.said_at > %(now)s - wanted.days * interval '1 day'
    WHERE subject IS NOT NULL
    GROUP BY 1, 2
"""  # noqa: S608 - put together from what stands here
BEFORE = f"""
    SELECT theme_id, floor(extract(epoch FROM %(now)s - said_at) / 86400)::int, count(DISTINCT member_id),
           count(DISTINCT member_id) FILTER (WHERE {ANGRY})
    FROM feedback_feedback
    WHERE workspace_id = %(workspace)s AND theme_id = ANY(%(themes)s) AND said_at > %(first)s AND said_at <= %(now)s
    GROUP BY 1, 2
"""  # noqa: S608 - the same
Counts = dict[uuid.UUID, list[statistic.Day]]


def anger(ask: Ask) -> Sequence[Sighting]:
    """Themes first; then channels, without the anger of the themes that are told of already. At most ten statements."""
    age = _age(ask)
    if age < statistic.FEWEST_DAYS + statistic.WINDOWS[-1]:
        return []
    within = _within(ask, [])
    hot = sorted(within, key=lambda subject: -within[subject][-1][1])
    hot = [subject for subject in hot if within[subject][-1][1] >= statistic.FEWEST][:CANDIDATES]
    themes = _themes(ask, {*hot, *(key for key, one in ask.open.items() if one.subject_kind == SubjectKind.THEME)})
    group = _Group(SubjectKind.THEME, themes, _before(ask, list(themes)), age)
    spreading = _judged(ask, within, group)
    told = [one.subject_id for one in spreading] + list(ask.elsewhere.get(AlertKind.RISE, {}))  # resting ones as well
    accounts = dict.fromkeys(_accounts(ask))
    if not any(subject in accounts for subject in hot) and not any(subject in accounts for subject in ask.open):
        return _with_evidence(ask, _awake(ask, spreading))
    rest = _within(ask, told) if told else within
    past = tallies.days_of(ask.workspace, list(accounts), ask.now)
    spreading += _judged(ask, rest, _Group(SubjectKind.ACCOUNT, accounts, past, age))
    return _with_evidence(ask, _awake(ask, spreading))


def _age(ask: Ask) -> int:
    first = Feedback.objects.filter(workspace_id=ask.workspace_id).aggregate(first=Min("said_at"))["first"]
    return (ask.now - first).days if first else 0


def _parameters(ask: Ask, **more: Any) -> dict[str, Any]:
    return {"workspace": ask.workspace_id, "now": ask.now, "windows": list(statistic.WINDOWS), **more}


def _within(ask: Ask, told: Sequence[uuid.UUID]) -> Counts:
    """People and angry people of each theme and channel within each window; `told`: themes whose anger is left out."""
    first = ask.since(days=statistic.WINDOWS[-1])
    found: Counts = {}
    with connection.cursor() as cursor:
        cursor.execute(WITHIN, _parameters(ask, first=first, told=list(told)))
        for subject, days, people, angry in cursor.fetchall():
            place = statistic.WINDOWS.index(days)
            found.setdefault(subject, [(0, 0)] * len(statistic.WINDOWS))[place] = (people, angry)
    return found


def _themes(ask: Ask, ids: set[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID | None]:
    """Which of these are themes nobody has solved, and who owns them."""
    rows = Theme.objects.filter(workspace_id=ask.workspace_id, id__in=ids, status__in=OPEN)
    return dict(rows.values_list("id", "owner_id"))


def _accounts(ask: Ask) -> list[uuid.UUID]:
    return list(ask.workspace.channel_accounts.filter(closed_at=None).values_list("id", flat=True))


def _before(ask: Ask, themes: Sequence[uuid.UUID]) -> Counts:
    """People and angry people of these themes on each day before now."""
    days = statistic.PAST + statistic.WINDOWS[-1]
    found: Counts = {theme: [(0, 0)] * (days + 1) for theme in themes}
    if not themes:
        return found
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, _parameters(ask, themes=list(themes), first=ask.now - datetime.timedelta(days=days)))
        for theme, ago, people, angry in cursor.fetchall():
            found[theme][ago] = (people, angry)
    return found


@dataclass(frozen=True, slots=True)
class _Group:
    """What is judged alike: themes or channels with their owners, their past, and how many days that is."""

    kind: str
    owners: Mapping[uuid.UUID, uuid.UUID | None]
    past: Counts
    age: int


def _judged(ask: Ask, within: Counts, group: _Group) -> list[Sighting]:
    nothing = [(0, 0)] * len(statistic.WINDOWS)
    found = []
    for subject, owner_id in group.owners.items():
        seen = statistic.spread(within.get(subject, nothing), group.past.get(subject, []), group.age)
        if seen is None or not (seen.spreads(ask.rule.number) or (subject in ask.open and not seen.settled)):
            continue
        found.append(_sighting(seen, subject, group.kind, owner_id, raises=seen.spreads(ask.rule.number)))
    return found


def _sighting(
    seen: statistic.Spread, subject: uuid.UUID, kind: str, owner_id: uuid.UUID | None, *, raises: bool
) -> Sighting:
    figures = {
        "angry": seen.angry, "people": seen.people, "days": seen.days, "expected": round(seen.expected, 1),
        "share": round(100 * seen.angry / max(seen.people, 1)), "usual": round(100 * seen.usual_share),
    }  # fmt: skip
    return Sighting(
        subject_kind=kind, subject_id=subject, measure=seen.angry, figures=figures, owner_id=owner_id, raises=raises
    )


def _awake(ask: Ask, found: Sequence[Sighting]) -> list[Sighting]:
    """Without what was told of and settled within the last days: it is not told of again so soon."""
    if not found:
        return []
    rows = Alert.objects.filter(workspace_id=ask.workspace_id, rule=AlertKind.ANGER)
    rows = rows.filter(subject_id__in=[one.subject_id for one in found], closed_at__gt=ask.since(days=statistic.REST))
    rested = set(rows.values_list("subject_id", flat=True))
    return [one for one in found if one.subject_id not in rested or one.subject_id in ask.open]


def _with_evidence(ask: Ask, sightings: Sequence[Sighting]) -> list[Sighting]:
    """What the angry people said, the latest of each subject: one statement."""
    if not sightings:
        return []
    latest = f"""
        SELECT asked.subject, said.id FROM unnest(%(subjects)s::uuid[]) AS asked (subject)
        CROSS JOIN LATERAL (
            SELECT id FROM feedback_feedback
            WHERE workspace_id = %(workspace)s AND asked.subject IN (theme_id, account_id)
                AND said_at > %(first)s AND said_at <= %(now)s AND {ANGRY} AND NOT historical
            ORDER BY said_at DESC, id DESC LIMIT {EVIDENCE}
        ) AS said
    """  # noqa: S608 - the same
    told: dict[uuid.UUID, list[uuid.UUID]] = {}
    first = ask.since(days=statistic.WINDOWS[-1])
    with connection.cursor() as cursor:
        cursor.execute(latest, _parameters(ask, first=first, subjects=[one.subject_id for one in sightings]))
        for subject, feedback_id in cursor.fetchall():
            told.setdefault(subject, []).append(feedback_id)
    return [replace(one, evidence=told.get(one.subject_id, [])) for one in sightings]
