"""One mail as it was fetched, read: who wrote it, what they wrote themselves, what it answers, its files."""

import datetime
import re
from dataclasses import dataclass
from email.message import Message
from typing import Final

from django.utils.translation import gettext as _

from huixiang.channels.contracts import Unreadable
from huixiang.connectors.email import headers
from huixiang.connectors.email.body import File, said
from huixiang.connectors.email.quoted import own_words

ANSWERS: Final = re.compile(r"^(re|aw|回复|回覆|答复|答覆)\s*(\[\d+\])?\s*[:：]\s*", re.IGNORECASE)
FORWARDS: Final = re.compile(r"^(fwd?|wg|转发|轉寄|轉發)\s*[:：]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail a person wrote. `references` are the ids of what it answers, the nearest first."""

    id: str
    author: str
    name: str
    subject: str
    text: str
    references: tuple[str, ...]
    root: str
    files: tuple[File, ...]
    sent_at: datetime.datetime


def read(mail: Message, now: datetime.datetime) -> Letter:
    """Read one mail. Raises Unreadable for one that names no sender, or whose parts stand in no order."""
    try:
        return _read(mail, now)
    except RecursionError as error:
        raise Unreadable(_("The mail is nested too deeply.")) from error


def _read(mail: Message, now: datetime.datetime) -> Letter:
    name, author = _author(mail)
    if not author:
        raise Unreadable(_("The mail names no sender."), headers.words(headers.raw(mail, "subject")))
    subject = headers.words(headers.raw(mail, "subject"))
    answered, referred = headers.ids(mail, "in-reply-to"), headers.ids(mail, "references")
    chain = tuple(dict.fromkeys([*answered[:1], *reversed(referred)]))
    answer = bool(chain or ANSWERS.match(subject)) and not FORWARDS.match(subject)
    content = said(mail)
    own = headers.own_id(mail)
    return Letter(
        id=own, author=author, name=name, subject=bare(subject), text=own_words(content.text, answer=answer),
        references=chain, root=(referred or answered or [own])[0], files=tuple(content.files),
        sent_at=headers.sent_at(mail, now),
    )  # fmt: skip


def _author(mail: Message) -> tuple[str, str]:
    """Who is to be answered: where the writer wants answers to go, else who sent it. The name is the sender's."""
    name, author = headers.address(mail, "from")
    other, wanted = headers.address(mail, "reply-to")
    return (other or name, wanted) if wanted and wanted != author else (name, author)


def bare(subject: str) -> str:
    """A subject without the marks of answers in front of it."""
    while match := ANSWERS.match(subject):
        subject = subject[match.end() :]
    return subject
