"""Rising themes."""

from collections.abc import Sequence

from huixiang.alerts.models import SubjectKind
from huixiang.alerts.sighting import EVIDENCE, MOST, Ask, Sighting
from huixiang.themes.models import EarlyWarning
from huixiang.themes.states import OPEN


def rise(ask: Ask) -> Sequence[Sighting]:
    """The early warnings that stand, of themes nobody has solved; who acknowledged one has acknowledged its alert."""
    rows = EarlyWarning.objects.filter(workspace_id=ask.workspace_id, ended_at=None, theme__status__in=OPEN)
    found = rows.filter(people__gte=ask.rule.number).select_related("theme").defer("theme__centre")
    return [
        Sighting(
            subject_kind=SubjectKind.THEME, subject_id=one.theme_id, measure=one.people, owner_id=one.theme.owner_id,
            figures={"people": one.people, "days": one.days, "expected": round(one.expected, 1)},
            evidence=one.feedback_ids[:EVIDENCE], acknowledged_by_id=one.acknowledged_by_id,
        )
        for one in found.order_by("-raised_at", "-id")[:MOST]
    ]  # fmt: skip
