"""Answers stand on the member's page, or behind their follow code."""

from django.utils.translation import gettext_lazy as _

from huixiang.channels.contracts import PAGE, Connector
from huixiang.channels.models import Delivery, DeliveryState


class PortalConnector(Connector):
    """The portal."""

    kind = "portal"
    label = _("Community page")
    carries = PAGE

    def can_send(self) -> bool:
        """Always: the page is ours."""
        return True

    def send(self, delivery: Delivery) -> DeliveryState:  # noqa: ARG002 - the row itself is what the page shows
        """The member's page shows it from now on."""
        return DeliveryState.DELIVERED
