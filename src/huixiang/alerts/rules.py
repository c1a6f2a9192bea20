"""The rules, declared once each: what a rule looks at, how much it presses, who hears of it, how soon it speaks up."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huixiang.alerts import anger, silence
from huixiang.alerts.models import AlertKind, RuleSetting, Sensitivity, Severity, Way
from huixiang.workspaces.roles import GRANTS, Permission, Role

Numbers = Mapping[str, float]
LEADERS: Final = (Role.OWNER, Role.ADMINISTRATOR)
HANDLERS: Final = (Role.OPERATOR, Role.SPECIALIST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as it is shipped.

    `numbers`: the bound it goes by, of each sensitivity; what the number is says `unit`. `roles` hear of it beside
    the owner of the case or theme; with `owner_alone` only when nobody owns it. `needs`: whoever lacks it can do
    nothing about what the rule sees, and hears of none of it, whatever their role and whoever they are.
    """

    kind: AlertKind
    glyph: str
    looks_at: Promise
    severity: Severity
    roles: Sequence[Role]
    owner_alone: bool = False
    needs: Permission | None = None
    numbers: Numbers
    unit: Promise | str = ""
    ways: Sequence[Way] = (Way.DESK,)

    def offered_to(self, role: str) -> bool:
        """Whether people of this role can be told at all."""
        return self.needs is None or self.needs in GRANTS.get(role, frozenset())


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule as a workspace wants it."""

    rule: Rule
    on: bool
    sensitivity: str
    roles: tuple[str, ...]

    @property
    def number(self) -> float:
        """The bound it goes by."""
        return self.rule.numbers[self.sensitivity]


def _always(number: float = 1) -> Numbers:
    return {str(one): number for one in Sensitivity}


def _numbers(low: float, normal: float, high: float) -> Numbers:
    return {Sensitivity.LOW: low, Sensitivity.NORMAL: normal, Sensitivity.HIGH: high}


BOTH: Final = (Way.DESK, Way.MAIL)
_ALL: Final = (
    Rule(
        kind=AlertKind.RED, glyph="flame", severity=Severity.URGENT, roles=(*LEADERS, Role.OPERATOR), ways=BOTH,
        looks_at=_("Unfinished cases of the red grade, from when they are red until they end."),
        numbers=_always(),
    ),
    Rule(
        kind=AlertKind.SAFETY, glyph="alert-triangle", severity=Severity.URGENT, roles=(*LEADERS, Role.OPERATOR),
        ways=BOTH, looks_at=_(
            "Feedback that tells of a danger to life, health or money within the last three days, one alert a theme; "
            "and words of danger in talk that was taken for no feedback, one alert a channel."
        ),
        numbers=_numbers(2, 1, 1), unit=_("people"),
    ),
    Rule(
        kind=AlertKind.ROOM, glyph="users-group", severity=Severity.URGENT, roles=LEADERS, ways=BOTH,
        looks_at=_("War rooms whose next update was promised for a time that has come."), numbers=_always(),
    ),
    Rule(
        kind=AlertKind.CLOCK, glyph="alarm", severity=Severity.HIGH, roles=HANDLERS, owner_alone=True, ways=BOTH,
        looks_at=_("Clocks of cases, and of themes that owe an announcement, that warn or ran out."),
        numbers=_numbers(1, .75, .5), unit=_("of the time used, or where its standard warns"),
    ),
    Rule(
        kind=AlertKind.KOC, glyph="star", severity=Severity.HIGH, roles=HANDLERS, owner_alone=True, ways=BOTH,
        looks_at=_("Cases of KOCs that wait for our answer longer than they should."),
        numbers=_numbers(24, 8, 4), unit=_("hours, or half of the time the clock allows"),
    ),
    Rule(
        kind=AlertKind.CRITIC, glyph="speakerphone", severity=Severity.HIGH, roles=(Role.OPERATOR,),
        looks_at=_("Criticism by people whose influence is at least so high, within the last seven days."),
        numbers=_numbers(85, 65, 50), unit=_("influence, of 100"),
    ),
    Rule(
        kind=AlertKind.RISE, glyph="trending-up", severity=Severity.HIGH, roles=(Role.OPERATOR, Role.PRODUCT),
        ways=BOTH, looks_at=_("Themes of which more people speak than their own past makes likely."),
        numbers=_numbers(8, 4, 4), unit=_("people"),
    ),
    Rule(
        kind=AlertKind.ANGER, glyph="mood-angry", severity=Severity.HIGH, roles=(Role.OPERATOR,), ways=BOTH,
        looks_at=_(
            "Themes and channels in which number and share of angry people are more than their own past makes likely."
        ),
        numbers=anger.BOUNDS, unit=_("chance that it comes by itself"),
    ),
    Rule(
        kind=AlertKind.SILENCE, glyph="volume-off", severity=Severity.HIGH, roles=LEADERS, ways=BOTH,
        looks_at=_("Channels with a steady flow of which nothing is heard for far longer than ever before."),
        numbers=silence.BOUNDS, unit=_("chance that it comes by itself"),
    ),
    Rule(
        kind=AlertKind.STEP, glyph="list-check", severity=Severity.NOTICE, roles=(), owner_alone=True,
        looks_at=_("Steps of a playbook that are due or late."), numbers=_always(),
    ),
    Rule(
        kind=AlertKind.APPROVAL, glyph="user-check", severity=Severity.HIGH, roles=(*LEADERS, Role.OPERATOR),
        needs=Permission.PUBLISH, ways=BOTH, looks_at=_(
            "Public answers on grave cases that wait for a second person. Whoever may say yes hears of them, the "
            "writer does not; of red cases also in quiet hours."
        ),
        numbers=_numbers(24, 4, 1), unit=_("hours, then it is told once more"),
    ),
    Rule(
        kind=AlertKind.PAUSED, glyph="player-pause", severity=Severity.HIGH, roles=LEADERS, ways=BOTH,
        looks_at=_("Channels that were paused, by a person or because the platform refused us."), numbers=_always(),
    ),
    Rule(
        kind=AlertKind.FAILED, glyph="mail-x", severity=Severity.NOTICE, roles=(*LEADERS, Role.OPERATOR),
        looks_at=_("Answers that did not arrive within the last day, one alert a channel."),
        numbers=_numbers(5, 1, 1), unit=_("messages"),
    ),
)  # fmt: skip
RULES: Final[Mapping[str, Rule]] = {str(rule.kind): rule for rule in _ALL}


def standing(workspace_id: uuid.UUID) -> dict[str, Standing]:
    """Every rule as this workspace wants it, in their order: one statement."""
    kept = {one.rule: one for one in RuleSetting.objects.filter(workspace_id=workspace_id)}
    return {kind: _standing(rule, kept.get(kind)) for kind, rule in RULES.items()}


def _standing(rule: Rule, kept: RuleSetting | None) -> Standing:
    if kept is None:
        return Standing(rule, on=True, sensitivity=Sensitivity.NORMAL, roles=tuple(map(str, rule.roles)))
    return Standing(rule, on=kept.on, sensitivity=kept.sensitivity, roles=tuple(kept.roles))
