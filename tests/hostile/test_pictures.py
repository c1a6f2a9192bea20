"""Files that are two things at once, or none: by the portal, the desk, a noted call, and how they are handed out."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from huixiang.intake.attachments import storage
from huixiang.intake.models import Attachment
from huixiang.workspaces.models import Membership, Workspace
from tests.hostile.values import LONG, TURNED
from tests.intake.attachments import files

HIDDEN = b"<script>alert(1)</script>"
JAR = files.archive("META-INF/MANIFEST.MF", "Evil.class")


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path, empty_cache: None) -> None:
    settings.MEDIA_ROOT = tmp_path


def png(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG whose head claims this size."""
    def part(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", body) + part(b"IEND", b"")


def saved(mode: str, form: str, **options: Any) -> bytes:
    """A picture of this mode."""
    written = io.BytesIO()
    Image.new(mode, (60, 40)).save(written, form, **options)
    return written.getvalue()


def moving() -> bytes:
    """A WebP of three frames."""
    written = io.BytesIO()
    frames = [Image.new("RGB", (60, 40), (shade, 0, 0)) for shade in (0, 90, 200)]
    frames[0].save(written, "WEBP", save_all=True, append_images=frames[1:])
    return written.getvalue()


def exif_script() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = HIDDEN.decode()
    return files.picture("JPEG", exif=exif, comment=HIDDEN)


TAKEN = {
    "png and zip": (files.picture("PNG") + files.archive("a.js"), "a.png", "image/png"),
    "gif and jar": (files.moving_gif() + JAR, "a.gif", "image/png"),
    "script in the head of a jpeg": (exif_script(), "a.jpg", "image/jpeg"),
    "place and turn": (files.photograph_with_place(), "a.jpg", "image/jpeg"),
    "cmyk": (saved("CMYK", "JPEG"), "a.jpg", "image/jpeg"),
    "16 bits": (saved("I;16", "PNG"), "a.png", "image/png"),
    "moving webp": (moving(), "a.webp", "image/png"),
    "a picture that says it is a page": (files.picture("PNG"), "a.html", "image/png"),
}
REFUSED = {
    "svg as png": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.png"),
    "html as jpeg": (b"<html><script>1</script>", "a.jpg"),
    "50,000 by 50,000": (png(50_000, 50_000, zlib.compress(b"\0" * 1_000_000)), "a.png"),
    "nothing by nothing": (png(0, 0), "a.png"),
    "cut off": (files.picture("PNG")[:200], "a.png"),
    "head alone": (b"\x89PNG\r\n\x1a\n", "a.png"),
    "empty": (b"", "a.png"),
    "gif of no size": (b"GIF89a\0\0\0\0\0\0\0;", "a.gif"),
    "riff of nothing": (b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff", "a.webp"),
}


@pytest.fixture
def ways(
    workspace: Workspace, operator: Membership, client_of: Callable[[Membership], Client]
) -> dict[str, Callable[[bytes, str], int]]:
    """Each place files are sent to: what it answers."""

    def to(client: Client, address: str) -> Callable[[bytes, str], int]:
        return lambda data, name: client.post(address, {"file": SimpleUploadedFile(name, data)}).status_code

    def noted(data: bytes, name: str) -> int:
        body = {"kind": "phone", "name": "阿澈", "steps": "车机黑屏", "files": [SimpleUploadedFile(name, data)]}
        return desk.post(f"/w/{workspace.slug}/notes/save/", body).status_code

    desk = client_of(operator)
    return {
        "portal": to(Client(), f"/c/{workspace.slug}/files/"),
        "desk": to(desk, f"/w/{workspace.slug}/files/"),
        "note": noted,
    }


@pytest.mark.parametrize("what", TAKEN)
def test_a_picture_keeps_its_pixels_and_nothing_else(what: str, ways: dict[str, Any]) -> None:
    data, name, media_type = TAKEN[what]
    answers = {way: send(data, name) for way, send in ways.items()}
    assert answers == {"portal": 200, "desk": 200, "note": 302}
    for kept in Attachment.objects.all():
        bytes_kept = storage.path_of(kept.path).read_bytes()
        assert (kept.media_type, Path(kept.name).suffix) == (media_type, ".png" if "png" in media_type else ".jpg")
        assert [mark for mark in (HIDDEN, b"PK\x03\x04", b"PhoneMaker", b"Exif") if mark in bytes_kept] == []
        shown = Image.open(io.BytesIO(bytes_kept))
        assert shown.mode in {"RGB", "RGBA", "L"}
        assert (getattr(shown, "n_frames", 1), dict(shown.getexif())) == (1, {})


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_picture_is_refused_and_leaves_nothing(what: str, ways: dict[str, Any]) -> None:
    data, name = REFUSED[what]
    answers = {way: send(data, name) for way, send in ways.items()}
    if what == "empty":  # a browser sends a field of files without files the same way
        answers.pop("note")
    assert set(answers.values()) == {422}
    assert Attachment.objects.count() == 0


NAMES = {
    "turned": f"发票{TURNED}fdp.exe.pdf",
    "quotes": 'a"; filename="b.html".pdf',
    "long": LONG + ".pdf",
    "up and away": "../../../etc/cron.d/x.pdf",
    "nothing": " .pdf",
}
PAGE = b"%PDF-1.7\n<html><script>alert(1)</script></html>\n%%EOF"


@pytest.mark.parametrize("what", NAMES)
def test_a_page_in_a_pdf_is_only_ever_a_download(
    what: str, workspace: Workspace, operator: Membership, client_of: Callable[[Membership], Client]
) -> None:
    desk = client_of(operator)
    body = {"kind": "phone", "name": "阿澈", "steps": "车机黑屏", "files": [SimpleUploadedFile("x", PAGE)]}
    body["files"][0].name = NAMES[what]  # type: ignore[index]
    assert desk.post(f"/w/{workspace.slug}/notes/save/", body).status_code == 302
    kept = Attachment.objects.get()
    assert not any(sign in kept.name for sign in "\r\n\u202e\u2066/\\")
    assert len(kept.name) <= 112
    answer: Any = desk.get(f"/w/{workspace.slug}/files/{kept.id}/")
    assert b"".join(answer.streaming_content) == PAGE
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    disposition = answer["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert not any(sign in disposition for sign in "\r\n\u202e")
    assert "sandbox" in answer["Content-Security-Policy"]
    for part in ("picture/", "thumb/"):
        assert desk.get(f"/w/{workspace.slug}/files/{kept.id}/{part}").status_code == 404
