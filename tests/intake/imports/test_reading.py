import datetime
import io
import struct
import zipfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huixiang.insights.exports.spreadsheet import harmless
from huixiang.intake.imports import reading
from huixiang.intake.imports import workbook as workbooks
from huixiang.intake.imports.table import Row
from huixiang.kernel.errors import Refused

File = Callable[..., Path]


@pytest.fixture(autouse=True)
def _english() -> object:
    with translation.override("en"):
        yield


def rows_of(path: Path) -> list[Row]:
    with closing(reading.open_table(path)) as table:
        return list(table.rows)


def cells_of(path: Path) -> list[list[str]]:
    return [row.cells for row in rows_of(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding(csv_file: File, encoding: str) -> None:
    path = csv_file("内容,时间\r\n打不着火，急,2026-11-21\r\n", encoding)
    preview = reading.preview(path)
    assert (preview.columns, preview.rows) == (["内容", "时间"], [["打不着火，急", "2026-11-21"]])
    assert preview.encoding == {"utf-8": "utf-8-sig"}.get(encoding, encoding)


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(csv_file: File, sign: str, end: str) -> None:
    assert cells_of(csv_file(sign.join(["text", "time", "id"]) + end + sign.join(["a", "b", "c"]) + end)) == [
        ["a", "b", "c"]
    ]


def test_quoted_line_ends_stay_in_the_text_and_rows_are_counted_as_in_a_spreadsheet(csv_file: File) -> None:
    rows = rows_of(csv_file('text,id\n"one\ntwo ""three""",1\n\nfour,2\n'))
    assert rows == [Row(2, ['one\ntwo "three"', "1"]), Row(4, ["four", "2"])]


def test_an_open_quotation_mark_costs_its_row_alone(csv_file: File) -> None:
    rows = rows_of(csv_file('id,text\n1,"open\n2,two\n3,"three\n4,"four"\n5,"last'))
    assert [(row.number, row.fault) for row in rows] == [
        (2, "A quotation mark is opened and not closed."),
        (3, ""),
        (4, "A quotation mark is opened and not closed."),
        (5, ""),
        (6, ""),
    ]
    assert rows[0].cells == ['1,"open']
    assert [row.cells for row in rows if not row.fault] == [["2", "two"], ["4", "four"], ["5", "last"]]


def test_an_open_quotation_mark_before_thousands_of_rows(csv_file: File) -> None:
    body = "".join(f"{number},text\n" for number in range(5_000))
    rows = rows_of(csv_file(f'id,text\nx,"open\n{body}'))
    assert (len(rows), sum(bool(row.fault) for row in rows)) == (5_001, 1)


def test_rows_too_short_are_filled_and_rows_too_long_are_at_fault(csv_file: File) -> None:
    rows = rows_of(csv_file("id,text,time\n1,short\n2,a,b,c\n3,a,b,,\n"))
    assert rows[0].cells == ["1", "short", ""]
    assert rows[1].fault == "The row has 4 columns, the first line 3; is a comma in the text not quoted?"
    assert rows[2] == Row(4, ["3", "a", "b"])


def test_names_are_made_different(csv_file: File) -> None:
    preview = reading.preview(csv_file("text,text, ,id,,\na,b,c,d\n"))
    assert preview.columns == ["text", "text (2)", "#3", "id"]


def test_a_single_broken_byte_does_not_change_the_encoding(csv_file: File) -> None:
    path = csv_file("内容\n".encode() + b"\xff\n" + "好的，谢谢你们的回复\n".encode())
    assert cells_of(path) == [["\udcff"], ["好的，谢谢你们的回复"]]
    assert reading.preview(path).rows == [["?"], ["好的，谢谢你们的回复"]]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty; a first line with column names is needed."),
        (b"\n \n,,\n", "The file is empty; a first line with column names is needed."),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "The first line does not hold column names. Is it a CSV or XLSX file?"),
        (b"x" * 300, "The first line does not hold column names. Is it a CSV or XLSX file?"),
        (
            b"\xd0\xcf\x11\xe0rest",
            "This is an old or a protected Excel file. Save it as .xlsx without a password, or as CSV.",
        ),
        (
            b"PK\x03\x04nonsense",
            "This is not a readable XLSX file. Open it in a spreadsheet program and save it again as .xlsx.",
        ),
    ],
)
def test_what_is_no_table_is_refused_in_words(csv_file: File, content: bytes, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        reading.preview(csv_file(content))
    assert str(refused.value) == sentence


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        reading.preview(tmp_path / "gone.csv")
    assert str(refused.value) == "gone.csv cannot be read: No such file or directory."


def test_a_workbook_as_a_person_reads_it(workbook: File) -> None:
    path = workbook(
        [
            ["内容", "手机", "时间", "比例", "是", "编号"],
            ["=1+1 is text", 13_800_138_000, datetime.datetime(2026, 11, 21, 8, 5), 0.5, True, 1_101_011_990],  # noqa: DTZ001
            [],
            ["second", None, None, None, None, "007"],
        ],
        first_row=2,
    )
    preview = reading.preview(path)
    assert (preview.encoding, preview.columns) == ("xlsx", ["内容", "手机", "时间", "比例", "是", "编号"])
    first, second = rows_of(path)
    assert first.cells[1:] == ["13800138000", "2026-11-21 08:05:00", "0.5", "TRUE", "1101011990"]
    assert second == Row(6, ["second", "", "", "", "", "007"])


def _packed(parts: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return held.getvalue()


def test_a_bomb_is_refused_before_it_is_unpacked(csv_file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_BYTES", 10_000)
    path = csv_file(_packed({"xl/sharedStrings.xml": b"0" * 10_001}))
    with pytest.raises(Refused, match="too large"):
        reading.preview(path)


def test_a_packing_list_that_lies_is_found_out(csv_file: File) -> None:
    content = _packed({"xl/sharedStrings.xml": b"0" * 100_000})
    lie = content.replace(struct.pack("<L", 100_000), struct.pack("<L", 10))
    with pytest.raises(Refused, match="not a readable XLSX"):
        reading.preview(csv_file(lie))


def test_one_cell_far_out_is_refused(csv_file: File) -> None:
    far = b'<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row>'
    sheet = b"<worksheet><sheetData>" + far + b"</sheetData></worksheet>"
    with pytest.raises(Refused, match="too large"):
        reading.preview(csv_file(_packed({"xl/worksheets/sheet1.xml": sheet})))


def test_entities_in_a_sheet_are_refused(csv_file: File) -> None:
    sheet = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><worksheet>&b;</worksheet>'
    with pytest.raises(Refused, match="not a readable XLSX"):
        reading.preview(csv_file(_packed({"xl/worksheets/sheet1.xml": sheet})))


@pytest.mark.parametrize(
    ("cell", "out"), [("=cmd()", "'=cmd()"), ("+1", "'+1"), ("@a", "'@a"), ("a=1", "a=1"), ("", "")]
)
def test_formulas_are_neutralised_on_the_way_out(cell: str, out: str) -> None:
    assert harmless(cell) == out


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | st.text('",;\n\r\ta内\0', max_size=60).map(str.encode))
def test_any_bytes_give_rows_or_a_sentence(csv_file: File, content: bytes) -> None:
    path = csv_file(content)
    rows = []
    with suppress(Refused):
        rows = rows_of(path)
    assert [row.number for row in rows] == sorted({row.number for row in rows})


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.lists(st.text('ab内 "\n,;=', min_size=1, max_size=8), min_size=2, max_size=2), max_size=5))
def test_what_a_proper_program_writes_is_read_back(csv_file: File, table: list[list[str]]) -> None:
    import csv  # noqa: PLC0415

    held = io.StringIO(newline="")
    csv.writer(held).writerows([["one", "two"], *table])
    expected = [cells for cells in table if any(cell.strip() for cell in cells)]
    assert cells_of(csv_file(held.getvalue())) == expected


CELLS = st.sampled_from([
    b"<worksheet>", b"<sheetData>", b"</sheetData>", b"</worksheet>", b'<row r="1">', b'<row r="x">', b"</row>",
    b'<c r="A1" t="s"><v>0</v></c>', b'<c r="B1" t="str"><v>9</v></c>', b'<c r="ZZZZ9"/>', b'<c t="inlineStr"><is><t>',
    b"</t></is></c>", b'<c r="A2" t="d"><v>2024-13-45</v></c>', b'<c s="1"><v>1e400</v></c>', b"&#0;", b"\xff",
    b'<mergeCell ref="A1:XFD9"/>', b"<v>-1</v>", b"<!DOCTYPE a>", b'<c t="b"><v>7</v></c>', b'<c t="e"><v>#N/A</v></c>',
])  # fmt: skip
SHEETS = st.lists(CELLS | st.binary(max_size=8), max_size=15).map(b"".join)


@pytest.fixture
def parts(workbook: File) -> dict[str, bytes]:
    with zipfile.ZipFile(workbook([["text", "who"], ["黑屏", "漠河"], [1.5, True]])) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@settings(max_examples=60, deadline=None, suppress_health_check=[*HealthCheck])
@given(sheet=SHEETS | st.none(), places=st.lists(st.integers(0, 8000), max_size=3), put=st.binary(max_size=6))
def test_any_workbook_gives_rows_or_a_sentence(
    csv_file: File, parts: dict[str, bytes], sheet: bytes | None, places: list[int], put: bytes
) -> None:
    content = _packed(parts if sheet is None else {**parts, "xl/worksheets/sheet1.xml": sheet})
    for place in places:
        at = place % len(content)
        content = content[:at] + put + content[at + len(put) :]
    rows = []
    with suppress(Refused):
        rows = rows_of(csv_file(content))
    assert [row.number for row in rows] == sorted({row.number for row in rows})
