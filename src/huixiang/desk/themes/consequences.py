"""Whom it concerns when themes are merged or split, counted before anybody does it."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED
from huixiang.feedback.models import Feedback
from huixiang.themes import measures
from huixiang.themes.models import Theme, Vote


@dataclass(frozen=True, slots=True)
class Parting:
    """What leaves a theme and what stays. Cases follow the larger part of their feedback."""

    goes: measures.Figures
    stays: measures.Figures
    cases_going: int
    cases_kept: int  # with feedback on both sides, staying with the larger part
    votes: int


def parting(theme: Theme, feedback_ids: Sequence[uuid.UUID]) -> Parting:
    """What happens when these feedbacks go elsewhere: two statements."""
    goes, stays = measures.parted(theme, feedback_ids)
    chosen, wanted = set(feedback_ids), Counter[uuid.UUID]()
    rest: Counter[uuid.UUID] = Counter()
    rows = Feedback.objects.filter(workspace_id=theme.workspace_id, theme_id=theme.id).exclude(case_id=None)
    cases = rows.filter(id__in=feedback_ids).values("case_id")
    for feedback_id, case_id in rows.filter(case_id__in=cases).values_list("id", "case_id"):
        if case_id:
            (wanted if feedback_id in chosen else rest)[case_id] += 1
    going = sum(1 for case_id, size in wanted.items() if size > rest[case_id])
    return Parting(goes, stays, going, len(wanted) - going, theme.vote_count)


@dataclass(frozen=True, slots=True)
class Joining:
    """What several themes would be as one."""

    people: int  # who said it or voted, each once: whom an announcement would tell
    feedbacks: int
    cases: int
    unfinished: int
    voters: int


def joining(themes: Sequence[Theme]) -> Joining:
    """What happens when these themes become one: three statements."""
    ids, workspace_id = [theme.id for theme in themes], themes[0].workspace_id
    said = Feedback.objects.filter(workspace_id=workspace_id, theme_id__in=ids)
    speakers = set(said.values_list("member_id", flat=True).distinct())
    voters = set(Vote.objects.filter(theme_id__in=ids).values_list("member_id", flat=True))
    cases = Case.objects.filter(workspace_id=workspace_id, theme_id__in=ids).values_list("state")
    states = dict(cases.annotate(number=Count("id")))
    unfinished = sum(number for state, number in states.items() if state in UNFINISHED)
    feedbacks = sum(theme.feedback_count for theme in themes)
    return Joining(len(speakers | voters), feedbacks, sum(states.values()), unfinished, len(voters))
