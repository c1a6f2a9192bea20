"""Files of a message: what it names, and fetching one."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from huixiang.channels.files import FileSort, InboundFile
from huixiang.connectors.payload import found, items, word

SORTS: Final[Mapping[str, FileSort]] = {
    "document": FileSort.FILE, "video": FileSort.FILM, "animation": FileSort.FILM, "video_note": FileSort.FILM,
}  # fmt: skip
"""What can be kept; voices, music and stickers are only named."""


def named(said: Any) -> list[InboundFile]:
    """The files a message names. Of a photo Telegram keeps several sizes: the largest."""
    there = {kind: found(said, kind) for kind in SORTS}
    if there["animation"] is not None:
        there["document"] = None  # the same once more, for programs that know no animations
    files = [_file(sort, there[kind]) for kind, sort in SORTS.items()]
    photo = max(items(said, "photo"), key=_area, default=None)
    return [one for one in [_file(FileSort.PICTURE, photo), *files] if one]


def _area(size: Any) -> int:
    width, height = found(size, "width"), found(size, "height")
    return width * height if isinstance(width, int) and isinstance(height, int) else 0


def _file(sort: FileSort, part: Any) -> InboundFile | None:
    size = found(part, "file_size")
    if not word(part, "file_id"):
        return None
    number = size if isinstance(size, int) and not isinstance(size, bool) else 0
    return InboundFile(sort, {"file_id": word(part, "file_id")}, word(part, "file_name"), number)


def path_of(said: Any) -> str:
    """Where a file lies, below the address with the bot's token, by the answer of getFile; "" when it is not told."""
    return quote(word(said, "result", "file_path"), safe="/")
