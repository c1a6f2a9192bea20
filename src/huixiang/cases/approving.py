"""Answers for everybody to read that want a second person's yes: asked for, approved, sent back, withdrawn."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases import events
from huixiang.cases.answering import Manner, checked, reply, reply_twice
from huixiang.cases.files import move_files
from huixiang.cases.holding import QUOTED, UNFILLED
from huixiang.cases.models import AnswerRule, Case, PendingAnswer, Turn
from huixiang.cases.pending import PendingState
from huixiang.cases.states import Lane
from huixiang.feedback.models import Grade
from huixiang.intake.attachments.actions import keep
from huixiang.intake.models import Attachment
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.roles import Permission, holds

LONGEST_REASON = 1_000
MOST_VERDICTS = 20  # told at once; the next ones when these are put aside


def waiting_on(case: Case) -> PendingAnswer | None:
    """The answer of a case that waits for a yes."""
    found = PendingAnswer.objects.filter(case=case, state=PendingState.WAITING)
    return found.select_related("by__user").first()


def of_case(case: Case) -> list[PendingAnswer]:
    """What waits on a case, and what its writer has not heard the verdict of, the newest first."""
    rows = PendingAnswer.objects.filter(case=case, heard_at=None)
    return list(rows.select_related("case", "by__user", "decided_by__user").order_by("-at")[:10])


def pending_by_id(*, workspace_id: uuid.UUID, pending_id: uuid.UUID) -> PendingAnswer | None:
    """One of a workspace."""
    found = PendingAnswer.objects.filter(workspace_id=workspace_id, id=pending_id)
    return found.select_related("case", "by__user", "decided_by__user").first()


def verdicts(writer: Membership) -> list[PendingAnswer]:
    """What others decided about somebody's answers and they did not put aside yet, the latest first."""
    rows = PendingAnswer.objects.filter(by=writer, heard_at=None, decided_at__isnull=False)
    told = rows.exclude(decided_by=writer).select_related("case", "decided_by__user")
    return list(told.order_by("-decided_at", "-id")[:MOST_VERDICTS])


def hear(*, pending: PendingAnswer, by: Membership) -> None:
    """The writer has read what was decided: they are not told of it any longer. Nobody else's reading counts."""
    heard = PendingAnswer.objects.filter(id=pending.id, by=by, decided_at__isnull=False, heard_at=None)
    heard.update(heard_at=timezone.now())


def waiting_cases(workspace_id: uuid.UUID) -> QuerySet[PendingAnswer, Any]:
    """The ids of the cases with an answer that waits."""
    return PendingAnswer.objects.filter(workspace_id=workspace_id, state=PendingState.WAITING).values("case_id")


def waiting_count(workspace_id: uuid.UUID) -> int:
    """How many answers wait."""
    return PendingAnswer.objects.filter(workspace_id=workspace_id, state=PendingState.WAITING).count()


@transaction.atomic
def ask(
    *,
    case: Case,
    by: Membership,
    text: str,
    privately: str = "",
    attachments: Sequence[Attachment] = (),
    seen_at: datetime.datetime | None = None,
) -> PendingAnswer:
    """Put an answer before somebody who may publish; `privately` goes to the member alone with it.

    Nothing goes out, no clock is met. Whoever may say yes is told (alerts' rule “approval”). What was decided on the
    writer's earlier answer on the case counts as heard. Journal: cases.answer_waits. The same again is the same one.
    Raises Refused while another answer of the case waits.
    """
    text, privately = checked(text), privately.strip()
    Case.objects.select_for_update(of=("self",)).get(id=case.id)
    waits = waiting_on(case)
    if waits and (waits.by_id, waits.text, waits.privately) == (by.id, text, privately):
        return waits
    if waits:
        told = {"name": waits.by}
        raise Refused(_("An answer of %(name)s waits for a yes already. Decide on that one first.") % told)
    before = PendingAnswer.objects.filter(case=case, by=by, decided_at__isnull=False, heard_at=None)
    before.update(heard_at=timezone.now())
    made = PendingAnswer.objects.create(
        workspace_id=case.workspace_id, case=case, by=by, lane=Lane.PUBLIC, text=text, privately=privately,
        seen_at=seen_at,
    )  # fmt: skip
    actor = Actor("staff", by.id)
    keep(attachments=attachments, turn_id=made.id, member_id=case.member_id, actor=actor)
    record(events.AnswerWaits(subject=case.id, pending_id=made.id), workspace_id=case.workspace_id, actor=actor)
    return made


@transaction.atomic
def approve(*, pending: PendingAnswer, by: Membership, text: str = "", anyway: str = "") -> Turn:
    """Send an answer that waited, in its writer's name; `text` replaces its words. Journal: cases.answer_decided.

    Everything `reply` checks is checked now: it raises what that raises. An answer somebody else gave meanwhile does
    not stop it: who approves has it before them. Raises Refused for one's own and for one that waits no more.
    """
    pending = _held(pending)
    if not holds(by, Permission.PUBLISH):
        raise Refused(_("Somebody who may publish says yes."))
    if pending.by_id == by.id:
        raise Refused(_("Somebody else has to say yes to what you wrote."))
    words = checked(text) if text.strip() else pending.text
    writer = pending.by if pending.by.left_at is None else by
    looked_at = (QUOTED, UNFILLED) if words == pending.text else ()  # its writer was asked; new words are asked about
    manner = Manner(anyway=anyway, knowingly=looked_at, approved=True)
    answer: dict[str, Any] = {"case": pending.case, "by": writer, "manner": manner}
    if pending.privately:
        turn = reply_twice(**answer, text=pending.privately, publicly=words)
    else:
        turn = reply(**answer, text=words, lane=pending.lane)
    move_files(from_id=pending.id, turn=turn)
    changed, pending.text, pending.turn = words != pending.text, words, turn
    _decide(pending, PendingState.SENT, by, changed=changed)
    return turn


@transaction.atomic
def send_back(*, pending: PendingAnswer, by: Membership, reason: str) -> None:
    """Give it back to its writer with a reason; nothing went out. Journal: cases.answer_decided with the reason."""
    pending, reason = _held(pending), reason.replace("\x00", "").strip()[:LONGEST_REASON]
    if not holds(by, Permission.PUBLISH):
        raise Refused(_("Somebody who may publish says yes."))
    if not reason:
        raise Refused(_("Say what has to change."))
    pending.reason = reason
    _decide(pending, PendingState.RETURNED, by)


@transaction.atomic
def withdraw(*, pending: PendingAnswer, by: Membership) -> None:
    """Its writer, or who may publish, takes it away. Journal: cases.answer_decided."""
    pending = _held(pending)
    if pending.by_id != by.id and not holds(by, Permission.PUBLISH):
        raise Refused(_("Only who wrote it can withdraw it."))
    _decide(pending, PendingState.WITHDRAWN, by)


def _held(pending: PendingAnswer) -> PendingAnswer:
    """The row as it is now, the case locked before it as everywhere. Raises Refused when it waits no more."""
    Case.objects.select_for_update(of=("self",)).get(id=pending.case_id)
    rows = PendingAnswer.objects.select_for_update(of=("self",)).select_related("by__user", "by__workspace", "case")
    found = rows.get(id=pending.id)
    if found.state != PendingState.WAITING:
        raise Refused(_("This answer waits no more."))
    return found


def _decide(pending: PendingAnswer, state: str, by: Membership, *, changed: bool = False) -> None:
    pending.state, pending.decided_by, pending.decided_at = state, by, timezone.now()
    pending.save(update_fields=["state", "decided_by", "decided_at", "reason", "text", "turn"])
    event = events.AnswerDecided(subject=pending.case_id, pending_id=pending.id, decision=str(state), changed=changed)
    actor = Actor("staff", by.id)
    record(event, workspace_id=pending.workspace_id, actor=actor, words=pending.reason)


@transaction.atomic
def set_grades(*, workspace: Workspace, grades: Sequence[str], actor: Actor) -> None:
    """Say for which grades a public answer wants a second person. Journal: cases.approval_set, when it changed."""
    wanted = [str(grade) for grade in Grade.values if grade in grades]
    rule, _made = AnswerRule.objects.get_or_create(workspace=workspace)
    if rule.approval_grades == wanted:
        return
    rule.approval_grades = wanted
    rule.save(update_fields=["approval_grades"])
    record(events.ApprovalSet(subject=workspace.id, grades=wanted), workspace_id=workspace.id, actor=actor)
