"""What to do next for a critic who stands somewhere: rules as data, the first that fits counts.

Each says what is the matter and where the button leads: the case's composer, the theme, the feedback, the member.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huixiang.cases.states import CaseState
from huixiang.insights.conversion.queries import Standing
from huixiang.insights.conversion.stages import Lost, Stage
from huixiang.themes.states import ThemeStatus

OURS: Final = (CaseState.OPEN, CaseState.WAITING_US)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at."""

    stage: Stage
    state: str  # of the case, "" without one
    theme: str  # the theme's status, "" without one
    lost: str
    gone: bool  # the person was erased, or is about to be

    @property
    def unsolved(self) -> bool:
        """Whether the solution is still to come."""
        return self.stage < Stage.SOLVED


@dataclass(frozen=True, slots=True)
class Rule:
    """When it fits, what is the matter in words, the button's words, and where it leads ("" for nowhere)."""

    key: str
    fits: Callable[[Facts], bool]
    words: Promise
    button: Promise | str = ""
    place: str = ""


RULES: Final = (
    Rule("gone", lambda f: f.gone, _("Nothing: what is left of them only counts.")),
    Rule(
        "keep", lambda f: f.stage == Stage.RETURNED,
        _("They came back by themselves. See what they say now."),
        pgettext_lazy("next step", "See the member"), "member",
    ),
    Rule(
        "thank", lambda f: f.stage == Stage.SATISFIED,
        _("It is solved for them. Thank them and invite them to contribute: a suggestion, a vote, a test."),
        pgettext_lazy("next step", "Thank and invite"), "case",
    ),
    Rule(
        "closed", lambda f: f.lost == Lost.CLOSED,
        _("It was closed without a solution. Look whether it can be taken up again."),
        pgettext_lazy("next step", "Look at the case"), "case",
    ),
    Rule(
        "unreachable", lambda f: f.lost == Lost.UNREACHABLE,
        _("Our last answer did not reach them. Try another way."),
        pgettext_lazy("next step", "Answer another way"), "case",
    ),
    Rule(
        "unseen", lambda f: not f.state,
        _("It was negative, but nobody took it up. Look whether it wants an answer."),
        pgettext_lazy("next step", "Read it"), "feedback",
    ),
    Rule(
        "first_answer", lambda f: f.stage == Stage.SIGNAL,
        _("Nobody has answered them yet."), pgettext_lazy("next step", "Answer"), "case",
    ),
    Rule(
        "not_solved", lambda f: f.state == CaseState.REOPENED,
        _("They say that it is not solved. Ask what is still wrong."),
        pgettext_lazy("next step", "Answer"), "case",
    ),
    Rule(
        "wrote_again", lambda f: f.state in OURS,
        _("They wrote, and wait for our answer."), pgettext_lazy("next step", "Answer"), "case",
    ),
    Rule(
        "declined", lambda f: f.unsolved and f.theme == ThemeStatus.DECLINED,
        _("It will not be done. Tell them why, then close the case."),
        pgettext_lazy("next step", "Tell them why"), "case",
    ),
    Rule(
        "announce_fix", lambda f: f.unsolved and f.theme == ThemeStatus.FIXED,
        _("It is fixed, but they do not know. Announce it: that solves their case and tells them."),
        pgettext_lazy("next step", "Announce it"), "theme",
    ),
    Rule(
        "tell_fix", lambda f: f.unsolved and f.theme == ThemeStatus.ANNOUNCED,
        _("The fix was announced before they spoke up. Tell them, and solve the case."),
        pgettext_lazy("next step", "Tell them"), "case",
    ),
    Rule(
        "remind", lambda f: f.lost == Lost.SILENT,
        _("They have not written for two weeks. Ask once more, or solve what can be solved without them."),
        pgettext_lazy("next step", "Ask once more"), "case",
    ),
    Rule(
        "ask_detail", lambda f: f.stage == Stage.ANSWERED,
        _("Something is still missing to understand it. Ask for it."),
        pgettext_lazy("next step", "Ask for the detail"), "case",
    ),
    Rule(
        "finish_fix", lambda f: f.unsolved and f.theme == ThemeStatus.FIXING,
        _("Everything needed is there and it is being fixed. Resolve the theme when it is done."),
        pgettext_lazy("next step", "See the theme"), "theme",
    ),
    Rule(
        "resolve", lambda f: f.unsolved and bool(f.theme),
        _("Everything needed is there. Resolve the theme."),
        pgettext_lazy("next step", "Resolve the theme"), "theme",
    ),
    Rule(
        "solve", lambda f: f.unsolved,
        _("Everything needed is there. Solve the case."), pgettext_lazy("next step", "Solve the case"), "case",
    ),
    Rule(
        "announce", lambda f: f.stage == Stage.SOLVED and f.theme not in ("", ThemeStatus.ANNOUNCED),
        _("It is solved for them, but the community does not know. Announce it."),
        pgettext_lazy("next step", "Announce it"), "theme",
    ),
    Rule(
        "ask_solved", lambda _f: True,
        _("They have not said whether it is solved for them. Ask."),
        pgettext_lazy("next step", "Ask whether it is solved"), "case",
    ),
)  # fmt: skip


def facts_of(standing: Standing) -> Facts:
    """What the rules look at, of a way with its member, case and theme: no statement."""
    way = standing.way
    return Facts(
        stage=Stage(way.stage),
        state=way.case.state if way.case else "",
        theme=way.theme.status if way.theme else "",
        lost=way.lost or (Lost.SILENT if standing.silent else ""),
        gone=bool(way.member.erased_at or way.member.erasing_at),
    )


def of(standing: Standing) -> Rule:
    """The next step for somebody."""
    facts = facts_of(standing)
    return next(rule for rule in RULES if rule.fits(facts))
