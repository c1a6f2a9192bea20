"""Whom a test can go to: the people who wrote of late, and the groups that were heard of."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from huixiang.channels import windows
from huixiang.channels.contracts import Connector, Hears, connector, place_of
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.channels.trying import Addressee
from huixiang.engine.masking import mask
from huixiang.intake import arrivals
from huixiang.intake.models import Message
from huixiang.kernel.errors import Refused
from huixiang.members.actions import Author, link
from huixiang.members.naming import by_handle, handle_of

LOOKED_AT: Final = 30
OFFERED: Final = 6
GROUP, PERSON, POST = "group:", "person:", "post:"


@dataclass(frozen=True, slots=True)
class Offered:
    """One who can be chosen; `shut`: the platform takes no answer there now."""

    key: str
    label: str
    group: bool
    shut: bool


def offered(account: ChannelAccount, by: Connector) -> list[Offered]:
    """The latest to write first, then groups; who cannot be answered now is shown as such.

    People are known by their message, never by their number. Two statements, three with groups.
    """
    if not by.sends_for(account):
        return []
    people = list(_people(account).values())[:OFFERED]
    places = _places(account, people)
    found = [
        Offered(f"{PERSON}{one.id}", _name(one, by.kind), False, _shut(places.get(_place(one)), by)) for one in people
    ]
    if not by.can_post():
        return found
    groups = windows.groups(account.workspace_id).filter(account=account).order_by("group")[:OFFERED]
    known = [Offered(f"{GROUP}{one.id}", one.group, True, not windows.open_now(one, by.kind).now) for one in groups]
    if by.hears_by(account) == Hears.NOTHING:  # a robot of one group
        known = [Offered(POST, _("The group this channel leads to"), True, False)]
    return found + known


def _shut(place: Conversation | None, by: Connector) -> bool:
    return not windows.open_now(place, by.kind).now


def _name(one: Message, kind: str) -> str:
    """As the desk calls them everywhere; whoever's message is not read yet by what it told."""
    if one.member is not None:
        return one.member.known_as
    return mask(one.author_name).text or by_handle(kind, handle_of(one.author_id))


def _place(one: Message) -> str:
    return place_of(thread=one.thread, private=one.private, author_id=one.author_id)


def _people(account: ChannelAccount) -> dict[str, Message]:
    """Who wrote of late with their latest message."""
    found: dict[str, Message] = {}
    for one in arrivals.latest(account, LOOKED_AT):
        if one.author_id and one.erased_at is None:
            found.setdefault(one.author_id, one)
    return found


def _places(account: ChannelAccount, people: list[Message]) -> dict[str, Conversation]:
    wanted = {place for place in map(_place, people) if place}
    return {one.external_id: one for one in Conversation.objects.filter(account=account, external_id__in=wanted)}


def chosen(account: ChannelAccount, key: str) -> Addressee:
    """The one behind a key of `offered`. Raises Refused for one that is not offered."""
    if key == POST and connector(account.kind).can_post():
        return Addressee(account.slug, account.id, None, into_group=True)
    if key.startswith(GROUP):
        groups = windows.groups(account.workspace_id).filter(account=account)
        for group in groups:
            if key == f"{GROUP}{group.id}":
                return Addressee(group.external_id, account.id, group, into_group=True)
    message = next((one for one in _people(account).values() if key == f"{PERSON}{one.id}"), None)
    if message is None:
        raise Refused(_("Choose who gets the test."))
    place = _places(account, [message]).get(_place(message))
    author = Author(account.id, message.author_id, message.author_name, message.author_email)
    member = link(workspace_id=account.workspace_id, authors=[author])[author.key]
    return Addressee(message.author_id, member.id, place, in_reply_to=message.external_id)
