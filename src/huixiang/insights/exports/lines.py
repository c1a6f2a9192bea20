"""Lines of the files that spreadsheets read."""

import csv
import io
from collections.abc import Iterable

from huixiang.insights.exports.spreadsheet import harmless


def line(cells: Iterable[object]) -> str:
    """One line of a CSV; no cell of it is taken for a formula."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([harmless(str(cell)) for cell in cells])
    return buffer.getvalue()
