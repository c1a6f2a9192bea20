"""By which way a member can be answered."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from huixiang.channels import contracts
from huixiang.channels.contracts import place_of
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.channels.windows import Open, open_now
from huixiang.members.models import Identity, Member


@dataclass(frozen=True, slots=True)
class Route:
    """A way to a member: the account to send through, the recipient there, and the conversation if there is one."""

    account: ChannelAccount
    recipient: str
    conversation: Conversation | None
    label: str

    @property
    def window(self) -> Open:
        """Whether the platform takes an answer there now, until when and how many, as far as is known."""
        return open_now(self.conversation, self.account.kind)


def private_routes(*, member: Member, account: ChannelAccount | None, conversation: Conversation | None) -> list[Route]:
    """Every way to write to this member alone, the best first: where they wrote, then mail, then their page.

    What the platform takes no answer on now stands last.
    """
    return routes_for(workspace_id=member.workspace_id, wanted=[(member, account, conversation)])[member.id]


def routes_for(
    *,
    workspace_id: uuid.UUID,
    wanted: Sequence[tuple[Member, ChannelAccount | None, Conversation | None]],
) -> dict[uuid.UUID, list[Route]]:
    """The ways to many members with two statements, three when some are on platforms."""
    identities = Identity.objects.filter(workspace_id=workspace_id, member_id__in=[m.id for m, _a, _c in wanted])
    by_member: dict[uuid.UUID, list[Identity]] = {}
    for identity in identities.select_related("account").order_by("id"):
        by_member.setdefault(identity.member_id, []).append(identity)
    mail, portal = _accounts(workspace_id)
    places = _places_of_their_own([one for some in by_member.values() for one in some])
    return {
        member.id: _routes(member, by_member.get(member.id, []), account, conversation, mail, portal, places)
        for member, account, conversation in wanted
    }


Places = dict[tuple[uuid.UUID, str], Conversation]


def _places_of_their_own(identities: Sequence[Identity]) -> Places:
    """Where people talk with us alone on platforms: what is left of the right to answer there is kept with it."""
    on_platforms = [one for one in identities if contracts.bounded(one.account.kind)]
    if not on_platforms:
        return {}
    names = {place_of(thread="", private=True, author_id=one.external_id) for one in on_platforms}
    accounts = {one.account_id for one in on_platforms}
    found = Conversation.objects.filter(account_id__in=accounts, external_id__in=names)
    return {(one.account_id, one.external_id): one for one in found}


def _place(identity: Identity, conversation: Conversation | None, places: Places) -> Conversation | None:
    """Where this person is written to alone: the talk they told it in, unless others read it, else their own place.

    What a platform allows in a group is no measure for what it allows with one of its members.
    """
    alone = conversation is not None and (
        conversation.private or not (conversation.group or contracts.bounded(identity.account.kind))
    )
    if alone:
        return conversation
    return places.get((identity.account_id, place_of(thread="", private=True, author_id=identity.external_id)))


def _accounts(workspace_id: uuid.UUID) -> tuple[ChannelAccount | None, ChannelAccount | None]:
    found = ChannelAccount.objects.filter(workspace_id=workspace_id, kind__in=["email", "portal"], closed_at=None)
    by_kind = {account.kind: account for account in found.order_by("-created_at")}
    return by_kind.get("email"), by_kind.get("portal")


def _routes(  # noqa: PLR0917 - one row of what routes_for gathered
    member: Member,
    identities: list[Identity],
    account: ChannelAccount | None,
    conversation: Conversation | None,
    mail: ChannelAccount | None,
    portal: ChannelAccount | None,
    places: Places,
) -> list[Route]:
    if member.erasing_at or member.erased_at:
        return []  # whoever asked to be erased is not written to
    found = []
    here_first = sorted(identities, key=lambda identity: account is None or identity.account_id != account.id)
    for identity in here_first:
        if contracts.can_answer(identity.account) and not identity.account.paused_reason:
            here = account is not None and identity.account_id == account.id
            place = _place(identity, conversation if here else None, places)
            if contracts.connector(identity.account.kind).can_write_alone(
                identity.account, identity.external_id, place
            ):
                found.append(Route(identity.account, identity.external_id, place, identity.account.name))
    if mail and member.email and contracts.can_answer(mail) and all(r.account.kind != "email" for r in found):
        found.append(Route(mail, member.email, None, mail.name))
    if portal and member.user_id and all(route.account.kind != "portal" for route in found):
        found.append(Route(portal, str(member.user_id), None, _("their page")))
    return sorted(found, key=lambda way: not way.window.now)
