import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.escape import unescape

from dashboard.export import About, Column, Kind, csv_bytes, xlsx_bytes

ABOUT = About(
    "Bets by game",
    "9–15 March 2026",
    "Asia/Manila",
    "PHP",
    "15 Mar 2026, 14:05 Asia/Manila",
    "2–8 March 2026",
)
COLUMNS = [
    Column("date", "Day", Kind.DAY),
    Column("name", "Game", Kind.TEXT),
    Column("bet_count", "Bets", Kind.COUNT),
    Column("gain_li", "Company gain", Kind.MONEY),
    Column("hold", "Hold", Kind.RATIO),
]
NAMES = ["Elves", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "麻将 <b>", "＝1+1"]
AMOUNTS = [12_382_400_123, -38_388_400, 2**53 + 1, -(2**63), 0, None, 999_999_999_999_999, 10**15, -1]
HEAD = [
    ["Title", "Bets by game"],
    ["Period", "9–15 March 2026"],
    ["Time zone", "Asia/Manila"],
    ["Currency", "PHP"],
    ["As of", "15 Mar 2026, 14:05 Asia/Manila"],
    ["Compared with", "2–8 March 2026"],
]
TITLES = ["Day", "Game", "Bets", "Company gain", "Hold"]


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": pd.to_datetime(pd.Series([date(2026, 3, 9)] * 8 + [None])),
            "name": NAMES,
            "bet_count": pd.array([1, 2, 3, 4, 5, None, 7, 8, 9], dtype="Int64"),
            "gain_li": pd.array(AMOUNTS, dtype="Int64"),
            "hold": pd.array([0.04, -1.3, 1 / 3, None, 0, 1, 1, 1, 1], dtype="Float64"),
        }
    )


def test_csv_read_back(frame: pd.DataFrame) -> None:
    data = csv_bytes(ABOUT, COLUMNS, frame)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[:8] == [*HEAD, [], TITLES]
    assert [row[0] for row in rows[8:]] == ["2026-03-09"] * 8 + [""]
    assert [row[1] for row in rows[8:]] == [
        "Elves", "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "'\r=1", "麻将 <b>", "'＝1+1",
    ]  # fmt: skip
    assert [row[2] for row in rows[8:]] == ["1", "2", "3", "4", "5", "", "7", "8", "9"]
    assert [row[3] for row in rows[8:]] == [
        "12382400.123",
        "-38388.400",
        "9007199254740.993",
        "-9223372036854775.808",
        "0.000",
        "",
        "999999999999.999",
        "1000000000000.000",
        "-0.001",
    ]
    assert [row[4] for row in rows[8:12]] == ["0.040000", "-1.300000", "0.333333", ""]


def test_csv_titles_and_head_cannot_become_formulas(frame: pd.DataFrame) -> None:
    about = About("=1+1", "p", "z", "", "a")
    data = csv_bytes(about, [Column("name", "@title", Kind.TEXT)], frame).decode("utf-8-sig")
    assert data.splitlines()[0] == "Title,'=1+1"
    assert "\r\n'@title\r\n" in data
    assert "Currency" not in data


def _sheet(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data)).active


def test_xlsx_read_back(frame: pd.DataFrame) -> None:
    sheet = _sheet(xlsx_bytes(ABOUT, COLUMNS, frame))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[:2] for row in rows[:6]] == HEAD
    assert rows[6] == [None] * 5
    assert rows[7] == TITLES
    assert [row[0] for row in rows[8:]] == [datetime(2026, 3, 9)] * 8 + [None]  # noqa: DTZ001 - a sheet has no zones
    assert [unescape(row[1]) for row in rows[8:]] == NAMES
    assert [row[2] for row in rows[8:]] == [1, 2, 3, 4, 5, None, 7, 8, 9]
    amounts = [row[3] for row in rows[8:]]
    # Sixteen digits and more are text; what is a number is the same number to the li.
    assert [amounts[2], amounts[3], amounts[7]] == [
        "9007199254740.993",
        "-9223372036854775.808",
        "1000000000000.000",
    ]
    for amount_li, cell in zip(AMOUNTS, amounts, strict=True):
        assert cell is None if amount_li is None else Decimal(str(cell)) * 1000 == amount_li
    assert [row[4] for row in rows[8:12]] == [0.04, -1.3, 0.333333, None]


def test_xlsx_has_no_formula_and_text_stays_text_when_edited(frame: pd.DataFrame) -> None:
    sheet = _sheet(xlsx_bytes(ABOUT, COLUMNS, frame))
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {sheet.cell(row, 2).number_format for row in range(9, 18)} == {"@"}
    assert sheet["D11"].number_format == "@"
    assert (sheet["D9"].data_type, sheet["D10"].data_type) == ("n", "n")


def test_xlsx_never_loses_rows_silently() -> None:
    frame = pd.DataFrame({"name": [""]}).loc[[0] * 1_048_569]
    with pytest.raises(ValueError, match="do not fit a sheet"):
        xlsx_bytes(ABOUT, [Column("name", "Game", Kind.TEXT)], frame)
