import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from openpyxl.utils.escape import unescape

from dashboard.export import About, Column, Kind, csv_bytes, parquet_bytes, xlsx_bytes

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


MOMENTS = ["2026-03-15T09:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", None]
ROUNDS = [
    Column("at", "Start", Kind.TIME),
    Column("user_id", "User id", Kind.NUMBER),
    Column("is_buy", "Bought", Kind.FLAG),
    Column("bet_li", "Bet", Kind.MONEY),
    Column("op_id", "=Op id", Kind.TEXT),
]


@pytest.fixture
def rounds() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "at": pd.to_datetime(pd.Series(MOMENTS), utc=True).dt.tz_convert("Europe/Berlin"),
            "user_id": pd.array([101_100_000_000, 2**63 - 1, None, 1], dtype="Int64"),
            "is_buy": pd.array([True, False, None, True], dtype="boolean"),
            "bet_li": pd.array([2**53 + 1, -1, None, 1000], dtype="Int64"),
            "op_id": pd.array(["=1+1<b>x</b>", "玩家", None, ""], dtype="string"),
        }
    )


BERLIN = About("Rounds", "p", "Europe/Berlin", "", "a", rows="4", only="Elves")


def test_times_ids_and_flags_in_csv(rounds: pd.DataFrame) -> None:
    lines = list(csv.reader(io.StringIO(csv_bytes(BERLIN, ROUNDS, rounds).decode("utf-8-sig"), newline="")))
    assert ["Rows", "4"] in lines
    assert ["Time zone", "Europe/Berlin"] in lines
    assert lines[-5:] == [
        ["Start", "User id", "Bought", "Bet", "'=Op id"],
        ["2026-03-15 10:30:00", "101100000000", "yes", "9007199254740.993", "'=1+1<b>x</b>"],
        ["2026-10-25 02:30:00", "9223372036854775807", "no", "-0.001", "玩家"],
        ["2026-10-25 02:30:00", "", "", "", ""],
        ["", "1", "yes", "1.000", ""],
    ]


def test_times_ids_and_flags_in_xlsx(rounds: pd.DataFrame) -> None:
    rows = [[cell.value for cell in row] for row in _sheet(xlsx_bytes(BERLIN, ROUNDS, rounds)).iter_rows()]
    assert ["Rows", "4"] in [row[:2] for row in rows]
    assert rows[-4:] == [
        [datetime(2026, 3, 15, 10, 30), 101_100_000_000, "yes", "9007199254740.993", "=1+1<b>x</b>"],  # noqa: DTZ001 - as above
        [datetime(2026, 10, 25, 2, 30), "9223372036854775807", "no", -0.001, "玩家"],  # noqa: DTZ001
        [datetime(2026, 10, 25, 2, 30), None, None, None, None],  # noqa: DTZ001
        [None, 1, "yes", 1, ""],
    ]


def test_parquet_read_back(rounds: pd.DataFrame) -> None:
    table = pq.read_table(io.BytesIO(parquet_bytes(BERLIN, ROUNDS, rounds)))
    about = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert about == dict(BERLIN.lines())
    assert (about["Rows"], about["Only"]) == ("4", "Elves")
    assert str(table.schema.field("Start").type) == "timestamp[ms, tz=Europe/Berlin]"
    # The hour that clocks repeat is told apart: these are moments, not readings of a clock.
    assert [at and at.timestamp() for at in table["Start"].to_pylist()] == [
        1773567000, 1792888200, 1792891800, None,
    ]  # fmt: skip
    assert table["User id"].to_pylist() == [101_100_000_000, 2**63 - 1, None, 1]
    assert table["Bought"].to_pylist() == [True, False, None, True]
    assert table["Bet"].to_pylist() == [Decimal("9007199254740.993"), Decimal("-0.001"), None, Decimal(1)]
    assert table["=Op id"].to_pylist() == ["=1+1<b>x</b>", "玩家", None, ""]


def test_parquet_of_every_kind(frame: pd.DataFrame) -> None:
    table = pq.read_table(io.BytesIO(parquet_bytes(ABOUT, COLUMNS, frame)))
    assert table.column_names == TITLES
    assert table["Day"].to_pylist() == [date(2026, 3, 9)] * 8 + [None]
    assert table["Game"].to_pylist() == NAMES
    assert table["Company gain"].to_pylist() == [
        None if amount is None else Decimal(amount).scaleb(-3) for amount in AMOUNTS
    ]
    assert table["Hold"].to_pylist()[:4] == [Decimal("0.04"), Decimal("-1.3"), Decimal("0.333333"), None]
