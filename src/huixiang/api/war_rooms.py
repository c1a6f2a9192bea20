"""War rooms: those at work and those that were closed, one with everything the team knows and decided, a new one."""

import uuid
from datetime import date, datetime
from typing import Any, Literal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from huixiang.api import filters, keys, shapes
from huixiang.cases.models import Case
from huixiang.cases.queries import case_by_id
from huixiang.kernel.errors import Refused
from huixiang.themes.queries import theme_by_id
from huixiang.war_rooms import actions, figures, queries
from huixiang.war_rooms.models import Change, Decision, Fact, Question, Review, Room, RoomNote, Seat, Statement
from huixiang.war_rooms.states import SAYABLE, RoomState
from huixiang.workspaces.roles import Permission

router = Router(tags=["War rooms"])
ROOM = "/war-rooms/{uuid:room_id}"
PLAIN = ("id", "number", "grade", "state", "opened_at", "closed_at", "updated_at", "next_update_at")
FactStateName = Literal["unconfirmed", "confirmed", "disproved"]


class RoomFilter(filters.Listed):
    """`since` and `until` are about when it was opened."""

    state: Literal["open", "closed", "all"] = "open"
    theme: uuid.UUID | None = Field(None, description="A theme's id.")


class RoomItem(Schema):
    """One crisis: of a theme, or of a case that has none."""

    id: uuid.UUID
    number: int
    name: str = Field(examples=["低温无法启动"])
    grade: str
    state: Literal["open", "closed", "joined", "void"]
    theme: shapes.ThemeName | None
    case: uuid.UUID | None = Field(description="Only when it has no theme.")
    opened_at: datetime
    closed_at: datetime | None
    updated_at: datetime | None = Field(description="When the last update was posted.")
    next_update_at: datetime | None


class RoomPage(Schema):
    """The latest opened first; give next_cursor back as cursor, with the same filters, until it is null."""

    war_rooms: list[RoomItem]
    next_cursor: str | None


class Grown(Schema):
    """How many people and feedbacks it is about, in all, in the last 24 hours and in the 24 before."""

    people: int
    feedbacks: int
    people_now: int
    people_before: int
    feedbacks_now: int
    feedbacks_before: int


class SeatItem(Schema):
    """Somebody's part in the room."""

    who: shapes.StaffName
    part: Literal["lead", "product", "quality", "pr", "service"]
    joined_at: datetime
    left_at: datetime | None


class FactItem(Schema):
    """Something the team knows, or holds possible."""

    id: uuid.UUID
    text: str = Field(examples=["3.4.1 夜间自检会耗尽低压电池"])
    state: FactStateName
    case: uuid.UUID | None
    feedback: uuid.UUID | None
    by: shapes.StaffName | None
    at: datetime
    judged_by: shapes.StaffName | None
    judged_at: datetime | None
    why: str = Field(examples=["台架复现"])


class QuestionItem(Schema):
    """What is not known yet, and who finds out; `answer` is the id of a fact."""

    id: uuid.UUID
    text: str = Field(examples=["其他车型受影响吗？"])
    owner: shapes.StaffName | None
    by: shapes.StaffName | None
    at: datetime
    answered_at: datetime | None
    answer: uuid.UUID | None


class DecisionItem(Schema):
    """What was decided, and why; `superseded_by` is the id of the decision that took its place."""

    id: uuid.UUID
    text: str = Field(examples=["今晚暂停推送 3.4.1"])
    why: str = Field(examples=["先止损，再查清"])
    by: shapes.StaffName | None
    at: datetime
    superseded_by: uuid.UUID | None


class StatementItem(Schema):
    """The holding statement that may be said in public."""

    id: uuid.UUID
    text: str = Field(examples=["我们已收到低温无法启动的反馈，正在核实。"])
    approved_by: shapes.StaffName | None
    approved_at: datetime | None
    on_theme_at: datetime | None = Field(description="When it was put on the theme's public page.")


class RoomNoteItem(Schema):
    """Words in the room; an update says where things stand."""

    id: uuid.UUID
    text: str = Field(examples=["已联系全部四位车主，三位已恢复。"])
    update: bool
    late: bool
    by: shapes.StaffName | None
    at: datetime


class RedItem(Schema):
    """A case the room is about; `taken_at`: when somebody took it while it was red."""

    id: uuid.UUID
    number: str
    title: str
    grade: str
    state: str
    owner: shapes.StaffName | None
    taken_at: datetime | None


class ChangeDue(Schema):
    """What changes because of a crisis."""

    id: uuid.UUID
    text: str = Field(examples=["发布前加入低温停放测试"])
    owner: shapes.StaffName | None
    due_on: date
    done_at: datetime | None


class ReviewItem(Schema):
    """What closed the room."""

    what_happened: str
    why: str = Field(examples=["发布前没有做低温停放测试"])
    met: bool = Field(description="Whether the standard was met, as the team sees it.")
    by: shapes.StaffName | None
    at: datetime
    changes: list[ChangeDue]


class RoomDetail(RoomItem):
    """One room with what is known, decided and said."""

    reason: str
    figures: Grown
    seats: list[SeatItem]
    facts: list[FactItem]
    questions: list[QuestionItem]
    decisions: list[DecisionItem]
    statement: StatementItem | None
    notes: list[RoomNoteItem]
    cases: list[RedItem]
    reviews: list[ReviewItem]


class Opening(shapes.Body):
    """What it is for, a theme or a case, and why it is opened by hand."""

    theme: uuid.UUID | None = None
    case: uuid.UUID | None = None
    reason: shapes.Line = ""


@router.get("/war-rooms", auth=keys.read, response=shapes.answers(RoomPage), summary="List war rooms")
def listing(request: keys.KeyedRequest, asked: Query[RoomFilter]) -> Any:
    """Rooms at work, or those that were closed; one that was joined into another is left out."""
    rows = Room.objects.filter(workspace=request.auth.workspace).select_related("theme").defer("theme__centre")
    rows = rows.filter(state=asked.state) if asked.state != "all" else rows.exclude(state=RoomState.JOINED)
    rows = rows.filter(theme_id=asked.theme) if asked.theme else rows
    page = filters.page(filters.between(_about(rows, asked.q), "opened_at", asked), asked, "opened_at")
    return {"war_rooms": [item(row) for row in page.rows], "next_cursor": page.next_cursor}


def _about(rows: QuerySet[Room], q: str) -> QuerySet[Room]:
    return rows.filter(Q(title__icontains=q) | Q(theme__name__icontains=q)) if q else rows


def item(room: Room) -> dict[str, Any]:
    """A room as RoomItem."""
    return {name: getattr(room, name) for name in PLAIN} | {
        "name": room.name,
        "theme": shapes.theme_name(room.theme),
        "case": room.case_id,
    }


def room_of(request: keys.KeyedRequest, room_id: uuid.UUID) -> Room:
    """A room of the key's workspace, else 404."""
    found: Room = keys.found(queries.room_by_id(workspace_id=request.auth.workspace_id, room_id=room_id))
    return found


@router.post("/war-rooms", auth=keys.cases, response=shapes.changes(RoomDetail), summary="Open a war room")
def open_room(request: keys.KeyedRequest, wanted: Opening) -> Any:
    """Open the room of a theme, or of a case that has none; one that is at work already is answered as it is."""
    actor, workspace = keys.actor(request, Permission.HANDLE), request.auth.workspace
    theme = theme_by_id(workspace_id=workspace.id, theme_id=wanted.theme) if wanted.theme else None
    case = case_by_id(workspace_id=workspace.id, case_id=wanted.case) if wanted.case else None
    if (wanted.theme and theme is None) or (wanted.case and case is None):
        raise Refused(_("Neither a theme nor a case has this id."))
    room = actions.open_room(workspace=workspace, theme=theme, case=case, actor=actor, reason=wanted.reason)
    return detail(room_of(request, room.id))


@router.get(ROOM, auth=keys.read, response=shapes.answers(RoomDetail), summary="One war room")
def one(request: keys.KeyedRequest, room_id: uuid.UUID) -> Any:
    """The room with what is known, asked, decided and said, and how it grows. A read here marks nothing as seen."""
    return detail(room_of(request, room_id))


def detail(room: Room) -> dict[str, Any]:
    """A room as RoomDetail: a set number of statements, whatever the rows."""
    said = next((row for row in queries.statements(room) if row.state in SAYABLE), None)
    grown = figures.count([room])[room.id]
    return item(room) | {
        "reason": room.reason,
        "figures": {name: getattr(grown, name) for name in Grown.model_fields},
        "seats": [_seat(row) for row in queries.seats(room)],
        "facts": [_fact(row) for row in queries.facts(room)],
        "questions": [_question(row) for row in queries.questions(room)],
        "decisions": [_decision(row) for row in queries.decisions(room)],
        "statement": _statement(said) if said else None,
        "notes": [_note(row) for row in queries.notes(room)],
        "cases": [_case(row) for row in queries.cases_of(room)],
        "reviews": [_review(row) for row in queries.reviews(room)],
    }


def _seat(row: Seat) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("part", "joined_at", "left_at")} | {
        "who": shapes.staff_name(row.membership)
    }


def _fact(row: Fact) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "text", "state", "at", "judged_at", "why")} | {
        "case": row.case_id,
        "feedback": row.feedback_id,
        "by": shapes.staff_name(row.by),
        "judged_by": shapes.staff_name(row.judged_by),
    }


def _question(row: Question) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "text", "at", "answered_at")} | {
        "owner": shapes.staff_name(row.owner),
        "by": shapes.staff_name(row.by),
        "answer": row.answer_id,
    }


def _decision(row: Decision) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "text", "why", "at")} | {
        "by": shapes.staff_name(row.by),
        "superseded_by": row.superseded_by_id,
    }


def _statement(row: Statement) -> dict[str, Any]:
    return {
        "id": row.id, "text": row.text, "approved_by": shapes.staff_name(row.judged_by), "approved_at": row.judged_at,
        "on_theme_at": row.on_theme_at,
    }  # fmt: skip


def _note(row: RoomNote) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "text", "update", "late", "at")} | {
        "by": shapes.staff_name(row.by)
    }


def _case(row: Case) -> dict[str, Any]:
    red = getattr(row, "red", None)
    return {name: getattr(row, name) for name in ("id", "title", "grade", "state")} | {
        "number": row.label,
        "owner": shapes.staff_name(row.owner),
        "taken_at": red.acknowledged_at if red else None,
    }


def _review(row: Review) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("what_happened", "why", "met", "at")} | {
        "by": shapes.staff_name(row.by),
        "changes": [_change(change) for change in row.changes.all()],
    }


def _change(row: Change) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "text", "due_on", "done_at")} | {
        "owner": shapes.staff_name(row.owner)
    }
