"""Files of what is shown: a block that says what it is, then the table. Amounts are exact in each format."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | bool | Decimal | date | datetime | None

_FORMULA_STARTS: Final = "=+-@\t\r\n＝＋－＠"
# A spreadsheet keeps 15 digits of a number and rounds the rest away without a word.
_SHEET_DIGITS: Final = 15
_SHEET_ROWS: Final = 1_048_576
SHEET_ROOM: Final = _SHEET_ROWS - 20
"""So many rows of a table surely fit a sheet, below what it says about itself."""


class Kind(StrEnum):
    """What a column of a frame holds, and so how it is written: amounts (li) as units of money.

    A `TIME` is aware, in the zone that the file names; a `NUMBER` (an id, say) is a whole number that nobody
    groups or adds up; a `FLAG` is a yes or a no.
    """

    TEXT = "text"
    DAY = "day"
    TIME = "time"
    COUNT = "count"
    NUMBER = "number"
    MONEY = "money"
    RATIO = "ratio"
    FLAG = "flag"


_NUMBER_FORMATS: Final = {
    Kind.TEXT: "@",
    Kind.DAY: "yyyy-mm-dd",
    Kind.TIME: "yyyy-mm-dd hh:mm:ss",
    Kind.COUNT: "#,##0",
    Kind.NUMBER: "0",
    Kind.MONEY: "#,##0.00#",
    Kind.RATIO: "0.00%",
    Kind.FLAG: "@",
}
_ARROW: Final = {
    Kind.TEXT: pa.string(),
    Kind.DAY: pa.date32(),
    Kind.COUNT: pa.int64(),
    Kind.NUMBER: pa.int64(),
    Kind.MONEY: pa.decimal128(38, 3),
    Kind.RATIO: pa.decimal128(38, 6),
    Kind.FLAG: pa.bool_(),
}
_YES_NO: Final = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: which field of the frame, under which title, and what it means in words."""

    field: str
    title: str
    kind: Kind
    meaning: str = ""


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
    rows: str = ""

    def lines(self) -> list[tuple[str, str]]:
        """Label and value of each line that has one."""
        lines = (
            ("Title", self.title),
            ("Period", self.period),
            ("Only", self.only),
            ("Rows", self.rows),
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
    csv.writer(out).writerows([_csv_cell(cell) for cell in row] for row in _rows(columns, frame))
    return csv_head(about, columns) + out.getvalue().encode()


def csv_head(about: About, columns: Sequence[Column]) -> bytes:
    """Write the beginning of a CSV file, up to the titles of the columns."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([label, _tame(value)] for label, value in about.lines())
    writer.writerow([])
    writer.writerow([_tame(column.title) for column in columns])
    return out.getvalue().encode("utf-8-sig")


def tamed(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    is_formula = pc.match_substring_regex(text, f"^[{re.escape(_FORMULA_STARTS)}]")
    return pc.if_else(is_formula, pc.binary_join_element_wise("'", text, ""), text)


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


def parquet_bytes(about: About, columns: Sequence[Column], frame: pd.DataFrame) -> bytes:
    """Write Parquet; what the file says about itself is in its schema's metadata, under the same labels.

    Amounts are decimals of units of money, times carry the zone, and text is as the provider gave it: nothing
    that reads Parquet takes it for a formula.
    """
    schema = pa.schema(
        [
            pa.field(
                column.title,
                pa.timestamp("ms", about.zone) if column.kind is Kind.TIME else _ARROW[column.kind],
            )
            for column in columns
        ],
        metadata=dict(about.lines()),
    )
    arrays = [
        pa.array(_arrow_cells(column.kind, frame[column.field]), field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
    out = io.BytesIO()
    pq.write_table(pa.table(arrays, schema=schema), out)
    return out.getvalue()


def parquet_schema(about: About, columns: Sequence[Column]) -> pa.Schema:
    """Titles and types of the columns of a Parquet file, and in the metadata what it says about itself."""
    types = _ARROW | {Kind.TIME: pa.timestamp("s", about.zone)}
    return pa.schema(
        [pa.field(column.title, types[column.kind]) for column in columns], metadata=dict(about.lines())
    )


def _arrow_cells(kind: Kind, values: "pd.Series[Any]") -> "pd.Series[Any] | list[Cell]":
    return values if kind is Kind.TIME else [_cell(kind, value) for value in values.tolist()]


def _rows(columns: Sequence[Column], frame: pd.DataFrame) -> Iterable[list[Cell]]:
    fields = [frame[column.field].tolist() for column in columns]
    kinds = [column.kind for column in columns]
    for values in zip(*fields, strict=True):
        yield [_cell(kind, value) for kind, value in zip(kinds, values, strict=True)]


def _cell(kind: Kind, value: object) -> Cell:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        return value.date() if kind is Kind.DAY else value.to_pydatetime().replace(tzinfo=None)
    if kind is Kind.FLAG:
        return bool(value)
    if kind is Kind.MONEY:
        return Decimal(str(value)).scaleb(-3)
    if kind is Kind.RATIO:
        return Decimal(str(value)).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    return int(str(value)) if kind in (Kind.COUNT, Kind.NUMBER) else str(value)


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return _YES_NO[cell]
    return _tame(cell) if isinstance(cell, str) else str(cell)


def _tame(text: str) -> str:
    return "'" + text if text.startswith(tuple(_FORMULA_STARTS)) else text


def _sheet_cell(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return _YES_NO[cell]
    too_long = isinstance(cell, int | Decimal) and len(Decimal(cell).as_tuple().digits) > _SHEET_DIGITS
    return str(cell) if too_long else cell


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, style: Format) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell, style)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, style)
    elif cell is not None:
        sheet.write_number(row, column, cell, style)
