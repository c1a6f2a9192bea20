"""Encoding pictures anew: what is kept holds pixels and nothing else.

Place, camera and thumbnails of the phone go, the turn of the camera is carried out, size is limited, and whatever hid
behind or inside the picture's bytes is gone.
"""

import io
import struct
from dataclasses import dataclass
from typing import IO, Final

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from huixiang.kernel.errors import Refused

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2560
THUMB_SIDE = 480
QUALITY = 85
LARGEST_PNG = 1_500_000  # bytes; a photograph saved as PNG becomes a JPEG
BROKEN = (OSError, ValueError, SyntaxError, EOFError, struct.error, IndexError, KeyError, TypeError, OverflowError,
          ZeroDivisionError, MemoryError, RuntimeError)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture as it is kept."""

    data: bytes
    thumb: bytes
    media_type: str
    ending: str
    width: int
    height: int


def encode(file: IO[bytes], name: str) -> Encoded:
    """Read a picture and write it anew; of a moving one the first frame is kept.

    Raises Refused, in words, for one that is damaged, of a kind that cannot be read here, or beyond all measure.
    """
    try:
        with Image.open(file, formats=FORMATS) as opened:
            _measure(opened, name)
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is decoded small, which saves memory
            opened.seek(0)
            opened.load()
            photograph = opened.format == "JPEG"
            pixels = ImageOps.exif_transpose(opened)
            pixels = pixels.convert("RGBA" if _transparent(pixels) else "RGB")
    except Image.DecompressionBombError:
        raise _too_large(name) from None
    except BROKEN:
        raise Refused(
            _("“%(name)s” is damaged or no picture that can be read here. Send a JPEG or PNG, or a screenshot of it.")
            % {"name": name}
        ) from None
    pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return _written(pixels, photograph=photograph)


def _measure(opened: Image.Image, name: str) -> None:
    """Look at the size the head claims before a single pixel is unpacked."""
    width, height = opened.size
    if width * height > MOST_PIXELS or not width or not height:
        raise _too_large(name)


def _too_large(name: str) -> Refused:
    return Refused(
        _("“%(name)s” has too many pixels: %(most)d million can be taken. Make it smaller and send it again.")
        % {"name": name, "most": MOST_PIXELS // 1_000_000}
    )


def _transparent(pixels: Image.Image) -> bool:
    if pixels.mode in ("RGBA", "LA", "PA"):
        return True
    return pixels.mode == "P" and "transparency" in pixels.info


def _written(pixels: Image.Image, *, photograph: bool) -> Encoded:
    pixels = _bare(pixels)
    small = pixels.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    form, data = ("JPEG", _saved(pixels, "JPEG")) if photograph else _best(pixels)
    media_type, ending = ("image/png", ".png") if form == "PNG" else ("image/jpeg", ".jpg")
    return Encoded(data, _saved(small, form), media_type, ending, pixels.width, pixels.height)


def _bare(pixels: Image.Image) -> Image.Image:
    """The pixels in a new picture: nothing the old one carried beside them comes along."""
    bare = Image.new(pixels.mode, pixels.size)
    bare.paste(pixels)
    return bare


def _best(pixels: Image.Image) -> tuple[str, bytes]:
    """PNG for what is transparent, or drawn with few colours so that letters stay sharp; JPEG for the rest."""
    if pixels.mode == "RGBA":
        return "PNG", _saved(pixels, "PNG")
    few = pixels.getcolors(maxcolors=4096) is not None
    png = _saved(pixels, "PNG") if few else b""
    return ("PNG", png) if png and len(png) <= LARGEST_PNG else ("JPEG", _saved(pixels, "JPEG"))


def _saved(pixels: Image.Image, form: str) -> bytes:
    written = io.BytesIO()
    if form == "PNG":
        pixels.save(written, "PNG", optimize=True)
    else:
        pixels.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return written.getvalue()
