"""Files of a message: what it names, and fetching one with the application's token."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from huixiang.channels.contracts import TransportError
from huixiang.channels.files import Brought, FileSort, InboundFile
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.downloads import FINE, Answered, anything_at, refused
from huixiang.connectors.feishu.platform import STALE_TOKEN, Refusal, api, token

KEYS: Final[Mapping[str, tuple[FileSort, str]]] = {  # of a message of its own: what it is, and which field names it
    "image": (FileSort.PICTURE, "image_key"), "file": (FileSort.FILE, "file_key"),
    "media": (FileSort.FILM, "file_key"), "video": (FileSort.FILM, "file_key"),
}  # fmt: skip
PIECES: Final[Mapping[str, tuple[FileSort, str]]] = {  # of rich text, by tag
    "img": (FileSort.PICTURE, "image_key"), "media": (FileSort.FILM, "file_key"),
}  # fmt: skip


def named(message_id: str, sort: str, content: str) -> list[InboundFile]:
    """The files a message names, in its order; none for what it says in words, or what cannot be fetched."""
    try:
        body = json.loads(content) if content else {}
    except (ValueError, RecursionError):
        return []
    found = _of_post(body) if sort == "post" else [(*KEYS[sort], body)] if sort in KEYS else []
    files = [_file(message_id, what, field, part) for what, field, part in found]
    return [one for one in files if one]


def _of_post(body: Any) -> Iterator[tuple[FileSort, str, Any]]:
    """Pictures and films between the lines, with or without a layer of languages around it."""
    if not isinstance(body, dict):
        return
    if "content" not in body:
        body = next((one for one in body.values() if isinstance(one, dict) and "content" in one), {})
    rows = body.get("content")
    for row in rows if isinstance(rows, list) else ():
        for piece in row if isinstance(row, list) else [row]:
            tag = piece.get("tag") if isinstance(piece, dict) else None
            if isinstance(tag, str) and tag in PIECES:
                yield (*PIECES[tag], piece)


def _file(message_id: str, sort: FileSort, field: str, part: Any) -> InboundFile | None:
    key, name = (part.get(field), part.get("file_name")) if isinstance(part, dict) else (None, None)
    if not isinstance(key, str) or not key:
        return None
    kind = "image" if sort == FileSort.PICTURE else "file"
    reference = {"message": message_id, "key": key, "type": kind}
    return InboundFile(sort, reference, name if isinstance(name, str) else "")


def fetched(account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
    """One file. A token that is refused is fetched anew, once. Raises TransportError."""
    path = f"/open-apis/im/v1/messages/{quote(reference['message'], safe='')}"
    path += f"/resources/{quote(reference['key'], safe='')}"
    for last in (False, True):
        headers = {"Authorization": f"Bearer {token(account, anew=last)}"}
        answered = anything_at(account, api(account) + path, params={"type": reference["type"]}, headers=headers)
        trouble = _trouble(answered)
        if trouble is None:
            return answered.brought()
        answered.file.close()
        if last or not (isinstance(trouble, Refusal) and trouble.code in STALE_TOKEN):
            raise trouble
    raise AssertionError("unreachable")


def _trouble(answered: Answered) -> TransportError | None:
    """What Feishu says instead of handing the file out; None when this is the file."""
    if answered.status == FINE and answered.media_type != "application/json":
        return None
    try:
        said = json.loads(answered.beginning())
    except (ValueError, RecursionError):
        said = None
    code = said.get("code") if isinstance(said, dict) else None
    if isinstance(code, int) and not isinstance(code, bool) and code:
        return Refusal(code, str(said.get("msg", "")) if isinstance(said, dict) else "")
    return None if answered.status == FINE else refused(answered.status)
