"""Who said it and where: members, conversations; and what it goes on with."""

import datetime
import uuid

from huixiang.cases.models import Case, Turn
from huixiang.cases.queries import conversations_of, joinable
from huixiang.cases.states import Direction
from huixiang.channels.actions import conversations
from huixiang.channels.contracts import place_of
from huixiang.engine.masking import mask
from huixiang.feedback.models import Feedback
from huixiang.intake.models import IdempotencyKey, Message, MessageState
from huixiang.members.actions import Author, link
from huixiang.triage.signals import Batch, Signal

IN_A_ROW = datetime.timedelta(minutes=10)
AWAITED = datetime.timedelta(hours=1)  # since we said something into a group
NOT_TALK = frozenset({"import"})  # rows of a file are not said one after the other


def link_members(batch: Batch) -> None:
    """Needs raw messages; writes member and conversation of each."""
    messages = [message for signal in batch.signals for message in signal.messages]
    authors = {
        message.id: Author(
            message.account_id, message.author_id, mask(message.author_name).text, message.author_email
        )
        for message in messages
    }
    members = link(workspace_id=batch.workspace.id, authors=authors.values())
    places = conversations(
        workspace_id=batch.workspace.id, wanted=[(m.account_id, _place(m), m.private) for m in messages]
    )
    for message in messages:
        message.member = members[authors[message.id].key]
        message.conversation = places[message.account_id, _place(message)]


def _place(message: Message) -> str:
    return place_of(thread=message.thread, private=message.private, author_id=message.author_id)


def continue_cases(batch: Batch) -> None:
    """Needs members; marks messages that continue an open case.

    The same person, and the same thread, a reply to something said in it, or its private conversation. In a group,
    where people talk of everything, only within an hour after we said something of the case there.
    """
    found = joinable(workspace_id=batch.workspace.id, member_ids={s.member.id for s in batch.signals})
    cases = [batch.same(case) for case in found]
    if not cases:
        return
    held_in = conversations_of([case.id for case in cases])
    if any(signal.conversation.group for signal in batch.signals):
        held_in = _awaited(batch, held_in)
    replied = _replied_cases(batch, cases)
    for signal in batch.signals:
        if signal.command:
            continue  # whoever says 反馈 begins something of its own
        own = [case for case in cases if case.member_id == signal.member.id]
        signal.case = replied.get(signal.first.id) or _case_held_here(signal, own, held_in)
        if signal.case:
            signal.find("continuation", str(signal.case.id), 1.0, f"续 {signal.case.label}")


def _awaited(batch: Batch, held_in: set[tuple[uuid.UUID, uuid.UUID]]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Of the cases held in groups those whose member we have just spoken to there."""
    groups = {signal.conversation.id for signal in batch.signals if signal.conversation.group}
    since = min(signal.first.sent_at for signal in batch.signals) - AWAITED
    ours = Turn.objects.filter(
        case_id__in={case_id for case_id, _place in held_in}, conversation_id__in=groups, at__gte=since,
        direction=Direction.OUTBOUND,
    )  # fmt: skip
    spoken = set(ours.values_list("case_id", "conversation_id"))
    return {pair for pair in held_in if pair[1] not in groups or pair in spoken}


def _case_held_here(
    signal: Signal, own: list[Case], held_in: set[tuple[uuid.UUID, uuid.UUID]]
) -> Case | None:
    place = signal.conversation
    if not (place.private or place.external_id):
        return None  # a group's main talk: being there again continues nothing
    return next((case for case in own if (case.id, place.id) in held_in), None)


def _replied_cases(batch: Batch, cases: list[Case]) -> dict[uuid.UUID, Case]:
    """For messages that answer another message: the case that one stands in, if it is the same person's."""
    replies = [signal for signal in batch.signals if signal.first.reply_to]
    if not replies:
        return {}
    answered = IdempotencyKey.objects.filter(
        account_id__in={signal.first.account_id for signal in replies},
        external_id__in={signal.first.reply_to for signal in replies},
    ).values_list("message_id", "account_id", "external_id")
    name_of = {message_id: (account_id, external_id) for message_id, account_id, external_id in answered}
    rows = Turn.objects.filter(message_id__in=name_of, case__in=cases).values_list("message_id", "case_id")
    by_id = {case.id: case for case in cases}
    said_in = {(*name_of[m], by_id[c].member_id): by_id[c] for m, c in rows if m}
    found = {s.first.id: said_in.get((s.first.account_id, s.first.reply_to, s.member.id)) for s in replies}
    return {message_id: case for message_id, case in found.items() if case}


def join_rows(batch: Batch) -> None:
    """Needs members; puts messages that one person wrote in a row, in one place, into one signal."""
    joined: list[Signal] = []
    last: dict[tuple[uuid.UUID, uuid.UUID], Signal] = {}
    for signal in sorted(batch.signals, key=lambda s: (s.first.sent_at, s.first.id)):
        key = (signal.member.id, signal.conversation.id)
        before = last.get(key)
        if before and _in_a_row(before, signal):
            before.messages += signal.messages
            before.forced = before.forced or signal.forced
            continue
        joined.append(signal)
        last[key] = signal
    batch.signals = joined
    _find_earlier(batch)


def _in_a_row(before: Signal, signal: Signal) -> bool:
    talk = signal.first.account.kind not in NOT_TALK and signal.case is before.case
    return talk and not signal.command and signal.first.sent_at - before.messages[-1].sent_at <= IN_A_ROW


def _find_earlier(batch: Batch) -> None:
    """Signals that go on with a feedback already stored within the last ten minutes."""
    fresh = [s for s in batch.signals if not s.case and not s.command and s.first.account.kind not in NOT_TALK]
    if not fresh:
        return
    start = min(signal.first.sent_at for signal in fresh) - IN_A_ROW
    rows = Message.objects.filter(
        conversation_id__in={s.conversation.id for s in fresh},
        member_id__in={s.member.id for s in fresh},
        state=MessageState.FEEDBACK,
        sent_at__gte=start,
        erased_at=None,
    ).order_by("sent_at")
    before = {(row.conversation_id, row.member_id): row for row in rows}
    feedbacks = Feedback.objects.in_bulk([row.feedback_id for row in before.values()])
    for signal in fresh:
        row = before.get((signal.conversation.id, signal.member.id))
        if row and datetime.timedelta() <= signal.first.sent_at - row.sent_at <= IN_A_ROW:
            signal.earlier = feedbacks.get(row.feedback_id)
