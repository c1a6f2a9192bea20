"""Cases to read: the inbox as a list, and one with its turns, judgement and clocks."""

import uuid
from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from huixiang.api import filters, finding, keys, shapes
from huixiang.api.feedback import Judgement, judgement
from huixiang.cases import queries
from huixiang.cases.files import put_files
from huixiang.cases.handing import open_handover
from huixiang.cases.models import Case, Clock, Turn
from huixiang.cases.states import ENDED, TO_DO, UNFINISHED, CaseState
from huixiang.feedback.queries import of_case
from huixiang.intake.actions import show_unmasked
from huixiang.intake.queries import message_by_id
from huixiang.members.models import CALLED
from huixiang.triage.queries import assessments
from huixiang.workspaces.models import Workspace
from huixiang.workspaces.roles import Permission

PLAIN = (
    "id", "title", "grade", "proposed_grade", "state", "stage", "public", "historical", "last_line", "last_at",
    "opened_at", "due_at", "first_answered_at", "solved_at", "confirmed_at", "closed_at", "close_reason",
)  # fmt: skip
ALONGSIDE = (
    "number", "urgency", "account__slug", *(f"member__{name}" for name in CALLED), "member__tier", "theme__name",
    "owner__job_title", "owner__user__name", "owner__user__email",
)  # fmt: skip

router = Router(tags=["Cases"])
StateName = Literal["open", "waiting_member", "waiting_us", "reopened", "solved", "confirmed", "closed"]
ViewName = Literal["todo", "unassigned", "overdue", "waiting", "unfinished", "ended", "historical", "all"]


class CaseFilter(filters.Listed):
    """`since` and `until` are about when something was said in it last."""

    view: ViewName = Field("all", description="A view of the inbox, or all.")
    sort: Literal["latest", "urgent"] = Field("latest", description="latest: by last_at; urgent: as the inbox.")
    state: StateName | None = None
    grade: filters.GradeName | None = None
    kind: filters.KindName | None = Field(None, description="Of a feedback the case is about.")
    theme: uuid.UUID | None = Field(None, description="A theme's id.")
    channel: filters.Word = Field("", description="A channel's slug.", examples=["owners-app"])
    member: uuid.UUID | None = Field(None, description="A member's id.")
    owner: uuid.UUID | None = Field(None, description="Id of somebody of the team, as GET /team lists them.")
    tag: filters.Word = Field("", description="A tag's name.")


class CaseItem(Schema):
    """A case: the handling of one critic's feedback."""

    id: uuid.UUID
    number: str = Field(examples=["HX-1042"])
    title: str
    grade: str
    proposed_grade: str = Field(description="What the machine proposes since; empty when nothing.")
    state: StateName
    stage: str
    channel: str
    public: bool
    historical: bool = Field(description="Old news: no clocks, no alerts.")
    member: shapes.MemberName
    owner: shapes.StaffName | None
    theme: shapes.ThemeName | None
    tags: list[str]
    last_line: str
    last_at: datetime
    opened_at: datetime
    due_at: datetime | None
    first_answered_at: datetime | None
    solved_at: datetime | None
    confirmed_at: datetime | None
    closed_at: datetime | None
    close_reason: str


class CasePage(Schema):
    """Give next_cursor back as cursor, with the same filters, until it is null."""

    cases: list[CaseItem]
    next_cursor: str | None


class TurnItem(Schema):
    """One thing said. What members said is masked."""

    id: uuid.UUID
    direction: Literal["inbound", "outbound", "note"]
    lane: Literal["public", "group", "private", "internal"]
    at: datetime
    text: str
    by: shapes.StaffName | None
    delivery: str | None = Field(description="State of the outgoing message, null when there is none.")
    delivery_id: uuid.UUID | None
    attachments: list[shapes.AttachmentItem]


class ClockItem(Schema):
    """Something due."""

    name: str
    started_at: datetime
    due_at: datetime
    met_at: datetime | None
    stopped_at: datetime | None
    paused_at: datetime | None = Field(description="Since when it rests: it is the member's turn, and nothing is due.")


class HandoverItem(Schema):
    """A hand-over nobody has answered yet."""

    giver: shapes.StaffName | None
    taker: shapes.StaffName
    text: str
    at: datetime


class CaseDetail(CaseItem):
    """One case with what was said, when it is due, and how it was judged."""

    feedback: list[uuid.UUID]
    turns: list[TurnItem]
    clocks: list[ClockItem]
    assessment: Judgement | None
    handover: HandoverItem | None


class TurnOriginal(Schema):
    """A turn as it arrived."""

    text: str


@router.get("/cases", auth=keys.read, response=shapes.answers(CasePage), summary="List cases")
def listing(request: keys.KeyedRequest, asked: Query[CaseFilter]) -> Any:
    """Cases by what was said last, or as the inbox orders them."""
    rows = _narrowed(request.auth.workspace, asked)
    if asked.sort == "urgent":
        page = filters.page(rows, asked, "urgency", filters.whole, rising=True)
    else:
        page = filters.page(rows, asked, "last_at")
    return {"cases": [item(row) for row in page.rows], "next_cursor": page.next_cursor}


def _narrowed(workspace: Workspace, asked: CaseFilter) -> QuerySet[Case]:
    rows = Case.objects.filter(workspace=workspace)
    rows = rows.select_related("member", "account", "owner__user", "theme").only(*PLAIN, *ALONGSIDE)
    narrowed = {
        "state": asked.state, "grade": asked.grade, "theme_id": asked.theme, "member_id": asked.member,
        "account__slug": asked.channel, "owner_id": asked.owner, "tags__name": asked.tag,
    }  # fmt: skip
    rows = rows.filter(**{field: value for field, value in narrowed.items() if value}, **_view(asked.view))
    if asked.kind:
        rows = rows.filter(id__in=finding.cases_of_kind(workspace, asked.kind))
    return finding.cases(workspace, filters.between(rows, "last_at", asked), asked.q).prefetch_related("tags")


def _view(name: str) -> dict[str, Any]:
    """The views of the inbox; `mine` is a person's, so a program asks by owner."""
    views: dict[str, dict[str, Any]] = {
        "todo": {"state__in": TO_DO, "historical": False},
        "unassigned": {"state__in": UNFINISHED, "owner": None, "historical": False},
        "overdue": {"state__in": UNFINISHED, "due_at__lt": timezone.now(), "historical": False},
        "waiting": {"state__in": [CaseState.WAITING_MEMBER], "historical": False},
        "unfinished": {"state__in": UNFINISHED},
        "ended": {"state__in": ENDED},
        "historical": {"state__in": UNFINISHED, "historical": True},
        "all": {},
    }
    return views[name]


def item(row: Case) -> dict[str, Any]:
    """A case as CaseItem."""
    return {name: getattr(row, name) for name in PLAIN} | {
        "number": row.label,
        "channel": row.account.slug,
        "member": shapes.member_name(row.member),
        "owner": shapes.staff_name(row.owner),
        "theme": shapes.theme_name(row.theme),
        "tags": sorted(tag.name for tag in row.tags.all()),
    }


def one_of(request: keys.KeyedRequest, case_id: uuid.UUID) -> Case:
    """A case of the key's workspace, else 404."""
    found: Case = keys.found(queries.case_by_id(workspace_id=request.auth.workspace_id, case_id=case_id))
    return found


@router.get("/cases/{uuid:case_id}", auth=keys.read, response=shapes.answers(CaseDetail), summary="One case")
def one(request: keys.KeyedRequest, case_id: uuid.UUID) -> Any:
    """The case with everything said in it. Reading it here does not mark it as read in the desk."""
    return detail(one_of(request, case_id))


def detail(row: Case) -> dict[str, Any]:
    """A case as CaseDetail."""
    feedback = [one.id for one in of_case(workspace_id=row.workspace_id, case_id=row.id)]
    judged = assessments(workspace_id=row.workspace_id, feedback_ids=feedback)
    turns = queries.turns(row)
    put_files(turns)
    return item(row) | {
        "feedback": feedback,
        "turns": [_turn(turn) for turn in turns],
        "clocks": [_clock(clock) for clock in queries.clocks(row)],
        "assessment": judgement(max(judged.values(), key=lambda one: one.at, default=None)),
        "handover": _handover(row),
    }


def _handover(row: Case) -> dict[str, Any] | None:
    given = open_handover(row)
    if given is None:
        return None
    names = {"giver": shapes.staff_name(given.giver), "taker": shapes.staff_name(given.taker)}
    return names | {"text": given.turn.text, "at": given.at}


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.id,
        "direction": turn.direction,
        "lane": turn.lane,
        "at": turn.at,
        "text": turn.text,
        "by": shapes.staff_name(turn.by),
        "delivery": turn.delivery.state if turn.delivery else None,
        "delivery_id": turn.delivery_id,
        "attachments": [shapes.attachment(one) for one in turn.files],
    }


def _clock(clock: Clock) -> dict[str, Any]:
    names = ("name", "started_at", "due_at", "met_at", "stopped_at", "paused_at")
    return {name: getattr(clock, name) for name in names}


@router.get(
    "/cases/{uuid:case_id}/turns/{uuid:turn_id}/original",
    auth=keys.personal,
    response=shapes.answers(TurnOriginal),
    summary="A turn unmasked",
)
def original(request: keys.KeyedRequest, case_id: uuid.UUID, turn_id: uuid.UUID) -> Any:
    """What a member said with numbers and addresses as they arrived; the journal keeps that the key looked."""
    row, actor = one_of(request, case_id), keys.actor(request, Permission.UNMASK)
    turn = keys.found(row.turns.filter(id=turn_id, message_id__isnull=False).first())
    message = keys.found(message_by_id(workspace_id=row.workspace_id, message_id=turn.message_id))
    return {"text": show_unmasked(message=message, actor=actor, case_id=row.id)}
