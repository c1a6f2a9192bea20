"""How members are called in public, and where a title meets what is being typed."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from huixiang.members.models import Member

SHORTEST_MATCH = 2
FACTS = {
    "scene": pgettext_lazy("fact", "Scene"),
    "steps": pgettext_lazy("fact", "Steps"),
    "expected": pgettext_lazy("fact", "Expected"),
    "actual": pgettext_lazy("fact", "Actual"),
    "version": pgettext_lazy("fact", "Version"),
    "frequency": pgettext_lazy("fact", "How often"),
    "evidence": pgettext_lazy("fact", "Evidence"),
}


def public_name(member: Member) -> str:
    """The nickname under which a member posted in public; the nameless are called so."""
    return member.name if member.name and not member.anonymous else _("A member who would rather not be named")


def matches(title: str, typed: str) -> list[tuple[str, bool]]:
    """The title in pieces, each with whether those words were typed too: runs of two signs and more."""
    hit = [False] * len(title)
    for start in range(len(title) - SHORTEST_MATCH + 1):
        piece = title[start : start + SHORTEST_MATCH]
        if piece.isalnum() and piece.casefold() in typed.casefold():
            hit[start : start + SHORTEST_MATCH] = [True] * SHORTEST_MATCH
    pieces: list[tuple[str, bool]] = []
    for sign, marked in zip(title, hit, strict=True):
        if pieces and pieces[-1][1] == marked:
            pieces[-1] = (pieces[-1][0] + sign, marked)
        else:
            pieces.append((sign, marked))
    return pieces


def fact_words(facts: Mapping[str, object]) -> list[tuple[str, str]]:
    """What was heard in a feedback, as (name, words), in the order people tell it."""
    return [(str(FACTS[name]), str(facts[name])) for name in FACTS if facts.get(name)]
