"""Files as people send them, harmless and otherwise, made here."""

import io
import zipfile
import zlib

from PIL import Image


def picture(form: str = "JPEG", size: tuple[int, int] = (640, 480), **saved: object) -> bytes:
    """A picture with a gradient, so that it is not of one colour."""
    made = Image.linear_gradient("L").resize(size).convert("RGB")
    return _saved(made, form, **saved)


def _saved(made: Image.Image, form: str, **saved: object) -> bytes:
    written = io.BytesIO()
    made.save(written, form, **saved)  # type: ignore[arg-type]
    return written.getvalue()


def photograph_with_place() -> bytes:
    """A JPEG as a phone writes it: lying on its side, with camera and place."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 0.0)})
    return picture("JPEG", (640, 480), exif=exif)


def moving_gif() -> bytes:
    """Three frames."""
    frames = [Image.new("P", (60, 40), shade) for shade in (10, 120, 240)]
    return _saved(frames[0], "GIF", save_all=True, append_images=frames[1:])


def bomb() -> bytes:
    """A PNG of a few hundred bytes whose head claims 60,000 × 60,000 pixels."""
    small = picture("PNG", (8, 8))
    body = small[12:16] + (60_000).to_bytes(4, "big") * 2 + small[24:29]
    return small[:12] + body + zlib.crc32(body).to_bytes(4, "big") + small[33:]


def archive(*names: str, **contents: str) -> bytes:
    """A zip with these parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as parts:
        for name in names:
            parts.writestr(name, contents.get(name, "<x/>"))
    return written.getvalue()


def workbook(*more: str) -> bytes:
    """What looks like an XLSX."""
    return archive("[Content_Types].xml", "xl/workbook.xml", *more)


PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF"
FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42" + b"\x00" * 64
