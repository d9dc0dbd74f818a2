"""Files of what is shown: a block that says what it is, then the table. Amounts are exact in both formats."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | Decimal | date | None

_FORMULA_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")
# A spreadsheet keeps 15 digits of a number and rounds the rest away without a word.
_SHEET_DIGITS: Final = 15
_SHEET_ROWS: Final = 1_048_576


class Kind(StrEnum):
    """What a column of a frame holds, and so how it is written: amounts (li) as units of money."""

    TEXT = "text"
    DAY = "day"
    COUNT = "count"
    MONEY = "money"
    RATIO = "ratio"


_NUMBER_FORMATS: Final = {
    Kind.TEXT: "@",
    Kind.DAY: "yyyy-mm-dd",
    Kind.COUNT: "#,##0",
    Kind.MONEY: "#,##0.00#",
    Kind.RATIO: "0.00%",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: which field of the frame, under which title."""

    field: str
    title: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class About:
    """What a file says about itself before the table, in words; empty fields are left out."""

    title: str
    period: str
    zone: str
    currency: str
    as_of: str
    comparison: str = ""
    completeness: str = ""
    only: str = ""

    def lines(self) -> list[tuple[str, str]]:
        """Label and value of each line that has one."""
        lines = (
            ("Title", self.title),
            ("Period", self.period),
            ("Only", self.only),
            ("Time zone", self.zone),
            ("Currency", self.currency),
            ("As of", self.as_of),
            ("Compared with", self.comparison),
            ("Completeness", self.completeness),
        )
        return [(label, value) for label, value in lines if value]


def csv_bytes(about: About, columns: Sequence[Column], frame: pd.DataFrame) -> bytes:
    """Write CSV in UTF-8 with a byte order mark (spreadsheets look for it); not known is an empty cell.

    Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([label, _tame(value)] for label, value in about.lines())
    writer.writerow([])
    writer.writerow([_tame(column.title) for column in columns])
    writer.writerows([_csv_cell(cell) for cell in row] for row in _rows(columns, frame))
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(about: About, columns: Sequence[Column], frame: pd.DataFrame) -> bytes:
    """Write a workbook of one sheet; numbers of more than 15 digits are text, so that nothing is rounded.

    Raises ValueError where the rows do not fit a sheet.
    """
    lines = about.lines()
    if len(lines) + 2 + len(frame) > _SHEET_ROWS:
        raise ValueError(f"{len(frame)} rows do not fit a sheet of {_SHEET_ROWS} rows; export CSV instead.")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        formats = {kind: book.add_format({"num_format": _NUMBER_FORMATS[kind]}) for kind in Kind}
        head = len(lines) + 1
        for number, (label, value) in enumerate(lines):
            sheet.write_string(number, 0, label, bold)
            sheet.write_string(number, 1, value, formats[Kind.TEXT])
        for place, column in enumerate(columns):
            sheet.write_string(head, place, column.title, bold)
        sheet.set_column(0, max(len(columns) - 1, 1), 18)
        for number, row in enumerate(_rows(columns, frame), start=head + 1):
            for place, (column, exact) in enumerate(zip(columns, row, strict=True)):
                cell = _sheet_cell(exact)
                # The text format keeps a cell text when somebody edits it, formula or not.
                _write_cell(
                    sheet, number, place, cell, formats[Kind.TEXT if isinstance(cell, str) else column.kind]
                )
        sheet.freeze_panes(head + 1, 0)
    return out.getvalue()


def _rows(columns: Sequence[Column], frame: pd.DataFrame) -> Iterable[list[Cell]]:
    fields = [frame[column.field].tolist() for column in columns]
    kinds = [column.kind for column in columns]
    for values in zip(*fields, strict=True):
        yield [_cell(kind, value) for kind, value in zip(kinds, values, strict=True)]


def _cell(kind: Kind, value: object) -> Cell:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    if kind is Kind.MONEY:
        return Decimal(str(value)).scaleb(-3)
    if kind is Kind.RATIO:
        return Decimal(str(value)).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    return int(str(value)) if kind is Kind.COUNT else str(value)


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return _tame(cell) if isinstance(cell, str) else str(cell)


def _tame(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def _sheet_cell(cell: Cell) -> Cell:
    too_long = isinstance(cell, int | Decimal) and len(Decimal(cell).as_tuple().digits) > _SHEET_DIGITS
    return str(cell) if too_long else cell


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, style: Format) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell, style)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, style)
    elif cell is not None:
        sheet.write_number(row, column, cell, style)
