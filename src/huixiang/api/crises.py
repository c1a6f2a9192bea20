"""What a program can do in war rooms, each in the name of the person its key acts for.

Who is in, the holding statement and its approval, and the review that closes a room are the desk's: they want people.
"""

import uuid
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from huixiang.api import keys, shapes
from huixiang.api.cases import CaseDetail, one_of
from huixiang.api.cases import detail as case_detail
from huixiang.api.war_rooms import ROOM, FactStateName, RoomDetail, detail, room_of
from huixiang.cases.queries import case_by_id
from huixiang.feedback.queries import feedback_by_id
from huixiang.kernel.errors import Refused
from huixiang.war_rooms import actions, deciding, knowing, noting
from huixiang.war_rooms.models import Room
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import member_of_team
from huixiang.workspaces.roles import Permission

router = Router(tags=["War rooms"])
LONGEST = 2_000
Words = Annotated[shapes.Said, Field(max_length=LONGEST)]


class NewFact(shapes.Body):
    """What is known, how sure it is, and where it comes from."""

    text: Words
    state: FactStateName = "unconfirmed"
    case: uuid.UUID | None = Field(None, description="Id of the case it comes from.")
    feedback: uuid.UUID | None = Field(None, description="Id of the feedback it comes from.")


class Judged(shapes.Body):
    """How sure it is now; disproving needs a reason."""

    state: FactStateName
    why: shapes.Line = ""


class NewQuestion(shapes.Body):
    """What has to be found out, and by whom."""

    text: Words
    owner: uuid.UUID | None = Field(None, description="Id of somebody of the team.")


class Found(shapes.Body):
    """What was found out; it becomes a fact."""

    text: Words
    state: FactStateName = "confirmed"


class NewDecision(shapes.Body):
    """What was decided and why; `by` decided it, the key's person when left out."""

    text: Words
    why: Words = Field(examples=["先止损，再查清"])
    by: uuid.UUID | None = Field(None, description="Id of somebody of the team.")
    instead_of: uuid.UUID | None = Field(None, description="Id of the decision it replaces.")


class NewUpdate(shapes.Body):
    """Where things stand."""

    text: Words
    minutes: Annotated[int, Field(ge=5, le=10_080)] | None = Field(
        None, description="Until the next update; by the grade's time when left out."
    )


class NewRoomNote(shapes.Body):
    """Words for whoever is in the room; @ and a name puts them on that person's board."""

    text: Words


def _entered(request: keys.KeyedRequest, room_id: uuid.UUID) -> tuple[Membership, Room]:
    by = keys.acting(request, Permission.HANDLE)
    return by, room_of(request, room_id)


def _person(request: keys.KeyedRequest, wanted: uuid.UUID | None) -> Membership | None:
    if wanted is None:
        return None
    found = member_of_team(workspace_id=request.auth.workspace_id, membership_id=wanted)
    if found is None:
        raise Refused(_("Nobody of the team has this id; GET /team lists them."))
    return found


def _answer(request: keys.KeyedRequest, room: Room) -> dict[str, Any]:
    """The room as it is now."""
    return detail(room_of(request, room.id))


@router.post(
    "/cases/{uuid:case_id}/acknowledge", auth=keys.cases, response=shapes.changes(CaseDetail), summary="Take a red case"
)
def acknowledge(request: keys.KeyedRequest, case_id: uuid.UUID) -> Any:
    """The person the key acts for answers for a red case from now on, and is in its room; the time is kept."""
    by = keys.acting(request, Permission.HANDLE)
    actions.acknowledge(case=one_of(request, case_id), by=by)
    return case_detail(one_of(request, case_id))


@router.post(ROOM + "/facts", auth=keys.cases, response=shapes.changes(RoomDetail), summary="Write a fact down")
def fact(request: keys.KeyedRequest, room_id: uuid.UUID, said: NewFact) -> Any:
    """Keep something the team knows or holds possible. Its words stay; how sure it is can change."""
    by, room = _entered(request, room_id)
    where = {"workspace_id": room.workspace_id}
    case = case_by_id(**where, case_id=said.case) if said.case else None
    feedback = feedback_by_id(**where, feedback_id=said.feedback) if said.feedback else None
    if (said.case and case is None) or (said.feedback and feedback is None):
        raise Refused(_("Neither a case nor a feedback has this id."))
    knowing.write_fact(room=room, by=by, text=said.text, state=said.state, case=case, feedback=feedback)
    return _answer(request, room)


@router.post(
    ROOM + "/facts/{uuid:fact_id}/judge", auth=keys.cases, response=shapes.changes(RoomDetail), summary="Judge a fact"
)
def judge(request: keys.KeyedRequest, room_id: uuid.UUID, fact_id: uuid.UUID, said: Judged) -> Any:
    """Say how sure a fact is now."""
    by, room = _entered(request, room_id)
    row = keys.found(room.facts.select_related("room").filter(id=fact_id).first())
    knowing.judge_fact(fact=row, by=by, state=said.state, why=said.why)
    return _answer(request, room)


@router.post(ROOM + "/questions", auth=keys.cases, response=shapes.changes(RoomDetail), summary="Ask in a war room")
def question(request: keys.KeyedRequest, room_id: uuid.UUID, said: NewQuestion) -> Any:
    """Keep what is not known yet, and who finds out."""
    by, room = _entered(request, room_id)
    knowing.ask(room=room, by=by, text=said.text, owner=_person(request, said.owner))
    return _answer(request, room)


@router.post(
    ROOM + "/questions/{uuid:question_id}/answer", auth=keys.cases, response=shapes.changes(RoomDetail),
    summary="Answer a question of a war room",
)  # fmt: skip
def found_out(request: keys.KeyedRequest, room_id: uuid.UUID, question_id: uuid.UUID, said: Found) -> Any:
    """What was found out becomes a fact; 409 when somebody answered it meanwhile."""
    by, room = _entered(request, room_id)
    row = keys.found(room.questions.select_related("room").filter(id=question_id).first())
    knowing.answer(question=row, by=by, text=said.text, state=said.state)
    return _answer(request, room)


@router.post(ROOM + "/decisions", auth=keys.cases, response=shapes.changes(RoomDetail), summary="Write a decision down")
def decision(request: keys.KeyedRequest, room_id: uuid.UUID, said: NewDecision) -> Any:
    """Keep what was decided, by whom and why; it is never edited, a later one can take its place."""
    by, room = _entered(request, room_id)
    before = room.decisions.filter(id=said.instead_of).first() if said.instead_of else None
    if said.instead_of and before is None:
        raise Refused(_("No decision of this room has this id."))
    deciding.decide(
        room=room, written_by=by, by=_person(request, said.by) or by, text=said.text, why=said.why, instead_of=before
    )
    return _answer(request, room)


@router.post(ROOM + "/updates", auth=keys.cases, response=shapes.changes(RoomDetail), summary="Post an update")
def update(request: keys.KeyedRequest, room_id: uuid.UUID, said: NewUpdate) -> Any:
    """Say where things stand; the next update is due from now on."""
    by, room = _entered(request, room_id)
    noting.post_update(room=room, by=by, text=said.text, minutes=said.minutes)
    return _answer(request, room)


@router.post(ROOM + "/notes", auth=keys.cases, response=shapes.changes(RoomDetail), summary="Write into a war room")
def note(request: keys.KeyedRequest, room_id: uuid.UUID, said: NewRoomNote) -> Any:
    """Write something into the room."""
    by, room = _entered(request, room_id)
    noting.note(room=room, by=by, text=said.text)
    return _answer(request, room)
