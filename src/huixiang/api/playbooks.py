"""Playbooks to read: all of them, one with its versions and steps, and what a draft would have changed."""

import uuid
from datetime import datetime
from typing import Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from huixiang.api import filters, keys, shapes
from huixiang.playbooks import queries
from huixiang.playbooks.models import Playbook, PlaybookVersion, Step
from huixiang.playbooks.trying import try_out

router = Router(tags=["Playbooks"])
BOOK = "/playbooks/{uuid:playbook_id}"
StepKindName = Literal[
    "contact", "thank", "details", "verify", "inform", "room", "review", "interim", "offer", "fix", "announce",
    "call_back", "care", "own",
]  # fmt: skip
DoneByName = Literal[
    "hand", "answered", "private", "public", "details", "room", "resolved", "announced", "confirmed", "told"
]


class BookName(Schema):
    """A playbook by its name."""

    id: uuid.UUID
    name: str = Field(examples=["黄·标准"])


class Conditions(Schema):
    """What a case has to be for it; an empty list is no condition. Of channels and accounts one suffices."""

    grades: list[filters.GradeName]
    kinds: list[filters.KindName]
    tiers: list[Literal["plain", "active", "koc", "core"]]
    channels: list[str] = Field(description="Kinds of channel.", examples=[["api"]])
    accounts: list[uuid.UUID] = Field(description="Ids of channels, as GET /channels lists them.")


class BookItem(BookName):
    """What is done about a kind of case. The first, by position, whose conditions hold is taken."""

    about: str = Field(examples=["有影响但不紧急的问题。"])
    position: int
    on: bool = Field(description="Whether new cases get it.")
    version: int | None = Field(description="The version in force; null while none was published.")
    conditions: Conditions | None
    steps: int
    running: int = Field(description="How many cases it is at work on.")


class BookList(Schema):
    """Every playbook in the order they are asked."""

    playbooks: list[BookItem]


class StepItem(Schema):
    """One thing to do. `after` names another step by its key: this one begins when that one was done, or skipped."""

    key: str = Field(examples=["contact"])
    kind: StepKindName
    title: str = Field(examples=["私下联系本人"])
    guide: str = Field(examples=["先问人，再问事。"])
    owner: Literal["case", "person", "role", "rota"]
    person: shapes.StaffName | None
    role: str
    rota: str = Field(description="The rota's name.", examples=[""])
    minutes: int | None = Field(description="How long it may take; null: it is never late.", examples=[30])
    around_the_clock: bool = Field(description="Else its minutes are working minutes.")
    counted_from: Literal["start", "before"]
    starts: Literal["automatic", "manual"]
    done_by: DoneByName = Field(description="What counts as done.")
    template: str = Field(description="Key of a reply template.", examples=["thank_and_apologise"])
    min_grade: str = Field(examples=[""])
    min_tier: str = Field(examples=[""])
    kinds: list[filters.KindName]
    only_missing: bool = Field(description="Only while details are missing.")
    after: str = Field(examples=[""])
    after_state: Literal["done", "skipped"]


class VersionItem(Schema):
    """A playbook as it was at a time; only a draft changes. `cases`: how many it was taken for."""

    number: int
    state: Literal["draft", "published"]
    note: str = Field(examples=["首次响应缩短到两小时"])
    by: shapes.StaffName | None
    created_at: datetime
    published_at: datetime | None
    cases: int
    conditions: Conditions
    steps: list[StepItem]


class BookDetail(BookName):
    """One playbook with every version, the newest first."""

    about: str = Field(examples=["有影响但不紧急的问题。"])
    position: int
    on: bool
    version: int | None
    versions: list[VersionItem]


class TurnedWay(Schema):
    """So many cases that would have had another playbook; null stands for none at all."""

    before: BookName | None
    after: BookName | None
    cases: int


class TurnedCase(Schema):
    """One of these cases."""

    case: uuid.UUID
    number: str
    title: str
    before: BookName | None
    after: BookName | None


class TrialResult(Schema):
    """What came of a try on the cases since `since`; the newest hundred that go another way are named."""

    version: int
    since: datetime
    cases: int
    has: int = Field(description="How many have the playbook as things are.")
    would_have: int
    other: int = Field(description="How many would have gone another way.")
    ways: list[TurnedWay]
    listed: list[TurnedCase]


class WhichVersion(Schema):
    """Which version is tried."""

    version: int | None = Field(
        None, ge=1, le=100_000, description="A version's number; the draft, else the one in force, when left out."
    )


@router.get("/playbooks", auth=keys.read, response=shapes.answers(BookList), summary="List playbooks")
def listing(request: keys.KeyedRequest) -> Any:
    """Every playbook, switched off ones too, in the order they are asked."""
    return {"playbooks": [_item(book) for book in queries.playbooks(request.auth.workspace)]}


def name_of(book: Playbook | None) -> dict[str, Any] | None:
    """A playbook as BookName."""
    return {"id": book.id, "name": book.name} if book else None


def _plain(book: Playbook) -> dict[str, Any]:
    return {name: getattr(book, name) for name in ("id", "name", "about", "position", "on")} | {
        "version": book.active.number if book.active else None
    }


def _item(book: Any) -> dict[str, Any]:
    active = book.active
    return _plain(book) | {
        "conditions": _conditions(active) if active else None,
        "steps": len(active.steps.all()) if active else 0,
        "running": book.running,
    }


def _conditions(version: PlaybookVersion) -> dict[str, Any]:
    return {name: version.conditions.get(name, []) for name in Conditions.model_fields}


def _book(request: keys.KeyedRequest, playbook_id: uuid.UUID) -> Playbook:
    """A playbook of the key's workspace, else 404."""
    found: Playbook = keys.found(
        queries.playbook_by_id(workspace_id=request.auth.workspace_id, playbook_id=playbook_id)
    )
    return found


@router.get(BOOK, auth=keys.read, response=shapes.answers(BookDetail), summary="One playbook")
def one(request: keys.KeyedRequest, playbook_id: uuid.UUID) -> Any:
    """The playbook with its versions and their steps; the draft is among them."""
    book = _book(request, playbook_id)
    return _plain(book) | {"versions": [_version(row) for row in queries.versions(book)]}


def _version(row: Any) -> dict[str, Any]:
    plain = ("number", "state", "note", "created_at", "published_at", "cases")
    return {name: getattr(row, name) for name in plain} | {
        "by": shapes.staff_name(row.by),
        "conditions": _conditions(row),
        "steps": [_step(step) for step in row.steps.all()],
    }


def _step(step: Step) -> dict[str, Any]:
    plain = (
        "key", "kind", "title", "guide", "role", "minutes", "around_the_clock", "counted_from", "starts", "done_by",
        "min_grade", "min_tier", "kinds", "only_missing", "after_state",
    )  # fmt: skip
    return {name: getattr(step, name) for name in plain} | {
        "owner": step.owner_kind,
        "person": shapes.staff_name(step.person),
        "rota": step.rota.name if step.rota else "",
        "template": step.template_key,
        "after": step.after_key,
    }


@router.get(
    BOOK + "/trial", auth=keys.read, response=shapes.answers(TrialResult), summary="Try a playbook on 30 days"
)
def trial(request: keys.KeyedRequest, playbook_id: uuid.UUID, asked: Query[WhichVersion]) -> Any:
    """Choose for the cases of the last thirty days once more, with this version in force. Nothing is changed."""
    book = _book(request, playbook_id)
    wanted = (row for row in queries.versions(book) if asked.version in (None, row.number))
    version = keys.found(_first([*wanted], book))
    version.playbook = book
    result = try_out(workspace=request.auth.workspace, draft=version)
    plain = ("since", "cases", "has", "would_have", "other")
    return {name: getattr(result, name) for name in plain} | {
        "version": version.number,
        "ways": [
            {"before": name_of(way.before), "after": name_of(way.after), "cases": way.cases} for way in result.turned
        ],
        "listed": [
            {"case": case.id, "number": case.label, "title": case.title, "before": name_of(before),
             "after": name_of(after)}
            for case, before, after in result.listed
        ],
    }  # fmt: skip


def _first(versions: list[PlaybookVersion], book: Playbook) -> PlaybookVersion | None:
    """The draft, else the one in force, else the newest of these."""
    order = {"draft": 0, book.active_id: 1}
    return min(versions, key=lambda row: min(order.get(row.state, 2), order.get(row.id, 2)), default=None)
