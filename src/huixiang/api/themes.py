"""Themes: the board as a list, one with what is known of it, voters, renaming, moving, merging, solving."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

import pydantic
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from huixiang.api import filters, finding, keys, shapes
from huixiang.kernel.errors import Refused
from huixiang.themes import actions, changing, queries
from huixiang.themes.models import Move, Theme
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.models import Workspace
from huixiang.workspaces.queries import member_of_team
from huixiang.workspaces.roles import Permission

router = Router(tags=["Themes"])
StatusName = Literal["found", "confirmed", "fixing", "fixed", "announced", "declined", "merged"]
THEME = "/themes/{uuid:theme_id}"


class ThemeFilter(filters.Listed):
    """`since` and `until` are about when it was last spoken of."""

    state: StatusName | None = Field(None, description="Without it every theme that is not merged away.")
    sort: Literal["impact", "latest"] = "impact"
    grade: filters.GradeName | None = Field(None, description="The worst grade among its feedback.")
    kind: filters.KindName | None = Field(None, description="Of at least one of its feedbacks.")
    channel: filters.Word = Field("", description="Slug of a channel on which it was spoken of.")
    owner: uuid.UUID | None = Field(None, description="Id of somebody of the team.")
    public: bool | None = None


class ThemeItem(Schema):
    """One matter that many feedbacks are about."""

    id: uuid.UUID
    name: str
    summary: str
    status: StatusName
    public: bool
    owner: shapes.StaffName | None
    feedback_count: int
    people_count: int
    vote_count: int
    worst_grade: str
    impact: float = Field(description="People × mean influence × worst severity.")
    first_seen: datetime
    last_seen: datetime
    fixed_in: str


class ThemePage(Schema):
    """Give next_cursor back as cursor, with the same filters, until it is null."""

    themes: list[ThemeItem]
    next_cursor: str | None


class MergeItem(Schema):
    """What was taken in and can be parted again."""

    id: uuid.UUID
    source: shapes.ThemeName
    merged_at: datetime


class MoveItem(Schema):
    """What went where; its id takes it back."""

    id: uuid.UUID
    source: shapes.ThemeName
    target: shapes.ThemeName
    feedback: list[uuid.UUID]
    split: bool
    undone: bool


class ChangeItem(Schema):
    """What somebody wrote, or the step they let it go; its id takes it back."""

    id: uuid.UUID
    fields: list[str] = Field(examples=[["name"]])
    changed_at: datetime


class ThemeDetail(ThemeItem):
    """One theme with what is known of it."""

    root_cause: str
    workaround: str
    fix: str
    tracker_url: str
    decline_reason: str
    merged_into: shapes.ThemeName | None
    merges: list[MergeItem]
    moves: list[MoveItem] = Field(description="What went in or out and can be taken back, the latest first.")
    change: ChangeItem | None = Field(description="The last change that can be taken back.")
    confirmed_at: datetime | None
    fixing_at: datetime | None
    fixed_at: datetime | None
    announced_at: datetime | None
    declined_at: datetime | None


class Voters(Schema):
    """Who said 我也是, the first first; give next_cursor back as cursor until it is null."""

    members: list[shapes.MemberName]
    next_cursor: str | None


def _address(value: str) -> str:
    if value:
        try:
            URLValidator(schemes=["http", "https"])(value)
        except ValidationError as error:
            raise ValueError(_("The address of the tracker must begin with http:// or https://.")) from error
    return value


class ThemeWords(shapes.Body):
    """What a person knows; only what is sent changes."""

    name: Annotated[shapes.Line, Field(min_length=1, max_length=80)] | None = None
    summary: shapes.Said | None = None
    root_cause: shapes.Said | None = None
    workaround: shapes.Said | None = None
    tracker_url: Annotated[shapes.Line, pydantic.AfterValidator(_address)] | None = None
    public: bool | None = None
    owner: uuid.UUID | None = None


class ThemeStep(shapes.Body):
    """The next step on its way; declining needs a reason."""

    to: Literal["confirmed", "fixing", "declined"]
    reason: shapes.Line = ""


class MergeSource(shapes.Body):
    """Which theme goes into this one."""

    source: uuid.UUID


class Solution(shapes.Body):
    """What it was, how it is fixed, and since which version."""

    root_cause: shapes.Said = ""
    fix: shapes.Said
    fixed_in: Annotated[shapes.Line, Field(max_length=60)] = ""


@router.get("/themes", auth=keys.read, response=shapes.answers(ThemePage), summary="List themes")
def listing(request: keys.KeyedRequest, asked: Query[ThemeFilter]) -> Any:
    """Themes by impact, or by when they were last spoken of."""
    rows = _narrowed(request.auth.workspace, asked)
    if asked.sort == "impact":
        page = filters.page(rows, asked, "impact", filters.fraction)
    else:
        page = filters.page(rows, asked, "last_seen")
    return {"themes": [item(row) for row in page.rows], "next_cursor": page.next_cursor}


def _narrowed(workspace: Workspace, asked: ThemeFilter) -> QuerySet[Theme]:
    rows = Theme.objects.filter(workspace=workspace).select_related("owner__user").defer("centre")
    rows = rows.filter(status=asked.state) if asked.state else rows.exclude(status=ThemeStatus.MERGED)
    if asked.public is not None:
        rows = rows.filter(public=asked.public)
    narrowed = {"worst_grade": asked.grade, "owner_id": asked.owner}
    rows = rows.filter(**{field: value for field, value in narrowed.items() if value})
    if asked.kind or asked.channel:
        rows = rows.filter(id__in=finding.themes_spoken_of(workspace, kind=asked.kind, channel=asked.channel))
    return finding.themes(workspace, filters.between(rows, "last_seen", asked), asked.q)


def item(row: Theme) -> dict[str, Any]:
    """A theme as ThemeItem."""
    plain = (
        "id", "name", "summary", "status", "public", "feedback_count", "people_count", "vote_count", "worst_grade",
        "impact", "first_seen", "last_seen", "fixed_in",
    )  # fmt: skip
    return {name: getattr(row, name) for name in plain} | {"owner": shapes.staff_name(row.owner)}


def one_of(request: keys.KeyedRequest, theme_id: uuid.UUID) -> Theme:
    """A theme of the key's workspace, else 404."""
    found: Theme = keys.found(queries.theme_by_id(workspace_id=request.auth.workspace_id, theme_id=theme_id))
    return found


def detail(request: keys.KeyedRequest, theme_id: uuid.UUID) -> dict[str, Any]:
    """A theme as ThemeDetail, as it is now: four statements."""
    row = one_of(request, theme_id)
    plain = (
        "root_cause", "workaround", "fix", "tracker_url", "decline_reason", "confirmed_at", "fixing_at", "fixed_at",
        "announced_at", "declined_at",
    )  # fmt: skip
    merges = [
        {"id": one.id, "source": shapes.theme_name(one.source), "merged_at": one.merged_at}
        for one in queries.merges_into(row)
    ]
    known = {name: getattr(row, name) for name in plain}
    undoable = {"merges": merges, "moves": [moved(one) for one in queries.moves_of(row)], "change": _change(row)}
    return item(row) | known | undoable | {"merged_into": shapes.theme_name(row.merged_into)}


def moved(move: Move) -> dict[str, Any]:
    """A move as MoveItem."""
    return {
        "id": move.id,
        "source": shapes.theme_name(move.source),
        "target": shapes.theme_name(move.target),
        "feedback": move.feedback_ids,
        "split": move.split,
        "undone": move.undone_at is not None,
    }


def _change(row: Theme) -> dict[str, Any] | None:
    last = changing.latest(row)
    return {"id": last.id, "fields": sorted(last.after), "changed_at": last.changed_at} if last else None


@router.get(THEME, auth=keys.read, response=shapes.answers(ThemeDetail), summary="One theme")
def one(request: keys.KeyedRequest, theme_id: uuid.UUID) -> Any:
    """What is known of one matter. A merged one names the theme it went into."""
    return detail(request, theme_id)


@router.get(THEME + "/votes", auth=keys.read, response=shapes.answers(Voters), summary="Who said the same")
def votes(request: keys.KeyedRequest, theme_id: uuid.UUID, asked: Query[filters.Paged]) -> Any:
    """The members who said 我也是."""
    page = filters.page(queries.votes_of(one_of(request, theme_id)), asked, "created_at", rising=True)
    return {"members": [shapes.member_name(vote.member) for vote in page.rows], "next_cursor": page.next_cursor}


@router.patch(THEME, auth=keys.themes, response=shapes.changes(ThemeDetail), summary="Rename or describe a theme")
def describe(request: keys.KeyedRequest, theme_id: uuid.UUID, words: ThemeWords) -> Any:
    """Write what a person knows; only the fields sent change. `owner` null takes the owner away."""
    actor, row = keys.actor(request, Permission.THEMES), one_of(request, theme_id)
    changed = words.model_dump(exclude_unset=True)
    changed = {name: value for name, value in changed.items() if value is not None or name == "owner"}
    if "owner" in changed:
        owner_id = changed.pop("owner")
        if owner_id and not member_of_team(workspace_id=row.workspace_id, membership_id=owner_id):
            raise Refused(_("Nobody of the team has this id; GET /team lists them."))
        changed["owner_id"] = owner_id
    actions.describe(theme=row, actor=actor, **changed)
    return detail(request, theme_id)


@router.post(THEME + "/move", auth=keys.themes, response=shapes.changes(ThemeDetail), summary="Move a theme on")
def move(request: keys.KeyedRequest, theme_id: uuid.UUID, step: ThemeStep) -> Any:
    """Confirm it, say that it is being fixed, or decline it with a reason."""
    actor = keys.actor(request, Permission.THEMES)
    actions.move(theme=one_of(request, theme_id), to=step.to, actor=actor, words=step.reason)
    return detail(request, theme_id)


@router.post(THEME + "/merge", auth=keys.themes, response=shapes.changes(ThemeDetail), summary="Merge themes")
def merge(request: keys.KeyedRequest, theme_id: uuid.UUID, which: MergeSource) -> Any:
    """Take another theme into this one; its feedback, votes and cases come along. `merges` names what can be undone."""
    actor = keys.actor(request, Permission.THEMES)
    source, target = one_of(request, which.source), one_of(request, theme_id)
    actions.merge(source=source, target=target, actor=actor)
    return detail(request, theme_id)


@router.post(
    "/merges/{uuid:merge_id}/undo", auth=keys.themes, response=shapes.changes(ThemeDetail), summary="Undo a merge"
)
def undo_merge(request: keys.KeyedRequest, merge_id: uuid.UUID) -> Any:
    """Part two themes again; the answer is the one that comes back."""
    actor, workspace_id = keys.actor(request, Permission.THEMES), request.auth.workspace_id
    keys.found(queries.merge_by_id(workspace_id=workspace_id, merge_id=merge_id))
    done = actions.undo_merge(merge_id=merge_id, workspace_id=workspace_id, actor=actor)
    return detail(request, done.source_id)


@router.post(THEME + "/resolve", auth=keys.themes, response=shapes.changes(ThemeDetail), summary="Resolve a theme")
def resolve(request: keys.KeyedRequest, theme_id: uuid.UUID, said: Solution) -> Any:
    """Say what it was and how it is fixed. To draft the announcement in the same step: POST /announcements."""
    actor = keys.actor(request, Permission.THEMES)
    actions.resolve(
        theme=one_of(request, theme_id), root_cause=said.root_cause, fix=said.fix, fixed_in=said.fixed_in, actor=actor
    )
    return detail(request, theme_id)
