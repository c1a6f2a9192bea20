"""A phone call or an interview noted by a program: the same form the desk has for typing while talking."""

import uuid
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from huixiang.api import filters, keys, shapes
from huixiang.members.queries import member_by_id
from huixiang.triage import noting
from huixiang.workspaces.roles import Permission

router = Router(tags=["Messages"])
LONGEST_PART = 6_000


class Talk(shapes.Body):
    """A call or interview. Who: `member`, or a `name` or `phone`; at least one of `scene`, `steps` and `wish`."""

    kind: Literal["phone", "interview"] = "phone"
    member: uuid.UUID | None = Field(None, description="The member's id, when they are known.")
    name: Annotated[shapes.Line, Field(max_length=80)] = ""
    phone: Annotated[shapes.Line, Field(max_length=40)] = Field(
        "", description="Their number; whoever has it already is found by it."
    )
    scene: Annotated[shapes.Said, Field(max_length=LONGEST_PART)] = Field("", description="Where and when it happens.")
    steps: Annotated[shapes.Said, Field(max_length=LONGEST_PART)] = Field("", description="What happened.")
    wish: Annotated[shapes.Said, Field(max_length=LONGEST_PART)] = Field("", description="What they want.")
    mood: Literal["calm", "pleased", "worried", "let_down", "angry", ""] = ""
    promise: Annotated[shapes.Said, Field(max_length=2_000)] = Field(
        "", description="What we promised them; only the team reads it."
    )
    until: filters.Moment | None = Field(None, description="Until when we promised it.")
    at: filters.Moment | None = Field(None, description="When they spoke; without it, just now.")


class Written(Schema):
    """Whose words it became, and the case; null when it opened none, or is read in a moment."""

    member: shapes.MemberName
    case: uuid.UUID | None


@router.post("/notes", auth=keys.cases, response=shapes.changes(Written), summary="Note a call or interview")
def note(request: keys.KeyedRequest, talk: Talk) -> Any:
    """Keep what somebody said on the phone or face to face as a message of theirs, read like any other.

    Mood, promise and its date stand beside it for the team. 409 with a sentence when nobody or nothing is named, and
    when the number is somebody else's.
    """
    by = keys.acting(request, Permission.REPLY)
    known = None
    if talk.member:
        known = keys.found(member_by_id(workspace_id=by.workspace_id, member_id=talk.member))
    noted = noting.Noted(
        kind=talk.kind, member=known, name=talk.name, phone=talk.phone, mood=talk.mood, promise=talk.promise,
        parts={"scene": talk.scene, "steps": talk.steps, "wish": talk.wish}, until=talk.until, at=talk.at,
    )  # fmt: skip
    with timezone.override(ZoneInfo(by.workspace.time_zone)):
        member, case = noting.write(noted=noted, by=by)
    return {"member": shapes.member_name(member), "case": case.id if case else None}
