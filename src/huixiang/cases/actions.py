"""Handling cases: opening, answering, assigning, solving. Every verb writes its journal event."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases import clocks, events, handing, red_lines, routes
from huixiang.cases.collision import hold_if_overtaken
from huixiang.cases.files import links_beside
from huixiang.cases.into_groups import deliver_into_group, lane_of
from huixiang.cases.marks import mark_read
from huixiang.cases.models import Case, ClockName, Turn
from huixiang.cases.states import ENDED, UNFINISHED, CaseState, Direction, Lane, Stage
from huixiang.cases.urgency import urgency
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.models import Delivery
from huixiang.feedback.actions import grade_cases_feedback
from huixiang.feedback.models import Feedback
from huixiang.intake.attachments.actions import keep
from huixiang.intake.models import Attachment, Message
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.themes import measures
from huixiang.workspaces.actions import next_case_numbers
from huixiang.workspaces.models import Membership

LINE = 160
LONGEST_REPLY = 20_000
MOVING = (
    "theme_id", "owner_id", "grade", "proposed_grade", "proposed_reason", "state", "stage", "heard_at", "urgency",
    "due_at", "last_line", "last_at", "first_answered_at", "solved_at", "confirmed_at", "closed_at", "close_reason",
)  # fmt: skip
STAMPS = {CaseState.SOLVED: "solved_at", CaseState.CONFIRMED: "confirmed_at", CaseState.CLOSED: "closed_at"}


def _lock(cases: Sequence[Case]) -> None:
    """Lock the rows, by id so that two batches never wait for each other, and bring the objects up to date."""
    rows = Case.objects.select_for_update(of=("self",), no_key=True).order_by("id")
    now = {row.id: row for row in rows.filter(id__in={case.id for case in cases})}
    for case in cases:
        for name in MOVING:
            setattr(case, name, getattr(now[case.id], name))


@transaction.atomic
def open_cases(
    *, workspace_id: uuid.UUID, feedbacks: Sequence[Feedback], came: Mapping[uuid.UUID, datetime.datetime] | None = None
) -> list[Case]:
    """Open a case for each feedback (one each; `case_id` is set on them, not stored). Four statements in all.

    `came` tells of each feedback when it reached us, where that was not when it was said: clocks begin then.
    Journal: cases.opened. Historical ones get no clock, alert or outgoing message later on.
    """
    if not feedbacks:
        return []
    numbers = next_case_numbers(workspace_id=workspace_id, count=len(feedbacks))
    known = came or {}
    pairs = zip(feedbacks, numbers, strict=True)
    cases = [_new_case(feedback, number, known.get(feedback.id)) for feedback, number in pairs]
    Case.objects.bulk_create(cases)
    notes = []
    for case, feedback in zip(cases, feedbacks, strict=True):
        feedback.case_id = case.id
        event = events.CaseOpened(
            subject=case.id, feedback_id=feedback.id, member_id=case.member_id,
            theme_id=feedback.theme_id, grade=case.grade, historical=case.historical,
        )  # fmt: skip
        notes.append(Note(event))
    record_all(notes, workspace_id=workspace_id)
    return cases


def _new_case(feedback: Feedback, number: int, known_at: datetime.datetime | None) -> Case:
    return Case(
        id=new_id(),
        workspace_id=feedback.workspace_id,
        number=number,
        title=feedback.title,
        member_id=feedback.member_id,
        theme_id=feedback.theme_id,
        account_id=feedback.account_id,
        conversation_id=feedback.conversation_id,
        grade=feedback.grade,
        historical=feedback.historical,
        public=feedback.public,
        urgency=urgency(feedback.grade, None, feedback.said_at),
        last_line=feedback.title[:LINE],
        last_at=feedback.said_at,
        opened_at=feedback.said_at,
        known_at=known_at,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a member as it enters a case."""

    case: Case
    text: str
    at: datetime.datetime
    message_id: uuid.UUID
    conversation_id: uuid.UUID | None
    lane: str
    opening: bool = False  # the words that opened the case do not move it
    came_at: datetime.datetime | None = None  # when they reached us, where that was later: clocks begin then


@transaction.atomic
def hear(*, workspace_id: uuid.UUID, said: Sequence[Said]) -> None:
    """Write members' messages into their cases. A case that waited for the member, or was solved, waits for us.

    Journal: cases.member_spoke for all but opening words. The next-answer clock starts.
    """
    later = [one for one in said if not one.opening]
    cases = {one.case.id: one.case for one in later}
    _lock(list(cases.values()))  # before the turns point at them: another hand may be solving one just now
    Turn.objects.bulk_create(
        Turn(
            workspace_id=workspace_id, case=one.case, direction=Direction.INBOUND, lane=one.lane, at=one.at,
            text=one.text, message_id=one.message_id, conversation_id=one.conversation_id,
        )
        for one in said
    )  # fmt: skip
    record_all(
        [
            Note(
                events.MemberSpoke(subject=one.case.id, message_id=one.message_id, lane=one.lane),
                actor=Actor("member", one.case.member_id),
            )
            for one in later
        ],
        workspace_id=workspace_id,
    )
    for one in later:
        _return_to_us(cases[one.case.id], one)


def _return_to_us(case: Case, one: Said) -> None:
    if case.state in (CaseState.WAITING_MEMBER, CaseState.SOLVED):
        case.state = CaseState.WAITING_US
        clocks.start(case, ClockName.NEXT_ANSWER, at=max(one.at, one.came_at or one.at))
    case.heard_at, case.last_line, case.last_at = _later(case), one.text[:LINE], max(case.last_at, one.at)
    case.save(update_fields=["state", "heard_at", "last_line", "last_at"])
    clocks.reorder(case)


def _later(case: Case) -> datetime.datetime:
    """Now, and in any case after what was heard before: a mark that reached there does not reach this word."""
    return max(timezone.now(), case.heard_at + datetime.timedelta(microseconds=1))


@transaction.atomic
def assign(*, case: Case, owner: Membership | None, actor: Actor = SYSTEM) -> None:
    """Give a case an owner, or none. Journal: cases.assigned, when it changed."""
    _lock([case])
    if case.owner_id == (owner.id if owner else None):
        return
    case.owner = owner
    case.save(update_fields=["owner"])
    event = events.Assigned(subject=case.id, owner_id=owner.id if owner else None)
    record(event, workspace_id=case.workspace_id, actor=actor)


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
) -> Turn:
    """Answer the member, on the board (public) or alone (private); in public what was said in a group: in the group.

    A private answer becomes a delivery on the best way to the member. The case waits for the member, the answer
    clocks are met; a case without an owner is the answerer's. Journal: cases.answered, cases.assigned,
    cases.red_line_crossed. Who answers has read it up to `heard_at`, the member's last word they had before them;
    without one, up to now.
    Raises Refused when there is no way to the member, Overtaken when somebody else answered after `seen_at`, the moment
    the writer last saw the case, and Crossed when it crosses a red line and `anyway` does not say why it has to.
    """
    text = _checked(text)
    if lane not in (Lane.PUBLIC, Lane.PRIVATE):
        raise Refused(_("Choose whether the answer is public or private."))
    crossed = red_lines.hold(text, workspace=by.workspace, lane=lane, anyway=anyway)
    locked = Case.objects.select_for_update(of=("self",)).select_related("member", "account", "conversation")
    case = locked.get(id=case.id)
    lane = lane_of(case, lane)
    if seen_at and (sent := _sent_already(case, by, lane, text, seen_at)):
        return sent
    delivery = WAYS[lane](case, text, attachments) if lane in WAYS else None
    now = timezone.now()
    turn = Turn.objects.create(
        workspace_id=case.workspace_id, case=case, direction=Direction.OUTBOUND, lane=lane, at=now, text=text,
        by=by, delivery=delivery, conversation_id=delivery.conversation_id if delivery else None,
    )  # fmt: skip
    keep(attachments=attachments, turn_id=turn.id, member_id=case.member_id, actor=Actor("staff", by.id))
    first, unowned = case.first_answered_at is None, case.owner is None
    _answered(case, by, text, now)
    mark_read(cases=[case], by=by, heard_at=heard_at)
    clocks.meet(case, at=now)
    actor = Actor("staff", by.id)
    shown = red_lines.RedLine.EXPOSES in crossed
    answered = events.Answered(subject=case.id, turn_id=turn.id, lane=lane, first=first, numbers_shown=shown)
    notes = [Note(answered, actor=actor)]
    notes += red_lines.crossed_notes(case_id=case.id, turn_id=turn.id, lines=crossed, anyway=anyway, actor=actor)
    if unowned:
        notes.append(Note(events.Assigned(subject=case.id, owner_id=by.id), actor=actor))
    record_all(notes, workspace_id=case.workspace_id)
    return turn


def _answered(case: Case, by: Membership, text: str, now: datetime.datetime) -> None:
    case.first_answered_at = case.first_answered_at or now
    case.stage = Stage.LISTENING if case.stage == Stage.CONTACTING else case.stage
    case.owner = case.owner or by
    case.state = case.state if case.state in ENDED else CaseState.WAITING_MEMBER
    case.last_line, case.last_at = text[:LINE], now
    case.save()


def _sent_already(case: Case, by: Membership, lane: str, text: str, seen_at: datetime.datetime) -> Turn | None:
    """The answer this same form has become already: pressed twice it is sent once. Raises Overtaken."""
    sent = Turn.objects.filter(case=case, by=by, lane=lane, text=text, at__gte=seen_at).first()
    if sent is None:
        hold_if_overtaken(case=case, by=by, seen_at=seen_at)
    return sent


def _checked(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise Refused(_("Write something first."))
    if len(text) > LONGEST_REPLY:
        raise Refused(_("This is longer than %(limit)d characters.") % {"limit": LONGEST_REPLY})
    return text


def _deliver_reply(case: Case, text: str, attachments: Sequence[Attachment]) -> Delivery:
    ways = routes.private_routes(member=case.member, account=case.account, conversation=case.conversation)
    if not ways:
        raise Refused(
            _(
                "There is no way to write to this member: the channel cannot be answered and no e-mail address "
                "is known. Write a note; the announcement will reach them on the board."
            )
        )
    way = ways[0]
    if not way.window.now:
        raise Refused(
            _(
                "%(way)s takes no answer to this member now, and there is no other way to them. It opens again when "
                "they write. Write a note, or announce it."
            )
            % {"way": way.label}
        )
    last = Turn.objects.filter(case=case, direction=Direction.INBOUND).order_by("-at").first()
    delivery = Delivery(
        workspace_id=case.workspace_id, account=way.account, conversation=way.conversation, recipient=way.recipient,
        recipient_member_id=case.member_id, purpose="reply", about_id=case.id, subject_line=case.title,
        text=links_beside(text, case=case, kind=way.account.kind, attachments=attachments),
        in_reply_to=_external_id(last),
    )  # fmt: skip
    queue_deliveries([delivery])
    return delivery


WAYS = {str(Lane.PRIVATE): _deliver_reply, str(Lane.GROUP): deliver_into_group}


def _external_id(turn: Turn | None) -> str:
    """The platform's id of the message a turn came from, so that mail threads hold together."""
    if turn is None or turn.message_id is None:
        return ""
    return Message.objects.values_list("external_id", flat=True).filter(id=turn.message_id).first() or ""


@transaction.atomic
def note(*, case: Case, by: Membership, text: str, attachments: Sequence[Attachment] = ()) -> Turn:
    """Write something only staff can read. Journal: cases.note_written."""
    turn = Turn.objects.create(
        workspace_id=case.workspace_id, case=case, direction=Direction.NOTE, lane=Lane.INTERNAL,
        text=_checked(text), by=by,
    )  # fmt: skip
    keep(attachments=attachments, turn_id=turn.id, actor=Actor("staff", by.id))
    event = events.NoteWritten(subject=case.id, turn_id=turn.id)
    record(event, workspace_id=case.workspace_id, actor=Actor("staff", by.id))
    return turn


@transaction.atomic
def regrade(*, case: Case, grade: str, reason: str, actor: Actor, refresh: bool = True) -> str:
    """Change a case's grade and its feedback's with it; returns the grade before. Journal: cases.regraded.

    Who re-grades many passes `refresh=False` and counts their themes anew once, afterwards.
    """
    _lock([case])
    before, case.grade = case.grade, grade
    case.proposed_grade = case.proposed_reason = ""
    case.save(update_fields=["grade", "proposed_grade", "proposed_reason"])
    grade_cases_feedback(workspace_id=case.workspace_id, case_id=case.id, grade=grade)
    if case.theme_id and refresh:
        measures.refresh(workspace_id=case.workspace_id, theme_ids=[case.theme_id])  # its worst grade
    clocks.reorder(case)
    event = events.Regraded(subject=case.id, before=before, after=grade)
    record(event, workspace_id=case.workspace_id, actor=actor, words=reason)
    return before


def propose_grade(*, case_ids: Sequence[uuid.UUID], grade: str, reason: str) -> None:
    """Put a proposal on cases: one statement. A person takes it or not."""
    Case.objects.filter(id__in=case_ids).update(proposed_grade=grade, proposed_reason=reason[:200])


@transaction.atomic
def end(*, case: Case, state: str, actor: Actor, reason: str = "") -> None:
    """Solve, confirm or close a case; closing without a solution needs a reason. Journal: cases.state_changed.

    A hand-over to whoever ends it is taken with that. Does nothing when the case has ended so already (a button
    pressed twice).
    """
    if state == CaseState.CLOSED and not reason.strip():
        raise Refused(_("Say why it is closed without a solution."))
    now = timezone.now()
    _lock([case])
    if case.state == state:
        return
    _change_state(case, state, actor, reason)
    setattr(case, STAMPS[CaseState(state)], now)
    case.close_reason = reason.strip()
    if state != CaseState.CLOSED:  # what is closed without a solution stays where the dialogue was
        case.stage = Stage.CONFIRMED if state == CaseState.CONFIRMED else Stage.OFFERED
    case.save(update_fields=["state", "stage", "close_reason", *STAMPS.values()])
    clocks.stop(case, at=now)
    handing.settle(case=case, actor=actor)


@transaction.atomic
def end_many(*, cases: Sequence[Case], state: str, actor: Actor) -> int:
    """Solve or confirm those of these cases that still run; returns how many. Six statements whatever the number.

    Journal: cases.state_changed for each.
    """
    _lock(cases)
    ended, now = [case for case in cases if case.state in UNFINISHED], timezone.now()
    notes = [
        Note(events.StateChanged(subject=case.id, before=case.state, after=state), actor=actor) for case in ended
    ]
    for case in ended:
        setattr(case, STAMPS[CaseState(state)], now)
        case.state, case.close_reason, case.due_at = state, "", None
        case.stage = Stage.CONFIRMED if state == CaseState.CONFIRMED else Stage.OFFERED
        case.urgency = urgency(case.grade, None, case.opened_at)
    fields = ["state", "stage", "close_reason", "due_at", "urgency", *STAMPS.values()]
    Case.objects.bulk_update(ended, fields, batch_size=500)
    clocks.stop_many(case_ids=[case.id for case in ended], at=now)
    if ended:
        record_all(notes, workspace_id=ended[0].workspace_id)
    return len(ended)


@transaction.atomic
def reopen(*, case: Case, actor: Actor, reason: str = "") -> None:
    """Take an ended case up again: it waits for us. Journal: cases.state_changed. One that runs just runs on."""
    _lock([case])
    if case.state not in ENDED:
        return
    _change_state(case, CaseState.REOPENED, actor, reason)
    case.stage, case.heard_at, case.last_at = Stage.LISTENING, _later(case), timezone.now()
    case.solved_at = case.confirmed_at = case.closed_at = None
    case.save(update_fields=["state", "stage", "heard_at", "last_at", "solved_at", "confirmed_at", "closed_at"])
    clocks.start(case, ClockName.NEXT_ANSWER, at=timezone.now())
    clocks.reorder(case)


def _change_state(case: Case, state: str, actor: Actor, reason: str) -> None:
    before, case.state = case.state, state
    event = events.StateChanged(subject=case.id, before=before, after=state)
    record(event, workspace_id=case.workspace_id, actor=actor, words=reason.strip())


def follow_theme(*, workspace_id: uuid.UUID, feedback_ids: Sequence[uuid.UUID], theme_id: uuid.UUID) -> None:
    """Feedback moved to another theme: their cases are about it too."""
    ids = Feedback.objects.filter(workspace_id=workspace_id, id__in=feedback_ids).values("case_id")
    Case.objects.filter(workspace_id=workspace_id, id__in=ids).update(theme_id=theme_id)
