"""What every list takes: a cursor, a limit, and the same few filters under the same names."""

import datetime
import uuid
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

import pydantic
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Schema
from ninja.errors import HttpError
from pydantic import Field

from huixiang.api.incoming import storable
from huixiang.kernel import pagination

MOST = 200
BIGGEST = 2**62
Row = TypeVar("Row", bound=Model)


def in_utc(value: datetime.datetime) -> datetime.datetime:
    """The same moment as the database can compare it. Raises ValueError beyond the calendar's ends."""
    try:
        return value.astimezone(datetime.UTC)
    except OverflowError as error:
        raise ValueError(_("The time lies beyond the calendar.")) from error


Word = Annotated[str, pydantic.AfterValidator(storable), Field(max_length=200)]
Moment = Annotated[
    pydantic.AwareDatetime, pydantic.AfterValidator(in_utc), Field(description="ISO 8601 with its zone.")
]
GradeName = Literal["red", "orange", "yellow", "blue"]
KindName = Literal["defect", "complaint", "suggestion", "question", "praise", "chatter", "spam"]


class Paged(Schema):
    """Where a list goes on, and how much of it at once."""

    cursor: Annotated[str, pydantic.AfterValidator(storable)] = Field(
        "", description="next_cursor of the page before; empty for the first."
    )
    limit: int = Field(50, ge=1, le=MOST, description="Rows on a page.")


class Listed(Paged):
    """The filters most lists share; those left out leave everything in."""

    q: Word = Field("", description="Words to find, as in the desk's search.")
    since: Moment | None = Field(None, description="From this moment on.")
    until: Moment | None = Field(None, description="Before this moment.")


def stretch(field: str, asked: Listed) -> Q:
    """What lies in a stretch of time."""
    ends = {f"{field}__gte": asked.since, f"{field}__lt": asked.until}
    return Q(**{end: at for end, at in ends.items() if at})


def between(rows: QuerySet[Row], field: str, asked: Listed) -> QuerySet[Row]:
    """The rows of a stretch of time."""
    return rows.filter(stretch(field, asked))


def whole(value: Any) -> int:
    """Parser of a whole number in a cursor. Raises ValueError for one the database cannot hold."""
    if type(value) is not int or abs(value) > BIGGEST:
        raise ValueError(value)
    return value


def fraction(value: Any) -> float:
    """Parser of a number in a cursor. Raises ValueError for what is none."""
    found = float(value)
    if found != found or abs(found) > BIGGEST:  # noqa: PLR0124 - not a number is the one that is not itself
        raise ValueError(value)
    return found


def page(
    rows: QuerySet[Row], asked: Paged, by: str, parse: Callable[[Any], Any] = pagination.moment, *, rising: bool = False
) -> pagination.Page[Row]:
    """One page by keyset: sorted by `by`, then id, the greatest first unless `rising`. 422 for a foreign cursor."""
    place = pagination.decode(asked.cursor, parse, uuid.UUID)
    if asked.cursor and place is None:
        raise HttpError(422, _("cursor must be a next_cursor of this list."))
    side, sign = ("gt", "") if rising else ("lt", "-")
    if place:
        rows = rows.filter(**{f"{by}__{side}e": place[0]}).exclude(
            **{by: place[0], f"id__{'lte' if rising else 'gte'}": place[1]}
        )
    found = list(rows.order_by(f"{sign}{by}", f"{sign}id")[: asked.limit + 1])
    return pagination.cut(found, asked.limit, by, "id")

