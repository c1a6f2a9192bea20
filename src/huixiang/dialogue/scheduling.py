"""Answers that go out later: put off, changed, cancelled, and sent at their time after all is looked at once more."""

import datetime
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from huixiang.cases import clearing, holding, red_lines
from huixiang.cases.answering import Manner, checked, reply
from huixiang.cases.files import move_files
from huixiang.cases.holding import QUOTED, UNFILLED
from huixiang.cases.into_groups import lane_of
from huixiang.cases.marks import mark_unread
from huixiang.cases.models import Case, Turn
from huixiang.cases.states import ENDED, Direction, Lane
from huixiang.dialogue import events
from huixiang.dialogue.models import ScheduledReply, ScheduledState
from huixiang.intake.attachments.actions import keep
from huixiang.intake.attachments.queries import of_turn
from huixiang.intake.models import Attachment
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor, Event
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

SOONEST = datetime.timedelta(minutes=1)
LATEST = datetime.timedelta(days=90)
MEMBER_WROTE, BY_HAND, CASE_ENDED = "member_wrote", "by_hand", "ended"
TOLD = datetime.timedelta(days=3)  # so long a case shows that one was cancelled by itself


@dataclass(frozen=True, slots=True)
class Later:
    """When an answer goes out, and whether it is cancelled by itself when the member writes before."""

    send_at: datetime.datetime
    until_they_write: bool = True


def of_case(case: Case) -> list[ScheduledReply]:
    """What waits on a case, what could not go out, and what was cancelled by itself of late, the next first."""
    lately = Q(state=ScheduledState.CANCELLED, ended_at__gt=timezone.now() - TOLD, told_at=None) & ~Q(why=BY_HAND)
    shown = Q(state__in=[ScheduledState.WAITING, ScheduledState.HELD]) | lately
    rows = ScheduledReply.objects.filter(shown, case=case)
    return list(rows.select_related("by__user").order_by("send_at", "id"))


def scheduled_by_id(*, workspace_id: uuid.UUID, scheduled_id: uuid.UUID) -> ScheduledReply | None:
    """One of a workspace."""
    found = ScheduledReply.objects.filter(workspace_id=workspace_id, id=scheduled_id)
    return found.select_related("case").first()


@transaction.atomic
def schedule(
    *,
    case: Case,
    by: Membership,
    text: str,
    lane: str,
    later: Later,
    attachments: Sequence[Attachment] = (),
    anyway: str = "",
    knowingly: Collection[str] = (),
) -> ScheduledReply:
    """Put an answer off. Job: dialogue.send at its time. Journal: dialogue.reply_scheduled.

    What would hold it back now is told now: it raises what `cases.actions.reply` raises, save Overtaken, and Refused
    for a time that is not to come and for an answer that wants a second person's yes. The case is as it was.
    """
    text = _looked_at(case, by, text, lane, anyway=anyway, knowingly=knowingly)
    made = ScheduledReply.objects.create(
        workspace_id=case.workspace_id, case=case, by=by, lane=lane, text=text, send_at=_to_come(later.send_at),
        until_they_write=later.until_they_write, anyway=anyway, language=translation.get_language() or "",
    )  # fmt: skip
    actor = Actor("staff", by.id)
    keep(attachments=attachments, turn_id=made.id, member_id=case.member_id, actor=actor)
    _queue(made)
    _tell(made, events.ReplyScheduled(subject=case.id, send_at=made.send_at, changed=False), actor)
    return made


@transaction.atomic
def change(*, scheduled: ScheduledReply, by: Membership, text: str, later: Later) -> None:
    """Other words, another time; one that was held back waits anew. Job: dialogue.send. Journal: reply_scheduled."""
    row = _locked(scheduled, ScheduledState.WAITING, ScheduledState.HELD)
    known = (QUOTED, UNFILLED) if text == row.text else ()
    row.text = _looked_at(row.case, by, text, row.lane, anyway=row.anyway, knowingly=known)
    row.send_at, row.until_they_write = _to_come(later.send_at), later.until_they_write
    row.state, row.why, row.by, row.changed_at = ScheduledState.WAITING, "", by, timezone.now()
    row.save()
    _queue(row)
    _tell(row, events.ReplyScheduled(subject=row.case_id, send_at=row.send_at, changed=True), Actor("staff", by.id))


@transaction.atomic
def cancel(*, scheduled: ScheduledReply, by: Membership) -> None:
    """It does not go out. Journal: dialogue.reply_cancelled."""
    row = _locked(scheduled, ScheduledState.WAITING, ScheduledState.HELD)
    _end(row, BY_HAND, Actor("staff", by.id))


@transaction.atomic
def put_aside(*, scheduled: ScheduledReply) -> None:
    """The notice that one was cancelled by itself was read."""
    ScheduledReply.objects.filter(id=scheduled.id).update(told_at=timezone.now())


@transaction.atomic
def send_now(*, scheduled: ScheduledReply, by: Membership) -> Turn:
    """Send it before its time, in the name of who presses. Raises what `cases.actions.reply` raises."""
    row = _locked(scheduled, ScheduledState.WAITING, ScheduledState.HELD)
    return _send(row, by)


@transaction.atomic
def send_due(scheduled_id: uuid.UUID) -> None:
    """Its time has come: send it, or say on the case what stands in the way. Nothing happens before its time.

    Journal: cases.answered, dialogue.reply_cancelled or dialogue.reply_held. One held back is unread to its writer.
    """
    found = ScheduledReply.objects.filter(id=scheduled_id).first()
    if found is None or found.state != ScheduledState.WAITING or found.send_at > timezone.now():
        return
    row = _locked(found, ScheduledState.WAITING)
    with translation.override(row.language or None):
        if row.case.state in ENDED:
            _end(row, CASE_ENDED, SYSTEM)
        elif row.until_they_write and _they_wrote(row):
            _end(row, MEMBER_WROTE, SYSTEM)
        else:
            _try(row)


def member_wrote(*, workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> int:
    """Cancel what was to go out only if they kept silent; returns how many. Journal: dialogue.reply_cancelled."""
    rows = ScheduledReply.objects.filter(
        workspace_id=workspace_id, case_id__in=case_ids, state=ScheduledState.WAITING, until_they_write=True
    )
    ended = 0
    for one in rows.order_by("id"):
        with transaction.atomic():
            row = _row(one, [ScheduledState.WAITING])
            if row is not None and _they_wrote(row):
                _end(row, MEMBER_WROTE, SYSTEM)
                ended += 1
    return ended


def _looked_at(case: Case, by: Membership, text: str, lane: str, *, anyway: str, knowingly: Collection[str]) -> str:
    """What `reply` will look at, looked at now."""
    text = checked(text)
    if lane not in (Lane.PUBLIC, Lane.PRIVATE):
        raise Refused(_("Choose whether the answer is public or private."))
    red_lines.hold(text, workspace=by.workspace, lane=lane, anyway=anyway)
    clearing.hold(case, by)
    try:
        holding.hold(case, text, lane=lane_of(case, lane), by=by, knowingly=knowingly, approved=False)
    except holding.NeedsApproval as wants:
        raise Refused(_("It wants a second person's yes, so it cannot be put off. Put it before them now.")) from wants
    return text


def _to_come(at: datetime.datetime) -> datetime.datetime:
    now = timezone.now()
    if not now + SOONEST <= at <= now + LATEST:
        raise Refused(_("Choose a time between a minute and 90 days from now."))
    return at


def _they_wrote(row: ScheduledReply) -> bool:
    said = Turn.objects.filter(case_id=row.case_id, direction=Direction.INBOUND)
    return said.filter(at__gt=row.changed_at).exists()


def _try(row: ScheduledReply) -> None:
    try:
        with transaction.atomic():
            _may_still(row.by)
            _send(row, row.by)
    except Refused as refused:
        row.state, row.why, row.ended_at = ScheduledState.HELD, str(refused.sentence), timezone.now()
        row.save(update_fields=["state", "why", "ended_at"])
        mark_unread(case_ids=[row.case_id], by=row.by)
        _tell(row, events.ReplyHeld(subject=row.case_id), SYSTEM)


def _may_still(by: Membership) -> None:
    if by.left_at is not None or not holds(by, Permission.REPLY):
        raise Refused(_("%(name)s does not answer members any more.") % {"name": by})


def _send(row: ScheduledReply, by: Membership) -> Turn:
    manner = Manner(anyway=row.anyway, knowingly=(QUOTED, UNFILLED))
    turn = reply(case=row.case, by=by, text=row.text, lane=row.lane, attachments=of_turn(row.id), manner=manner)
    move_files(from_id=row.id, turn=turn)
    row.state, row.turn, row.why, row.ended_at = ScheduledState.SENT, turn, "", timezone.now()
    row.save(update_fields=["state", "turn", "why", "ended_at"])
    return turn


def _end(row: ScheduledReply, why: str, actor: Actor) -> None:
    row.state, row.why, row.ended_at = ScheduledState.CANCELLED, why, timezone.now()
    row.save(update_fields=["state", "why", "ended_at"])
    _tell(row, events.ReplyCancelled(subject=row.case_id, why=why), actor)


def _tell(row: ScheduledReply, event: Event, actor: Actor) -> None:
    record(event, workspace_id=row.workspace_id, actor=actor)


def _queue(row: ScheduledReply) -> None:
    """One job for each time it was given, kept in the database; one whose time was changed finds nothing due."""
    job = app.configure_task("dialogue.send", schedule_at=row.send_at, allow_unknown=True)
    job.defer(scheduled_id=str(row.id))


def _locked(scheduled: ScheduledReply, *states: str) -> ScheduledReply:
    """The row as it is now, the case locked before it as everywhere. Raises Refused when it is in no such state."""
    row = _row(scheduled, states)
    if row is None:
        raise Refused(_("This answer was sent or cancelled meanwhile."))
    return row


def _row(scheduled: ScheduledReply, states: Sequence[str]) -> ScheduledReply | None:
    Case.objects.select_for_update(of=("self",)).get(id=scheduled.case_id)
    rows = ScheduledReply.objects.select_for_update(of=("self",)).filter(id=scheduled.id, state__in=states)
    related = ("by__user", "by__workspace", "case__member", "case__account", "case__conversation")
    return rows.select_related(*related).first()
