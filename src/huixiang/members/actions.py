"""Linking messages to people, and what people say of themselves."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from huixiang.channels.models import ChannelAccount
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.kernel.lines import one_line
from huixiang.members import events
from huixiang.members.models import Identity, Member, MemberNote, Tier
from huixiang.members.naming import handle_of
from huixiang.workspaces.models import Membership, User, Workspace

LONGEST_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a message, as the channel tells it."""

    account_id: uuid.UUID
    external_id: str
    name: str
    email: str = ""

    @property
    def key(self) -> tuple[uuid.UUID, str]:
        """What makes the author one person on one account."""
        return self.account_id, self.external_id


def link(*, workspace_id: uuid.UUID, authors: Iterable[Author]) -> dict[tuple[uuid.UUID, str], Member]:
    """The member behind each author, made where unknown. A fixed number of statements whatever the batch.

    Who had no name gets the one their channel tells now; who is new and has none, a handle.
    """
    wanted = {author.key: author for author in authors}
    known = _known(workspace_id, wanted)
    _name(known, wanted)
    new = [author for key, author in sorted(wanted.items()) if key not in known]
    if not new:
        return known
    members = _fresh(workspace_id, new)
    Member.objects.bulk_create(members)
    Identity.objects.bulk_create(
        [
            Identity(
                workspace_id=workspace_id,
                account_id=author.account_id,
                external_id=author.external_id,
                member=member,
            )
            for author, member in zip(new, members, strict=True)
        ],
        ignore_conflicts=True,
    )
    linked = _known(workspace_id, wanted)
    used = {member.id for member in linked.values()}
    Member.objects.filter(id__in=[m.id for m in members if m.id not in used]).delete()  # another was faster
    return linked


def _fresh(workspace_id: uuid.UUID, authors: Sequence[Author]) -> list[Member]:
    nameless = {author.account_id for author in authors if not author.name}
    kinds = dict(ChannelAccount.objects.filter(id__in=nameless).values_list("id", "kind")) if nameless else {}
    return [
        Member(
            id=new_id(), workspace_id=workspace_id, name=author.name, email=author.email,
            handle="" if author.name else handle_of(author.external_id),
            handle_kind="" if author.name else kinds.get(author.account_id, ""),
        )
        for author in authors
    ]  # fmt: skip


def _name(known: Mapping[tuple[uuid.UUID, str], Member], wanted: Mapping[tuple[uuid.UUID, str], Author]) -> None:
    """Write down names that were not told before."""
    told: dict[uuid.UUID, Member] = {}
    for key, member in known.items():
        hidden = member.anonymous or member.erasing_at or member.erased_at
        if wanted[key].name and not member.name and not hidden:
            member.name = wanted[key].name
            told[member.id] = member
    if told:
        Member.objects.bulk_update(told.values(), ["name"])


def _known(
    workspace_id: uuid.UUID, wanted: dict[tuple[uuid.UUID, str], Author]
) -> dict[tuple[uuid.UUID, str], Member]:
    identities = Identity.objects.filter(
        workspace_id=workspace_id,
        account_id__in={account_id for account_id, _external in wanted},
        external_id__in={external for _account, external in wanted},
    ).select_related("member")
    found = {(i.account_id, i.external_id): i.member for i in identities}
    return {key: member for key, member in found.items() if key in wanted}


@transaction.atomic
def member_for_user(*, workspace: Workspace, user: User) -> Member:
    """The member a logged-in user is in this community; joins them at the first visit."""
    member, _created = Member.objects.get_or_create(
        workspace=workspace, user=user, defaults={"name": str(user), "email": user.email}
    )
    return member.joined_into or member


@transaction.atomic
def anonymous_member(*, workspace: Workspace, account: ChannelAccount, external_id: str) -> Member:
    """A person nobody knows anything of: one for each anonymous conversation."""
    member = Member.objects.create(workspace=workspace, anonymous=True)
    Identity.objects.create(workspace=workspace, account=account, external_id=external_id, member=member)
    return member


@transaction.atomic
def identify(*, account: ChannelAccount, external_id: str, member: Member) -> None:
    """Say that this name on this account is the member."""
    Identity.objects.get_or_create(
        workspace_id=member.workspace_id,
        account=account,
        external_id=external_id,
        defaults={"member": member},
    )


@transaction.atomic
def give_consent(*, member: Member, consent: str, actor: Actor) -> None:
    """Keep the member's answer. Journal: members.consent_given; published credits follow it."""
    member.credit_consent = consent
    member.save(update_fields=["credit_consent"])
    record(
        events.ConsentGiven(subject=member.id, consent=consent), workspace_id=member.workspace_id, actor=actor
    )


@transaction.atomic
def change_tier(*, member: Member, tier: str, actor: Actor = SYSTEM, reason: str = "") -> bool:
    """Set a member's tier; whether it changed. Journal: members.tier_changed with the reason.

    What a person set stays: nothing automatic changes it afterwards.
    """
    if tier not in Tier.values:
        raise Refused(_("Choose one of the tiers."))
    by_hand = actor.kind != SYSTEM.kind
    member = Member.objects.select_for_update(of=("self",)).get(id=member.id)
    if member.tier_by_hand and not by_hand:
        return False
    before, member.tier, member.tier_by_hand = member.tier, tier, by_hand
    member.save(update_fields=["tier", "tier_by_hand"])
    event = events.TierChanged(subject=member.id, before=before, after=tier)
    record(event, workspace_id=member.workspace_id, actor=actor, words=reason.strip())
    return before != tier


@transaction.atomic
def change_tiers(
    *, workspace_id: uuid.UUID, member_ids: Sequence[uuid.UUID], tier: str, actor: Actor, reason: str
) -> int:
    """Set the tier of many; returns how many changed. Journal: members.tier_changed for each, with the reason."""
    if tier not in Tier.values:
        raise Refused(_("Choose one of the tiers."))
    if not reason.strip():
        raise Refused(_("Say why: whoever looks at this member later wants to know."))
    found = Member.objects.select_for_update(of=("self",)).filter(workspace_id=workspace_id, id__in=member_ids)
    changed = [member for member in found.order_by("id") if member.tier != tier]
    notes = [
        Note(events.TierChanged(subject=member.id, before=member.tier, after=tier), reason.strip(), actor)
        for member in changed
    ]
    Member.objects.filter(id__in=[member.id for member in changed]).update(tier=tier, tier_by_hand=True)
    record_all(notes, workspace_id=workspace_id)
    return len(changed)


def changeable(member: Member) -> Member:
    """Hand the member on. Raises Refused for a record that was joined, is erased, or is about to be."""
    if member.joined_into_id or member.erased_at or member.erasing_at:
        raise Refused(_("Nothing can be changed on a record that was joined or is being erased."))
    return member


@transaction.atomic
def describe(*, member: Member, actor: Actor, **changed: str) -> None:
    """Change name or e-mail address as staff know it. Journal: members.described with the fields."""
    known: tuple[str, ...] = ("name", "email")
    changed = {name: one_line(text) for name, text in changed.items()}
    fields = [name for name in known if name in changed and getattr(member, name) != changed[name]]
    if not fields:
        return
    if "name" in fields and not changed["name"]:
        raise Refused(_("A member needs a name."))
    for name in fields:
        setattr(member, name, changed[name])
    member.save(update_fields=[*fields, "search"])
    event = events.Described(subject=member.id, fields=fields)
    record(event, workspace_id=member.workspace_id, actor=actor)


@transaction.atomic
def note(*, member: Member, by: Membership, text: str) -> MemberNote:
    """Keep something about a member that only staff read. Journal: members.note_written."""
    said = text.replace("\x00", "").strip()[:LONGEST_NOTE]
    if not said:
        raise Refused(_("Write something first."))
    written = MemberNote.objects.create(workspace_id=member.workspace_id, member=member, by=by, text=said)
    event = events.NoteWritten(subject=member.id, note_id=written.id)
    record(event, workspace_id=member.workspace_id, actor=Actor("staff", by.id))
    return written


@transaction.atomic
def roster_taken_out(*, workspace_id: uuid.UUID, members: int, unmasked: bool, actor: Actor) -> None:
    """Somebody took the roster out as a table. Journal: members.roster_exported."""
    event = events.RosterExported(subject=workspace_id, members=members, unmasked=unmasked)
    record(event, workspace_id=workspace_id, actor=actor)


@transaction.atomic
def show_contacts(*, member: Member, actor: Actor) -> None:
    """Somebody looks at addresses in full. Journal: members.contacts_shown."""
    record(events.ContactsShown(subject=member.id), workspace_id=member.workspace_id, actor=actor)


@transaction.atomic
def show_contacts_of_many(*, workspace_id: uuid.UUID, member_ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """Somebody reads a page of addresses in full: one entry for all. Journal: members.many_contacts_shown."""
    event = events.ManyContactsShown(subject=workspace_id, members=list(member_ids))
    record(event, workspace_id=workspace_id, actor=actor)


def in_touch(*, last: Mapping[uuid.UUID, datetime.datetime]) -> None:
    """These members spoke, or were written to, at these times: one statement; an earlier time changes nothing."""
    rows = Member.objects.in_bulk(list(last))
    later = [row for row in rows.values() if row.last_contact_at < last[row.id]]
    for row in later:
        row.last_contact_at = last[row.id]
    Member.objects.bulk_update(later, ["last_contact_at"], batch_size=500)


def count_feedback(*, per_member: dict[uuid.UUID, int]) -> None:
    """Add to the members' feedback counts: one statement for each different addition."""
    for number in set(per_member.values()):
        ids = [member_id for member_id, added in per_member.items() if added == number]
        Member.objects.filter(id__in=ids).update(feedback_count=F("feedback_count") + number)


def count_confirmed(*, member_ids: Iterable[uuid.UUID]) -> None:
    """Each of these members was right once more: their report led to a fix."""
    Member.objects.filter(id__in=list(member_ids)).update(confirmed_count=F("confirmed_count") + 1)
