"""A file cannot be answered."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.contracts import LINK, Connector, TransportError
from huixiang.channels.models import Delivery, DeliveryState


class FileConnector(Connector):
    """The source of imported rows."""

    kind = "import"
    label = gettext_lazy("Imported file")
    carries = LINK

    def can_send(self) -> bool:
        """Never."""
        return False

    def send(self, delivery: Delivery) -> DeliveryState:  # noqa: ARG002 - the contract
        """Raises TransportError: there is nobody at the other end."""
        raise TransportError(_("Imported rows cannot be answered."), permanent=True)
