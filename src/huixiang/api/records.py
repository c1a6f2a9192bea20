"""What the team knows of a member and what is stored: names, notes, who may be the same person, all of it as a file."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import FileResponse
from ninja import Router, Schema
from pydantic import Field

from huixiang.api import keys, shapes
from huixiang.api.members import MEMBER, OtherMember, TierName, one_of
from huixiang.journal.events import Actor
from huixiang.members import actions, candidates, exporting, joining, queries
from huixiang.members.models import DataExport, Member, MemberNote
from huixiang.workspaces.roles import Permission

router = Router(tags=["Members"])
MOST_AT_ONCE = 500


class Tiers(shapes.Body):
    """Whose word carries how much from now on, and why."""

    members: Annotated[list[uuid.UUID], Field(min_length=1, max_length=MOST_AT_ONCE)]
    tier: TierName
    reason: shapes.Line


class Changed(Schema):
    """How many have another tier now."""

    changed: int


class NewNote(shapes.Body):
    """Something only the team reads."""

    text: Annotated[shapes.Said, Field(max_length=actions.LONGEST_NOTE)]


class NoteItem(Schema):
    """What somebody of the team wants to remember of a member."""

    id: uuid.UUID
    member: uuid.UUID
    text: str
    by: shapes.StaffName | None
    at: datetime


class NoteList(Schema):
    """The latest fifty, the latest first."""

    notes: list[NoteItem]


class Candidate(Schema):
    """Another record that may be the same person, and why."""

    member: shapes.MemberName
    reasons: list[Literal["email", "identity", "name"]]


class CandidateList(Schema):
    """The strongest evidence first."""

    candidates: list[Candidate]


class MemberPair(Schema):
    """Two records that may be one person, and why."""

    first: shapes.MemberName
    second: shapes.MemberName
    reason: Literal["email", "name"]


class MemberPairs(Schema):
    """The same address first, then the same name."""

    pairs: list[MemberPair]


class StoredItem(Schema):
    """One kind of thing that is kept, in the language that was asked for."""

    what: str = Field(examples=["消息"])
    count: int
    retention: str = Field(description="How long it is kept.", examples=["保留到成员要求抹去"])
    fate: str = Field(description="What becomes of it when the person is erased.", examples=["删除"])


class StoredList(Schema):
    """Kinds of which there is nothing are left out."""

    stored: list[StoredItem]


class DataExportItem(Schema):
    """Everything stored about a member as one file, for a week."""

    id: uuid.UUID
    state: Literal["waiting", "running", "ready", "failed", "gone"]
    done: int
    total: int
    size: int = Field(description="Bytes.")
    asked_at: datetime
    expires_at: datetime | None


@router.post("/members/tiers", auth=keys.members, response=shapes.changes(Changed), summary="Change the tier of many")
def change_tiers(request: keys.KeyedRequest, wanted: Tiers) -> Any:
    """Say how much the word of these members carries, with a reason. Ids of nobody are passed over."""
    actor = keys.actor(request, Permission.MEMBERS)
    number = actions.change_tiers(
        workspace_id=request.auth.workspace_id, member_ids=wanted.members, tier=wanted.tier, actor=actor,
        reason=wanted.reason,
    )  # fmt: skip
    return {"changed": number}


@router.get(MEMBER + "/notes", auth=keys.read, response=shapes.answers(NoteList), summary="Notes about a member")
def notes(request: keys.KeyedRequest, member_id: uuid.UUID) -> Any:
    """What the team noted; the member reads it only when they ask what is stored."""
    return {"notes": [_note(one) for one in queries.notes_of(one_of(request, member_id))]}


@router.post(MEMBER + "/notes", auth=keys.members, response=shapes.changes(NoteItem), summary="Note about a member")
def note(request: keys.KeyedRequest, member_id: uuid.UUID, said: NewNote) -> Any:
    """Keep something about a member that only the team reads."""
    by = keys.acting(request, Permission.MEMBERS)
    return _note(actions.note(member=actions.changeable(one_of(request, member_id)), by=by, text=said.text))


def _note(row: MemberNote) -> dict[str, Any]:
    """A note as NoteItem. By the member's id an answer kept for a repeated call is found when they are erased."""
    return {"id": row.id, "member": row.member_id, "text": row.text, "by": shapes.staff_name(row.by), "at": row.at}


@router.get("/members/alike", auth=keys.members, response=shapes.answers(MemberPairs), summary="Who may be one person")
def pairs(request: keys.KeyedRequest) -> Any:
    """Up to fifty pairs of records with the same address or name; a person decides, POST /members/{id}/join."""
    keys.acting(request, Permission.MEMBERS)
    found = candidates.pairs(workspace_id=request.auth.workspace_id)
    return {
        "pairs": [
            {"first": shapes.member_name(one.one), "second": shapes.member_name(one.other), "reason": one.reason}
            for one in found
        ]
    }


@router.get(MEMBER + "/alike", auth=keys.read, response=shapes.answers(CandidateList), summary="Who may be the same")
def alike(request: keys.KeyedRequest, member_id: uuid.UUID) -> Any:
    """Other records that may be the same person, with the evidence."""
    found = candidates.of_member(one_of(request, member_id))
    return {"candidates": [{"member": shapes.member_name(one.member), "reasons": one.reasons} for one in found]}


@router.post(
    MEMBER + "/apart", auth=keys.members, response=shapes.changes(shapes.Done), summary="Keep two members apart"
)
def keep_apart(request: keys.KeyedRequest, member_id: uuid.UUID, other: OtherMember) -> Any:
    """Say that these are two people: they are not proposed again."""
    actor: Actor = keys.actor(request, Permission.MEMBERS)
    joining.keep_apart(one=one_of(request, member_id), other=one_of(request, other.source), actor=actor)
    return {"done": True}


@router.post(
    MEMBER + "/apart/undo",
    auth=keys.members,
    response=shapes.changes(shapes.Done),
    summary="Let them be proposed again",
)
def propose_again(request: keys.KeyedRequest, member_id: uuid.UUID, other: OtherMember) -> Any:
    """Take back that two members are kept apart."""
    actor: Actor = keys.actor(request, Permission.MEMBERS)
    joining.propose_again(one=one_of(request, member_id), other=one_of(request, other.source), actor=actor)
    return {"done": True}


@router.get(MEMBER + "/stored", auth=keys.read, response=shapes.answers(StoredList), summary="What is stored")
def stored(request: keys.KeyedRequest, member_id: uuid.UUID) -> Any:
    """What is kept about a member, kind by kind: how many, for how long, and what an erasure does with it."""
    found = exporting.stored(one_of(request, member_id))
    return {
        "stored": [
            {"what": str(one.word), "count": one.count, "retention": str(one.retention), "fate": str(one.fate)}
            for one in found
        ]
    }


@router.post(
    MEMBER + "/export", auth=keys.members, response=shapes.changes(DataExportItem), summary="Export what is stored"
)
def export(request: keys.KeyedRequest, member_id: uuid.UUID) -> Any:
    """Have everything stored about a member put together; one that is on its way is not begun twice."""
    actor = keys.actor(request, Permission.MEMBERS)
    return _export(exporting.ask(member=one_of(request, member_id), actor=actor))


@router.get(
    MEMBER + "/export", auth=keys.members, response=shapes.answers(DataExportItem), summary="How far the export is"
)
def progress(request: keys.KeyedRequest, member_id: uuid.UUID) -> Any:
    """The latest that the team asked for; 404 when there is none, or none any more."""
    actor = keys.actor(request, Permission.MEMBERS)
    return _export(keys.found(exporting.latest(_shown(request, member_id), of=actor)))


def _shown(request: keys.KeyedRequest, member_id: uuid.UUID) -> Member:
    """The member, unless an erasure hides everything about them."""
    row = one_of(request, member_id)
    found: Member = keys.found(None if row.erasing_at or row.erased_at else row)
    return found


def _export(row: DataExport) -> dict[str, Any]:
    plain = ("id", "state", "done", "total", "size", "asked_at", "expires_at")
    return {name: getattr(row, name) for name in plain}


@router.get(
    "/members/exports/{uuid:data_export_id}/file",
    auth=keys.personal,
    response=shapes.answers(None),
    openapi_extra=shapes.file_of("application/zip"),
    summary="The file of what is stored",
)
def export_file(request: keys.KeyedRequest, data_export_id: uuid.UUID) -> Any:
    """The file as a download, nothing in it masked; the journal keeps that the key fetched it."""
    actor: Actor = keys.actor(request, Permission.MEMBERS)
    made = keys.found(
        exporting.ready(workspace_id=request.auth.workspace_id, export_id=data_export_id, kind=actor.kind)
    )
    path = exporting.fetched(export=made, actor=actor)
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=f"member-{made.member_id}.zip")
    answer["Cache-Control"] = "no-store"
    return answer
