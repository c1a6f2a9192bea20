"""What a room, a part in it, a fact and a statement can be."""

from typing import Final

from django.db import models
from django.utils.translation import pgettext_lazy


class RoomState(models.TextChoices):
    """Whether a room is at work."""

    OPEN = "open", pgettext_lazy("war room", "Open")
    CLOSED = "closed", pgettext_lazy("war room", "Closed")
    JOINED = "joined", pgettext_lazy("war room", "Joined into another")
    VOID = "void", pgettext_lazy("war room", "False alarm")


ENDED: Final = (RoomState.CLOSED, RoomState.VOID)


class Part(models.TextChoices):
    """What somebody does in a room."""

    LEAD = "lead", pgettext_lazy("part", "Lead")
    PRODUCT = "product", pgettext_lazy("part", "Product")
    QUALITY = "quality", pgettext_lazy("part", "Quality")
    PR = "pr", pgettext_lazy("part", "PR and legal")
    SERVICE = "service", pgettext_lazy("part", "Service")


class FactState(models.TextChoices):
    """How sure something is."""

    UNCONFIRMED = "unconfirmed", pgettext_lazy("fact", "Unconfirmed")
    CONFIRMED = "confirmed", pgettext_lazy("fact", "Confirmed")
    DISPROVED = "disproved", pgettext_lazy("fact", "Disproved")


class StatementState(models.TextChoices):
    """How far a version of the holding statement is."""

    DRAFT = "draft", pgettext_lazy("statement", "Draft")
    ASKED = "asked", pgettext_lazy("statement", "Waits for approval")
    APPROVED = "approved", pgettext_lazy("statement", "Approved")
    REFUSED = "refused", pgettext_lazy("statement", "Refused")
    USED = "used", pgettext_lazy("statement", "In use")


class SendingState(models.TextChoices):
    """How far an answer with a statement is."""

    WAITING = "waiting", pgettext_lazy("sending", "Waiting")
    DONE = "done", pgettext_lazy("sending", "Answered")
    FAILED = "failed", pgettext_lazy("sending", "Not answered")


SAYABLE = (StatementState.APPROVED, StatementState.USED)
