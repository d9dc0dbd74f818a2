import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from dashboard.bets.export import csv_pieces, local_times
from dashboard.core.files import (
    About,
    Column,
    Kind,
    about_bytes,
    csv_bytes,
    file_stem,
    parquet_bytes,
    tame,
    tame_all,
    xlsx_bytes,
)
from twoj_client.columns import SCHEMA

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
    data = csv_bytes(COLUMNS, frame)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == TITLES
    assert [row[0] for row in rows[1:]] == ["2026-03-09"] * 8 + [""]
    assert [row[1] for row in rows[1:]] == [
        "Elves", "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t'=1", "'\r'=1", "麻将 <b>", "'＝1+1",
    ]  # fmt: skip
    assert [row[2] for row in rows[1:]] == ["1", "2", "3", "4", "5", "", "7", "8", "9"]
    assert [row[3] for row in rows[1:]] == [
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
    assert [row[4] for row in rows[1:5]] == ["0.040000", "-1.300000", "0.333333", ""]


def test_csv_titles_cannot_become_formulas(frame: pd.DataFrame) -> None:
    data = csv_bytes([Column("name", "@title", Kind.TEXT)], frame).decode("utf-8-sig")
    assert data.startswith("'@title\r\n")


def test_what_a_csv_file_is_stands_in_a_text_beside_it() -> None:
    lines = about_bytes(ABOUT).decode("utf-8-sig").split("\r\n")
    assert lines == [*(": ".join(line) for line in HEAD), ""]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Elves;=1+1", "Elves;'=1+1"),
        ("Elves,=1+1", "Elves,'=1+1"),
        ("Elves\t@SUM(A1)", "Elves\t'@SUM(A1)"),
        ("Elves|+1+1", "Elves|'+1+1"),
        ('Elves; "=1+1"', 'Elves;\' "=1+1"'),
        ("Elves\r\n=1+1", "Elves\r\n'=1+1"),
        ("Elves;;＝1", "Elves;;'＝1"),
        ("Elves;-2+3+cmd|' /C calc'!A0", "Elves;'-2+3+cmd|' /C calc'!A0"),
        (" =1+1", "' =1+1"),
        ("\tElves", "'\tElves"),
        ("\nElves", "'\nElves"),
        ("=1;=2", "'=1;'=2"),
        # A number is none, nor is a sign within a word; a lone text of one stays a text.
        ("[1,-2,-2.5,-1e-3]", "[1,-2,-2.5,-1e-3]"),
        ('{"gain":-5,"odds":[0.5,-1]}', '{"gain":-5,"odds":[0.5,-1]}'),
        ("Elves;-5", "Elves;-5"),
        ("a-b;c+d;e=f;g@h", "a-b;c+d;e=f;g@h"),
        ("'=1", "'=1"),
        ("-5", "'-5"),
        ("", ""),
    ],
)
def test_no_text_runs_as_a_formula_whatever_separates_cells(text: str, written: str) -> None:
    assert tame(text) == written
    assert tame_all(pa.chunked_array([[text, None], ["Elves"]])).to_pylist() == [written, None, "Elves"]


# Of a cell's text, the quotes are what a reader of another separator may or may not take away.
CELL = st.text(st.sampled_from(";,\t|\r\n \"'=+-@＝1aé"), max_size=12)


@given(text=CELL)
def test_no_cell_of_any_reader_begins_as_a_formula(text: str) -> None:
    for cell in (part.strip(' "') for part in re.split(r"[;,\t|\r\n]", tame(text))):
        is_number = re.fullmatch(r"[+-][0-9]+(\.[0-9]+)?[\s\"]*", cell)
        assert is_number or not cell.startswith(tuple("=+-@＝＋－＠"))


def _sheet(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data)).active


def test_a_workbook_has_a_clean_sheet_and_says_what_it_is_in_another(frame: pd.DataFrame) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(ABOUT, COLUMNS, frame)))
    assert book.sheetnames == ["Bets by game", "About"]
    assert [[cell.value for cell in row] for row in book["About"].iter_rows()] == HEAD
    assert (book.active.title, book.active.auto_filter.ref, book.active.freeze_panes) == (
        "Bets by game",
        "A1:E10",
        "A2",
    )


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Rounds of 12/3: [x]*?\\", "Rounds of 12 3   x"),
        ("x" * 40, "x" * 31),
        ("'quoted'", "quoted"),
        ("History", "Table"),
        ("About", "Table"),
        ("", "Table"),
    ],
)
def test_a_sheet_has_a_name_that_excel_takes(title: str, name: str) -> None:
    data = xlsx_bytes(About(title, "p", "UTC", "", "a"), [], pd.DataFrame())
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames == [name, "About"]


@pytest.mark.parametrize(
    ("parts", "stem"),
    [
        (("rounds", "whale", "2026-03-09-2026-03-15"), "rounds-whale-2026-03-09-2026-03-15"),
        (("rounds", "", "2026-03-09"), "rounds-2026-03-09"),
        (("rounds", '../../a:b*?<c>|"\\\x00.', "2026"), "rounds-..-..-a-b-c-2026"),
        (("rounds", "玩家-Žofie-🎲", "2026"), "rounds-玩家-Žofie-2026"),
        (("rounds", "x" * 500, "2026-03-09"), "rounds-" + "x" * 103 + "-2026-03-09"),
        (("rounds", "玩" * 500, "2026-03-09"), "rounds-" + "玩" * 34 + "-2026-03-09"),
    ],
)
def test_a_file_has_a_name_that_every_system_takes(parts: tuple[str, ...], stem: str) -> None:
    assert file_stem(*parts) == stem


def test_xlsx_read_back(frame: pd.DataFrame) -> None:
    sheet = _sheet(xlsx_bytes(ABOUT, COLUMNS, frame))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == TITLES
    assert [row[0] for row in rows[1:]] == [datetime(2026, 3, 9)] * 8 + [None]  # noqa: DTZ001 - a sheet has no zones
    assert [unescape(row[1]) for row in rows[1:]] == NAMES
    assert [row[2] for row in rows[1:]] == [1, 2, 3, 4, 5, None, 7, 8, 9]
    amounts = [row[3] for row in rows[1:]]
    # Sixteen digits and more are text; what is a number is the same number to the li.
    assert [amounts[2], amounts[3], amounts[7]] == [
        "9007199254740.993",
        "-9223372036854775.808",
        "1000000000000.000",
    ]
    for amount_li, cell in zip(AMOUNTS, amounts, strict=True):
        assert cell is None if amount_li is None else Decimal(str(cell)) * 1000 == amount_li
    assert [row[4] for row in rows[1:5]] == [0.04, -1.3, 0.333333, None]


def test_xlsx_has_no_formula_and_text_stays_text_when_edited(frame: pd.DataFrame) -> None:
    sheet = _sheet(xlsx_bytes(ABOUT, COLUMNS, frame))
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {sheet.cell(row, 2).number_format for row in range(2, 11)} == {"@"}
    assert sheet["D4"].number_format == "@"
    assert (sheet["D2"].data_type, sheet["D3"].data_type) == ("n", "n")


def test_xlsx_never_loses_rows_silently() -> None:
    frame = pd.DataFrame({"name": [""]}).loc[[0] * 1_048_576]
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
    lines = list(csv.reader(io.StringIO(csv_bytes(ROUNDS, rounds).decode("utf-8-sig"), newline="")))
    assert lines == [
        ["Start", "User id", "Bought", "Bet", "'=Op id"],
        ["2026-03-15 10:30:00+01:00", "101100000000", "yes", "9007199254740.993", "'=1+1<b>x</b>"],
        ["2026-10-25 02:30:00+02:00", "9223372036854775807", "no", "-0.001", "玩家"],
        ["2026-10-25 02:30:00+01:00", "", "", "", ""],
        ["", "1", "yes", "1.000", ""],
    ]


def test_times_ids_and_flags_in_xlsx(rounds: pd.DataFrame) -> None:
    rows = [[cell.value for cell in row] for row in _sheet(xlsx_bytes(BERLIN, ROUNDS, rounds)).iter_rows()]
    assert rows == [
        ["Start", "Start, UTC offset", "User id", "Bought", "Bet", "=Op id"],
        [
            datetime(2026, 3, 15, 10, 30),  # noqa: DTZ001 - as above
            "+01:00",
            101_100_000_000,
            "yes",
            "9007199254740.993",
            "=1+1<b>x</b>",
        ],
        [datetime(2026, 10, 25, 2, 30), "+02:00", "9223372036854775807", "no", -0.001, "玩家"],  # noqa: DTZ001
        [datetime(2026, 10, 25, 2, 30), "+01:00", None, None, None, None],  # noqa: DTZ001
        [None, None, 1, "yes", 1, ""],
    ]


@pytest.mark.parametrize(
    ("zone", "moments", "written"),
    [
        (
            "America/New_York",
            ["2026-11-01T05:30:00.250Z", "2026-11-01T06:30:00Z"],
            ["2026-11-01 01:30:00-04:00", "2026-11-01 01:30:00-05:00"],
        ),
        (
            "Australia/Lord_Howe",
            ["2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"],
            ["2026-04-05 01:45:00+11:00", "2026-04-05 01:45:00+10:30"],
        ),
        ("UTC", ["2026-03-15T00:00:00Z"], ["2026-03-15 00:00:00+00:00"]),
    ],
)
def test_an_hour_that_comes_twice_is_told_apart_in_every_file(
    zone: str, moments: list[str], written: list[str]
) -> None:
    at = pd.to_datetime(pd.Series(moments), utc=True, format="ISO8601").dt.tz_convert(zone)
    columns, frame = [Column("at", "At", Kind.TIME)], pd.DataFrame({"at": at})
    assert csv_bytes(columns, frame).decode("utf-8-sig").splitlines() == ["At", *written]
    rows = [
        [cell.value for cell in row]
        for row in _sheet(xlsx_bytes(About("t", "p", zone, "", "a"), columns, frame)).iter_rows()
    ]
    assert [f"{local}{offset}" for local, offset in rows[1:]] == written
    start = pd.to_datetime(pd.Series(moments), utc=True, format="ISO8601").dt.as_unit("s")
    seconds = pa.chunked_array([pa.array(start.astype("int64").tolist(), pa.timestamp("s", zone))])
    assert local_times(seconds).to_pylist() == written


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


@pytest.mark.parametrize("told", [0, -1, 1_742_205_595_000, 2**63 - 1])
def test_an_end_that_is_no_time_is_empty_in_a_file_of_bets(told: int) -> None:
    values = {field.name: ["x"] if field.type == pa.string() else [1_742_205_595] for field in SCHEMA}
    table = pa.table({**values, "end_at": [told]}, SCHEMA)
    written = b"".join(csv_pieces(ABOUT, [table], lambda game_id: (str(game_id), "Slots")))
    (row,) = csv.DictReader(io.StringIO(written.decode("utf-8-sig")))
    assert (row["Start"], row["End"]) == ("2025-03-17 17:59:55+08:00", "")


def test_the_same_contents_are_the_same_bytes_whenever_they_are_written(
    frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    xlsx, parquet = (
        [write(ABOUT, COLUMNS, frame) for _ in range(2)] for write in (xlsx_bytes, parquet_bytes)
    )
    assert xlsx[0] == xlsx[1]
    assert parquet[0] == parquet[1]
    made_at = openpyxl.load_workbook(io.BytesIO(xlsx[0])).properties.created
    assert str(made_at) == "1980-01-01 00:00:00"


def test_gain_by_day_or_game_is_drawn_by_the_spreadsheet_itself(frame: pd.DataFrame) -> None:
    columns = [
        Column("name", "Game", Kind.TEXT),
        Column("start", "Start", Kind.TIME),
        Column("company_gain_li", "Company gain", Kind.MONEY),
    ]
    rows = pd.DataFrame(
        {
            "name": ["Elves", "Fish"],
            "start": pd.to_datetime(["2026-03-01", "2026-03-02"], utc=True),
            "company_gain_li": pd.array([1500, -250], dtype="Int64"),
        }
    )
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(ABOUT, columns, rows)))
    assert book.sheetnames == ["Bets by game", "Chart", "About"]
    (chart,) = book["Chart"]._charts
    (series,) = chart.series
    # The offsets of the times stand between.
    assert series.val.numRef.f == "'Bets by game'!$D$2:$D$3"
    assert series.cat.strRef.f == "'Bets by game'!$A$2:$A$3"
    assert book["Bets by game"]["D3"].value == -0.25
    # Nothing is drawn of tables without a gain, or without rows; these say that there was nothing.
    empty = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(ABOUT, columns, rows[:0])))
    assert empty.sheetnames == ["Bets by game", "About"]
    assert empty["Bets by game"]["A2"].value == "No activity"
    assert openpyxl.load_workbook(io.BytesIO(xlsx_bytes(ABOUT, COLUMNS, frame))).sheetnames == [
        "Bets by game",
        "About",
    ]
