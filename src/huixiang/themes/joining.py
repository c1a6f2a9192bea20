"""Votes go along when two members become one; themes then count their people anew."""

import uuid

from huixiang.feedback.models import Feedback
from huixiang.members.traces import Move, Moved
from huixiang.themes import measures
from huixiang.themes.models import Theme, Vote

MOVES = [Move("votes", Vote, once="theme_id")]


def after_moving(moved: Moved) -> None:
    """Count the people of every theme that had something of theirs, and of those they voted for."""
    said = Feedback.objects.filter(workspace_id=moved.workspace_id, id__in=moved.rows.get("feedback", []))
    voted = Vote.objects.filter(workspace_id=moved.workspace_id, member_id__in=moved.member_ids)
    ids = {*said.values_list("theme_id", flat=True), *voted.values_list("theme_id", flat=True)}
    ids |= {uuid.UUID(fields["theme"]) for label, fields in moved.gone if label == "themes.vote"}
    kept = Theme.objects.filter(workspace_id=moved.workspace_id, id__in=[one for one in ids if one])
    measures.refresh(workspace_id=moved.workspace_id, theme_ids=list(kept.values_list("id", flat=True)))
