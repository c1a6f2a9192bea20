"""The four dials, 0–100 each, every one with its reason in words and the words it rests on."""

import math
from dataclasses import dataclass

from django.utils.translation import gettext as _

from huixiang.engine.reading import Reading
from huixiang.members.models import Member, Tier
from huixiang.themes.models import Theme

SEVERITY_STEPS = 25  # severity 0–4 reads as 0/25/50/75/100
TIER_INFLUENCE = {Tier.PLAIN: 20, Tier.ACTIVE: 40, Tier.KOC: 65, Tier.CORE: 85}
PEOPLE_FOR_HALF = 8  # distinct people who make a matter half as prevalent as can be
VOTE_WEIGHT = 0.3  # a person who only said 我也是
TRUSTED_REPORTS = 5
COPIES_SUSPECT = 2


@dataclass(frozen=True, slots=True)
class Dial:
    """One dial: its value, why, and the quoted evidence ("" when there is none)."""

    value: int
    reason: str
    quote: str = ""

    def to_json(self) -> dict[str, str]:
        """As an assessment keeps it."""
        return {"reason": self.reason, "quote": self.quote}


def influence(member: Member) -> Dial:
    """Tier, plus up to 10 for reach (a factor of ten in readers is worth 2.5), plus up to 8 for confirmed reports."""
    if member.anonymous:
        return Dial(TIER_INFLUENCE[Tier.PLAIN], _("anonymous: the words count, not the name"))
    reach = min(10.0, 2.5 * math.log10(1 + member.reach))
    confirmed = min(8, 2 * member.confirmed_count)
    value = TIER_INFLUENCE[Tier(member.tier)] + reach + confirmed
    parts = [str(Tier(member.tier).label)]
    if member.confirmed_count:
        parts.append(_("%(count)d reports confirmed") % {"count": member.confirmed_count})
    if member.reach:
        parts.append(_("read by about %(count)d people") % {"count": member.reach})
    return Dial(min(100, round(value)), _(", ").join(parts))


def authenticity(reading: Reading, member: Member, copied_by: int) -> Dial:
    """What the text itself shows, raised by a record of true reports, lowered when others posted the same text."""
    value, reasons = reading.authenticity, [reading.authenticity_reason]
    if member.confirmed_count:
        value += 15 * min(member.confirmed_count, TRUSTED_REPORTS) // TRUSTED_REPORTS
        reasons.append(_("earlier reports were confirmed"))
    if copied_by >= COPIES_SUSPECT:
        value -= 30
        reasons.append(_("the same text from %(count)d accounts") % {"count": copied_by})
    quote = reading.facts.get("evidence") or reading.facts.get("version") or reading.facts.get("scene", "")
    return Dial(max(0, min(100, value)), _("; ").join(filter(None, reasons)), quote)


def prevalence(theme: Theme | None, quote: str = "") -> Dial:
    """Distinct people in the theme beside the first, voters at a lower weight: 100·(1 − 2^(−(people − 1)/8)).

    `quote`: how somebody else put it.
    """
    if theme is None:
        return Dial(0, _("no matter that others share"))
    people = theme.people_count + VOTE_WEIGHT * theme.vote_count
    value = round(100 * (1 - 2 ** (-max(people - 1, 0) / PEOPLE_FOR_HALF)))
    if people <= 1:
        return Dial(value, _("nobody else has said this so far"))
    growing = theme.recent_people * 2 > theme.people_count
    words = _("%(people)d people said this, %(recent)d of them within 72 hours") % {
        "people": theme.people_count,
        "recent": theme.recent_people,
    }
    return Dial(value, words + (_(", still growing") if growing else ""), quote)


def severity(reading: Reading) -> Dial:
    """The engine's severity class and the words that made it."""
    words = {
        0: _("no problem is reported"),
        1: _("a small inconvenience or a wish"),
        2: _("a real problem with a way around it"),
        3: _("a core function fails, or real loss"),
        4: _("a danger to safety or health"),
    }
    return Dial(reading.severity * SEVERITY_STEPS, words[reading.severity], reading.severity_quote)
