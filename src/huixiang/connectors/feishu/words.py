"""What a message says, as text: rich text in lines, placeholders for what is not text, names for who is called."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

PLACEHOLDERS: Final = {  # in the words Feishu's own list of chats uses
    "image": "[图片]", "file": "[文件]", "folder": "[文件夹]", "audio": "[语音]", "media": "[视频]", "video": "[视频]",
    "sticker": "[表情]", "interactive": "[卡片]", "share_chat": "[群名片]", "share_user": "[个人名片]",
    "location": "[位置]", "merge_forward": "[聊天记录]", "hongbao": "[红包]", "todo": "[任务]", "vote": "[投票]",
    "share_calendar_event": "[日程]", "calendar": "[日程]", "general_calendar": "[日程]", "video_chat": "[视频会议]",
}  # fmt: skip
UNKNOWN: Final = "[其他消息]"
NAMED: Final = {"file", "folder", "media", "location"}  # their placeholder carries a name
EVERYBODY: Final = "@所有人"
KEY: Final = re.compile(r"@_(?:user_\d+|all)")
OLD_CALL: Final = re.compile(r"<at [^<>]*>(.*?)</at>", re.DOTALL)  # as messages of schema 1.0 carry it
DEEPEST: Final = 30

Names = Mapping[str, str]


def read(sort: str, content: str, names: Names) -> str:
    """Text of a message of schema 2.0. `names`: what stands for each “@_user_1” in it. Raises ValueError."""
    try:
        body = json.loads(content) if content else {}
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(body, dict):
        raise ValueError("the content is no object")  # noqa: TRY004 - of what came, not of a caller
    if sort == "text":
        return _called(_word(body, "text"), names).strip()
    if sort == "post":
        return _post(body, names)
    if sort == "interactive":
        return f"{PLACEHOLDERS[sort]} {' '.join(_texts(body))}".strip()
    return _placeholder(sort, body)


def read_old(event: Mapping[str, Any]) -> str:
    """Text of a message of schema 1.0, whose words stand in the event itself."""
    sort = str(event.get("msg_type", ""))
    if sort not in ("text", "post"):
        return PLACEHOLDERS.get(sort, UNKNOWN)
    text = _word(event, "text_without_at_bot") or _word(event, "text")
    lines = [_word(event, "title"), OLD_CALL.sub(r"\1", text)]
    pictures = event.get("image_keys")
    lines += [PLACEHOLDERS["image"]] * (len(pictures) if isinstance(pictures, list) else 0)
    return "\n".join(line.strip() for line in lines if line.strip())


def _word(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _called(text: str, names: Names) -> str:
    """The text with names for “@_user_1”; whoever is not told of stays as they are."""

    def name(found: re.Match[str]) -> str:
        key = found.group()
        return EVERYBODY if key == "@_all" else names.get(key, key)

    return KEY.sub(name, text)


def _placeholder(sort: str, body: Mapping[str, Any]) -> str:
    name = (_word(body, "file_name") or _word(body, "name")) if sort in NAMED else ""
    shown = PLACEHOLDERS.get(sort, UNKNOWN)
    return f"{shown[:-1]}：{name}]" if name else shown


def _post(body: Mapping[str, Any], names: Names) -> str:
    """Rich text, with or without a layer of languages around it."""
    if "content" not in body:
        body = next((one for one in body.values() if isinstance(one, dict) and "content" in one), {})
    rows = body.get("content")
    lines = [_word(body, "title")]
    for row in rows if isinstance(rows, list) else ():
        pieces = row if isinstance(row, list) else [row]
        lines.append("".join(_piece(one, names) for one in pieces if isinstance(one, dict)))
    return "\n".join(line for line in lines if line.strip()).strip()


def _piece(piece: Mapping[str, Any], names: Names) -> str:
    """One element of a line."""
    shown = PIECES.get(_word(piece, "tag"))
    return shown(piece, names) if shown else ""


def _link(piece: Mapping[str, Any], names: Names) -> str:  # noqa: ARG001 - as every piece
    text, address = _word(piece, "text"), _word(piece, "href")
    return text if not address or text == address else f"{text}（{address}）" if text else address


def _at(piece: Mapping[str, Any], names: Names) -> str:
    key = _word(piece, "user_id")
    if key in ("all", "@_all"):
        return EVERYBODY
    name = _word(piece, "user_name")
    return names.get(key, f"@{name}" if name else "")


PIECES: Final[Mapping[str, Callable[[Mapping[str, Any], Names], str]]] = {
    "text": lambda piece, names: _called(_word(piece, "text"), names),
    "md": lambda piece, names: _called(_word(piece, "text"), names),
    "code_block": lambda piece, _names: _word(piece, "text"),
    "a": _link,
    "at": _at,
    "img": lambda _piece, _names: PLACEHOLDERS["image"],
    "media": lambda _piece, _names: PLACEHOLDERS["media"],
    "emotion": lambda piece, _names: f"[{_word(piece, 'emoji_type') or '表情'}]",
}


def _texts(body: Any, depth: int = 0) -> Iterator[str]:
    """Every text of a card, in the order it is read, whichever way the card is built."""
    if depth > DEEPEST:
        return
    if isinstance(body, list):
        for one in body:
            yield from _texts(one, depth + 1)
    elif isinstance(body, dict):
        for name, value in body.items():
            if isinstance(value, str):
                if name in ("text", "content", "title") and value.strip():
                    yield value.strip()
            else:
                yield from _texts(value, depth + 1)
