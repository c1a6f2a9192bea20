"""What a file is, by its content. The name only tells apart what looks alike: text, tables, logs."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from django.conf import settings
from django.utils.translation import gettext as _

from huixiang.kernel.errors import Refused

PICTURE, PDF, TEXT, OFFICE, VIDEO = "picture", "pdf", "text", "office", "video"
HEAD = 8192  # bytes looked at
MEGABYTE = 1024 * 1024
TEXTS: Final = {".txt": "text/plain", ".log": "text/plain", ".csv": "text/csv"}
OFFICES: Final = {
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
}
MOVIE_BRANDS: Final = (
    b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash",
)  # fmt: skip
PHONE_PICTURES: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
MOST_PARTS = 2_000  # of an office file


@dataclass(frozen=True, slots=True)
class Kind:
    """One file: its group (which decides the limit), its media type, and the endings its name may have."""

    group: str
    media_type: str
    endings: tuple[str, ...]


def most_bytes(group: str) -> int:
    """How large a file of this group may be; 0 when such files are not taken at all."""
    limits: dict[str, int] = settings.ATTACHMENT_LIMITS
    return limits.get(group, 0) * MEGABYTE


def largest() -> int:
    """The largest file of any group."""
    return max((most_bytes(group) for group in settings.ATTACHMENT_LIMITS), default=0)


def kind_of(file: IO[bytes], name: str) -> Kind:
    """What this file is. Raises Refused, in words that help, for what is not taken."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    if not head:
        raise Refused(_("“%(name)s” is empty.") % {"name": name})
    kind = _by_mark(head) or _office(file, head, name) or _text(head, name)
    if kind is None or not most_bytes(kind.group):
        raise Refused(
            _("“%(name)s” cannot be taken. Pictures, PDF, text, CSV, Excel, Word and MP4 can.") % {"name": name}
        )
    return kind


def _by_mark(head: bytes) -> Kind | None:
    if head.startswith(b"\xff\xd8\xff"):
        return Kind(PICTURE, "image/jpeg", (".jpg", ".jpeg"))
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind(PICTURE, "image/png", (".png",))
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return Kind(PICTURE, "image/gif", (".gif",))
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind(PICTURE, "image/webp", (".webp",))
    if head.startswith(b"%PDF-"):
        return Kind(PDF, "application/pdf", (".pdf",))
    return _boxed(head) if head[4:8] == b"ftyp" else None


def _boxed(head: bytes) -> Kind | None:
    """Films, and the pictures phones keep in the same container."""
    brand = head[8:12]
    if brand in PHONE_PICTURES:
        return Kind(PICTURE, "image/avif" if brand == b"avif" else "image/heic", (".heic", ".heif", ".avif"))
    if brand == b"qt  ":
        return Kind(VIDEO, "video/quicktime", (".mov",))
    return Kind(VIDEO, "video/mp4", (".mp4", ".m4v")) if brand in MOVIE_BRANDS else None


def _office(file: IO[bytes], head: bytes, name: str) -> Kind | None:
    if not head.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(file) as parts:
            names = set(parts.namelist()[: MOST_PARTS + 1])
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        raise Refused(_("“%(name)s” is damaged and cannot be opened.") % {"name": name}) from None
    finally:
        file.seek(0)
    if len(names) > MOST_PARTS or "[Content_Types].xml" not in names:
        return None
    if any(part.lower().endswith("vbaproject.bin") for part in names):
        raise Refused(_("“%(name)s” holds macros. Save it without macros and send it again.") % {"name": name})
    for part, (media_type, ending) in OFFICES.items():
        if part in names:
            return Kind(OFFICE, media_type, (ending,))
    return None


def _text(head: bytes, name: str) -> Kind | None:
    ending = Path(name).suffix.lower()
    if ending not in TEXTS or b"\x00" in head:
        return None
    return Kind(TEXT, TEXTS[ending], (ending,)) if _readable(head) else None


def _readable(head: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # the head may end inside a character
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False
