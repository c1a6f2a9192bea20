"""Files that a message only names: they lie with its platform until somebody wants them."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import IO


class FileSort(StrEnum):
    """What the platform calls a file. What it is, its content tells once it is here."""

    PICTURE = "picture"
    FILE = "file"
    FILM = "film"


@dataclass(frozen=True, slots=True)
class InboundFile:
    """A file a message brought. `reference` is what its connector fetches it by, and nothing to anybody else.

    `until`: the platform hands it out that long, as far as is known. `size` in bytes, 0 when it does not say.
    """

    sort: FileSort
    reference: Mapping[str, str]
    name: str = ""
    size: int = 0
    until: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as it was fetched; `name` when the platform told one with it. Whoever asked for it closes it."""

    file: IO[bytes]
    size: int
    name: str = ""


def sort_of(media_type: str) -> FileSort | None:
    """What a platform's media type says of a file; None for voices and music, which are only named."""
    group = media_type.partition("/")[0].lower()
    if group in ("audio", "voice"):
        return None
    return {"image": FileSort.PICTURE, "video": FileSort.FILM}.get(group, FileSort.FILE)
