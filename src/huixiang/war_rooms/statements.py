"""The holding statement: versions, the yes of another person, and what is said in public with it."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases.answering import Manner, reply
from huixiang.cases.into_groups import lane_of
from huixiang.cases.models import Case, Turn
from huixiang.cases.states import UNFINISHED, Lane
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel import jobs
from huixiang.kernel.errors import Refused
from huixiang.themes import actions as themes
from huixiang.themes.models import Theme
from huixiang.war_rooms import events, locking, queries
from huixiang.war_rooms.models import Room, Sending, Statement
from huixiang.war_rooms.states import SAYABLE, SendingState, StatementState
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

MOST_CASES = 500


class Overtaken(Refused):
    """Somebody wrote another version since; `theirs` is it."""

    def __init__(self, theirs: Statement) -> None:
        super().__init__(_("%(name)s wrote another version meanwhile. Nothing of yours is lost.") % {"name": theirs.by})
        self.theirs = theirs


@transaction.atomic
def write(*, room: Room, by: Membership, text: str, base: uuid.UUID | None) -> Statement:
    """Keep a new version. `base` is the version the writer had before them, None for none.

    Journal: war_rooms.statement_written. Raises Overtaken when there is a newer one than `base`.
    """
    room, text = locking.at_work(room), locking.checked(text, empty=_("Write what is said."))
    latest = room.statements.select_related("by__user").order_by("-at", "-id").first()
    if latest and latest.text == text and latest.state != StatementState.REFUSED:
        return latest
    if latest and latest.id != base:
        raise Overtaken(latest)
    made = Statement.objects.create(workspace_id=room.workspace_id, room=room, text=text, by=by)
    _tell(made, by, events.StatementWritten(subject=room.id, statement_id=made.id), words=text)
    return made


@transaction.atomic
def ask(*, statement: Statement, by: Membership) -> None:
    """Ask for the yes of somebody else; only for the latest version. Journal: war_rooms.statement_asked."""
    statement = _held(statement)
    if statement.state == StatementState.ASKED:
        return
    if statement.state != StatementState.DRAFT:
        raise Refused(_("It was decided already. Write a new version."))
    if statement.room.statements.filter(at__gt=statement.at).exists():
        raise Refused(_("There is a newer version. Ask for that one."))
    statement.state, statement.asked_by, statement.asked_at = StatementState.ASKED, by, timezone.now()
    statement.save(update_fields=["state", "asked_by", "asked_at"])
    _tell(statement, by, events.StatementAsked(subject=statement.room_id, statement_id=statement.id))


def judges(statement: Statement) -> list[Membership]:
    """Who may say yes or no: whoever may publish and neither wrote it nor asked. Nobody: see may_judge."""
    mine = {statement.by_id, statement.asked_by_id}
    team = Membership.objects.filter(workspace_id=statement.workspace_id).select_related("user").order_by("created_at")
    return [one for one in team if holds(one, Permission.PUBLISH) and one.id not in mine]


def may_judge(statement: Statement, by: Membership) -> bool:
    """Whether this person may decide on it: their own only where nobody else may publish."""
    if not holds(by, Permission.PUBLISH):
        return False
    return by.id not in {statement.by_id, statement.asked_by_id} or not judges(statement)


@transaction.atomic
def judge(*, statement: Statement, by: Membership, approved: bool, reason: str = "") -> None:
    """Say yes, or no with a reason. Journal: war_rooms.statement_judged. Raises Refused for one's own words."""
    statement = _held(statement)
    if statement.state != StatementState.ASKED:
        raise Refused(_("It does not wait for approval any more."))
    if not may_judge(statement, by):
        raise Refused(_("Somebody else has to approve what you wrote or asked for."))
    if not approved and not reason.strip():
        raise Refused(_("Say why not, so that it can be made better."))
    statement.state = StatementState.APPROVED if approved else StatementState.REFUSED
    statement.judged_by, statement.judged_at = by, timezone.now()
    statement.alone = by.id in {statement.by_id, statement.asked_by_id}
    statement.refusal = "" if approved else reason.strip()[:300]
    statement.save(update_fields=["state", "judged_by", "judged_at", "alone", "refusal"])
    judged = events.StatementJudged(
        subject=statement.room_id, statement_id=statement.id, approved=approved, alone=statement.alone
    )
    _tell(statement, by, judged, words=statement.refusal)


@dataclass(frozen=True, slots=True)
class Reached:
    """A case that could be answered with a statement: in which lane, or why not; `answered` when it was."""

    case: Case
    lane: str
    why_not: str
    answered: bool = False


def preview(statement: Statement) -> list[Reached]:
    """Every case of the room that runs, the most urgent first, and whether an answer in public reaches it."""
    running = Case.objects.filter(queries.about(statement.room), state__in=UNFINISHED, historical=False)
    done = set(statement.sendings.exclude(state=SendingState.FAILED).values_list("case_id", flat=True))
    rows = running.select_related("member", "account", "conversation").order_by("urgency", "id")[:MOST_CASES]
    return [_reached(case, answered=case.id in done) for case in rows]


def _reached(case: Case, *, answered: bool) -> Reached:
    try:
        return Reached(case, lane_of(case, Lane.PUBLIC), "", answered)
    except Refused as refused:
        return Reached(case, "", str(refused.sentence), answered)


@transaction.atomic
def put_on_theme(*, statement: Statement, by: Membership) -> Theme:
    """Say it on the theme's public page, in place of its summary; that can be undone there.

    Journal: war_rooms.statement_used, themes.described. Raises Refused unless approved, and for a case without a theme.
    """
    statement = _sayable(statement)
    if statement.room.theme_id is None:
        raise Refused(_("This room has no theme yet: there is no public page to put it on."))
    theme = Theme.objects.get(id=statement.room.theme_id)
    themes.describe(theme=theme, actor=Actor("staff", by.id), summary=statement.text, public=True)
    statement.on_theme_at = timezone.now()
    _use(statement, by)
    used = events.StatementUsed(subject=statement.room_id, statement_id=statement.id, on_theme=True, cases=0)
    _tell(statement, by, used)
    return theme


@transaction.atomic
def answer_cases(*, statement: Statement, by: Membership, case_ids: Iterable[uuid.UUID]) -> int:
    """Answer these cases of the room in public with it; returns how many. One that was answered with it is left.

    Journal: war_rooms.statement_used. Job: war_rooms.send_statement, which answers one after the other.
    Raises Refused unless approved, and for no case at all.
    """
    statement, wanted = _sayable(statement), set(case_ids)
    chosen = [one.case for one in preview(statement) if one.case.id in wanted and one.lane and not one.answered]
    if not chosen:
        raise Refused(_("Choose at least one case that can be answered in public."))
    statement.sendings.filter(case__in=chosen, state=SendingState.FAILED).delete()
    Sending.objects.bulk_create(
        Sending(workspace_id=statement.workspace_id, statement=statement, case=case) for case in chosen
    )
    _use(statement, by)
    used = events.StatementUsed(subject=statement.room_id, statement_id=statement.id, on_theme=False, cases=len(chosen))
    _tell(statement, by, used)
    jobs.queue("war_rooms.send_statement", lock=f"war_rooms.send:{statement.id}", statement_id=str(statement.id))
    return len(chosen)


def send_waiting(*, statement_id: uuid.UUID) -> int:
    """Answer what waits, each in a transaction of its own; what is refused keeps the sentence. Safe to run again."""
    done = 0
    while (sent := _send_next(statement_id)) is not None:
        done += sent
    return done


@transaction.atomic
def _send_next(statement_id: uuid.UUID) -> bool | None:
    waiting = Sending.objects.select_for_update(of=("self",), skip_locked=True).filter(
        statement_id=statement_id, state=SendingState.WAITING
    )
    one = waiting.select_related("case", "statement__used_by").order_by("case__urgency", "id").first()
    if one is None:
        return None
    try:
        one.turn, one.state = _answer(one), SendingState.DONE
    except Refused as refused:
        one.state, one.problem = SendingState.FAILED, str(refused.sentence)[:300]
    one.at = timezone.now()
    one.save(update_fields=["turn", "state", "problem", "at"])
    return one.state == SendingState.DONE


@transaction.atomic
def _answer(one: Sending) -> Turn:
    by = one.statement.used_by
    if by is None or by.left_at:
        raise Refused(_("Whoever used the statement is not of the team any more."))
    return reply(case=one.case, by=by, text=one.statement.text, lane=Lane.PUBLIC, manner=Manner(approved=True))


def progress(sendings: Sequence[Sending]) -> dict[str, int]:
    """How many of these answers wait, went out, or did not."""
    return {state: sum(one.state == state for one in sendings) for state in SendingState.values}


def _held(statement: Statement) -> Statement:
    locking.at_work(statement.room)
    return Statement.objects.select_for_update(of=("self",)).select_related("room").get(id=statement.id)


def _sayable(statement: Statement) -> Statement:
    statement = _held(statement)
    if statement.state not in SAYABLE:
        raise Refused(_("It has to be approved first."))
    return statement


def _use(statement: Statement, by: Membership) -> None:
    statement.state, statement.used_by, statement.used_at = StatementState.USED, by, timezone.now()
    statement.save(update_fields=["state", "used_by", "used_at", "on_theme_at"])


def _tell(statement: Statement, by: Membership, event: events.RoomEvent, *, words: str = "") -> None:
    record(event, workspace_id=statement.workspace_id, actor=Actor("staff", by.id), words=words)
