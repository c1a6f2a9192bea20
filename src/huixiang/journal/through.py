"""A program that acts in somebody's name: what it does is written under the program, not the person."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from huixiang.journal.events import Actor

_key: ContextVar[uuid.UUID | None] = ContextVar("the API key that acts", default=None)


@contextmanager
def key(key_id: uuid.UUID) -> Iterator[None]:
    """Until it ends, what staff do here is done by this API key; what members and the system do stays theirs."""
    token = _key.set(key_id)
    try:
        yield
    finally:
        _key.reset(token)


def actor(given: Actor) -> Actor:
    """Who is written down for this actor."""
    key_id = _key.get()
    return Actor("key", key_id) if key_id and given.kind == "staff" else given
