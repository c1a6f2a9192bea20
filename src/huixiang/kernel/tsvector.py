"""The words of a row as PostgreSQL's tsvector: written from the row's own fields, never read back, asked by `matches`.

Every vector also holds a word for its workspace, so that the index itself narrows to one tenant.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import connection, transaction
from django.db.models import Expression, FloatField, Func, Lookup, Model, Value

LONGEST_WORD = 64  # signs; PostgreSQL refuses words of 2,047 bytes and more
MOST_BYTES = 500_000  # of words in a vector, which may have a megabyte in all
LAST_PLACE = 16_383  # places in a vector are kept in fourteen bits
AT_ONCE = 500  # rows whose words are made in one transaction


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def workspace_word(workspace_id: uuid.UUID) -> str:
    """The word only this workspace's rows hold; no text can hold it, its first sign belongs to no word."""
    return f"~{workspace_id.hex}"


def vector(workspace_id: uuid.UUID, words: Mapping[str, str]) -> str:
    """Return the tsvector literal of words and their weights (A to D), in the order in which they stand.

    Too long words and whatever comes after MOST_BYTES are left out; any string is accepted.
    """
    written = [_quoted(workspace_word(workspace_id))]
    left = MOST_BYTES
    for word, weight in words.items():
        left -= len(word.encode(errors="replace"))
        if left < 0:
            break
        if 0 < len(word) <= LONGEST_WORD and "\x00" not in word:
            written.append(f"{_quoted(word)}:{min(len(written), LAST_PLACE)}{weight}")
    return " ".join(written)


def wanted(workspace_id: uuid.UUID, terms: Iterable[str]) -> str:
    """Return the tsquery literal that asks for the workspace and for all of these terms (each made by `term`)."""
    return " & ".join([_quoted(workspace_word(workspace_id)), *terms])


def term(word: str, *, prefix: bool = False, pieces: Iterable[str] = (), weights: str = "") -> str:
    """One thing asked for: the word, what begins with it, or all of its pieces together; only of these weights."""
    mark = ("*" if prefix else "") + weights
    asked = _quoted(word) + (f":{mark}" if mark else "")
    together = " & ".join(_quoted(piece) + (f":{weights}" if weights else "") for piece in pieces)
    return f"({asked} | ({together}))" if together else asked


class _FromFields:
    """The attribute is what the fields say now; what was loaded is not looked at."""

    def __init__(self, field: "SearchField") -> None:
        self.field = field

    def __get__(self, row: Model | None, owner: type[Model] | None = None) -> Any:
        if row is None:
            return self
        return self.field.of(row) if self.field.of else row.__dict__.get(self.field.attname)

    def __set__(self, row: Model, value: Any) -> None:
        row.__dict__[self.field.attname] = value


class SearchField(SearchVectorField):  # type: ignore[type-arg]
    """A tsvector made by `of(row)` whenever the row is stored with this field; NULL means "to be made".

    It is large and of no use to Python, so that reading rows does not fetch it. `update(name=…)` does not
    write it: a trigger then sets it to NULL, and `config.tasks.index_words` makes it within a minute.
    """

    descriptor_class = _FromFields

    def __init__(self, *args: Any, of: Callable[[Any], str] | None = None, **options: Any) -> None:
        self.of = of
        super().__init__(*args, **{"null": True, "editable": False, **options})

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:  # noqa: ARG002 - Django's own
        """Fetch nothing in place of the vector."""
        return "NULL::tsvector", []

    def get_prep_value(self, value: Any) -> Any:
        """Literals pass as they are."""
        return value


@SearchField.register_lookup
class Matches(Lookup):
    """`search__matches=wanted(…)`: whether the vector has what the literal asks for."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Compare by @@; the literal is a parameter."""
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} @@ %s::tsquery", (*parameters, self.rhs)


class Rank(Func):
    """How well a vector answers: 0 to 1, words of a title counting more than those of a text."""

    function = "ts_rank"
    template = "%(function)s('{0.02, 0.1, 0.4, 1.0}', %(expressions)s::tsquery)"
    output_field = FloatField()

    def __init__(self, field: str | Expression, asked: str) -> None:
        super().__init__(field, Value(asked))


def fill(model: type[Model], of: Callable[[Any], str]) -> int:
    """Make the words of up to AT_ONCE rows that have none, in one transaction; returns how many.

    The rows are locked meanwhile, so that words written by another hand are not overwritten by older ones.
    """
    bare = model._default_manager.filter(search__isnull=True)  # noqa: SLF001 - Django's own name for it
    with transaction.atomic(), connection.cursor() as cursor:
        rows = list(bare.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:AT_ONCE])
        if rows:
            table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - Django's own name for it
            cursor.execute(
                f"UPDATE {table} SET search = made.words::tsvector "  # noqa: S608 - the table's name is ours
                f"FROM unnest(%s::uuid[], %s::text[]) AS made (id, words) WHERE {table}.id = made.id",
                [[row.pk for row in rows], [of(row) for row in rows]],
            )
    return len(rows)
