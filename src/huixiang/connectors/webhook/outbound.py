"""A webhook that brings messages cannot be answered; what goes out is told by the workspace's own webhooks."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.contracts import LINK, Connector, TransportError
from huixiang.channels.models import Delivery, DeliveryState


class WebhookConnector(Connector):
    """Signed JSON from outside."""

    kind = "webhook"
    label = gettext_lazy("Webhook (signed JSON)")
    carries = LINK
    opened_in_desk = False

    def can_send(self) -> bool:
        """Never: the other side calls us."""
        return False

    def send(self, delivery: Delivery) -> DeliveryState:  # noqa: ARG002 - the contract
        """Raises TransportError: nobody listens at the other end."""
        raise TransportError(_("A webhook that brings messages cannot be answered."), permanent=True)
