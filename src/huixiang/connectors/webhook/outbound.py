"""Answers to who wrote by a signed webhook: signed the same way, to an address of their system, where one is set."""

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.contracts import LINK, Connector, TransportError
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.channels.webhooks import receiving, sending

LATER: Final = frozenset({408, 425, 429})  # refusals that are none: the same call is welcome a little later
BROKEN: Final = 500


class WebhookConnector(Connector):
    """Signed JSON, in and out."""

    kind = "webhook"
    label = gettext_lazy("Webhook (signed JSON)")
    carries = LINK
    opened_in_desk = False

    def can_send(self) -> bool:
        """Not by itself; see `sends_for` for accounts with an address for answers."""
        return False

    def sends_for(self, account: ChannelAccount) -> bool:
        """Where it was said to which address answers go."""
        return bool(receiving.answers_to(account))

    def send(self, delivery: Delivery) -> DeliveryState:
        """One signed call; its `webhook-id` is the same at every try, so that the other side can drop doubles."""
        url = receiving.answers_to(delivery.account)
        if not url:
            raise TransportError(_("This webhook has no address for answers."), permanent=True)
        came = sending.send(
            url=url, message_id=delivery.transaction, payload=payload_of(delivery),
            secrets=receiving.secrets_of(delivery.account),
        )  # fmt: skip
        if came.error:
            lasts = came.status is not None and came.status < BROKEN and came.status not in LATER
            raise TransportError(came.error, permanent=lasts)
        return DeliveryState.DELIVERED


def payload_of(delivery: Delivery) -> dict[str, Any]:
    """What their system is told: the words, to whom, and what they answer; ids are those it once gave us."""
    place = delivery.conversation.external_id if delivery.conversation else ""
    return {
        "type": "message.answered",
        "timestamp": delivery.created_at.isoformat(),
        "data": {
            "id": delivery.transaction,
            "text": delivery.words,
            "to": {"id": delivery.recipient},
            "in_reply_to": delivery.in_reply_to,
            "thread": "" if place.startswith("@") else place,
            "purpose": delivery.purpose,
        },
    }
