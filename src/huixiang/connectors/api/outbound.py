"""Answers wait until the app fetches them."""

from django.utils.translation import gettext_lazy as _

from huixiang.channels.contracts import LINK, Connector
from huixiang.channels.models import Delivery, DeliveryState


class ApiConnector(Connector):
    """Hands answers over by letting the app fetch them from `GET /api/v1/deliveries`."""

    kind = "api"
    label = _("App or service (API)")
    carries = LINK

    def can_send(self) -> bool:
        """Always: fetching is the app's side."""
        return True

    def send(self, delivery: Delivery) -> DeliveryState:  # noqa: ARG002 - the row itself is what is fetched
        """Nothing leaves here; the app fetches it and reports it shown."""
        return DeliveryState.READY
