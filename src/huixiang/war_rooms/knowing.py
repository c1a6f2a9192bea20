"""What is known and what is not: facts with how sure they are, questions with who finds out."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.war_rooms import events, locking
from huixiang.war_rooms.models import Fact, Question, Room
from huixiang.war_rooms.states import FactState
from huixiang.workspaces.models import Membership


@transaction.atomic
def write_fact(
    *, room: Room, by: Membership, text: str, state: str = FactState.UNCONFIRMED, case: Case | None = None,
    feedback: Feedback | None = None,
) -> Fact:  # fmt: skip
    """Keep something the team knows or holds possible, with where it comes from. Journal: war_rooms.fact_written."""
    room, text = locking.at_work(room), locking.checked(text, empty=_("Write what is known."))
    if state not in FactState.values:
        raise Refused(_("Say whether it is confirmed."))
    fact = Fact.objects.create(
        workspace_id=room.workspace_id, room=room, text=text, state=state, case=case, feedback=feedback, by=by
    )
    written = events.FactWritten(subject=room.id, fact_id=fact.id, state=state)
    record(written, workspace_id=room.workspace_id, actor=Actor("staff", by.id), words=text)
    return fact


@transaction.atomic
def judge_fact(*, fact: Fact, by: Membership, state: str, why: str = "") -> None:
    """Say how sure it is now; its words stay. Journal: war_rooms.fact_judged. Disproving needs a reason."""
    room = locking.at_work(fact.room)
    fact = Fact.objects.select_for_update(of=("self",)).get(id=fact.id)
    why = why.strip()[:300]
    if state not in FactState.values:
        raise Refused(_("Say whether it is confirmed."))
    if state == FactState.DISPROVED and not why:
        raise Refused(_("Say what disproves it."))
    if fact.state == state:
        return
    before, fact.state, fact.why = fact.state, state, why
    fact.judged_by, fact.judged_at = by, timezone.now()
    fact.save(update_fields=["state", "why", "judged_by", "judged_at"])
    judged = events.FactJudged(subject=room.id, fact_id=fact.id, before=before, after=state)
    words = f"{fact.text}\n{why}" if why else fact.text
    record(judged, workspace_id=room.workspace_id, actor=Actor("staff", by.id), words=words)


@transaction.atomic
def ask(*, room: Room, by: Membership, text: str, owner: Membership | None = None) -> Question:
    """Keep what is not known yet, and who finds out. Journal: war_rooms.question_asked."""
    room, text = locking.at_work(room), locking.checked(text, empty=_("Write what has to be found out."))
    question = Question.objects.create(workspace_id=room.workspace_id, room=room, text=text, by=by, owner=owner)
    asked = events.QuestionAsked(subject=room.id, question_id=question.id, owner_id=owner.id if owner else None)
    record(asked, workspace_id=room.workspace_id, actor=Actor("staff", by.id), words=text)
    return question


@transaction.atomic
def give(*, question: Question, by: Membership, owner: Membership | None) -> None:
    """Let somebody else find out. Journal: war_rooms.question_given, when it changed."""
    room = locking.at_work(question.room)
    question = _open(question)
    if question.owner_id == (owner.id if owner else None):
        return
    question.owner = owner
    question.save(update_fields=["owner"])
    given = events.QuestionGiven(subject=room.id, question_id=question.id, owner_id=question.owner_id)
    record(given, workspace_id=room.workspace_id, actor=Actor("staff", by.id), words=question.text)


@transaction.atomic
def answer(*, question: Question, by: Membership, text: str, state: str = FactState.CONFIRMED) -> Fact:
    """The answer becomes a fact, confirmed unless said otherwise.

    Journal: war_rooms.fact_written, war_rooms.question_answered. Raises Refused when it is answered already.
    """
    question = _open(question)
    fact = write_fact(room=question.room, by=by, text=text, state=state)
    question.answered_at, question.answer = timezone.now(), fact
    question.save(update_fields=["answered_at", "answer"])
    answered = events.QuestionAnswered(subject=question.room_id, question_id=question.id, fact_id=fact.id)
    record(answered, workspace_id=question.workspace_id, actor=Actor("staff", by.id), words=question.text)
    return fact


def _open(question: Question) -> Question:
    found = Question.objects.select_for_update(of=("self",)).select_related("room").get(id=question.id)
    if found.answered_at:
        raise Refused(_("Somebody answered this meanwhile."))
    return found
