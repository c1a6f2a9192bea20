"""How long and how often QQ takes answers, by where was written; and the handle that carries it."""

import datetime
from dataclasses import dataclass
from typing import Final

from huixiang.channels.contracts import ReplyWindow


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of place: its path in the interface, how long and how often an answer is taken. None: not told."""

    path: str
    lasts: datetime.timedelta
    answers: int | None
    alone: bool = False


ALONE: Final = Kind("v2/users", datetime.timedelta(minutes=60), 5, alone=True)
GROUP: Final = Kind("v2/groups", datetime.timedelta(minutes=5), 5)
CHANNEL: Final = Kind("channels", datetime.timedelta(minutes=5), None)
DIRECT: Final = Kind("dms", datetime.timedelta(minutes=5), None, alone=True)


def opened(kind: Kind, place: str, number: str, at: datetime.datetime) -> ReplyWindow:
    """The right to answer that a message of that time gives. The handle: where to, and in answer to what."""
    return ReplyWindow(at + kind.lasts, kind.answers, f"{kind.path}/{place}|{number}")


def read(handle: str) -> tuple[str, str]:
    """Where to and in answer to what, from a handle; "" for none."""
    where, _sign, number = handle.rpartition("|")
    return where, number
