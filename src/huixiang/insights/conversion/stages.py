"""What is measured, once and as data: the stages of a way, how ways are lost, what counts as coming back.

docs/conversion.md tells the same in prose; a test holds the two together. What computes it is ways.py.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

POSITIVE_AFTER_DAYS: Final = 3  # a thank-you within the same talk is no coming back
SILENT_DAYS: Final = 14


class Stage(models.IntegerChoices):
    """How far a way is; a higher one is further."""

    SIGNAL = 0, pgettext_lazy("conversion", "Spoke up")
    ANSWERED = 1, pgettext_lazy("conversion", "Answered")
    DETAILS = 2, pgettext_lazy("conversion", "Gave the details")
    SOLVED = 3, pgettext_lazy("conversion", "Solved")
    ANNOUNCED = 4, pgettext_lazy("conversion", "Announced")
    SATISFIED = 5, pgettext_lazy("conversion", "Satisfied")
    RETURNED = 6, pgettext_lazy("conversion", "Came back")


@dataclass(frozen=True, slots=True)
class Definition:
    """A stage as it is counted: its key in addresses and the API, the field with its time, and a sentence."""

    stage: Stage
    key: str
    field: str
    sentence: Promise

    @property
    def word(self) -> Promise | str:
        """What the stage is called."""
        return self.stage.label


STAGES: Final = (
    Definition(
        Stage.SIGNAL, "signal", "begun_at",
        _("A member said something negative, or a case was opened for them; imports of old messages do not count."),
    ),
    Definition(Stage.ANSWERED, "answered", "answered_at", _("Somebody of the team answered the member in the case.")),
    Definition(
        Stage.DETAILS, "details", "details_at",
        _("Nothing is missing any more of what is needed to understand it: the case reached “details complete”."),
    ),
    Definition(
        Stage.SOLVED, "solved", "solved_at",
        _("The case was solved and has not been reopened or closed without a solution since."),
    ),
    Definition(
        Stage.ANNOUNCED, "announced", "announced_at",
        _("It is solved, and an announcement about its theme was published after they spoke up."),
    ),
    Definition(
        Stage.SATISFIED, "satisfied", "satisfied_at",
        _("The member said that it is solved for them: by the announcement’s question, or in the case."),
    ),
    Definition(
        Stage.RETURNED, "returned", "returned_at",
        _("After the solution the member was positive again, or contributed to something else."),
    ),
)  # fmt: skip
BY_KEY: Final = {one.key: one for one in STAGES}


class Returned(models.TextChoices):
    """By what a critic came back; the earliest counts."""

    POSITIVE = "positive", pgettext_lazy("conversion", "said something positive")
    SUGGESTION = "suggestion", pgettext_lazy("conversion", "made a suggestion")
    DETAILS = "details", pgettext_lazy("conversion", "gave the details of another matter")
    VOTE = "vote", pgettext_lazy("conversion", "said “me too” of a theme")
    CREDIT = "credit", pgettext_lazy("conversion", "was thanked for another matter")
    ANSWER = "answer", pgettext_lazy("conversion", "answered the question of another announcement")


RETURNED_BY: Final[dict[str, Promise]] = {
    "positive": _("Feedback with a positive tone, at least three days after the solution."),
    "suggestion": _("A suggestion after the solution."),
    "details": _("Complete details of another matter after the solution."),
    "vote": _("“Me too” said of a theme after the solution."),
    "credit": _("Thanks in the published announcement of another theme after the solution."),
    "answer": _("An answer to the question of another theme’s announcement after the solution."),
}


class Lost(StrEnum):
    """How a way is lost before the member was satisfied; the first that holds counts."""

    CLOSED = "closed"
    UNREACHABLE = "unreachable"
    SILENT = "silent"


LOST: Final[dict[str, tuple[Promise, Promise]]] = {
    Lost.CLOSED: (
        pgettext_lazy("conversion", "Closed without a solution"),
        _("The case was closed without a solution."),
    ),
    Lost.UNREACHABLE: (
        pgettext_lazy("conversion", "Out of reach"),
        _("Our last answer could not be delivered, as when somebody left the group."),
    ),
    Lost.SILENT: (
        pgettext_lazy("conversion", "Fallen silent"),
        _("We answered, and the member has not written for fourteen days."),
    ),
}
