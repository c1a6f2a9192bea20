"""What is kept of a person as it arrived: messages, follow codes, the beginnings of refused rows."""

import datetime
import uuid

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huixiang.intake.models import Attachment, FollowCode, ImportRefusal, Message, RemoteFile
from huixiang.members.erasure import unnamed
from huixiang.members.models import Identity
from huixiang.members.scrubbing import excerpt_without, telling
from huixiang.members.traces import Person, Trace, of_members

HIDDEN = "hidden"  # neither shown nor swept up, so that it can be brought back


def _messages(who: Person) -> QuerySet[Message]:
    """Those linked to the person, and those that wait and come from one of their names."""
    waiting = Q()
    for account_id, external_id in Identity.objects.filter(
        workspace_id=who.workspace_id, member_id__in=who.ids
    ).values_list("account_id", "external_id"):
        waiting |= Q(member=None, account_id=account_id, author_id=external_id)
    wanted = Q(member_id__in=who.ids) | waiting if waiting else Q(member_id__in=who.ids)
    return Message.objects.filter(wanted, workspace_id=who.workspace_id)


def _files(who: Person) -> QuerySet[Attachment]:
    """What they sent; what we sent them goes with the turn (see cases)."""
    sent = Message.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids).values("id")
    return Attachment.objects.filter(Q(member_id__in=who.ids) | Q(message_id__in=sent), workspace_id=who.workspace_id)


def _remote_files(who: Person) -> QuerySet[RemoteFile]:
    """Where files of theirs lie that were never fetched."""
    return RemoteFile.objects.filter(attachment__in=_files(who))


def places(row: Attachment) -> list[str]:
    """Where a file and its small picture rest."""
    return [place for place in (row.path, row.thumb) if place]


def _refusals(who: Person) -> QuerySet[ImportRefusal]:
    wanted = telling("excerpt", who)
    found = ImportRefusal.objects.filter(workspace_id=who.workspace_id)
    return found.filter(wanted) if wanted is not None else found.none()


TRACES = [
    Trace(
        "messages", Message, _messages, word=_("Messages as they arrived"),
        told=("text", "author_name", "author_email", "sent_at", "account__name"),
        retention=_("As long as the membership lasts; what was not feedback, for a few days"),
        fate=_("Their text goes"),
        blanks={
            "text": "", "masked_text": "", "author_name": "", "author_email": "", "findings": [], "error": "",
            "thread": "", "reply_to": "",
        },
        ends={"author_id": lambda row, _who: unnamed(row.author_id)},
        names=("author_name",), said=("text", "masked_text"), addresses=("author_email",),
        since=lambda row: row.received_at,
    ),
    Trace(
        "codes", FollowCode, of_members(FollowCode), word=_("Codes to follow what was said without a name"),
        told=("created_at",), retention=_("As long as the membership lasts"), fate=_("Stop working"), drop="end",
    ),
    Trace("remote_files", RemoteFile, _remote_files, blanks={"reference": "", "error": ""}, drop="end"),
    Trace(
        "files", Attachment, _files, word=_("Pictures and files"), told=("name", "media_type", "size"),
        retention=_("As long as the membership lasts"), fate=_("Go"), blanks={"name": "", "state": HIDDEN}, drop="end",
        files=places,
    ),
    Trace("refusals", ImportRefusal, _refusals, blanks={"excerpt": excerpt_without}),
]  # fmt: skip


def forget_refused_rows(*, workspace_id: uuid.UUID, kept_days: int) -> int:
    """Empty what was kept of refused rows older than `kept_days`; row and reason stay. Returns how many."""
    before = timezone.now() - datetime.timedelta(days=kept_days)
    old = ImportRefusal.objects.filter(workspace_id=workspace_id, run__created_at__lt=before)
    return old.exclude(excerpt="").update(excerpt="")
