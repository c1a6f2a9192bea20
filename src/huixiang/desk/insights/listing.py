"""A line of the list of critics: who, what about, how far, and where the next step leads."""

from typing import Any, Final

from django.urls import reverse

from huixiang.insights.conversion import next_steps
from huixiang.insights.conversion.queries import Standing
from huixiang.insights.conversion.stages import LOST, Stage
from huixiang.workspaces.models import Workspace

PLACES: Final = {
    "case": ("desk:case", "case_id", "#composer"),
    "theme": ("desk:theme", "theme_id", ""),
    "feedback": ("desk:feedback_detail", "feedback_id", ""),
    "member": ("desk:member", "member_id", ""),
}


def row(standing: Standing, workspace: Workspace) -> dict[str, Any]:
    """A line of the list with its next step and where that leads."""
    rule, way = next_steps.of(standing), standing.way
    return {
        "standing": standing, "way": way, "member": way.member, "rule": rule, "stage": Stage(way.stage),
        "link": address(standing, workspace, rule.place), "about": address(standing, workspace, _about(standing)),
        "lost": _lost(standing), "owner": way.case.owner if way.case else None,
        "gone": bool(way.member.erased_at or way.member.erasing_at),
    }  # fmt: skip


def _about(standing: Standing) -> str:
    return "case" if standing.way.case_id else "feedback"


def address(standing: Standing, workspace: Workspace, place: str) -> str:
    """Where a place of a rule is for this way; "" where it leads nowhere."""
    if place not in PLACES:
        return ""
    name, argument, anchor = PLACES[place]
    return reverse(name, args=[workspace.slug, getattr(standing.way, argument)]) + anchor


def _lost(standing: Standing) -> str:
    way = standing.way
    return str(LOST[way.lost][0]) if way.lost else str(LOST["silent"][0]) if standing.silent else ""
