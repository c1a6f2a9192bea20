"""The roster as its address names it: filters, sorting, chips; and how a row is drawn."""

import uuid
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huixiang.cases.roster import MOODS, SORTS, Facts, Wanted
from huixiang.engine.masking import mask
from huixiang.members.models import NEVER, Consent, Member, Tier
from huixiang.triage.dials import influence
from huixiang.ui.vocabulary import TIERS
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

QUIET: Final = (7, 30, 90)
LONGEST_QUERY: Final = 100
MOOD_WORDS: Final[dict[str, Promise]] = {
    "bad": pgettext_lazy("mood", "Upset"),
    "mixed": pgettext_lazy("mood", "Mixed"),
    "good": pgettext_lazy("mood", "Content"),
}
SORT_WORDS: Final[dict[str, Promise]] = {
    "contact": _("Last contact"),
    "quiet": _("Longest without contact"),
    "feedback": _("Most feedback"),
    "name": pgettext_lazy("sort", "Name"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar of the drawing of a mood, in units of its viewBox."""

    x: int
    y: int
    height: int
    kind: str


@dataclass(frozen=True, slots=True)
class Row:
    """A member as the roster shows them."""

    member: Member
    facts: Facts
    influence: int
    mood: str
    marks: list[Mark]
    silent: bool


def wanted_of(query: QueryDict, viewer: Membership) -> Wanted:
    """The filters an address names; whatever makes no sense is left open."""
    tier, mood, consent, sort = (query.get(name, "") for name in ("tier", "mood", "consent", "sort"))
    quiet = query.get("quiet", "")
    return Wanted(
        q=query.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY],
        contacts=holds(viewer, Permission.UNMASK),
        tier=tier if tier in Tier.values else "",
        account_id=_uuid(query.get("channel", "")),
        mood=mood if mood in MOODS else "",
        open_case=query.get("open") == "1",
        quiet_days=int(quiet) if quiet.isascii() and quiet.isdigit() and int(quiet[:4]) in QUIET else None,
        consent=consent if consent in Consent.values else "",
        sort=sort if sort in SORTS else "contact",
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def query_of(wanted: Wanted, **more: object) -> str:
    """The filters as the query of an address."""
    named: dict[str, object] = {
        "q": wanted.q, "tier": wanted.tier, "channel": wanted.account_id, "mood": wanted.mood,
        "open": "1" if wanted.open_case else "", "quiet": wanted.quiet_days, "consent": wanted.consent,
        "sort": "" if wanted.sort == "contact" else wanted.sort,
    }  # fmt: skip
    return urlencode({name: value for name, value in (named | more).items() if value})


def row_of(member: Member, facts: Facts) -> Row:
    """One line of the roster."""
    return Row(
        member, facts, influence(member).value, mood_of(member), marks(member.moods), member.last_contact_at == NEVER
    )


def mood_of(member: Member) -> str:
    """bad, mixed, good; "" while nothing was said."""
    if member.mood is None:
        return ""
    edge = 33  # as roster.MOODS cuts
    return "bad" if member.mood < -edge else "good" if member.mood > edge else "mixed"


def marks(moods: list[int]) -> list[Mark]:
    """Bars up for good words, down for bad ones, a dot between: the latest on the right."""
    drawn = {1: (1, 8, "g"), 0: (8, 2, "m"), -1: (9, 8, "b")}
    return [Mark(place * 6, *drawn[max(-1, min(1, mood))]) for place, mood in enumerate(moods)]


def tiers(wanted: Wanted, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The tiers as tabs, the closest first, with how many there are of each."""
    number = sum(counts.values())
    everybody: dict[str, Any] = {"word": _("All members"), "count": number, "here": not wanted.tier, "key": ""}
    found = [
        {"word": TIERS[tier][1], "count": counts.get(tier, 0), "here": wanted.tier == tier, "key": tier}
        for tier in (Tier.CORE, Tier.KOC, Tier.ACTIVE, Tier.PLAIN)
    ]
    shown: list[dict[str, Any]] = [everybody, *found]
    for tab in shown:
        tab["query"] = query_of(replace(wanted, tier=str(tab["key"])))
    return shown


def hidden(text: str) -> str:
    """An address or name on a channel as everybody of the team may see it."""
    if "@" in text:
        name, _at, place = text.partition("@")
        return f"{name[:1]}***@{place}"
    masked = mask(text).text
    return masked if masked != text else f"{text[:2]}***{text[-2:]}" if len(text) > 5 else f"{text[:1]}***"  # noqa: PLR2004
