"""What a program can do with the feedback of a theme: split it off, move it; what looks like one matter; undoing."""

import uuid
from collections.abc import Iterator
from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from huixiang.api import keys, shapes
from huixiang.api.feedback import FeedbackItem, items
from huixiang.api.themes import THEME, MoveItem, ThemeDetail, detail, moved, one_of
from huixiang.themes import changing, moving, proposals, queries
from huixiang.themes.models import Theme
from huixiang.workspaces.roles import Permission

router = Router(tags=["Themes"])
MOST = 1_000
MOST_PAIRS = 50
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


class OtherTheme(shapes.Body):
    """The other theme."""

    theme: uuid.UUID


class AlikeTheme(shapes.ThemeName):
    """A theme as the list of pairs needs it."""

    status: str
    feedback_count: int
    people_count: int


class AlikePair(Schema):
    """Two themes that look like one matter, the one with the greater impact first."""

    first: AlikeTheme
    second: AlikeTheme
    likeness: int = Field(description="Cosine of the two, in per cent.")


class AlikeList(Schema):
    """The most alike first."""

    pairs: list[AlikePair]


class PartItem(Schema):
    """Feedback of a theme that sounds alike, the latest first, under a name found in its words."""

    name: str
    people: int
    feedback: list[FeedbackItem]


class PartList(Schema):
    """The largest first; a single part when nothing stands out."""

    parts: list[PartItem]


@router.post(THEME + "/split", auth=keys.themes, response=shapes.changes(MoveItem), summary="Split a theme")
def split(request: keys.KeyedRequest, theme_id: uuid.UUID, wanted: Split) -> Any:
    """Make part of a theme a theme of its own; the cases go along."""
    actor, source = keys.actor(request, Permission.THEMES), one_of(request, theme_id)
    return moved(
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
    return moved(moving.move_feedback(source=source, target=target, feedback_ids=wanted.feedback, actor=actor))


@router.post("/moves/{uuid:move_id}/undo", auth=keys.themes, response=shapes.changes(MoveItem), summary="Undo a move")
def undo_move(request: keys.KeyedRequest, move_id: uuid.UUID) -> Any:
    """Take a split or a move back; what came later stays."""
    actor, workspace_id = keys.actor(request, Permission.THEMES), request.auth.workspace_id
    keys.found(queries.move_by_id(workspace_id=workspace_id, move_id=move_id))
    return moved(moving.undo(move_id=move_id, workspace_id=workspace_id, actor=actor))


@router.post(
    THEME + "/changes/{uuid:change_id}/undo",
    auth=keys.themes,
    response=shapes.changes(ThemeDetail),
    summary="Undo a change",
)
def undo_change(request: keys.KeyedRequest, theme_id: uuid.UUID, change_id: uuid.UUID) -> Any:
    """Take back what was written about a theme, or its last step; what was changed again since stays.

    The id stands in `change` of the theme.
    """
    actor, row = keys.actor(request, Permission.THEMES), one_of(request, theme_id)
    keys.found(row.changes.filter(id=change_id).first())
    changing.undo(change_id=change_id, workspace_id=row.workspace_id, actor=actor)
    return detail(request, theme_id)


@router.get("/themes/alike", auth=keys.read, response=shapes.answers(AlikeList), summary="Themes that look alike")
def alike(request: keys.KeyedRequest, limit: Annotated[int, Field(ge=1, le=MOST_PAIRS)] = 5) -> Any:
    """Open themes that may be one matter, without the pairs somebody kept apart. POST /themes/{id}/merge joins them."""
    found = proposals.alike(request.auth.workspace, limit)
    return {
        "pairs": [
            {"first": _alike(pair.first), "second": _alike(pair.second), "likeness": pair.likeness} for pair in found
        ]
    }


def _alike(row: Theme) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "name", "status", "feedback_count", "people_count")}


@router.post(THEME + "/apart", auth=keys.themes, response=shapes.changes(shapes.Done), summary="Keep two themes apart")
def keep_apart(request: keys.KeyedRequest, theme_id: uuid.UUID, other: OtherTheme) -> Any:
    """Say that two themes are not one matter: they are not proposed again."""
    return _apart(request, theme_id, other.theme, dismissed=True)


@router.post(
    THEME + "/apart/undo", auth=keys.themes, response=shapes.changes(shapes.Done), summary="Let them be proposed again"
)
def propose_again(request: keys.KeyedRequest, theme_id: uuid.UUID, other: OtherTheme) -> Any:
    """Take back that two themes are kept apart."""
    return _apart(request, theme_id, other.theme, dismissed=False)


def _apart(request: keys.KeyedRequest, one: uuid.UUID, other: uuid.UUID, *, dismissed: bool) -> dict[str, bool]:
    actor = keys.actor(request, Permission.THEMES)
    proposals.dismiss(one=one_of(request, one), other=one_of(request, other), actor=actor, dismissed=dismissed)
    return {"done": True}


@router.get(THEME + "/parts", auth=keys.themes, response=shapes.answers(PartList), summary="How to split a theme")
def parts(request: keys.KeyedRequest, theme_id: uuid.UUID) -> Any:
    """The latest 400 feedbacks of a theme in groups that sound unlike each other, as proposals for a split."""
    keys.acting(request, Permission.THEMES)
    found = proposals.parts(one_of(request, theme_id))
    rows = [row for part in found for row in part.feedbacks]
    shown: Iterator[dict[str, Any]] = iter(items(request.auth.workspace_id, rows))
    return {
        "parts": [
            {"name": part.name, "people": part.people, "feedback": [next(shown) for _row in part.feedbacks]}
            for part in found
        ]
    }
