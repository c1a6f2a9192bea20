"""What the product keeps of a person, kind by kind: one table for asking, exporting, hiding, erasing and joining.

Each package tells of its own rows (in `erasure.py` and `joining.py`); config hands all of them down at start-up,
because members stand below most of what is about them.
"""

import datetime
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from huixiang.members.models import Identity, Member

Known = dict[str, datetime.datetime]
ALWAYS_KNOWN = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


@dataclass(slots=True)
class Person:
    """A member with the records joined into it, and the words that would tell who it is, each with since when.

    The time matters: whoever takes a word of somebody's text for a name, or says the text after them, and then asks to
    be erased has no part in what was written before.
    """

    workspace_id: uuid.UUID
    ids: list[uuid.UUID]
    names: Known = field(default_factory=dict)
    said: Known = field(default_factory=dict)
    addresses: Known = field(default_factory=dict)
    quotes: Known | None = None  # the clauses of `said` a quote would repeat, the longest first; found once
    strange: set[str] = field(default_factory=set)  # texts that hold nothing of theirs: many messages have one text

    def learn(self, kind: str, words: Iterable[str], since: datetime.datetime) -> None:
        """Keep words of a kind (names, said, addresses); the earliest time counts."""
        known: Known = getattr(self, kind)
        for word in filter(None, (word.strip() for word in words)):
            known[word] = min(since, known.get(word, since))


@dataclass(frozen=True, slots=True)
class Trace:
    """One kind of row about a person.

    `blanks` go at once and are kept sealed for the days in which an erasure can be undone; `ends` go when these are
    over; both are values, or functions of (row, person). `drop` deletes rows instead: "now" (sealed) or "end".
    `told` are the fields the person may read. `rows` must find the same rows when they have been blanked.
    """

    key: str
    model: type[Model]
    rows: Callable[[Person], QuerySet[Any]]
    word: Promise | str = ""
    told: tuple[str, ...] = ()
    retention: Promise | str = ""
    fate: Promise | str = ""
    blanks: Mapping[str, Any] = field(default_factory=dict)
    ends: Mapping[str, Any] = field(default_factory=dict)
    drop: str = ""
    names: tuple[str, ...] = ()  # fields that hold a name
    said: tuple[str, ...] = ()  # fields that hold what the person said
    addresses: tuple[str, ...] = ()  # fields that hold an address or an id of the person elsewhere
    since: Callable[[Any], datetime.datetime] = lambda _row: ALWAYS_KNOWN  # when a row's names, words, addresses came
    reads: tuple[str, ...] = ()  # fields the functions in `blanks` read beside those they blank
    others: bool = False  # written by others: the journal tells which rows were changed
    files: Callable[[Any], Sequence[str]] | None = None  # paths on disk that belong to a row


@dataclass(frozen=True, slots=True)
class Move:
    """Rows that go along when two records become one; `once` names what a member may have only one row for.

    `better` says whether the source's row is the one to keep where both have one. `parted` finds the rows that
    came by one identity, when it becomes a member of its own.
    """

    key: str
    model: type[Model]
    member: str = "member_id"
    once: str = ""
    better: Callable[[Any, Any], bool] = lambda _source, _target: False
    parted: Callable[[Identity], Q | None] = lambda _identity: None


class Exact(DjangoJSONEncoder):
    """JSON that can be read back as it was: Django's own leaves microseconds out."""

    def default(self, o: Any) -> Any:
        """Times in full."""
        return o.isoformat() if isinstance(o, datetime.datetime) else super().default(o)


def kept_rows(rows: Iterable[Model]) -> str:
    """Rows as `serializers.deserialize("json", …)` makes them again."""
    return str(serializers.serialize("json", rows, cls=Exact))


@dataclass(frozen=True, slots=True)
class Moved:
    """What a joining, a parting or its undoing did: between whom, which rows, and what made room for others.

    `gone` has the model's label and the fields of each row of which a member may have one only.
    """

    workspace_id: uuid.UUID
    member_ids: Sequence[uuid.UUID]
    rows: Mapping[str, Sequence[str]]
    gone: Sequence[tuple[str, Mapping[str, Any]]]


Follow = Callable[[Moved], None]
After = Callable[[Person], None]


@dataclass(slots=True)
class _Table:
    traces: list[Trace] = field(default_factory=list)
    after_hiding: list[After] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    after_moving: list[Follow] = field(default_factory=list)


table = _Table()


def hand_down(*, erasure: Sequence[str], joining: Sequence[str]) -> None:
    """Take the modules that tell of their rows, in the order in which they are hidden; replaces the earlier ones.

    A module of `erasure` has TRACES, and may have `after_hiding(person)`; one of `joining` has MOVES, and may have
    `after_moving(moved)`.
    """
    table.traces = [trace for name in erasure for trace in import_string(f"{name}.TRACES")]
    table.moves = [move for name in joining for move in import_string(f"{name}.MOVES")]
    table.after_hiding = _functions(erasure, "after_hiding")
    table.after_moving = _functions(joining, "after_moving")


def _functions(names: Sequence[str], wanted: str) -> list[Any]:
    modules = [import_string(f"{name}.__dict__") for name in names]
    return [module[wanted] for module in modules if wanted in module]


def person(member: Member) -> Person:
    """Somebody with every record that was joined into theirs."""
    ids, fresh = [member.id], [member.id]
    while fresh:
        taken = Member.objects.filter(workspace_id=member.workspace_id, joined_into_id__in=fresh)
        fresh = [found for found in taken.values_list("id", flat=True) if found not in ids]
        ids += fresh
    return Person(member.workspace_id, ids)


def of_members(model: type[Model], column: str = "member_id") -> Callable[[Person], QuerySet[Any]]:
    """Finder of rows by a column that names the member."""
    manager = model._default_manager  # noqa: SLF001 - Django's public name for it
    return lambda who: manager.filter(workspace_id=who.workspace_id, **{f"{column}__in": who.ids})
