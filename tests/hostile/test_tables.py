"""Tables that are bombs, disguises or half broken: by the page of the desk and by the command."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huixiang.cli.main import main
from huixiang.intake.imports import reading
from huixiang.intake.models import ImportRun, Message
from huixiang.intake.tasks import run_import
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership, Workspace

MEGABYTE = 1024 * 1024
BOOK = b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets/></workbook>'
LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
SHEET = "xl/worksheets/sheet1.xml"


def packed(**parts: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", BOOK)
        for name, content in parts.items():
            with book.open(name.replace("__", "/") + ".xml", "w", force_zip64=True) as part:
                for start in range(0, len(content), MEGABYTE):
                    part.write(content[start : start + MEGABYTE])
    return held.getvalue()


def real_book(change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook of a spreadsheet program, each part changed."""
    import xlsxwriter  # noqa: PLC0415

    held, changed = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        book.add_worksheet().write_row(0, 0, ["text", "id"])
    with zipfile.ZipFile(held) as before, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
    return changed.getvalue()


def declared(part: str, declaration: bytes, use: bytes) -> bytes:
    def change(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        head, mark, rest = content.partition(b"?>")
        return head + mark + declaration + rest.replace(b"text", use)

    return real_book(change)


BOMBS: dict[str, Callable[[], bytes]] = {
    "half a gigabyte of shared strings": lambda: packed(xl__sharedStrings=bytes(420 * MEGABYTE)),
    "laughs in a sheet": lambda: declared(SHEET, LAUGHS + b"]>", b"&j;"),
    "laughs in the strings": lambda: declared("xl/sharedStrings.xml", LAUGHS + b"]>", b"&j;"),
    "a file from outside": lambda: declared("xl/sharedStrings.xml", OUTSIDE, b"&e;"),
    "a zip of other things": lambda: packed(a=b"x"),
    "a cut-off zip": lambda: real_book(lambda _name, content: content)[:-40],
    "a pdf": lambda: b"%PDF-1.7\n" + bytes(50),
    "a page": lambda: b"<!DOCTYPE html><html><body><script>1</script></body></html>",
    "a protected workbook": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(50),
    "nothing": lambda: b"",
    "one column of 50 MB": lambda: b"a" * 50 * MEGABYTE,
    "only NUL": lambda: bytes(5_000),
    "a thousand columns": lambda: b",".join(b"c%d" % n for n in range(1_000)) + b"\n",
}


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path, empty_cache: None) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(operator: Membership, client_of: Callable[[Membership], Client]) -> Client:
    return client_of(operator)


@pytest.mark.parametrize("what", BOMBS)
def test_what_is_no_table_is_refused_by_page_and_command(
    what: str, desk: Client, workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, path = BOMBS[what](), tmp_path / "a.xlsx"
    path.write_bytes(content)
    try:
        columns = reading.preview(path).columns
    except Refused:
        columns = []
    sent = {"file": SimpleUploadedFile("a.xlsx", content), "channel": "files"}
    answer = desk.post(f"/w/{workspace.slug}/channels/import/upload/", sent, headers={"HX-Request": "true"})
    status = main(["import", str(path), "--workspace", workspace.slug, "--channel", "files", "--map", "text=text"])
    said = capsys.readouterr().err
    if what == "a page":  # its first line is a heading like any other; no column can be chosen as text but that one
        assert (answer.status_code, columns, status) == (200, [content.decode()], 2)
        return
    assert (answer.status_code, answer.content.decode() != "", columns) == (409, True, [])
    assert status in {1, 2}
    assert said.splitlines()[-1].startswith("huixiang import: ")
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == ["a.xlsx"]
    assert (ImportRun.objects.count(), Message.objects.count()) == (0, 0)


def rows_by_page(desk: Client, workspace: Workspace, content: bytes) -> ImportRun:
    """Take a file through the pages and the worker."""
    place = f"/w/{workspace.slug}/channels/import/"
    answer = desk.post(f"{place}upload/", {"file": SimpleUploadedFile("a.csv", content), "channel": "files"})
    mapping = answer.headers["Location"]
    assert desk.get(mapping).status_code == 200
    assert desk.post(f"{mapping}start/", {"text": "text"}).status_code == 302
    run = ImportRun.objects.get()
    run_import(str(run.id))  # as the worker does
    run.refresh_from_db()
    assert desk.get(f"{place[:-7]}imports/{run.id}/").status_code == 200
    return run


@pytest.mark.parametrize(
    ("body", "stored", "refused"),
    [
        (b"text,id\n" + "高速上车机黑屏\n".encode() + "门把手\n".encode("gb18030") + b"\xff\xfe\xfd,2\n", 1, 2),
        (b"text,id\na\x00b,1\nok words,2\n", 1, 1),
        ("text,id\n\ud83d half,1\nwhole words,2\n".encode("utf-8", "surrogatepass"), 1, 1),
        (b"text,id\n" + b"x" * 5 * MEGABYTE + b",1\nshort words,2\n", 1, 1),
        ("text,id\n".encode("utf-16") + b"\x00\xd8,\x001\x00\n\x00", 1, 0),
        (b'text,id\n"' + b"a\n" * 30_000, 29_999, 1),
    ],
    ids=["two encodings", "nul", "half a sign", "five megabytes", "utf-16 cut in two", "never closed"],
)
def test_a_broken_row_costs_itself_alone(
    body: bytes, stored: int, refused: int, desk: Client, workspace: Workspace
) -> None:
    run = rows_by_page(desk, workspace, body)
    assert (run.state, run.stored, run.refused, run.read) == ("done", stored, refused, stored + refused)
    assert Message.objects.count() == stored


def test_a_file_of_nothing_but_open_marks_is_given_up_soon(desk: Client, workspace: Workspace) -> None:
    content = b"text,id\n" + b'x","\n' * 200_000
    answer = desk.post(
        f"/w/{workspace.slug}/channels/import/upload/",
        {"file": SimpleUploadedFile("a.csv", content), "channel": "files"},
        headers={"HX-Request": "true"},
    )
    assert (answer.status_code, answer.content.decode()) == (409, "太多行的引号开了没有关。")
    assert ImportRun.objects.count() == 0
