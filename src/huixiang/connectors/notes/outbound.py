"""Answers go by phone: each waits as a call to be made until somebody of the team says that it was."""

from django.utils.translation import gettext_lazy as _

from huixiang.channels.contracts import LINK, Connector
from huixiang.channels.models import Delivery, DeliveryState


class NotesConnector(Connector):
    """Notes of phone calls and interviews."""

    kind = "notes"
    label = _("Phone and interviews")
    carries = LINK
    opened_in_desk = False

    def can_send(self) -> bool:
        """Always: a person rings."""
        return True

    def send(self, delivery: Delivery) -> DeliveryState:  # noqa: ARG002 - a person says it, no line is opened
        """Nothing leaves here: it stands in the case as a call to be made."""
        return DeliveryState.READY
