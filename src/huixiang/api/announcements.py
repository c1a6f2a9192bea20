"""Announcements: lists, one with its thanks and its telling, drafting, writing, publishing."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Router, Schema
from pydantic import Field

from huixiang.announcements import actions, queries
from huixiang.announcements.audience import people_to_tell
from huixiang.announcements.models import Announcement, Credit
from huixiang.api import filters, finding, keys, shapes
from huixiang.api.themes import Solution, one_of
from huixiang.workspaces.models import Workspace
from huixiang.workspaces.roles import Permission

router = Router(tags=["Announcements"])
ANNOUNCEMENT = "/announcements/{uuid:announcement_id}"


class AnnouncementFilter(filters.Listed):
    """`since` and `until` are about when it was published, for drafts when it was saved."""

    state: Literal["published", "draft"] = "published"
    theme: uuid.UUID | None = Field(None, description="A theme's id.")
    grade: filters.GradeName | None = Field(None, description="The worst grade of its theme.")
    kind: filters.KindName | None = Field(None, description="Of a feedback of its theme.")
    channel: filters.Word = Field("", description="Slug of a channel on which its theme was spoken of.")


class AnnouncementItem(Schema):
    """One public answer, or the draft of one."""

    id: uuid.UUID
    number: int | None = Field(description="Given when it is published.")
    title: str
    theme: shapes.ThemeName
    author: shapes.StaffName | None
    people_count: int
    created_at: datetime
    saved_at: datetime
    published_at: datetime | None


class AnnouncementPage(Schema):
    """Newest first; give next_cursor back as cursor until it is null."""

    announcements: list[AnnouncementItem]
    next_cursor: str | None


class Thanked(Schema):
    """A credit as everybody may read it: the name follows the member's consent."""

    name: str
    named: bool
    contribution: str
    first_reporter: bool


class CreditItem(Schema):
    """Whom it thanks, as the team sees it."""

    id: uuid.UUID
    member: shapes.MemberName
    contribution: str
    first_reporter: bool
    consent: Literal["unanswered", "name", "nickname", "no"]


class Reach(Schema):
    """How many of those concerned are reached on a channel."""

    name: str
    kind: str
    people: int


class Audience(Schema):
    """Whom publishing tells: whose feedback led here, and who said 我也是."""

    people: int
    reachable: int
    unreachable: int = Field(description="There is no way to them; they find it on the board.")
    channels: list[Reach]


class SolvedAnswers(Schema):
    """What members say: is it solved for them."""

    yes: int
    partly: int
    no: int


class AnnouncementDetail(AnnouncementItem):
    """One with its text (markdown), its thanks and what came of it."""

    what_happened: str
    how_fixed: str
    what_next: str
    thanks: list[Thanked]
    unnamed: int = Field(description="Who is thanked without a name.")
    answers: SolvedAnswers
    credits: list[CreditItem] = Field(description="Everybody it thanks, by id; those who were left out are missing.")


class Telling(Schema):
    """How far the telling is."""

    told_at: datetime | None = Field(description="When everybody had been told or found unreachable.")
    notices: int
    unreachable: int
    deliveries: dict[str, int] = Field(description="By state: queued, sending, ready, delivered, failed, unknown")


class Draft(Solution):
    """Which theme it is about, and how it was solved."""

    theme: uuid.UUID


class Publishing(shapes.Body):
    """Publishing; anyway: why it goes out although it crosses a red line of the workspace."""

    anyway: shapes.Line = ""


class Words(shapes.Body):
    """Only what is sent changes. The three parts are markdown."""

    title: Annotated[shapes.Line, Field(max_length=120)] | None = None
    what_happened: shapes.Said | None = None
    how_fixed: shapes.Said | None = None
    what_next: shapes.Said | None = None


class Asked(Schema):
    """How many members were asked."""

    asked: int


@router.get(
    "/announcements", auth=keys.read, response=shapes.answers(AnnouncementPage), summary="List announcements"
)
def listing(request: keys.KeyedRequest, asked: Query[AnnouncementFilter]) -> Any:
    """What was published, or what is being written."""
    rows = _narrowed(request.auth.workspace, asked)
    page = filters.page(rows, asked, "published_at" if asked.state == "published" else "saved_at")
    return {"announcements": [_item(row) for row in page.rows], "next_cursor": page.next_cursor}


def _narrowed(workspace: Workspace, asked: AnnouncementFilter) -> QuerySet[Announcement]:
    published = asked.state == "published"
    rows = Announcement.objects.filter(workspace=workspace, published_at__isnull=not published)
    rows = rows.select_related("theme", "author__user").defer("theme__centre")
    narrowed = {"theme_id": asked.theme, "theme__worst_grade": asked.grade}
    rows = rows.filter(**{field: value for field, value in narrowed.items() if value})
    if asked.kind or asked.channel:
        about = finding.themes_spoken_of(workspace, kind=asked.kind, channel=asked.channel)
        rows = rows.filter(theme_id__in=about)
    rows = filters.between(rows, "published_at" if published else "saved_at", asked)
    return finding.announcements(workspace, rows, asked.q)


def _item(row: Announcement) -> dict[str, Any]:
    plain = ("id", "number", "title", "people_count", "created_at", "saved_at", "published_at")
    known = {name: getattr(row, name) for name in plain}
    return known | {"theme": shapes.theme_name(row.theme), "author": shapes.staff_name(row.author)}


def _one(request: keys.KeyedRequest, announcement_id: uuid.UUID) -> Announcement:
    found: Announcement = keys.found(
        queries.by_id(workspace_id=request.auth.workspace_id, announcement_id=announcement_id)
    )
    return found


def _detail(request: keys.KeyedRequest, announcement_id: uuid.UUID) -> dict[str, Any]:
    row = _one(request, announcement_id)
    named, unnamed = queries.thanks(row)
    thanked = [
        {name: getattr(one, name) for name in ("name", "named", "contribution", "first_reporter")} for one in named
    ]
    parts = {name: getattr(row, name) for name in ("what_happened", "how_fixed", "what_next")}
    said = {"thanks": thanked, "unnamed": unnamed, "answers": queries.answer_counts(row)}
    return _item(row) | parts | said | {"credits": [_credit(one) for one in queries.credits_of(row)]}


def _credit(row: Credit) -> dict[str, Any]:
    known = {name: getattr(row, name) for name in ("id", "contribution", "first_reporter")}
    return known | {"member": shapes.member_name(row.member), "consent": row.member.credit_consent}


@router.get(ANNOUNCEMENT, auth=keys.read, response=shapes.answers(AnnouncementDetail), summary="One announcement")
def one(request: keys.KeyedRequest, announcement_id: uuid.UUID) -> Any:
    """One with its text and its thanks."""
    return _detail(request, announcement_id)


@router.get(
    ANNOUNCEMENT + "/telling", auth=keys.read, response=shapes.answers(Telling), summary="How far the telling is"
)
def telling(request: keys.KeyedRequest, announcement_id: uuid.UUID) -> Any:
    """Whom it reached."""
    row = _one(request, announcement_id)
    told = queries.telling(row)
    notices, unreachable = told.pop("notices"), told.pop("unreachable")
    return {"told_at": row.told_at, "notices": notices, "unreachable": unreachable, "deliveries": told}


@router.get(ANNOUNCEMENT + "/audience", auth=keys.read, response=shapes.answers(Audience), summary="Whom it concerns")
def audience(request: keys.KeyedRequest, announcement_id: uuid.UUID) -> Any:
    """Who would be told now, and by which channels."""
    found = people_to_tell(_one(request, announcement_id).theme)
    ways = [{"name": name, "kind": kind, "people": number} for name, kind, number in found.by_channel]
    reached = {"reachable": len(found.reachable), "unreachable": len(found.unreachable)}
    return {"people": len(found.people), **reached, "channels": ways}


@router.post(
    "/announcements", auth=keys.announcements, response=shapes.changes(AnnouncementDetail), summary="Draft one"
)
def draft(request: keys.KeyedRequest, wanted: Draft) -> Any:
    """Resolve a theme and draft its announcement from the journal; a draft there is gets its way renewed."""
    by = keys.acting(request, Permission.ANNOUNCE, Permission.THEMES)
    theme = one_of(request, wanted.theme)
    made = actions.resolve_and_draft(
        theme=theme, root_cause=wanted.root_cause, fix=wanted.fix, fixed_in=wanted.fixed_in, by=by
    )
    return _detail(request, made.id)


@router.patch(
    ANNOUNCEMENT, auth=keys.announcements, response=shapes.changes(AnnouncementDetail), summary="Write a draft"
)
def save(request: keys.KeyedRequest, announcement_id: uuid.UUID, words: Words) -> Any:
    """Save the text of a draft; only the fields sent change."""
    by = keys.acting(request, Permission.ANNOUNCE)
    changed = {name: text for name, text in words.model_dump(exclude_unset=True).items() if text is not None}
    actions.edit(draft=_one(request, announcement_id), by=by, **changed)
    return _detail(request, announcement_id)


@router.post(
    ANNOUNCEMENT + "/credits/{uuid:credit_id}/drop",
    auth=keys.announcements,
    response=shapes.changes(AnnouncementDetail),
    summary="Leave somebody out of the thanks",
)
def drop_credit(request: keys.KeyedRequest, announcement_id: uuid.UUID, credit_id: uuid.UUID) -> Any:
    """Leave a member out of the thanks of a draft, also when it is made anew."""
    keys.acting(request, Permission.ANNOUNCE)
    row = _one(request, announcement_id)
    keys.found(row.credits.filter(id=credit_id).first())
    actions.drop_credit(draft=row, credit_id=credit_id)
    return _detail(request, announcement_id)


@router.post(
    ANNOUNCEMENT + "/consent", auth=keys.announcements, response=shapes.changes(Asked), summary="Ask for consent"
)
def ask_consent(request: keys.KeyedRequest, announcement_id: uuid.UUID) -> Any:
    """Ask the credited who have not answered whether they may be thanked by name. Nobody is asked twice."""
    by = keys.acting(request, Permission.PUBLISH)
    return {"asked": actions.ask_consent(announcement=_one(request, announcement_id), by=by)}


@router.post(
    ANNOUNCEMENT + "/publish", auth=keys.announcements, response=shapes.changes(AnnouncementDetail), summary="Publish"
)
def publish(request: keys.KeyedRequest, announcement_id: uuid.UUID, said: Publishing | None = None) -> Any:
    """Show it on the portal and tell everybody concerned. This cannot be undone.

    409 with a sentence when its text crosses a red line and anyway does not say why it has to go out like this.
    """
    by = keys.acting(request, Permission.PUBLISH)
    actions.publish(announcement=_one(request, announcement_id), by=by, anyway=said.anyway if said else "")
    return _detail(request, announcement_id)
