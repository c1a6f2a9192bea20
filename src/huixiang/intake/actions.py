"""Taking messages in, once each."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from huixiang.channels import windows
from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.intake import events
from huixiang.intake.acceptance import refusal, tidy
from huixiang.intake.attachments import fetching
from huixiang.intake.attachments.actions import erase_of_messages
from huixiang.intake.models import FollowCode, IdempotencyKey, Message, MessageState
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel import jobs, prepared
from huixiang.kernel.crypto import keyed_hash
from huixiang.kernel.ids import new_code, new_id
from huixiang.members.models import Member
from huixiang.workspaces.events import PersonalDataShown

OLD_NEWS = datetime.timedelta(days=7)
STORED, DUPLICATE, REFUSED = "stored", "duplicate", "refused"

# The key is taken first; only messages whose key was free are written. Both in one statement, so that a batch
# costs the same round trip whatever its size, and two requests with the same message cannot both win.
STORE = f"""
    WITH incoming AS (
        SELECT * FROM unnest(
            %(id)s::uuid[], %(external_id)s::text[], %(author_id)s::text[], %(author_name)s::text[],
            %(author_email)s::text[], %(text)s::text[], %(thread)s::text[], %(reply_to)s::text[],
            %(private)s::bool[], %(public)s::bool[], %(sent_at)s::timestamptz[], %(addressed)s::bool[],
            %(historical)s::bool[]
        ) WITH ORDINALITY AS row (id, external_id, author_id, author_name, author_email, text, thread, reply_to,
                                  private, public, sent_at, addressed, historical, place)
    ), fresh AS (
        INSERT INTO intake_idempotencykey (workspace_id, account_id, external_id, message_id, month)
        SELECT %(workspace)s::uuid, %(account)s::uuid, external_id, id, %(month)s::date FROM incoming
        ORDER BY external_id, place  -- one order for everybody: two requests wait for each other in no circle
        ON CONFLICT (account_id, external_id) DO NOTHING
        RETURNING message_id
    )
    INSERT INTO intake_message (
        id, workspace_id, account_id, month, external_id, author_id, author_name, author_email, text, thread,
        reply_to, private, public, sent_at, addressed, received_at, historical, state, error, findings, masked_text
    )
    SELECT incoming.id, %(workspace)s::uuid, %(account)s::uuid, %(month)s::date, external_id, author_id, author_name,
           author_email, text, thread, reply_to, private, public, sent_at, addressed, %(now)s::timestamptz,
           historical, 'pending', '', '[]'::jsonb, ''
    FROM incoming JOIN fresh ON fresh.message_id = incoming.id
    RETURNING id, EXISTS ({jobs.WAITS})
"""  # noqa: S608 - put together from pieces of our own
COLUMNS = (
    "external_id", "author_id", "author_name", "author_email", "text", "thread", "reply_to", "private", "public",
    "sent_at", "addressed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one message of a batch: stored, duplicate (then `id` is the first one's) or refused."""

    external_id: str
    status: str
    id: uuid.UUID | None = None
    error: str = ""


@transaction.atomic(savepoint=False)  # what fails here fails as a whole: no savepoint is wanted within another
def receive(*, account: ChannelAccount, messages: Sequence[InboundMessage]) -> list[Receipt]:
    """Store a batch, each message once, and wake the pipeline. One receipt a message, in order.

    Files that lie with the platform are noted, to be fetched once the message is known to be feedback.
    Journal: intake.messages_received, once. Job: triage.process. A refused message does not sink the others.
    """
    refusals = [refusal(message) for message in messages]
    good = [tidy(m) for m, sentence in zip(messages, refusals, strict=True) if sentence is None]
    ids = [new_id() for _message in good]
    fresh, awake = _store(account, good, ids)
    firsts = _first_ids(account, [m.external_id for m, i in zip(good, ids, strict=True) if i not in fresh])
    if good:
        event = events.MessagesReceived(subject=account.id, stored=len(fresh), duplicate=len(good) - len(fresh))
        record(event, workspace_id=account.workspace_id)
    if fresh:
        windows.note(account=account, messages=[m for m, i in zip(good, ids, strict=True) if i in fresh])
        fetching.note(account=account, brought={i: m.files for m, i in zip(good, ids, strict=True) if i in fresh})
        wake(account.workspace_id, seen=awake)
    pairs = iter(zip(good, ids, strict=True))
    return [
        Receipt(message.external_id, REFUSED, error=sentence) if sentence else _receipt(*next(pairs), fresh, firsts)
        for message, sentence in zip(messages, refusals, strict=True)
    ]


def _receipt(
    message: InboundMessage, own_id: uuid.UUID, fresh: set[uuid.UUID], firsts: dict[str, uuid.UUID]
) -> Receipt:
    if own_id in fresh:
        return Receipt(message.external_id, STORED, own_id)
    return Receipt(message.external_id, DUPLICATE, firsts.get(message.external_id))


def _store(
    account: ChannelAccount, messages: Sequence[InboundMessage], ids: list[uuid.UUID]
) -> tuple[set[uuid.UUID], bool]:
    """The ids that were new, and whether a wake-up waited when they were stored."""
    if not messages:
        return set(), False
    now = timezone.now()
    arrays = {column: [getattr(message, column) for message in messages] for column in COLUMNS}
    parameters: dict[str, Any] = {
        **arrays,
        "id": ids,
        "historical": [now - message.sent_at > OLD_NEWS for message in messages],
        "workspace": account.workspace_id,
        "account": account.id,
        "month": now.date().replace(day=1),
        "now": now,
        "once": _wake_up(account.workspace_id),
    }
    stored = prepared.rows(STORE, parameters)
    return {message_id for message_id, _waits in stored}, any(waits for _message_id, waits in stored)


def _first_ids(account: ChannelAccount, external_ids: list[str]) -> dict[str, uuid.UUID]:
    if not external_ids:
        return {}
    keys = IdempotencyKey.objects.filter(account=account, external_id__in=external_ids)
    return dict(keys.values_list("external_id", "message_id"))


def _wake_up(workspace_id: uuid.UUID) -> str:
    return f"triage.process:{workspace_id}"


def wake(workspace_id: uuid.UUID, *, seen: bool = False) -> None:
    """Queue the job that reads what is pending; one waiting wake-up is enough, and one reader a workspace.

    Two readers at once would not see the case the other is about to open, and would take every place of the worker.
    """
    key = _wake_up(workspace_id)
    jobs.queue("triage.process", once=key, lock=key, seen=seen, workspace_id=str(workspace_id))


@transaction.atomic
def issue_follow_code(*, conversation: Conversation, member: Member, message_id: uuid.UUID) -> str:
    """Make the code with which an anonymous author comes back. It is shown once and stored as a hash."""
    code = new_code()
    FollowCode.objects.create(
        workspace_id=member.workspace_id,
        code_hash=keyed_hash("follow code", code),
        conversation=conversation,
        member=member,
        message_id=message_id,
    )
    return code


@transaction.atomic
def read_again(*, workspace_id: uuid.UUID, message_id: uuid.UUID, actor: Actor) -> bool:
    """Send a parked message through the pipeline again. Journal: intake.message_read_again."""
    again = Message.objects.filter(
        workspace_id=workspace_id, id=message_id, state=MessageState.PARKED, erased_at=None
    ).update(state=MessageState.PENDING, error="")
    if again:
        record(events.MessageReadAgain(subject=message_id), workspace_id=workspace_id, actor=actor)
        wake(workspace_id)
    return bool(again)


@transaction.atomic
def show_unmasked(*, message: Message, actor: Actor, case_id: uuid.UUID | None = None) -> str:
    """The text as it arrived, for somebody who may look behind the mask. Journal: workspaces.personal_data_shown."""
    event = PersonalDataShown(subject=message.id, case_id=case_id)
    record(event, workspace_id=message.workspace_id, actor=actor)
    return message.text


@transaction.atomic
def erase_noise(*, workspace_id: uuid.UUID, kept_days: int) -> int:
    """Erase the texts of what was not feedback, or was never read, after `kept_days`.

    Who said it and the files that came with it go too.

    The message's own id stays for de-duplication, in the place of the author's id stands one that leads nowhere.
    Journal: intake.noise_erased with the number, when any.
    """
    now = timezone.now()
    old = Message.objects.filter(
        workspace_id=workspace_id,
        state__in=[MessageState.NOISE, MessageState.PARKED],
        erased_at=None,
        received_at__lt=now - datetime.timedelta(days=kept_days),
    )
    erase_of_messages(workspace_id=workspace_id, message_ids=old.values("id"))
    nobody = Concat(Value("?"), Cast("id", CharField()))  # of its own for each: nothing makes one person of them
    erased = old.update(
        text="", masked_text="", author_id=nobody, author_name="", author_email="", error="", findings=[],
        erased_at=now,
    )  # fmt: skip
    if erased:
        event = events.NoiseErased(subject=workspace_id, messages=erased)
        record(event, workspace_id=workspace_id, actor=SYSTEM)
    return erased
