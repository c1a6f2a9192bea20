"""Answering the member, and writing what only the team reads. Every way in comes through `reply`."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases import clearing, clocks, events, holding, red_lines, stages
from huixiang.cases.collision import hold_if_overtaken
from huixiang.cases.into_groups import deliver_into_group, lane_of
from huixiang.cases.into_private import deliver_alone
from huixiang.cases.marks import mark_read
from huixiang.cases.models import Case, Turn
from huixiang.cases.states import ENDED, CaseState, Direction, Lane, Stage
from huixiang.intake.attachments.actions import keep
from huixiang.intake.models import Attachment
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership

LINE = 160
LONGEST_REPLY = 20_000
WAYS = {str(Lane.PRIVATE): deliver_alone, str(Lane.GROUP): deliver_into_group}


@dataclass(frozen=True, slots=True)
class Manner:
    """How an answer is meant, beside its words.

    `anyway`: why it goes out although it crosses a red line; `knowingly`: the checks (holding.UNFILLED, QUOTED) that
    were looked at; `offers`: it offers a solution; `approved`: somebody who may publish said yes.
    """

    anyway: str = ""
    knowingly: Collection[str] = field(default_factory=tuple)
    offers: bool = False
    approved: bool = False


PLAIN = Manner()


@transaction.atomic
def reply(
    *,
    case: Case,
    by: Membership,
    text: str,
    lane: str,
    attachments: Sequence[Attachment] = (),
    seen_at: datetime.datetime | None = None,
    heard_at: datetime.datetime | None = None,
    anyway: str = "",
    manner: Manner = PLAIN,
) -> Turn:
    """Answer the member, on the board (public) or alone (private); in public what was said in a group: in the group.

    A private answer becomes a delivery on the best way to the member. The case waits for the member, the answer
    clocks are met, its stage is at least “contacted”; a case without an owner is the answerer's. Journal:
    cases.answered, cases.assigned, cases.red_line_crossed, cases.stage_changed. Who answers has read it up to
    `heard_at`, the member's last word they had before them; without one, up to now.
    Raises Refused when there is no way to the member, Overtaken when somebody else answered after `seen_at`, the moment
    the writer last saw the case, NotCleared when it is red and they lack a course their role needs, Crossed when it
    crosses a red line and `anyway` does not say why it has to, and what holding.hold raises: Unfilled, Quoting, and
    NeedsApproval (put it before somebody with approving.ask then).
    """
    text = checked(text)
    if lane not in (Lane.PUBLIC, Lane.PRIVATE):
        raise Refused(_("Choose whether the answer is public or private."))
    manner = replace(manner, anyway=anyway or manner.anyway)
    crossed = red_lines.hold(text, workspace=by.workspace, lane=lane, anyway=manner.anyway)
    locked = Case.objects.select_for_update(of=("self",)).select_related("member", "account", "conversation")
    case = locked.get(id=case.id)
    lane = lane_of(case, lane)
    if seen_at and (sent := _sent_already(case, by, lane, text, seen_at)):
        return sent
    clearing.hold(case, by)
    holding.hold(case, text, lane=lane, by=by, knowingly=manner.knowingly, approved=manner.approved)
    turn = _said(case, by, text, lane, attachments)
    mark_read(cases=[case], by=by, heard_at=heard_at)
    record_all(_answered(case, turn, manner, crossed), workspace_id=case.workspace_id)
    return turn


def _said(case: Case, by: Membership, text: str, lane: str, attachments: Sequence[Attachment]) -> Turn:
    delivery = WAYS[lane](case, text, attachments) if lane in WAYS else None
    turn = Turn.objects.create(
        workspace_id=case.workspace_id, case=case, direction=Direction.OUTBOUND, lane=lane, at=timezone.now(),
        text=text, by=by, delivery=delivery, conversation_id=delivery.conversation_id if delivery else None,
    )  # fmt: skip
    keep(attachments=attachments, turn_id=turn.id, member_id=case.member_id, actor=Actor("staff", by.id))
    return turn


def _answered(case: Case, turn: Turn, manner: Manner, crossed: Sequence[str]) -> list[Note]:
    """Move the case on after an answer; returns what the journal is told."""
    by = turn.by
    actor = Actor("staff", by.id if by else None)
    first, unowned = case.first_answered_at is None, case.owner is None
    steps = [Stage.CONTACTED, *([Stage.OFFERED] if manner.offers else [])]
    moved = [event for stage in steps if (event := stages.reach(case, stage, at=turn.at))]
    case.first_answered_at = case.first_answered_at or turn.at
    case.owner = case.owner or by
    case.state = case.state if case.state in ENDED else CaseState.WAITING_MEMBER
    case.last_line, case.last_at = turn.text[:LINE], turn.at
    case.save()
    clocks.meet(case, at=turn.at)
    shown = red_lines.RedLine.EXPOSES in crossed
    told = events.Answered(subject=case.id, turn_id=turn.id, lane=turn.lane, first=first, numbers_shown=shown)
    notes = [Note(told, actor=actor)]
    notes += red_lines.crossed_notes(case_id=case.id, turn_id=turn.id, lines=crossed, anyway=manner.anyway, actor=actor)
    if unowned and by:
        notes.append(Note(events.Assigned(subject=case.id, owner_id=by.id), actor=actor))
    return notes + [Note(event, actor=actor) for event in moved]


@transaction.atomic
def reply_twice(
    *,
    case: Case,
    by: Membership,
    text: str,
    publicly: str,
    attachments: Sequence[Attachment] = (),
    seen_at: datetime.datetime | None = None,
    heard_at: datetime.datetime | None = None,
    manner: Manner = PLAIN,
) -> Turn:
    """Write to the member alone, and say so where everybody reads: both or neither. Returns the private answer.

    The files go with the private one. The two are linked (`paired`). Raises what `reply` raises.
    """
    alone = reply(
        case=case, by=by, text=text, lane=Lane.PRIVATE, attachments=attachments, seen_at=seen_at, heard_at=heard_at,
        manner=manner,
    )  # fmt: skip
    if alone.paired_id is None:  # pressed twice, the second finds the first
        openly = replace(manner, offers=False)
        alone.paired = reply(case=case, by=by, text=publicly, lane=Lane.PUBLIC, heard_at=heard_at, manner=openly)
        alone.save(update_fields=["paired"])
    return alone


def _sent_already(case: Case, by: Membership, lane: str, text: str, seen_at: datetime.datetime) -> Turn | None:
    """The answer this same form has become already: pressed twice it is sent once. Raises Overtaken."""
    sent = Turn.objects.filter(case=case, by=by, lane=lane, text=text, at__gte=seen_at).first()
    if sent is None:
        hold_if_overtaken(case=case, by=by, seen_at=seen_at)
    return sent


def checked(text: str) -> str:
    """The words as they are kept. Raises Refused for none, and for too many."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise Refused(_("Write something first."))
    if len(text) > LONGEST_REPLY:
        raise Refused(_("This is longer than %(limit)d characters.") % {"limit": LONGEST_REPLY})
    return text


@transaction.atomic
def note(*, case: Case, by: Membership, text: str, attachments: Sequence[Attachment] = ()) -> Turn:
    """Write something only staff can read. Journal: cases.note_written."""
    turn = Turn.objects.create(
        workspace_id=case.workspace_id, case=case, direction=Direction.NOTE, lane=Lane.INTERNAL,
        text=checked(text), by=by,
    )  # fmt: skip
    keep(attachments=attachments, turn_id=turn.id, actor=Actor("staff", by.id))
    event = events.NoteWritten(subject=case.id, turn_id=turn.id)
    record(event, workspace_id=case.workspace_id, actor=Actor("staff", by.id))
    return turn
