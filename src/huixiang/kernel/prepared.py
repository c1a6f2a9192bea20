"""Statements that every call makes: the server parses and plans them once a connection, not once a call.

Only for SQL whose text never changes; the lists it works on are given as arrays. Planned anew: everything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class _Shown:
    query: bytes


class _Prepared(psycopg.Cursor[Any]):
    """Asks for its statement to be prepared, where the settings allow it at all."""

    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> Any:
        done = super().execute(query, params, **{"prepare": True, **kwargs})
        self._query = _Shown(query.encode())  # type: ignore[assignment] # read by Django's log of statements
        return done


def rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement with named values and give the rows it returns. A cast says of each value what it is."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor: Any = _Prepared(connection.connection)
    wrapped = connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)
    with wrapped as open_cursor:
        open_cursor.execute(sql, values)
        return list(open_cursor.fetchall())


def _fields(model: type[Model]) -> Sequence[Any]:
    return model._meta.concrete_fields  # noqa: SLF001 - Django's documented interface


def columns(model: type[Model], alias: str) -> str:
    """What a statement selects so that `instance` can make a model of it."""
    return ", ".join(f'{alias}."{field.column}"' for field in _fields(model))


def width(model: type[Model]) -> int:
    """How many `columns` a model has."""
    return len(_fields(model))


def instance(model: type[M], row: Sequence[Any]) -> M:
    """The model of a row of its `columns`; what comes after them is left alone."""
    fields = _fields(model)
    values = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, row, strict=False)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], values)
