"""Mails as they come in: each taken once, with its files, behind what it answers.

A mail is stored first, then its files are put with it, then the cursor moves on: killed in between, the same mails are
read again, and only what is missing is done.
"""

import datetime
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message as Mail
from io import BytesIO
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels import accounts, delivering
from huixiang.channels.contracts import InboundMessage, Taken, Unreadable
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState, Health
from huixiang.channels.webhooks.receiving import refuse
from huixiang.connectors.email.automatic import OURS, Returned, automatic, returned
from huixiang.connectors.email.body import File
from huixiang.connectors.email.headers import raw, words
from huixiang.connectors.email.line import Fetched, MailLine
from huixiang.connectors.email.reading import Letter, read
from huixiang.engine.masking import mask
from huixiang.intake.attachments.actions import MOST_FILES, keep, upload
from huixiang.intake.listening import apart
from huixiang.intake.models import Attachment, IdempotencyKey, Message
from huixiang.kernel.errors import Refused

log = logging.getLogger(__name__)

LONGEST_TEXT: Final = 19_000  # signs; what is taken in may have 20,000
CAME_BACK_AFTER: Final = (DeliveryState.DELIVERED, DeliveryState.UNKNOWN)


@dataclass(slots=True)
class Batch:
    """What a few mails brought: messages to store, and by message id the files that go with each."""

    messages: list[InboundMessage] = field(default_factory=list)
    files: dict[str, list[Attachment]] = field(default_factory=dict)


async def listen(account: ChannelAccount, taken: Taken) -> None:
    """Take what is new in the mailbox, then wait for more, until cancelled or the line breaks."""
    health = await apart(accounts.health_of, account)
    line = MailLine(account, health.cursor)
    try:
        await apart(line.open)
        await taken(())
        while True:
            while fetched := await apart(line.fetch):
                batch = await apart(prepare, account, fetched)
                await taken(batch.messages)
                line.done(fetched)
                await apart(settle, account, batch, line.cursor())
            await apart(line.wait)
    finally:
        line.close()


def prepare(account: ChannelAccount, fetched: Sequence[Fetched]) -> Batch:
    """Read mails, keep the files of those that are new; what no person wrote is put aside.

    A mail of ours that came back marks its delivery as failed; other automatic ones are kept in plain sight.
    """
    letters = [letter for one in fetched if (letter := _letter(account, one)) is not None]
    known = _known(account, letters)
    have_files = set(Attachment.objects.filter(message_id__in=known.values()).values_list("message_id", flat=True))
    answers = _answered(account, letters)
    batch = Batch()
    for letter in letters:
        done = letter.id in known and (not letter.files or known[letter.id] in have_files)
        if letter.id not in batch.files and not done:
            _add(account, batch, letter, answers)
    return batch


def settle(account: ChannelAccount, batch: Batch, cursor: Mapping[str, Any]) -> None:
    """Put the files with their messages, and remember how far we are, together."""
    named = IdempotencyKey.objects.filter(account=account, external_id__in=list(batch.files))
    with transaction.atomic():
        for external_id, message_id in named.values_list("external_id", "message_id"):
            keep(attachments=batch.files[external_id], message_id=message_id)
        Health.objects.filter(account=account).update(cursor=dict(cursor))


def _letter(account: ChannelAccount, one: Fetched) -> Letter | None:
    """The mail if a person wrote it to us. One that breaks the reading is kept in plain sight: the others go on."""
    try:
        if back := returned(one.mail):
            came_back(account, back)
            return None
        if automatic(one.mail):
            _aside(account, one.mail, _("An automatic mail: not taken in, and never answered."))
            return None
        letter = read(one.mail, timezone.now())
    except Unreadable as error:
        _aside(account, one.mail, error.sentence)
        return None
    except Exception as error:
        log.exception("a mail of account %s could not be read", account.id)
        _aside(account, one.mail, str(error) or type(error).__name__)
        return None
    if letter.author == accounts.value(account, "address").lower() or OURS.fullmatch(letter.id):
        return None
    return letter if one.whole else _headers_only(letter, one.size)


def _aside(account: ChannelAccount, mail: Mail, reason: str) -> None:
    refuse(account=account, reason=reason, body=words(raw(mail, "subject")))


def _headers_only(letter: Letter, size: int) -> Letter:
    note = _("[The mail has %(size)d MB and was left in the mailbox: read it there.]") % {"size": size // 2**20}
    return Letter(
        letter.id, letter.author, letter.name, letter.subject, note, letter.references, letter.root, (), letter.sent_at
    )


@dataclass(frozen=True, slots=True)
class _Answered:
    """What mails answer: per id the message it stands for, and the thread that one is in."""

    message: Mapping[str, str]
    thread: Mapping[str, str]


def _known(account: ChannelAccount, letters: Sequence[Letter]) -> dict[str, uuid.UUID]:
    rows = IdempotencyKey.objects.filter(account=account, external_id__in=[letter.id for letter in letters])
    return dict(rows.values_list("external_id", "message_id"))


def _answered(account: ChannelAccount, letters: Sequence[Letter]) -> _Answered:
    """Look up the mails that are answered: theirs by id, ours by the delivery's id within it."""
    wanted = {reference for letter in letters for reference in letter.references}
    ours = {one: uuid.UUID(match[1]) for one in wanted if (match := OURS.fullmatch(one))}
    message: dict[str, str] = {}
    thread: dict[str, str] = {}
    sent = Delivery.objects.filter(workspace_id=account.workspace_id, id__in=ours.values())
    by_id = {row.id: row for row in sent.select_related("conversation")}
    for one, delivery_id in ours.items():
        if delivery := by_id.get(delivery_id):
            message[one] = delivery.in_reply_to
            place = delivery.conversation
            thread[one] = place.external_id if place and place.account_id == account.id else ""
    keys = IdempotencyKey.objects.filter(account=account, external_id__in=wanted | set(message.values()))
    ids = dict(keys.values_list("message_id", "external_id"))
    for message_id, place_name in Message.objects.filter(id__in=ids).values_list("id", "thread"):
        message[ids[message_id]], thread[ids[message_id]] = ids[message_id], place_name
    return _Answered(message, thread)


def _add(account: ChannelAccount, batch: Batch, letter: Letter, answers: _Answered) -> None:
    known = next((one for one in letter.references if answers.message.get(one)), "")
    reply_to = answers.message.get(known, "")
    thread = next(filter(None, (answers.thread.get(one) for one in (known, reply_to, *letter.references))), letter.root)
    kept, notes = _files(account, letter.files)
    batch.files[letter.id] = kept
    batch.messages.append(
        InboundMessage(
            external_id=letter.id, text=_text(letter, notes, continues=bool(known), with_files=bool(kept)),
            author_id=letter.author[:200], author_name=letter.name, author_email=letter.author,
            sent_at=min(letter.sent_at, timezone.now().astimezone(datetime.UTC)), thread=thread[:200],
            reply_to=reply_to or next(iter(letter.references), ""), private=True, addressed=True,
        )
    )  # fmt: skip


def _text(letter: Letter, notes: Sequence[str], *, continues: bool, with_files: bool) -> str:
    """The subject, unless the mail goes on with a talk of ours; the words; what became of files that are not there."""
    body = letter.text
    if letter.subject and not continues and not body.startswith(letter.subject):
        body = f"{letter.subject}\n\n{body}"
    if not body.strip() and with_files:
        body = _("[Files without words]")
    if len(body) > LONGEST_TEXT:
        body = body[:LONGEST_TEXT] + "\n" + _("[The mail is longer: the rest stands in the mailbox.]")
    return "\n".join([body.strip(), *notes])


def _files(account: ChannelAccount, files: Sequence[File]) -> tuple[list[Attachment], list[str]]:
    """Keep what can be kept; a sentence for each file that cannot."""
    kept: list[Attachment] = []
    notes: list[str] = []
    for file in files:
        try:
            kept.append(_kept(account, file, len(kept)))
        except Refused as refused:
            notes.append(f"[{refused.sentence}]")
    return kept, notes[:MOST_FILES]


def _kept(account: ChannelAccount, file: File, before: int) -> Attachment:
    if file.data is None:
        raise Refused(_("“%(name)s” is a mail within the mail and was not taken.") % {"name": file.name[:100]})
    if before >= MOST_FILES:
        raise Refused(_("“%(name)s” was not taken: there are more than %(most)d files.") % {
            "name": file.name[:100], "most": MOST_FILES,
        })  # fmt: skip
    return upload(workspace=account.workspace, name=file.name, file=BytesIO(file.data), size=len(file.data))


@transaction.atomic
def came_back(account: ChannelAccount, back: Returned) -> int:
    """Mark what came back as failed, with the server's reason; returns how many. Journal: channels.delivery_finished.

    Only what went out by mail from the same workspace; one that names none of ours is kept in plain sight.
    """
    sent = Delivery.objects.select_for_update(of=("self",)).filter(
        workspace_id=account.workspace_id, account__kind=account.kind, id__in=back.delivery_ids,
        state__in=CAME_BACK_AFTER,
    )  # fmt: skip
    reason = mask(back.reason).text or _("no reason given")
    for delivery in sent:
        delivering.finish(delivery, DeliveryState.FAILED, _("The mail came back: %(why)s") % {"why": reason})
    if not sent:
        refuse(account=account, reason=_("A mail came back that was not sent from here."), body=reason)
    return len(sent)
