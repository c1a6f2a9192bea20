"""Votes go along when two members become one; themes then count their people anew."""

import uuid
from collections.abc import Mapping, Sequence

from huixiang.feedback.models import Feedback
from huixiang.members.traces import Gone, Move
from huixiang.themes import measures
from huixiang.themes.models import Theme, Vote

MOVES = [Move("votes", Vote, once="theme_id")]


def after_moving(workspace_id: uuid.UUID, moved: Mapping[str, Sequence[str]], gone: Gone) -> None:
    """Count the people of every theme that had something of theirs, and of those they voted for."""
    said = Feedback.objects.filter(workspace_id=workspace_id, id__in=moved.get("feedback", []))
    voted = Vote.objects.filter(workspace_id=workspace_id, id__in=moved.get("votes", []))
    ids = {*said.values_list("theme_id", flat=True), *voted.values_list("theme_id", flat=True)}
    ids |= {uuid.UUID(fields["theme"]) for label, fields in gone if label == "themes.vote"}
    kept = Theme.objects.filter(workspace_id=workspace_id, id__in=[one for one in ids if one])
    measures.refresh(workspace_id=workspace_id, theme_ids=list(kept.values_list("id", flat=True)))
