"""Linking messages to people, and what people say of themselves."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from huixiang.channels.models import ChannelAccount
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.ids import new_id
from huixiang.members import events
from huixiang.members.models import Identity, Member
from huixiang.workspaces.models import User, Workspace


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
    """The member behind each author, made where unknown. A fixed number of statements whatever the batch."""
    wanted = {author.key: author for author in authors}
    known = _known(workspace_id, wanted)
    new = [author for key, author in sorted(wanted.items()) if key not in known]
    if not new:
        return known
    members = [
        Member(id=new_id(), workspace_id=workspace_id, name=author.name, email=author.email) for author in new
    ]
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
    return member


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
def change_tier(*, member: Member, tier: str, actor: Actor = SYSTEM) -> None:
    """Set a member's tier. Journal: members.tier_changed."""
    before, member.tier = member.tier, tier
    member.save(update_fields=["tier"])
    record(
        events.TierChanged(subject=member.id, before=before, after=tier),
        workspace_id=member.workspace_id,
        actor=actor,
    )


def count_feedback(*, per_member: dict[uuid.UUID, int]) -> None:
    """Add to the members' feedback counts: one statement for each different addition."""
    for number in set(per_member.values()):
        ids = [member_id for member_id, added in per_member.items() if added == number]
        Member.objects.filter(id__in=ids).update(feedback_count=F("feedback_count") + number)


def count_confirmed(*, member_ids: Iterable[uuid.UUID]) -> None:
    """Each of these members was right once more: their report led to a fix."""
    Member.objects.filter(id__in=list(member_ids)).update(confirmed_count=F("confirmed_count") + 1)
