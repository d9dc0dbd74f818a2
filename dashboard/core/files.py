"""Files of what is shown. Amounts are exact in each format, and times say their offset from UTC.

A table begins with its header, so that whatever reads it finds columns. What a file says about itself stands
beside the table: in a sheet of its own, in Parquet's metadata, and for CSV in a text file of its own.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xlsxwriter
from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from dashboard.core.formats import money_places
from dashboard.core.text import Message, text

Cell = str | int | bool | Decimal | date | datetime | None

# What a spreadsheet takes for a formula, at the start of a cell. Where another separator is set than the
# comma (Excel in much of Europe), a cell begins after a semicolon or a line end within the quotes as well:
# there they are none. A number is harmless, and stays as it is: "[1,-2]".
_SEPARATORS: Final = r"[;,|\t\r\n]"
_FORMULA: Final = r"[ \xa0\"]*[=+\-@＝＋－＠]"
_NUMBER: Final = rf"\s*[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?[\s\"\]}})]*(?:{_SEPARATORS}|\Z)"
_RUNS: Final = re.compile(rf"^(?=[\t\r\n]|{_FORMULA})|(?<={_SEPARATORS})(?={_FORMULA})(?!{_NUMBER})")
_MAY_RUN: Final = rf"^[\t\r\n]|(^|{_SEPARATORS}){_FORMULA}"
# A spreadsheet keeps 15 digits of a number and rounds the rest away without a word.
_SHEET_DIGITS: Final = 15
SHEET_ROOM: Final = 1_048_576 - 1
"""So many rows of a table fit a sheet, below its header."""
_LONGEST_SHEET_NAME: Final = 31
_NO_TIME: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - a workbook knows no zones
"""When each workbook says it was made, as the parts of it do: "About" says as of when it is."""
_CHARTED: Final = ("date", "hour", "name")
"""The fields by which gain is drawn."""
_GAIN: Final = "company_gain_li"
_GAIN_COLOUR: Final = "#0F766E"
_LOSS_COLOUR: Final = "#C2410C"
_MOST_DRAWN: Final = 100
_CHART_ROWS: Final = 22
"""So many rows of a sheet a chart covers."""
_LONGEST_NAME_BYTES: Final = 120


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
    Kind.MONEY: "#,##0.000",
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


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: which field of the frame, under which title, and what it means in words.

    `title_key` and `hint` are words of `core.text`, which are said where they are read.
    """

    field: str
    title_key: str
    kind: Kind
    hint: Message | None = None

    @property
    def title(self) -> str:
        """What stands over the column."""
        return text(self.title_key)

    @property
    def meaning(self) -> str | None:
        """What the column holds, in a sentence; None where the title says it."""
        return str(self.hint) if self.hint else None


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
            (text("Title"), self.title),
            (text("Period"), self.period),
            (text("Only"), self.only),
            (text("Rows"), self.rows),
            (text("Time zone"), self.zone),
            (text("Currency"), self.currency),
            (text("As of"), self.as_of),
            (text("Compared with"), self.comparison),
            (text("Completeness"), self.completeness),
        )
        return [(label, value) for label, value in lines if value]


def file_stem(*parts: str) -> str:
    """A file's name without its ending, safe on every system: "rounds-whale-2026-03-09-2026-03-15".

    Letters of all scripts, digits, "-", "_" and "." stay; anything else becomes "-". The last part, which is
    the period, is kept whole; what is too long before it is cut.
    """
    *named, last = ("-".join(filter(None, re.split(r"[^\w.-]+", part))) for part in parts if part)
    room = _LONGEST_NAME_BYTES - len(last.encode())
    head = "-".join(named).encode()[:room].decode(errors="ignore").strip("-.")
    return f"{head}-{last}" if head else last


def about_bytes(about: About) -> bytes:
    """Write what a file says about itself as a text of lines, for beside a CSV file."""
    return "".join(f"{label}: {value}\r\n" for label, value in about.lines()).encode("utf-8-sig")


def csv_bytes(columns: Sequence[Column], frame: pd.DataFrame) -> bytes:
    """Write CSV (RFC 4180) that begins with its header; not known is an empty cell.

    It is UTF-8 with a byte order mark, without which Excel reads another encoding. Times are local with their
    offset. Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers.
    """
    out = io.StringIO(newline="")
    cells = [map(_csv_cell, _cells(column.kind, frame[column.field])) for column in columns]
    csv.writer(out).writerows(zip(*cells, strict=True))
    return csv_header(columns) + out.getvalue().encode()


def csv_header(columns: Sequence[Column]) -> bytes:
    """Write the beginning of a CSV file: the titles of the columns."""
    out = io.StringIO(newline="")
    csv.writer(out).writerow([tame(column.title) for column in columns])
    return out.getvalue().encode("utf-8-sig")


def tame(cell: str) -> str:
    """Put an apostrophe before whatever a spreadsheet would run as a formula, at the start and inside."""
    return _RUNS.sub("'", cell)


def tame_all(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Do the same for a column."""
    # Most columns hold nothing of the kind, and Arrow looks through them faster.
    may_run = pc.fill_null(pc.match_substring_regex(texts, _MAY_RUN), fill_value=False)
    if not pc.any(may_run).as_py():
        return texts
    return pa.chunked_array(
        [[None if each is None else tame(each) for each in texts.to_pylist()]], texts.type
    )


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a workbook."""

    title: str
    columns: Sequence[Column]
    frame: pd.DataFrame


def xlsx_bytes(about: About, columns: Sequence[Column], frame: pd.DataFrame) -> bytes:
    """Write a workbook of one table, as `book_bytes` does."""
    return book_bytes(about, [Sheet(about.title, columns, frame)])


def book_bytes(about: About, sheets: Sequence[Sheet]) -> bytes:
    """Write a workbook: a sheet a table, with a filter and a header that stays, charts, and a sheet "About".

    Numbers of more than 15 digits are text, so that nothing is rounded. A sheet's times have no zone: beside
    each column of local times stands one of their offsets. Gain by day, hour or game is drawn, by the
    spreadsheet itself. Of the same contents the bytes are the same. Raises ValueError where rows do not fit a
    sheet.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": _NO_TIME})
        charts = []
        for table in sheets:
            if len(table.frame) > SHEET_ROOM:
                raise ValueError(
                    f"{len(table.frame)} rows do not fit a sheet of {SHEET_ROOM} rows below its header."
                )
            sheet = book.add_worksheet(_sheet_name(table.title))
            places = _table_sheet(book, sheet, about, table.columns, table.frame)
            if chart := _gain_chart(book, sheet, table, places):
                charts.append(chart)
        if charts:
            drawn = book.add_worksheet(text("Charts") if len(charts) > 1 else text("Chart"))
            for number, chart in enumerate(charts):
                drawn.insert_chart(number * _CHART_ROWS, 0, chart)
        lines = book.add_worksheet(text("About"))
        lines.set_column(0, 0, 18)
        lines.set_column(1, 1, 90)
        for number, (label, value) in enumerate(about.lines()):
            lines.write_string(number, 0, label, book.add_format({"bold": True}))
            lines.write_string(number, 1, value, book.add_format({"num_format": "@", "text_wrap": True}))
    return out.getvalue()


def _sheet_name(title: str) -> str:
    # No more characters, none of these, no apostrophe at an end, and not a name that Excel keeps for itself.
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title)[:_LONGEST_SHEET_NAME].strip("' ")
    kept = "", "history", text("About").lower(), text("Chart").lower(), text("Charts").lower()
    return text("Table") if name.lower() in kept else name


def _table_sheet(
    book: xlsxwriter.Workbook,
    sheet: Worksheet,
    about: About,
    columns: Sequence[Column],
    frame: pd.DataFrame,
) -> dict[str, int]:
    """Write a table; return in which column of the sheet each field is."""
    bold, texts = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    places, width = {}, 0
    for column in columns:
        shown, values = _NUMBER_FORMATS[column.kind], frame[column.field]
        if column.kind is Kind.MONEY:
            decimals = money_places(values.dropna().tolist(), about.currency or None)
            shown = f"#,##0.{'0' * decimals}".rstrip(".")
        style = book.add_format({"num_format": shown})
        places[column.field] = width
        for title, cells in _sheet_columns(column, _cells(column.kind, values)):
            sheet.write_string(0, width, title, bold)
            for row, cell in enumerate(cells, start=1):
                if isinstance(cell, str):
                    # The format keeps a cell text when somebody edits it, formula or not.
                    sheet.write_string(row, width, cell, texts)
                elif cell is not None:
                    sheet.write(row, width, cell, style)
            width += 1
    sheet.set_column(0, width - 1, 18)
    if frame.empty:
        sheet.write_string(1, 0, text("No activity"), texts)
    else:
        sheet.autofilter(0, 0, len(frame), width - 1)
    sheet.freeze_panes(1, 0)
    return places


def _gain_chart(
    book: xlsxwriter.Workbook, sheet: Worksheet, table: Sheet, places: dict[str, int]
) -> Chart | None:
    """Draw the gain of each row, losses below zero; None where a table has none, or too many rows for it."""
    names = [column for column in table.columns if column.field in _CHARTED]
    gain = next((column for column in table.columns if column.field == _GAIN), None)
    if not (names and gain and 0 < len(table.frame) <= _MOST_DRAWN):
        return None
    last = len(table.frame)
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": gain.title,
            "categories": [sheet.name, 1, places[names[0].field], last, places[names[0].field]],
            "values": [sheet.name, 1, places[_GAIN], last, places[_GAIN]],
            "fill": {"color": _GAIN_COLOUR},
            "invert_if_negative": True,
            "invert_if_negative_color": _LOSS_COLOUR,
            "gap": 40,
        }
    )
    chart.set_title({"name": f"{table.title}: {gain.title}", "name_font": {"size": 12}})
    # The names stay below, where losses lie above them.
    chart.set_x_axis({"label_position": "low", "num_font": {"rotation": -45}, "text_axis": True})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"width": 0.5}}})
    chart.set_legend({"none": True})
    chart.set_size({"width": 1100, "height": 420})
    return chart


def _sheet_columns(column: Column, cells: list[Cell]) -> Iterator[tuple[str, list[Cell]]]:
    """Titles and cells of a column in a sheet: times have no zone there, and are followed by their offset."""
    if column.kind is not Kind.TIME:
        yield column.title, [_sheet_cell(cell) for cell in cells]
        return
    times = [cell if isinstance(cell, datetime) else None for cell in cells]
    yield column.title, [at and at.replace(microsecond=0, tzinfo=None) for at in times]
    yield (
        text("{title}, UTC offset", title=column.title),
        [at and local_time(at)[-len("+00:00") :] for at in times],
    )


def local_time(moment: datetime) -> str:
    """An aware time as a file writes it: "2026-10-25 02:30:00+02:00"."""
    return moment.isoformat(" ", "seconds")


def parquet_bytes(about: About, columns: Sequence[Column], frame: pd.DataFrame) -> bytes:
    """Write Parquet; what the file says about itself is in its schema's metadata, under the same labels.

    Amounts are decimals of units of money, times carry the zone, and text is as the provider gave it: nothing
    that reads Parquet takes it for a formula.
    """
    schema = parquet_schema(about, columns, "ms")
    arrays = [
        pa.array(
            frame[column.field] if column.kind is Kind.TIME else _cells(column.kind, frame[column.field]),
            field.type,
        )
        for column, field in zip(columns, schema, strict=True)
    ]
    out = io.BytesIO()
    pq.write_table(pa.table(arrays, schema=schema), out)
    return out.getvalue()


def parquet_schema(about: About, columns: Sequence[Column], unit: Literal["s", "ms"] = "s") -> pa.Schema:
    """Titles and types of the columns of a Parquet file, and in the metadata what it says about itself.

    Times count in `unit`.
    """
    types = _ARROW | {Kind.TIME: pa.timestamp(unit, about.zone)}
    return pa.schema(
        [pa.field(column.title, types[column.kind]) for column in columns], metadata=dict(about.lines())
    )


def _cells(kind: Kind, values: "pd.Series[Any]") -> list[Cell]:
    return [_cell(kind, value) for value in values.tolist()]


def _cell(kind: Kind, value: object) -> Cell:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        return value.date() if kind is Kind.DAY else value.to_pydatetime()
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
        return text("yes") if cell else text("no")
    if isinstance(cell, datetime):
        return local_time(cell)
    return tame(cell) if isinstance(cell, str) else str(cell)


def _sheet_cell(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return text("yes") if cell else text("no")
    too_long = isinstance(cell, int | Decimal) and len(Decimal(cell).as_tuple().digits) > _SHEET_DIGITS
    return str(cell) if too_long else cell
