"""CSV for the spreadsheets of auditors: rows in which nothing is computed."""

import csv
import io
from collections.abc import Iterable

BOM = "\ufeff"
"""Without it, Excel in Japan takes UTF-8 for Shift_JIS."""
_FORMULA = tuple("=+-@\t\r＝＋－＠")
"""What makes a spreadsheet compute a cell; in Japan the wide forms do too."""


def csv_row(cells: Iterable[str]) -> str:
    """Write one row; no cell of it is a formula."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_inert(cell) for cell in cells])
    return line.getvalue()


def _inert(cell: str) -> str:
    """Keep a spreadsheet from computing what somebody wrote."""
    return f"'{cell}" if cell.lstrip(" \u3000\n").startswith(_FORMULA) else cell
