"""What a program can do with the feedback of a theme: split it off, move it, take that back."""

import uuid
from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from huixiang.api import keys, shapes
from huixiang.api.themes import THEME, one_of
from huixiang.themes import moving
from huixiang.themes.models import Move
from huixiang.workspaces.roles import Permission

router = Router(tags=["Themes"])
MOST = 1_000
Ids = Annotated[list[uuid.UUID], Field(min_length=1, max_length=MOST)]


class Split(shapes.Body):
    """Which feedback becomes a theme of its own; without a name it is named by its words."""

    feedback: Ids
    name: Annotated[shapes.Line, Field(max_length=80)] = ""
    votes_go: bool = False


class Carried(shapes.Body):
    """Which feedback goes to which theme."""

    feedback: Ids
    target: uuid.UUID


class MoveItem(Schema):
    """What went where; its id takes it back."""

    id: uuid.UUID
    source: shapes.ThemeName
    target: shapes.ThemeName
    feedback: list[uuid.UUID]
    split: bool
    undone: bool


def _moved(move: Move) -> dict[str, Any]:
    return {
        "id": move.id,
        "source": shapes.theme_name(move.source),
        "target": shapes.theme_name(move.target),
        "feedback": move.feedback_ids,
        "split": move.split,
        "undone": move.undone_at is not None,
    }


@router.post(THEME + "/split", auth=keys.themes, response=shapes.changes(MoveItem), summary="Split a theme")
def split(request: keys.KeyedRequest, theme_id: uuid.UUID, wanted: Split) -> Any:
    """Make part of a theme a theme of its own; the cases go along."""
    actor, source = keys.actor(request, Permission.THEMES), one_of(request, theme_id)
    return _moved(
        moving.split(
            source=source, feedback_ids=wanted.feedback, name=wanted.name, actor=actor, votes_go=wanted.votes_go
        )
    )


@router.post(
    THEME + "/feedback/move", auth=keys.themes, response=shapes.changes(MoveItem), summary="Move feedback to a theme"
)
def move_feedback(request: keys.KeyedRequest, theme_id: uuid.UUID, wanted: Carried) -> Any:
    """Let feedback of this theme be about another one; the cases go along."""
    actor = keys.actor(request, Permission.THEMES)
    source, target = one_of(request, theme_id), one_of(request, wanted.target)
    return _moved(moving.move_feedback(source=source, target=target, feedback_ids=wanted.feedback, actor=actor))


@router.post("/moves/{uuid:move_id}/undo", auth=keys.themes, response=shapes.changes(MoveItem), summary="Undo a move")
def undo_move(request: keys.KeyedRequest, move_id: uuid.UUID) -> Any:
    """Take a split or a move back; what came later stays."""
    actor, workspace_id = keys.actor(request, Permission.THEMES), request.auth.workspace_id
    keys.found(Move.objects.filter(workspace_id=workspace_id, id=move_id).first())
    return _moved(moving.undo(move_id=move_id, workspace_id=workspace_id, actor=actor))
