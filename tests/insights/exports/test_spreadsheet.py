import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from huixiang.insights.exports import spreadsheet
from huixiang.insights.exports.spreadsheet import Table, csv_lines, write_csv, write_xlsx

SAID = datetime.datetime(2026, 11, 20, 16, 30, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _shanghai() -> object:
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        yield


def test_a_csv_file_opens_with_chinese_and_local_times() -> None:
    rows = [["打不着火，\n两次", SAID, 3], [None, SAID.date(), 0.5]]
    assert list(csv_lines(Table("", ["原声", "时间", "人数"], rows))) == [
        "\ufeff原声,时间,人数\r\n", '"打不着火，\n两次",2026-11-21 00:30,3\r\n', ",2026-11-20,0.5\r\n",
    ]  # fmt: skip


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_words_become_a_formula(sign: str, tmp_path: Path) -> None:
    evil = f"{sign}HYPERLINK(1)"
    assert spreadsheet.harmless(evil) == f"'{evil}"
    write_xlsx(tmp_path / "a.xlsx", Table("原声", ["原声"], [[evil]]))
    with (tmp_path / "a.xlsx").open("rb") as file:
        assert b"<f>" not in file.read()
    assert CalamineWorkbook.from_path(tmp_path / "a.xlsx").get_sheet_by_name("原声").to_python() == [["原声"], [evil]]


def test_figures_stay_figures_and_below_zero() -> None:
    assert list(csv_lines(Table("", ["x"], [[-5]])))[1] == "-5\r\n"


def test_an_xlsx_file_says_what_it_is(tmp_path: Path) -> None:
    table = Table("原声 [全部]", ["原声", "时间", "公开"], [["a\x00b" * 20_000, SAID, True], ["", None, False]])
    write_xlsx(tmp_path / "a.xlsx", table, about=[("谁导出", "知夏")], about_title="说明")
    book = CalamineWorkbook.from_path(tmp_path / "a.xlsx")
    assert book.sheet_names == ["说明", "原声  全部"]
    assert book.get_sheet_by_index(0).to_python() == [["谁导出", "知夏"]]
    rows = book.get_sheet_by_index(1).to_python()
    local = SAID.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)
    assert (rows[0], rows[1][1:], rows[2][2]) == (["原声", "时间", "公开"], [local, True], False)


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 2)
    write_xlsx(tmp_path / "a.xlsx", Table("原声", ["n"], ([n] for n in range(5))))
    book = CalamineWorkbook.from_path(tmp_path / "a.xlsx")
    found = [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]
    assert found == [("原声", [["n"], [0], [1]]), ("原声 2", [["n"], [2], [3]]), ("原声 3", [["n"], [4]])]


def test_a_file_of_csv_is_what_the_lines_are(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", Table("", ["n"], [["甲"]]))
    assert (tmp_path / "a.csv").read_bytes().decode() == "\ufeffn\r\n甲\r\n"
