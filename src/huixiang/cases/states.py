"""The states of a case, and the lanes a turn can take."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    """Whose turn it is, or how it ended."""

    OPEN = "open", _("New")
    WAITING_MEMBER = "waiting_member", _("Waiting for the member")
    WAITING_US = "waiting_us", _("Waiting for us")
    REOPENED = "reopened", _("Reopened")
    SOLVED = "solved", _("Solved, not confirmed")
    CONFIRMED = "confirmed", _("Confirmed solved")
    CLOSED = "closed", _("Closed without a solution")


class Stage(models.TextChoices):
    """How far the dialogue is; it stands beside the state."""

    CONTACTING = "contacting", _("To be contacted")
    CONTACTED = "contacted", _("Contacted")
    LISTENING = "listening", _("In dialogue")
    DETAILS = "details", _("Details complete")
    VERIFYING = "verifying", _("Being verified")
    OFFERED = "offered", _("Solution offered")
    CONFIRMED = "confirmed", _("Confirmed")


class Direction(models.TextChoices):
    """Who spoke."""

    INBOUND = "inbound", _("From the member")
    OUTBOUND = "outbound", _("From us")
    NOTE = "note", _("Note")


class Lane(models.TextChoices):
    """Who can read a turn."""

    PUBLIC = "public", _("Public")
    GROUP = "group", _("In the group")
    PRIVATE = "private", _("Private")
    INTERNAL = "internal", _("Internal")


TO_DO = (CaseState.OPEN, CaseState.WAITING_US, CaseState.REOPENED)
UNFINISHED = (*TO_DO, CaseState.WAITING_MEMBER)
JOINABLE = (*UNFINISHED, CaseState.SOLVED)  # a later answer of the member joins such a case
ENDED = (CaseState.SOLVED, CaseState.CONFIRMED, CaseState.CLOSED)
