"""What is kept of a person here and below: who they are, where they are reached, notes, what was sent, the journal."""

import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huixiang.channels.models import Conversation, Delivery, DeliveryState
from huixiang.channels.webhooks.models import RefusedCall
from huixiang.journal.models import Entry, Words
from huixiang.kernel.crypto import keyed_hash
from huixiang.members.models import Consent, DataExport, Identity, Joining, Member, MemberNote, NotSame
from huixiang.members.scrubbing import excerpt_without, telling
from huixiang.members.traces import Person, Trace, of_members

UNSENT = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.READY)
ALWAYS = _("As long as the membership lasts")


def _themselves(who: Person) -> QuerySet[Member]:
    return Member.objects.filter(workspace_id=who.workspace_id, id__in=who.ids)


def _words(who: Person) -> QuerySet[Words]:
    """Reasons in the journal about the person; those about their feedback and cases are told of there."""
    return Words.objects.filter(workspace_id=who.workspace_id, entry__subject_id__in=who.ids)


def _entries(who: Person) -> QuerySet[Entry]:
    return Entry.objects.filter(workspace_id=who.workspace_id).filter(
        Q(subject_id__in=who.ids) | Q(actor_kind="member", actor_id__in=who.ids)
    )


def _joinings(who: Person) -> QuerySet[Joining]:
    return Joining.objects.filter(Q(source_id__in=who.ids) | Q(target_id__in=who.ids), workspace_id=who.workspace_id)


def _not_same(who: Person) -> QuerySet[NotSame]:
    return NotSame.objects.filter(Q(one_id__in=who.ids) | Q(other_id__in=who.ids), workspace_id=who.workspace_id)


def _conversations(who: Person) -> QuerySet[Conversation]:
    """Private places named by the person's own id on the channel."""
    identities = Identity.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids)
    named = {f"@{external}"[:200] for external in identities.values_list("external_id", flat=True)}
    return Conversation.objects.filter(workspace_id=who.workspace_id, private=True, external_id__in=named)


def _refused_calls(who: Person) -> QuerySet[RefusedCall]:
    wanted = telling("excerpt", who)
    found = RefusedCall.objects.filter(workspace_id=who.workspace_id)
    return found.filter(wanted) if wanted is not None else found.none()


def _named_since(row: Member) -> datetime.datetime:
    """Since when a member is called what they are called now: a name can be changed at any time."""
    renamed = Entry.objects.filter(workspace_id=row.workspace_id, subject_id=row.id, name="members.described")
    latest = renamed.order_by("-id").values_list("at", flat=True).first()
    return latest or row.created_at


def unnamed(value: str) -> str:
    """What stands where a name on a channel stood: the same for the same name, and nobody reads it back."""
    return f"erased-{keyed_hash('erased', value)[:24]}" if not value.startswith("erased-") else value


def _not_sent(row: Delivery, _who: Person) -> str:
    return DeliveryState.FAILED if row.state in UNSENT else row.state


def _finished(row: Delivery, _who: Person) -> Any:
    return row.finished_at or timezone.now()


def _export_files(row: DataExport) -> list[str]:
    return [f"exports/{row.id}.zip", f"exports/{row.id}.part"]


TRACES = [
    Trace(
        "member", Member, _themselves, word=_("Name, e-mail address and consent"),
        told=("name", "email", "tier", "reach", "credit_consent", "created_at", "last_contact_at"),
        retention=ALWAYS, fate=_("Goes; an empty record stays, so that counts hold"),
        blanks={
            "name": "", "handle": "", "handle_kind": "", "email": "", "credit_consent": Consent.NO, "moods": [],
            "mood": None,
        },
        ends={"reach": 0}, names=("name",), addresses=("email",), since=_named_since,
    ),
    Trace(
        "identities", Identity, of_members(Identity), word=_("Names on our channels"),
        told=("account__name", "external_id"), retention=ALWAYS, fate=_("Go"), drop="end", addresses=("external_id",),
    ),
    Trace(
        "notes", MemberNote, of_members(MemberNote), word=_("Notes of our team"), told=("text", "at"),
        retention=ALWAYS, fate=_("Go"), drop="now",
    ),
    Trace(
        "deliveries", Delivery, of_members(Delivery, "recipient_member_id"), word=_("Messages we sent"),
        told=("subject_line", "text", "state", "created_at"), retention=ALWAYS,
        fate=_("Text and address go; that something was sent stays"),
        blanks={
            "text": "", "subject_line": "", "recipient": "", "link": "", "in_reply_to": "", "error": "",
            "state": _not_sent, "finished_at": _finished,
        },
    ),
    Trace(
        "journal", Entry, _entries, word=_("What happened, in our journal"), told=("name", "at", "data"),
        retention=_("For good: it holds no text, only what happened and when"),
        fate=_("Stays without any text; every written reason goes"),
    ),
    Trace("journal_words", Words, _words, drop="now"),
    Trace("conversations", Conversation, _conversations, ends={"external_id": lambda row, _who: unnamed(str(row.id))}),
    Trace("refused_calls", RefusedCall, _refused_calls, blanks={"excerpt": excerpt_without}),
    Trace("exports", DataExport, of_members(DataExport), drop="end", files=_export_files),
    Trace("joinings", Joining, _joinings, drop="end"),
    Trace("not_same", NotSame, _not_same, drop="end"),
]  # fmt: skip
