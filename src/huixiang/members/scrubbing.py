"""Taking one person's words and name out of text that others wrote."""

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from huixiang.members.traces import Person

SHORTEST_NAME = 2  # a name of one sign would tear holes into other words
SHORTEST_CLAUSE = 6
ENDS = re.compile(r"[。！？!?\n；;，,]+")
GONE = "……"
MOST_CLAUSES = 200  # looked for in one statement, the longest first


def clauses(texts: Iterable[str]) -> list[str]:
    """What a quote might repeat: each text whole and clause by clause, the longest first."""
    found: set[str] = set()
    for text in texts:
        found |= {piece.strip() for piece in [text, *ENDS.split(text)]}
    return sorted((piece for piece in found if len(piece) >= SHORTEST_CLAUSE), key=len, reverse=True)


def scrubbed(text: str, person: Person) -> str:
    """The text without what the person said and what they are called."""
    for clause in clauses(person.said):
        text = text.replace(clause, GONE)
    for address in sorted(person.addresses, key=len, reverse=True):
        if len(address) >= SHORTEST_CLAUSE:
            text = text.replace(address, GONE)
    for name in sorted(person.names, key=len, reverse=True):
        if len(name) >= SHORTEST_NAME:
            text = text.replace(name, _("a member"))
    return text


def scrub(field: str) -> Any:
    """A blank for a text field that others wrote: only what is the person's goes."""

    def blank(row: Any, person: Person) -> str:
        longest = row._meta.get_field(field).max_length  # noqa: SLF001 - Django's public name for it
        return scrubbed(getattr(row, field), person)[:longest]

    return blank


def scrub_json(field: str) -> Any:
    """The same for a field of JSON: every string in it, however deep."""
    return lambda row, person: _scrubbed_json(getattr(row, field), person)


def _scrubbed_json(value: Any, person: Person) -> Any:
    if isinstance(value, str):
        return scrubbed(value, person)
    if isinstance(value, list):
        return [_scrubbed_json(one, person) for one in value]
    if isinstance(value, dict):
        return {name: _scrubbed_json(one, person) for name, one in value.items()}
    return value


def telling(field: str, person: Person) -> Q | None:
    """Which rows hold something of the person in this field; None when nothing would tell. Case does not count."""
    words = {word for word in person.names | person.addresses if len(word) >= SHORTEST_NAME}
    words |= set(clauses(person.said)[:MOST_CLAUSES])
    wanted = [Q(**{f"{field}__icontains": word}) for word in sorted(words)]
    return reduce(or_, wanted) if wanted else None
