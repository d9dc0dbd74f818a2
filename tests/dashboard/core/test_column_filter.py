"""Conditions on the columns of a table: there and back, and which rows they leave."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core.column_filter import ColumnFilter, range_text, read_filter, rows_that_meet
from dashboard.core.files import Column, Kind

COLUMNS = {
    column.field: column
    for column in (
        Column("name", "Game", Kind.TEXT),
        Column("type", "Type", Kind.TEXT),
        Column("at", "Time", Kind.TIME),
        Column("gain_li", "Gain", Kind.MONEY),
        Column("rtp", "RTP", Kind.RATIO),
    )
}
AT = pd.to_datetime([datetime(2026, 3, day, 14, tzinfo=ZoneInfo("Europe/Berlin")) for day in (1, 2, 3)])
FRAME = pd.DataFrame(
    {
        "name": ["Fortune Ox", None, "Ox 2, again"],
        "type": ["Slots", "Fish", "Other"],
        "at": AT,
        "gain_li": pd.array([-1_000, 2_500, None], "Int64"),
        "rtp": pd.array([0.95, 0.97, None], "Float64"),
    }
)
NAMES = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1)


def left(field: str, wanted: str) -> list[int]:
    condition = ColumnFilter("t", field, wanted)
    return rows_that_meet(FRAME, [(COLUMNS[field], condition)]).index.tolist()


@pytest.mark.parametrize(
    ("field", "wanted", "rows"),
    [
        ("name", "ox", [0, 2]),
        ("name", ", a", [2]),
        ("type", "SLOT", [0]),
        ("at", "2026-03-02 14", [1]),
        ("gain_li", "-1..2.5", [0, 1]),
        ("gain_li", "−1..2.499", [0]),
        ("gain_li", "2.5", [1]),
        ("gain_li", "0..", [1]),
        ("rtp", "95..", [0, 1]),
        ("rtp", "..96.9", [0]),
        ("rtp", "many", [0, 1, 2]),
        ("rtp", "nan..", [0, 1, 2]),
    ],
)
def test_which_rows_a_condition_leaves(field: str, wanted: str, rows: list[int]) -> None:
    assert left(field, wanted) == rows


def test_several_conditions_are_all_met() -> None:
    conditions = [
        (COLUMNS["name"], ColumnFilter("t", "name", "ox")),
        (COLUMNS["rtp"], ColumnFilter("t", "rtp", "90..")),
    ]
    assert rows_that_meet(FRAME, conditions).index.tolist() == [0]


@given(table=NAMES, field=NAMES, wanted=st.text(min_size=1).map(str.strip).filter(bool))
def test_what_is_written_is_read_again_and_has_no_comma(table: str, field: str, wanted: str) -> None:
    condition = ColumnFilter(table, field, wanted)
    assert "," not in str(condition)
    assert read_filter(str(condition)) == condition


@pytest.mark.parametrize("typed", ["x", "a.b", "a:b", ".b:c", "a.b: "])
def test_what_is_no_condition(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_filter(typed)


def test_a_range_may_lack_an_end() -> None:
    assert [range_text("1", ""), range_text(" ", "2"), range_text("", "")] == ["1..", "..2", ""]
