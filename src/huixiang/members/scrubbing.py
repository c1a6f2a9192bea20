"""Taking one person's words and name out of text that others wrote.

Such text belongs to whoever wrote it, and anybody may call themselves anything. So little is taken out: longer names,
never from a title, and longer clauses repeated to the letter; and only what the person was called, or had said, before
the text was written.
"""

import datetime
import re
from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from huixiang.members.traces import Known, Person

SHORTEST_NAME = 3  # shorter ones are words of their own far too often
SHORTEST_ADDRESS = 6
SHORTEST_CLAUSE = 12
ENDS = re.compile(r"[。！？!?\n；;，,]+")
GONE = "……"
Written = Callable[[], datetime.datetime]


def clauses(texts: Iterable[str]) -> list[str]:
    """What a quote might repeat: each text whole and clause by clause, the longest first."""
    found: set[str] = set()
    for text in texts:
        found |= {piece.strip() for piece in [text, *ENDS.split(text)]}
    return sorted((piece for piece in found if len(piece) >= SHORTEST_CLAUSE), key=len, reverse=True)


def _quotes(person: Person) -> Known:
    if person.quotes is None:
        found: Known = {}
        for text, since in person.said.items():
            for clause in clauses([text]):
                found[clause] = min(since, found.get(clause, since))
        person.quotes = dict(sorted(found.items(), key=lambda one: -len(one[0])))
    return person.quotes


def name_pattern(name: str) -> re.Pattern[str]:
    """Where a name stands as a word: Latin signs and digits beside it make it part of another."""
    before = r"(?<![A-Za-z0-9_])" if re.match(r"[A-Za-z0-9_]", name) else ""
    after = r"(?![A-Za-z0-9_])" if re.search(r"[A-Za-z0-9_]$", name) else ""
    return re.compile(before + re.escape(name) + after)


def scrubbed(text: str, person: Person, written: Written, *, title: bool = False) -> str:
    """The text without what the person had said and was called when it was written; a title keeps every name."""
    if text in person.strange:
        return text
    long_names = sorted((name for name in person.names if len(name) >= SHORTEST_NAME), key=len, reverse=True)
    addresses = [one for one in person.addresses if len(one) >= SHORTEST_ADDRESS and one in text]
    quotes = [clause for clause in _quotes(person) if clause in text]
    names = [name for name in long_names if name in text]
    if not (quotes or names or addresses):
        person.strange.add(text)
        return text
    at = written()
    for clause in (one for one in quotes if _quotes(person)[one] <= at):
        text = text.replace(clause, GONE)
    for address in (one for one in addresses if person.addresses[one] <= at):
        text = name_pattern(address).sub(GONE, text)
    for name in (one for one in names if person.names[one] <= at and not title):
        text = name_pattern(name).sub(lambda _found: _("a member"), text)
    return text


def scrub(field: str, written: str, *, title: bool = False) -> Any:
    """A blank for a text field that others wrote at the time in `written`: only what is the person's goes."""

    def blank(row: Any, person: Person) -> str:
        longest = row._meta.get_field(field).max_length  # noqa: SLF001 - Django's public name for it
        return scrubbed(getattr(row, field), person, lambda: getattr(row, written), title=title)[:longest]

    return blank


def telling(field: str, person: Person) -> Q | None:
    """Which rows name the person, or an address of theirs; None when nothing would tell. Case does not count."""
    words = {name for name in person.names if len(name) >= SHORTEST_NAME}
    words |= {address for address in person.addresses if len(address) >= SHORTEST_ADDRESS}
    wanted = [Q(**{f"{field}__icontains": word}) for word in sorted(words)]
    return reduce(or_, wanted) if wanted else None


def excerpt_without(row: Any, person: Person) -> str:
    """What was refused: empty when an address shows that it was theirs; otherwise only their name and words go."""
    text = row.excerpt.casefold()
    if any(len(one) >= SHORTEST_ADDRESS and one.casefold() in text for one in person.addresses):
        return ""
    return scrubbed(row.excerpt, person, lambda: datetime.datetime.max.replace(tzinfo=datetime.UTC))
