"""Matrix: what the connector is, and answers in rooms and in threads."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Connector, Hears, Limit, Per, Setting, Sort, Taken, TransportError
from huixiang.channels.files import Brought
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.channels.windows import handle_of
from huixiang.connectors.matrix import media
from huixiang.connectors.matrix.api import asked, path
from huixiang.connectors.matrix.events import relation_to

PERSONAL = "reply"  # what a person wrote; what is said by itself is a notice, which no bot answers


class MatrixConnector(Connector):
    """A user of a homeserver, as a bot."""

    kind = "matrix"
    label = gettext_lazy("Matrix")
    hears = Hears.LINE
    form = (
        Setting(
            "homeserver", gettext_lazy("Homeserver"), gettext_lazy("https://matrix.example.com"), Sort.ADDRESS
        ),
        Setting(
            "user", gettext_lazy("The bot's Matrix id"), gettext_lazy("@bot:example.com"),
            pattern=r"@[^:\s]{1,200}:[^\s]{1,200}",
        ),
        Setting(
            "token", gettext_lazy("Access token"),
            gettext_lazy("Of a login made for the bot: logging out makes it worthless"), Sort.SECRET,
        ),
        Setting(
            "invitations", gettext_lazy("Enter rooms the bot is invited into"), sort=Sort.FLAG, required=False,
            default="1",
        ),
    )  # fmt: skip
    limits = (Limit(10, 10.0), Limit(5, 5.0, Per.PLACE))
    longest = 16_000
    in_bytes = True
    keeps_files = True

    def can_post(self) -> bool:
        """Rooms can be spoken into."""
        return True

    async def listen(self, account: ChannelAccount, taken: Taken) -> None:
        """Hold the line to the homeserver."""
        from huixiang.connectors.matrix import line  # noqa: PLC0415 - its client library is the listener's alone

        await line.listen(account, taken)

    def fetch_file(self, account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
        """A file that is not encrypted for its room."""
        return media.fetched(account, reference)

    def check(self, account: ChannelAccount) -> str:
        """Whose token it is; it must be the bot's. Returns its Matrix id. Raises TransportError."""
        found = str(asked(account, "GET", path("account", "whoami")).get("user_id", ""))
        if found != value(account, "user"):
            raise TransportError(_("The access token is of %(user)s, not of the bot.") % {"user": found}, pauses=True)
        return found

    def send(self, delivery: Delivery) -> DeliveryState:
        """Say it in the group, or to the person alone. The homeserver drops doubles by the transaction's id."""
        room = _room(delivery)
        content: dict[str, Any] = {
            "msgtype": "m.text" if delivery.purpose == PERSONAL else "m.notice", "body": delivery.words,
        }  # fmt: skip
        if relation := _relation(delivery, room):
            content["m.relates_to"] = relation
        if delivery.into_group and delivery.recipient.startswith("@"):
            content["m.mentions"] = {"user_ids": [delivery.recipient]}
        where = path("rooms", room, "send", "m.room.message", delivery.transaction)
        asked(delivery.account, "PUT", where, content)
        return DeliveryState.DELIVERED


def _room(delivery: Delivery) -> str:
    """Where to say it: the group, the room of two they wrote in, else one that is made for it."""
    place = delivery.conversation
    if delivery.into_group:
        if place is None:
            raise TransportError(_("The group is not known any more."), permanent=True)
        return place.external_id
    if place is not None and place.private and (room := handle_of(place)):
        return room
    return _direct(delivery.account, delivery.recipient)


def _direct(account: ChannelAccount, person: str) -> str:
    """The room of the bot and this person: the one noted in the bot's account, else a new one, which is noted there."""
    where = path("user", value(account, "user"), "account_data", "m.direct")
    noted: dict[str, Any] = {}
    try:
        noted = asked(account, "GET", where)
    except TransportError as error:
        if not error.permanent:
            raise  # anything but “there is none yet”
    rooms = noted.get(person)
    if isinstance(rooms, list) and rooms:
        return str(rooms[-1])
    body = {"preset": "trusted_private_chat", "is_direct": True, "invite": [person]}
    made = str(asked(account, "POST", path("createRoom"), body, once=True).get("room_id", ""))
    asked(account, "PUT", where, {**noted, person: [made]})
    return made


def _relation(delivery: Delivery, room: str) -> Mapping[str, Any]:
    """What ties the answer to the message it answers; nothing when that is not in this room."""
    if not delivery.in_reply_to.startswith("$") or delivery.part:
        return {}
    try:
        event = asked(delivery.account, "GET", path("rooms", room, "event", delivery.in_reply_to))
    except TransportError as error:
        if error.permanent:
            return {}
        raise
    return relation_to(event) if event.get("event_id") == delivery.in_reply_to else {}
