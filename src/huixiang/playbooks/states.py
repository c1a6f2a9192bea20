"""The words a playbook is written in: kinds of steps, whose they are, when they begin, what counts as done."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StepKind(models.TextChoices):
    """What is to be done."""

    CONTACT = "contact", _("Contact in private")
    THANK = "thank", _("Thank and apologise")
    DETAILS = "details", _("Ask for details")
    VERIFY = "verify", _("Verify")
    INFORM = "inform", _("Inform the team")
    ROOM = "room", _("Open a war room")
    REVIEW = "review", _("Legal and PR review")
    INTERIM = "interim", _("Interim public word")
    OFFER = "offer", _("Offer a solution")
    FIX = "fix", pgettext_lazy("step", "Fix")
    ANNOUNCE = "announce", pgettext_lazy("step", "Announce")
    CALL_BACK = "call_back", _("Call back")
    CARE = "care", _("Care visit")
    OWN = "own", _("A step of your own")


class OwnerKind(models.TextChoices):
    """Whose a step is."""

    CASE = "case", _("The case's owner")
    PERSON = "person", _("One person")
    ROLE = "role", _("Whoever has a role")
    ROTA = "rota", _("Next on a rota")


class Starts(models.TextChoices):
    """How a step begins."""

    AUTOMATIC = "automatic", _("By itself")
    MANUAL = "manual", _("By hand")


class CountedFrom(models.TextChoices):
    """From when the time of a step counts; one counted from the step before begins when that one has ended."""

    START = "start", _("from the playbook's start")
    BEFORE = "before", _("from the end of the step before")


class DoneBy(models.TextChoices):
    """What counts as done."""

    HAND = "hand", _("Ticked by hand, with a note")
    ANSWERED = "answered", _("An answer was sent")
    PRIVATE = "private", _("A private answer was sent")
    PUBLIC = "public", _("A public answer was sent")
    DETAILS = "details", _("The details are complete")
    ROOM = "room", _("The war room is open")
    RESOLVED = "resolved", _("The theme is resolved")
    ANNOUNCED = "announced", _("The announcement is published")
    CONFIRMED = "confirmed", _("The member confirmed it")
    TOLD = "told", _("Those concerned were told")


class AfterState(models.TextChoices):
    """How another step must have ended for this one to begin."""

    DONE = "done", pgettext_lazy("step", "was done")
    SKIPPED = "skipped", pgettext_lazy("step", "was skipped")


class VersionState(models.TextChoices):
    """Whether a version is still being written."""

    DRAFT = "draft", pgettext_lazy("playbook", "Draft")
    PUBLISHED = "published", pgettext_lazy("playbook", "Published")


class StepState(models.TextChoices):
    """How far a step of a case is. One that is stopped went with its run."""

    WAITING = "waiting", pgettext_lazy("step", "Not begun")
    ACTIVE = "active", pgettext_lazy("step", "To do")
    LATE = "late", pgettext_lazy("step", "Late")
    DONE = "done", pgettext_lazy("step", "Done")
    SKIPPED = "skipped", pgettext_lazy("step", "Skipped")
    STOPPED = "stopped", pgettext_lazy("step", "Stopped")


class EndReason(models.TextChoices):
    """Why a run ended."""

    COMPLETE = "complete", pgettext_lazy("run", "Every step has ended")
    REGRADED = "regraded", pgettext_lazy("run", "The case was graded anew")
    CLOSED = "closed", pgettext_lazy("run", "The case was closed without a solution")
    CONFIRMED = "confirmed", pgettext_lazy("run", "The member confirmed that it is solved")
    CHANGED = "changed", pgettext_lazy("run", "Somebody chose another playbook")
    STOPPED = "stopped", pgettext_lazy("run", "Somebody stopped it")


TO_DO = (StepState.ACTIVE, StepState.LATE)
OPEN = (StepState.WAITING, *TO_DO)
# What is still worth doing once the member has confirmed that it is solved.
AFTERWARDS = (StepKind.ANNOUNCE, StepKind.CALL_BACK, StepKind.CARE)


class EscalateTo(models.TextChoices):
    """Whom a level of the chain tells."""

    OWNER = "owner", _("The owner")
    ROLE = "role", _("Everybody with a role")
    PEOPLE = "people", _("These people")
    ROTA = "rota", _("Whoever is next on a rota")
