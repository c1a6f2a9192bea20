"""One act on many cases: begun, followed, taken back, done anyway."""

import datetime
import uuid
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from huixiang.api import filters, keys, shapes
from huixiang.cases import bulk
from huixiang.cases.models import BulkRun
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

router = Router(tags=["Cases"])
RUN = "/bulks/{uuid:bulk_id}"
SHOWN = 50
ActName = Literal["assign", "grade", "close", "tag", "read", "unread"]


class Many(shapes.Body):
    """What is done to which cases, and what the act needs: owner, grade and reason, reason, or tag."""

    act: ActName
    cases: Annotated[list[uuid.UUID], Field(min_length=1, max_length=bulk.MOST)]
    owner: uuid.UUID | None = Field(None, description="assign: who; null takes the owner away.")
    grade: filters.GradeName | None = Field(None, description="grade: which.")
    reason: shapes.Line = Field("", description="grade, close: why.")
    tag: shapes.Line = Field("", description="tag: its name; one nobody used yet is made.")
    seen_at: filters.Moment | None = Field(
        None, description="assign, grade, close: cases others changed after this moment are left; now when left out."
    )


class LeftCase(Schema):
    """A case that stays as it was, and why."""

    case: uuid.UUID
    reason: str


class BulkItem(Schema):
    """How far it is."""

    id: uuid.UUID
    act: ActName
    state: Literal["running", "done", "undoing", "undone", "stopped"]
    cases: int
    taken: int = Field(description="How many were gone through.")
    done: int
    changed: int = Field(description="How many can be taken back.")
    undone: int
    left: int = Field(description="How many stay as they were.")
    left_cases: list[LeftCase] = Field(description="The first fifty of them.")
    by_others: int = Field(description="How many of them because somebody else was there meanwhile.")
    can_undo: bool
    created_at: datetime.datetime
    finished_at: datetime.datetime | None


@router.post("/bulks", auth=keys.cases, response=shapes.changes(BulkItem), summary="Do something to many cases")
def start(request: keys.KeyedRequest, wanted: Many) -> Any:
    """Do it to up to 50,000 cases: at once to up to 200, else in the background. Ask again until it is done."""
    by = keys.acting(request, bulk.ACTS[wanted.act].permission)
    chosen = {"reason": wanted.reason, "tag": wanted.tag, "grade": wanted.grade or ""}
    run = bulk.start(
        by=by, act=wanted.act, chosen=chosen | {"owner": str(wanted.owner or "")}, case_ids=wanted.cases,
        loaded_at=wanted.seen_at or timezone.now(),
    )  # fmt: skip
    return _item(run, by)


def _own(by: Membership, bulk_id: uuid.UUID) -> BulkRun:
    """One the same person began, by a key or in the desk."""
    found: BulkRun = keys.found(bulk.run_by_id(by=by, run_id=bulk_id))
    return found


@router.get(RUN, auth=keys.cases, response=shapes.answers(BulkItem), summary="How far a bulk act is")
def progress(request: keys.KeyedRequest, bulk_id: uuid.UUID) -> Any:
    """Only whoever began it finds it."""
    by = keys.acting(request, Permission.READ)
    return _item(_own(by, bulk_id), by)


@router.post(RUN + "/undo", auth=keys.cases, response=shapes.changes(BulkItem), summary="Take a bulk act back")
def undo(request: keys.KeyedRequest, bulk_id: uuid.UUID) -> Any:
    """Take it back where the cases still are as it left them. Closing and grading cannot be taken back."""
    by = keys.acting(request, Permission.READ)
    bulk.undo(run=_own(by, bulk_id), by=by)
    return _item(_own(by, bulk_id), by)


@router.post(RUN + "/anyway", auth=keys.cases, response=shapes.changes(BulkItem), summary="Do it anyway")
def anyway(request: keys.KeyedRequest, bulk_id: uuid.UUID) -> Any:
    """Do it also to the cases somebody else had changed meanwhile; the answer is a run of its own."""
    by = keys.acting(request, Permission.READ)
    return _item(bulk.start_anyway(run=_own(by, bulk_id), by=by), by)


def _item(run: BulkRun, by: Membership) -> dict[str, Any]:
    """A run as BulkItem: one statement, three when cases were left."""
    plain = ("id", "act", "state", "taken", "done", "changed", "undone", "left", "created_at", "finished_at")
    left = bulk.refusals(run, most=SHOWN) if run.left else []
    return {name: getattr(run, name) for name in plain} | {
        "cases": len(run.case_ids),
        "left_cases": [{"case": case_id, "reason": sentence} for case_id, sentence in left],
        "by_others": len(bulk.left_by_others(run)),
        "can_undo": bulk.can_undo(run, by),
    }
