"""What the bot says to what was said.

It acknowledges a feedback once, with one question at most, answers a command, and is silent for everything else: for
chatter, for whom its settings ignore, for its own words come back, while a person has the group, when somebody or the
whole group has had enough. In the quiet hours acknowledgements wait and are said as one message afterwards; a command
is not answered then: how far something was at night is no answer in the morning, and the bot can be asked again.
Where the platform takes an answer for minutes only, nothing can wait: there it acknowledges at night too, unless the
account's settings forbid it. Where it takes fewer messages than there are things to say, they are said as one.
"""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from huixiang.channels.actions import queue_deliveries
from huixiang.channels.contracts import can_send
from huixiang.channels.models import Conversation, Delivery
from huixiang.channels.windows import open_now
from huixiang.feedback.models import Feedback, Grade
from huixiang.groupbot import events, queries
from huixiang.groupbot.links import follow_link
from huixiang.groupbot.manner import Manner, Tone, manner_of, quiet_until
from huixiang.groupbot.models import Group, Purpose, Remark, RemarkState, Silence
from huixiang.groupbot.wording import LONGEST_NAME, harmless, question_of, said
from huixiang.intake.commands import Sort
from huixiang.intake.models import Message, MessageState
from huixiang.journal.actions import Note, record_all
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Workspace

TOO_LATE: Final = datetime.timedelta(hours=2)  # what waited longer to be read is not answered as if it were new
PAUSE: Final = datetime.timedelta(minutes=10)
MOST_COMMANDS: Final = 3  # of one person within PAUSE
MOST_IN_A_GROUP: Final = 30  # within HOUR, whatever is asked: two bots that talk to each other stop here
HOUR: Final = datetime.timedelta(hours=1)
COMMANDS: Final = {Sort.STATUS: Purpose.STATUS, Sort.HELP: Purpose.HELP, Sort.FEEDBACK: Purpose.EMPTY}
LONGEST_TITLE: Final = 40


@dataclass(slots=True)
class Round:
    """What one look at messages knows: rows read once for all of them, and what it is about to say."""

    workspace: Workspace
    now: datetime.datetime
    groups: Mapping[uuid.UUID, Group]
    feedbacks: Mapping[uuid.UUID, Feedback]
    told: list[Remark]
    own_words: frozenset[str]
    kinds: Mapping[uuid.UUID, str]  # of channel, by conversation
    said: dict[tuple[uuid.UUID, uuid.UUID], list[Feedback]] = field(default_factory=dict)
    steps: Mapping[uuid.UUID, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    night_notices: list[Remark] = field(default_factory=list)


@transaction.atomic
def react(*, workspace_id: uuid.UUID, message_ids: Sequence[uuid.UUID]) -> int:
    """Say what there is to say to these messages, each looked at once; returns how much was said.

    Message: into the group, or to the person alone where the command was said so. Journal: groupbot.spoke.
    """
    rows = Message.objects.filter(
        workspace_id=workspace_id, id__in=message_ids, member__isnull=False, conversation__isnull=False, erased_at=None
    )
    found = rows.select_related("account", "conversation", "workspace", "member").order_by("sent_at", "id")
    messages = [one for one in found if manner_of(one.account).on and can_send(one.account.kind)]
    if not messages:
        return 0
    this = _round(messages)
    wanted = [(one, purpose) for one in messages if (purpose := _purpose(this, one))]
    _look_up(this, wanted)
    for one, _help in [pair for pair in wanted if pair[1] == Purpose.HELP]:
        _take_up(this, one, Purpose.HELP)  # first: its answer holds the notice
    for one in messages:
        _introduce(this, one)
    for one, purpose in [pair for pair in wanted if pair[1] != Purpose.HELP]:
        _take_up(this, one, purpose)
    _introduce_along(this)
    _gather(this)
    return _speak(this)


def _round(messages: Sequence[Message]) -> Round:
    now, workspace = timezone.now(), messages[0].workspace
    places = {one.conversation.id: one.conversation for one in messages if one.conversation}
    Group.objects.bulk_create(
        [Group(workspace_id=workspace.id, conversation=place) for _id, place in sorted(places.items(), key=str)],
        ignore_conflicts=True,
    )
    locked = Group.objects.select_for_update().filter(conversation_id__in=places).order_by("id")
    groups = {group.conversation_id: group for group in locked}  # first: two rounds of a group come one after the other
    feedback_ids = [one.feedback_id for one in messages if one.feedback_id]
    known = Q(message_id__in=[one.id for one in messages]) | Q(feedback_id__in=feedback_ids)
    remarks = Remark.objects.filter(known | Q(conversation__in=places, at__gte=now - HOUR), workspace=workspace)
    own = Delivery.objects.filter(conversation__in=places, into_group=True, created_at__gte=now - HOUR)
    feedbacks = Feedback.objects.filter(workspace=workspace, removed_at=None).defer("embedding", "search")
    return Round(
        workspace, now, groups, feedbacks.in_bulk(feedback_ids), list(remarks.order_by("at", "id")),
        frozenset(text.strip() for text in own.values_list("text", flat=True)),
        {one.conversation.id: one.account.kind for one in messages if one.conversation},
    )  # fmt: skip


def _purpose(this: Round, message: Message) -> Purpose | None:
    """Why something is to be said to this message, None for silence."""
    if message.historical or this.now - message.sent_at > TOO_LATE or _deaf(this, message):
        return None
    group = bool(message.conversation and message.conversation.group)
    if message.state == MessageState.NOISE:
        command = next((one["value"] for one in message.findings if one.get("step") == "command"), "")
        return COMMANDS[Sort(command)] if command else None
    new = message.state == MessageState.FEEDBACK and message.feedback_id in this.feedbacks
    return Purpose.RECEIVED if group and new else None


def _deaf(this: Round, message: Message) -> bool:
    """Whether the bot does not hear this: a person has the group, another bot spoke, or its own words came back."""
    manner, group = manner_of(message.account), this.groups[message.conversation_id]  # type: ignore[index]
    back = queries.back_at(group, manner.silent_hours)
    if back is not None and this.now < back:
        return True
    author = {message.author_id.casefold(), message.author_name.casefold()}
    return any(one.casefold() in author for one in manner.ignores) or message.text.strip() in this.own_words


def _look_up(this: Round, wanted: Sequence[tuple[Message, Purpose]]) -> None:
    """Read how far things are, for those who ask."""
    asking = [(m.member_id, m.conversation) for m, purpose in wanted if purpose == Purpose.STATUS]
    if asking:
        pairs = [(member_id, place) for member_id, place in asking if member_id and place]
        this.said = queries.latest_said(workspace_id=this.workspace.id, wanted=pairs)
        this.steps = queries.steps_of([one for told in this.said.values() for one in told])


def _introduce(this: Round, message: Message) -> None:
    """The notice, once in every group: at its first word the bot is there for."""
    place = message.conversation
    group = this.groups[message.conversation_id]  # type: ignore[index]
    if place is None or not place.group or group.introduced_at or _deaf(this, message):
        return
    group.introduced_at = this.now
    remark, manner = _remark(this, place, Purpose.NOTICE), manner_of(message.account)
    if _cannot_wait(place, message.account.kind, quiet_until(manner, this.workspace.time_zone, this.now)):
        remark.delivery = delivery_of(remark, notice_of(manner, this.workspace))  # made now: it goes before the answer
        this.night_notices.append(remark)
    else:
        _say_or_wait(this, remark, manner, notice_of(manner, this.workspace), message)


def _introduce_along(this: Round) -> None:
    """At night a notice that cannot wait goes along with an answer; alone it would wake people: another time then."""
    for remark in this.night_notices:
        if remark.delivery and any(one.conversation_id == remark.conversation_id for one in this.deliveries):
            this.deliveries.append(remark.delivery)
            this.remarks.insert(0, remark)
        else:
            this.groups[remark.conversation_id].introduced_at = None


def _cannot_wait(place: Conversation, kind: str, end: datetime.datetime | None) -> bool:
    """Whether the platform takes no answer here any more when the quiet hours end."""
    until = open_now(place, kind).until
    return end is not None and until is not None and until <= end


def _take_up(this: Round, message: Message, purpose: Purpose) -> None:
    if message.conversation is None or _enough(this, message, purpose):
        return
    manner = manner_of(message.account)
    remark = _remark(this, message.conversation, purpose, message)
    _say_or_wait(this, remark, manner, _words(this, manner, message, remark), message)
    if purpose == Purpose.HELP and remark.delivery:
        this.groups[message.conversation.id].introduced_at = this.now


def _enough(this: Round, message: Message, purpose: Purpose) -> bool:
    """Whether this was answered already, or this person or group has had enough for now."""
    done = [*this.told, *this.remarks]
    if any(r.message_id == message.id or (r.feedback_id and r.feedback_id == message.feedback_id) for r in done):
        return True
    here = [r for r in done if r.conversation_id == message.conversation_id]
    lately = [r for r in here if r.member_id == message.member_id and r.at > this.now - PAUSE]
    acknowledged = sum(r.purpose == Purpose.RECEIVED for r in lately)
    if purpose == Purpose.RECEIVED and acknowledged:
        return True
    if purpose != Purpose.RECEIVED and len(lately) - acknowledged >= MOST_COMMANDS:
        return True
    return sum(r.at > this.now - HOUR for r in here) >= MOST_IN_A_GROUP


def _remark(this: Round, place: Conversation, purpose: Purpose, message: Message | None = None) -> Remark:
    return Remark(
        id=new_id(), workspace=this.workspace, conversation=place, purpose=purpose, at=this.now,
        member_id=message.member_id if message else None, message_id=message.id if message else None,
        feedback_id=message.feedback_id if message and purpose == Purpose.RECEIVED else None,
    )  # fmt: skip


def _words(this: Round, manner: Manner, message: Message, remark: Remark) -> str:
    values = around(this.workspace) | {"name": harmless(message.author_name, LONGEST_NAME)}
    if remark.purpose == Purpose.RECEIVED:
        return _received(this, manner, remark, values)
    if remark.purpose == Purpose.STATUS:
        told = this.said.get((remark.member_id, remark.conversation_id), [])  # type: ignore[arg-type]
        lines = [listed(this.workspace, one, this.steps[one.id]) for one in told]
        return said(manner, "status" if lines else "status_none", values | {"list": "\n".join(lines)})
    if remark.purpose == Purpose.HELP:
        return said(manner, "help", values | {"notice": notice_of(manner, this.workspace)})
    return said(manner, "empty", values)


def _received(this: Round, manner: Manner, remark: Remark, values: Mapping[str, str]) -> str:
    """The acknowledgement, with one question at most; of what is grave it is said in earnest."""
    feedback = this.feedbacks[remark.feedback_id]  # type: ignore[index]
    tone = Tone.FORMAL if feedback.grade == Grade.RED else manner.tone
    about = {"title": harmless(feedback.title, LONGEST_TITLE), "link": follow_link(this.workspace, feedback)}
    words = said(manner, "received", {**values, **about}, tone)
    missing = next((one for one in feedback.missing if one not in feedback.facts and question_of(one)), "")
    if not (manner.asks and missing):
        return words
    remark.question = missing
    return f"{words}\n{said(manner, 'question', {**values, 'question': question_of(missing)}, tone)}"


def around(workspace: Workspace) -> dict[str, str]:
    """The variables every template has."""
    return {"brand": workspace.name, "community": workspace.community_name or workspace.name}


def notice_of(manner: Manner, workspace: Workspace) -> str:
    """What the group can read about what is kept of it."""
    return said(manner, "notice", around(workspace) | {"days": str(workspace.noise_kept_days)})


def listed(workspace: Workspace, feedback: Feedback, step: str) -> str:
    """One feedback in a list."""
    return f"· {harmless(feedback.title, LONGEST_TITLE)} — {step}\n  {follow_link(workspace, feedback)}"


def _say_or_wait(this: Round, remark: Remark, manner: Manner, words: str, message: Message) -> None:
    """Queue it, or in the quiet hours keep it for later (what acknowledges or introduces) or to itself (an answer).

    An acknowledgement that cannot wait is said at once, or dropped with the reason where the settings say so.
    """
    this.remarks.append(remark)
    end = quiet_until(manner, this.workspace.time_zone, this.now)
    now_or_never = remark.purpose == Purpose.RECEIVED and _cannot_wait(remark.conversation, message.account.kind, end)
    if end is None or (now_or_never and manner.night_answers):
        remark.delivery = delivery_of(remark, words, message if remark.member_id else None)
        this.deliveries.append(remark.delivery)
    elif now_or_never:
        remark.state, remark.why, remark.question = RemarkState.DROPPED, Silence.NIGHT, ""
    elif remark.purpose in {Purpose.RECEIVED, Purpose.NOTICE}:
        remark.state, remark.due_at, remark.question = RemarkState.WAITING, end, ""
    else:
        remark.state = RemarkState.DROPPED


def _gather(this: Round) -> None:
    """Where the platform takes fewer answers than there are things to say, say them as one message."""
    by_place: dict[uuid.UUID, list[Remark]] = {}
    for one in this.remarks:
        if one.delivery:
            by_place.setdefault(one.conversation_id, []).append(one)
    for remarks in by_place.values():
        left = open_now(remarks[0].conversation, this.kinds[remarks[0].conversation_id]).left
        if left is not None and len(remarks) > left > 0:
            _join(this, [(one, one.delivery) for one in remarks if one.delivery])


def _join(this: Round, pairs: Sequence[tuple[Remark, Delivery]]) -> None:
    """One message of several, in their order; it is the last one's, which answers somebody."""
    whole = pairs[-1][1]
    whole.text = "\n\n".join(delivery.text for _remark, delivery in pairs)
    gone = {delivery.id for _remark, delivery in pairs[:-1]}
    for remark, _delivery in pairs:
        remark.delivery = whole
    this.deliveries = [one for one in this.deliveries if one.id not in gone]


def delivery_of(remark: Remark, words: str, message: Message | None = None) -> Delivery:
    """What goes out for a remark; without a message it is said to nobody in particular."""
    place = remark.conversation
    return Delivery(
        id=new_id(), workspace_id=remark.workspace_id, account_id=place.account_id, conversation=place,
        recipient=message.author_id if message else place.external_id,
        recipient_member_id=remark.member_id or uuid.UUID(int=0), purpose="bot", text=words,
        subject_line=str(Purpose(remark.purpose).label), into_group=bool(place.group),
        in_reply_to=message.external_id if message else "",
    )  # fmt: skip


def _speak(this: Round) -> int:
    queue_deliveries(this.deliveries)
    Remark.objects.bulk_create(this.remarks)
    Group.objects.bulk_update(this.groups.values(), ["introduced_at"])
    note(this.workspace.id, [one for one in this.remarks if one.delivery])
    return len(this.deliveries)


def note(workspace_id: uuid.UUID, spoken: Iterable[Remark], actor: Actor = SYSTEM) -> None:
    """Journal: groupbot.spoke for each delivery, however many remarks it says."""
    by_delivery: dict[uuid.UUID, list[Remark]] = {}
    for one in spoken:
        if one.delivery_id:
            by_delivery.setdefault(one.delivery_id, []).append(one)
    notes = [
        Note(
            events.BotSpoke(
                subject=some[0].conversation_id, purpose=some[-1].purpose, delivery_id=delivery_id,
                feedbacks=sum(one.purpose == Purpose.RECEIVED for one in some), asked=some[-1].question,
            ),
            actor=actor,
        )
        for delivery_id, some in by_delivery.items()
    ]  # fmt: skip
    record_all(notes, workspace_id=workspace_id)
