"""The dials, 0–100 each, with their reason in words and the words they rest on; authenticity stands in credence.py."""

import math
from dataclasses import dataclass
from typing import Any

from huixiang.engine.reading import Reading
from huixiang.members.models import Member, Tier
from huixiang.themes.models import Theme
from huixiang.triage.wording import Part, tell

SEVERITY_STEPS = 25  # severity 0–4 reads as 0/25/50/75/100
TIER_INFLUENCE = {Tier.PLAIN: 20, Tier.ACTIVE: 40, Tier.KOC: 65, Tier.CORE: 85}
PEOPLE_FOR_HALF = 8  # distinct people who make a matter half as prevalent as can be
VOTE_WEIGHT = 0.3  # a person who only said 我也是


@dataclass(frozen=True, slots=True)
class Dial:
    """One dial: its value, why, and the quoted evidence ("" when there is none)."""

    value: int
    reason: str  # in the language of whoever asked; `said` words it in another's
    quote: str = ""
    said: tuple[Part, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As an assessment keeps it."""
        return {"reason": self.reason, "quote": self.quote, "said": [list(part) for part in self.said]}


def _dial(value: int, *said: Part, quote: str = "") -> Dial:
    return Dial(value, tell(said).text, quote, said)


def influence(member: Member) -> Dial:
    """Tier, plus up to 10 for reach (a factor of ten in readers is worth 2.5), plus up to 8 for confirmed reports."""
    if member.anonymous:
        return _dial(TIER_INFLUENCE[Tier.PLAIN], ("anonymous", {}))
    reach = min(10.0, 2.5 * math.log10(1 + member.reach))
    confirmed = min(8, 2 * member.confirmed_count)
    value = TIER_INFLUENCE[Tier(member.tier)] + reach + confirmed
    parts: list[Part] = [("tier", {"tier": str(member.tier)})]
    if member.confirmed_count:
        parts.append(("confirmed", {"count": member.confirmed_count}))
    if member.reach:
        parts.append(("reach", {"count": member.reach}))
    return _dial(min(100, round(value)), *parts)


def prevalence(theme: Theme | None, quote: str = "") -> Dial:
    """Distinct people in the theme beside the first, voters at a lower weight: 100·(1 − 2^(−(people − 1)/8)).

    `quote`: how somebody else put it.
    """
    if theme is None:
        return _dial(0, ("no_theme", {}))
    people = theme.people_count + VOTE_WEIGHT * theme.vote_count
    value = round(100 * (1 - 2 ** (-max(people - 1, 0) / PEOPLE_FOR_HALF)))
    if people <= 1:
        return _dial(value, ("alone", {}))
    growing: list[Part] = [("growing", {})] if theme.recent_people * 2 > theme.people_count else []
    counted: Part = ("people", {"people": theme.people_count, "recent": theme.recent_people})
    return _dial(value, counted, *growing, quote=quote)


def severity(reading: Reading) -> Dial:
    """The engine's severity class and the words that made it."""
    said: Part = (f"severity_{reading.severity}", {})
    return _dial(reading.severity * SEVERITY_STEPS, said, quote=reading.severity_quote)
