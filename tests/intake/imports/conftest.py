from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from huixiang.channels.models import ChannelAccount
from huixiang.workspaces.models import Workspace


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    def build(text: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / "rows.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding, "surrogatepass"))
        return path

    return build


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """An XLSX file of these rows; a cell is what xlsxwriter writes for a Python value."""

    def build(rows: list[list[object]], first_row: int = 0) -> Path:
        path = tmp_path / "rows.xlsx"
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm", "remove_timezone": True}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows, first_row):
                for place, cell in enumerate(row):
                    sheet.write(number, place, cell)
        return path

    return build


@pytest.fixture
def files(workspace: Workspace) -> ChannelAccount:
    return workspace.channel_accounts.get(slug="files")
