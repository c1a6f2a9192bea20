"""Members: the roster, one person with identities, describing, tier, joining and parting, erasing."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

import pydantic
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from huixiang.api import filters, finding, keys, shapes
from huixiang.members import actions, erasing, joining, queries
from huixiang.members.models import IS_LISTED, Identity, Joining, Member
from huixiang.workspaces.models import Workspace
from huixiang.workspaces.roles import Permission

router = Router(tags=["Members"])
MEMBER = "/members/{uuid:member_id}"
TierName = Literal["plain", "active", "koc", "core"]


class MemberFilter(filters.Listed):
    """`since` and `until` are about when they came in."""

    tier: TierName | None = None
    channel: filters.Word = Field("", description="Slug of a channel on which they are known.")
    grade: filters.GradeName | None = Field(None, description="Of a feedback of theirs.")
    kind: filters.KindName | None = Field(None, description="Of a feedback of theirs.")
    theme: uuid.UUID | None = Field(None, description="A theme they spoke of.")


class MemberItem(Schema):
    """A person of the community. `email` is null without the scope `personal`."""

    id: uuid.UUID
    name: str
    tier: TierName
    anonymous: bool
    reach: int = Field(description="People who read this member, as far as known.")
    feedback_count: int
    confirmed_count: int = Field(description="Reports that led to a fix.")
    credit_consent: Literal["unanswered", "name", "nickname", "no"]
    created_at: datetime
    email: str | None


class MemberPage(Schema):
    """Newest first; give next_cursor back as cursor until it is null."""

    members: list[MemberItem]
    next_cursor: str | None


class IdentityItem(Schema):
    """The name a member goes by on one channel. `external_id` is null without the scope `personal`."""

    id: uuid.UUID
    channel: str
    external_id: str | None


class MemberDetail(MemberItem):
    """One person. What they said: GET /feedback?member=…."""

    identities: list[IdentityItem]
    joined_into: uuid.UUID | None
    erasing_at: datetime | None = Field(description="When what is stored goes for good; null when nobody asked.")


def _email(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError as error:
        raise ValueError(_("This is not an e-mail address.")) from error
    return value


class MemberWords(shapes.Body):
    """Only what is sent changes."""

    name: Annotated[shapes.Line, Field(min_length=1, max_length=80)] | None = None
    email: Annotated[shapes.Line, Field(max_length=254), pydantic.AfterValidator(_email)] | None = Field(
        None, examples=["member@example.com"]
    )


class NewTier(shapes.Body):
    """How much the member's word carries, and why."""

    tier: TierName
    reason: shapes.Line = ""


class OtherMember(shapes.Body):
    """The other record."""

    source: uuid.UUID


class Which(shapes.Body):
    """Which identity becomes a member of its own."""

    identity: uuid.UUID


class JoiningItem(Schema):
    """What was joined or parted; its id takes it back."""

    id: uuid.UUID
    kind: Literal["join", "part"]
    source: uuid.UUID
    target: uuid.UUID
    undone: bool


@router.get("/members", auth=keys.read, response=shapes.answers(MemberPage), summary="List members")
def listing(request: keys.KeyedRequest, asked: Query[MemberFilter]) -> Any:
    """Everybody of the community, who came last first; joined and erased records are left out.

    With the scope `personal` the journal keeps each page that was seen.
    """
    viewer = keys.unmasking(request)
    personal = viewer is not None
    page = filters.page(_narrowed(request.auth.workspace, asked, personal=personal), asked, "created_at")
    if viewer and page.rows:
        shown = [row.id for row in page.rows]
        actions.show_contacts_of_many(workspace_id=request.auth.workspace_id, member_ids=shown, actor=viewer)
    return {"members": [_item(row, personal=personal) for row in page.rows], "next_cursor": page.next_cursor}


def _narrowed(workspace: Workspace, asked: MemberFilter, *, personal: bool) -> QuerySet[Member]:
    rows = Member.objects.filter(IS_LISTED, workspace=workspace)
    if asked.tier:
        rows = rows.filter(tier=asked.tier)
    if asked.channel:
        known = Identity.objects.filter(workspace=workspace, account__slug=asked.channel)
        rows = rows.filter(id__in=known.values("member_id"))
    if asked.grade or asked.kind or asked.theme:
        rows = rows.filter(id__in=finding.members_who_said(workspace, asked.grade, asked.kind, asked.theme))
    rows = finding.members(workspace, rows, asked.q, contacts=personal)
    return filters.between(rows, "created_at", asked)


def _item(row: Member, *, personal: bool) -> dict[str, Any]:
    plain = (
        "id", "tier", "anonymous", "reach", "feedback_count", "confirmed_count", "credit_consent", "created_at",
    )  # fmt: skip
    return {name: getattr(row, name) for name in plain} | {
        "name": shapes.called(row), "email": row.email if personal else None,
    }  # fmt: skip


def one_of(request: keys.KeyedRequest, member_id: uuid.UUID) -> Member:
    """A member of the key's workspace, else 404."""
    found: Member = keys.found(queries.member_by_id(workspace_id=request.auth.workspace_id, member_id=member_id))
    return found


def detail(request: keys.KeyedRequest, member_id: uuid.UUID) -> dict[str, Any]:
    """A member as MemberDetail, as they are now; with the scope `personal` the journal keeps that they were seen."""
    viewer, row = keys.unmasking(request), one_of(request, member_id)
    personal = viewer is not None
    if viewer:
        actions.show_contacts(member=row, actor=viewer)
    identities = [
        {"id": one.id, "channel": one.account.slug, "external_id": one.external_id if personal else None}
        for one in row.identities.select_related("account").order_by("account__slug", "id")
    ]
    known = {"identities": identities, "joined_into": row.joined_into_id, "erasing_at": row.erasing_at}
    return _item(row, personal=personal) | known


@router.get(MEMBER, auth=keys.read, response=shapes.answers(MemberDetail), summary="One member")
def one(request: keys.KeyedRequest, member_id: uuid.UUID) -> Any:
    """One person with the names they go by."""
    return detail(request, member_id)


@router.patch(MEMBER, auth=keys.members, response=shapes.changes(MemberDetail), summary="Rename or describe a member")
def describe(request: keys.KeyedRequest, member_id: uuid.UUID, words: MemberWords) -> Any:
    """Change name and e-mail address as the team knows them; only the fields sent change."""
    actor = keys.actor(request, Permission.MEMBERS)
    row = actions.changeable(one_of(request, member_id))
    changed = {name: text for name, text in words.model_dump(exclude_unset=True).items() if text is not None}
    actions.describe(member=row, actor=actor, **changed)
    return detail(request, member_id)


@router.post(MEMBER + "/tier", auth=keys.members, response=shapes.changes(MemberDetail), summary="Change the tier")
def change_tier(request: keys.KeyedRequest, member_id: uuid.UUID, wanted: NewTier) -> Any:
    """Say how much a member's word carries; the tier they have changes nothing."""
    actor, row = keys.actor(request, Permission.MEMBERS), one_of(request, member_id)
    if row.tier != wanted.tier:
        actions.change_tier(member=row, tier=wanted.tier, actor=actor, reason=wanted.reason)
    return detail(request, member_id)


@router.post(MEMBER + "/join", auth=keys.members, response=shapes.changes(JoiningItem), summary="Join two members")
def join(request: keys.KeyedRequest, member_id: uuid.UUID, other: OtherMember) -> Any:
    """Let another record be part of this member: all that is the one's is the other's from now on."""
    by = keys.acting(request, Permission.MEMBERS)
    source, target = one_of(request, other.source), one_of(request, member_id)
    return _joining(joining.join(source=source, target=target, by=by))


@router.post(MEMBER + "/part", auth=keys.members, response=shapes.changes(JoiningItem), summary="Part an identity")
def part(request: keys.KeyedRequest, member_id: uuid.UUID, which: Which) -> Any:
    """Make one of the member's identities a member of its own, with what came by it."""
    by = keys.acting(request, Permission.MEMBERS)
    row = one_of(request, member_id)
    identity = keys.found(row.identities.select_related("account", "member").filter(id=which.identity).first())
    return _joining(joining.part(identity=identity, by=by))


@router.post(
    "/joinings/{uuid:joining_id}/undo",
    auth=keys.members,
    response=shapes.changes(JoiningItem),
    summary="Undo a joining",
)
def undo_joining(request: keys.KeyedRequest, joining_id: uuid.UUID) -> Any:
    """Take a joining or parting back."""
    actor, workspace_id = keys.actor(request, Permission.MEMBERS), request.auth.workspace_id
    keys.found(Joining.objects.filter(workspace_id=workspace_id, id=joining_id).first())
    return _joining(joining.undo(joining_id=joining_id, workspace_id=workspace_id, actor=actor))


def _joining(row: Joining) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "source": row.source_id,
        "target": row.target_id,
        "undone": row.undone_at is not None,
    }


@router.post(MEMBER + "/erase", auth=keys.members, response=shapes.changes(MemberDetail), summary="Erase a member")
def erase(request: keys.KeyedRequest, member_id: uuid.UUID) -> Any:
    """Hide everything about a person at once and erase it in fifteen days; until then it can be taken back."""
    actor = keys.actor(request, Permission.MEMBERS)
    erasing.ask(member=one_of(request, member_id), actor=actor)
    return detail(request, member_id)


@router.post(
    MEMBER + "/erase/undo", auth=keys.members, response=shapes.changes(MemberDetail), summary="Take an erasure back"
)
def undo_erasure(request: keys.KeyedRequest, member_id: uuid.UUID) -> Any:
    """Bring everything back while the fifteen days run."""
    actor = keys.actor(request, Permission.MEMBERS)
    erasing.undo(member=one_of(request, member_id), actor=actor)
    return detail(request, member_id)
