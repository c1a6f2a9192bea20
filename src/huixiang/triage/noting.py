"""Phone calls and interviews noted by hand, on the page or by a program.

What was noted becomes a message of the member like any other; what we promised stands beside it, for the team.
"""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from huixiang.cases import actions as cases
from huixiang.cases.models import Case, Turn
from huixiang.channels.actions import open_account
from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.channels.queries import first_of_kind
from huixiang.intake.actions import REFUSED, receive
from huixiang.intake.attachments.actions import keep
from huixiang.intake.models import Attachment
from huixiang.intake.queries import counts
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.members import actions as members
from huixiang.members.models import Identity, Member
from huixiang.triage.actions import process
from huixiang.workspaces.models import Membership, Workspace

KINDS: dict[str, Promise] = {"phone": gettext_lazy("Phone callback"), "interview": gettext_lazy("Interview")}
MOODS: dict[str, Promise] = {
    "calm": gettext_lazy("Calm"),
    "pleased": gettext_lazy("Pleased"),
    "worried": gettext_lazy("Worried"),
    "let_down": gettext_lazy("Let down"),
    "angry": gettext_lazy("Angry"),
}
PARTS: dict[str, Promise] = {
    "scene": pgettext_lazy("note", "Scene"),
    "steps": pgettext_lazy("note", "What happened"),
    "wish": pgettext_lazy("note", "What they want"),
}
FEW = 20  # messages that may wait before the note; behind more it is read by the worker in its turn
DIGITS = range(5, 16)
SLACK = datetime.timedelta(minutes=10)  # clocks differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A call or interview as it was typed."""

    kind: str
    member: Member | None = None
    name: str = ""
    phone: str = ""
    parts: dict[str, str]
    mood: str = ""
    promise: str = ""
    until: datetime.datetime | None = None
    at: datetime.datetime | None = None  # when they spoke; None: just now


def account_of(workspace: Workspace, actor: Actor) -> ChannelAccount:
    """The account of phone calls and interviews, opened with the first."""
    found = first_of_kind(workspace_id=workspace.id, kind="notes")
    name = _("Phone and interviews")
    return found or open_account(workspace=workspace, slug="notes", kind="notes", name=name, actor=actor)


def write(*, noted: Noted, by: Membership, attachments: Sequence[Attachment] = ()) -> tuple[Member, Case | None]:
    """Take the note in, let it be read, and put mood and promise beside it; returns the member and their case.

    Journal: intake.messages_received and what reading it brings; cases.note_written or members.note_written. The case
    is None when it is no criticism, or when so much waits before it that the worker reads it in its turn.
    """
    message_id, member = _take_in(noted, by, attachments)
    if counts(by.workspace)["pending"] <= FEW:
        process(workspace_id=by.workspace_id, most_batches=1)
    turn = Turn.objects.filter(workspace_id=by.workspace_id, message_id=message_id).select_related("case").first()
    beside = _beside(noted)
    if turn:
        cases.note(case=turn.case, by=by, text=beside)
    else:
        members.note(member=member, by=by, text=beside)
    return member, turn.case if turn else None


@transaction.atomic
def _take_in(noted: Noted, by: Membership, attachments: Sequence[Attachment]) -> tuple[uuid.UUID, Member]:
    actor = Actor("staff", by.id)
    account = account_of(by.workspace, actor)
    member, author_id = _who(noted, account)
    said = InboundMessage(
        external_id=str(new_id()), text=_text(noted), author_id=author_id, author_name=member.name,
        author_email=member.email, sent_at=_when(noted), private=True,
    )  # fmt: skip
    [receipt] = receive(account=account, messages=[said])
    if receipt.status == REFUSED or receipt.id is None:
        raise Refused(receipt.error)
    keep(attachments=attachments, message_id=receipt.id, member_id=member.id, actor=actor)
    return receipt.id, member


def _when(noted: Noted) -> datetime.datetime:
    now = timezone.now()
    if noted.at and noted.at > now + SLACK:
        raise Refused(_("The talk lies in the future: give when it was, or leave it empty."))
    return min(noted.at or now, now)


def _who(noted: Noted, account: ChannelAccount) -> tuple[Member, str]:
    """The member and their name on this channel: the phone number, or one that tells nothing.

    A number that is somebody's already stays theirs.
    """
    phone = _number(noted.phone)
    if noted.member is None and not noted.name.strip() and not phone:
        raise Refused(_("Say who it was: find the member, or give a name or number."))
    known = Identity.objects.filter(account=account, external_id=phone).select_related("member").first()
    if known and phone and noted.member in (None, known.member):
        return known.member, phone
    if known and phone:
        raise Refused(_("This number is %(name)s's. Choose them, or leave the number out.") % {"name": known.member})
    if noted.member:
        author_id = phone or f"member-{noted.member.id}"
        members.identify(account=account, external_id=author_id, member=noted.member)
        return noted.member, author_id
    author = members.Author(account.id, phone or f"note-{new_id()}", noted.name.strip()[:80])
    return members.link(workspace_id=account.workspace_id, authors=[author])[author.key], author.external_id


def _number(typed: str) -> str:
    """The digits of a phone number, "" when none was typed."""
    digits = "".join(sign for sign in typed if sign.isascii() and sign.isdigit())
    if typed.strip() and len(digits) not in DIGITS:
        raise Refused(_("This is no phone number: %(typed)s") % {"typed": typed.strip()[:40]})
    return digits


def _text(noted: Noted) -> str:
    """What the member said, part by part, as the reading finds it: no word of ours among theirs."""
    text = "\n".join(words for name in PARTS if (words := noted.parts.get(name, "").strip()))
    if not text:
        raise Refused(_("Note at least what happened or what they want."))
    return text


def _beside(noted: Noted) -> str:
    lines = [_("%(kind)s, noted by hand") % {"kind": KINDS[noted.kind]}]
    if noted.at:
        lines.append(_("Spoken: %(time)s") % {"time": _shown(noted.at)})
    if noted.mood:
        lines.append(_("Mood: %(mood)s") % {"mood": MOODS[noted.mood]})
    if noted.promise.strip():
        promised = {"words": noted.promise.strip()}
        lines.append(_("Promised: %(words)s") % promised)
    if noted.until:
        lines.append(_("Until: %(time)s") % {"time": _shown(noted.until)})
    return "\n".join(lines)


def _shown(at: datetime.datetime) -> str:
    return formats.date_format(timezone.localtime(at), "Y-m-d H:i")
