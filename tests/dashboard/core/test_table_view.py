"""What of a table is wanted: there and back, which rows that leaves, in which order, which columns."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core.files import Column, Kind
from dashboard.core.table_view import (
    ChosenColumns,
    ColumnFilter,
    RowOrder,
    TableView,
    range_text,
    read_columns,
    read_filter,
    read_order,
    rows_that_meet,
)

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


@pytest.mark.parametrize(
    ("field", "up", "down"),
    [
        ("name", [0, 2, 1], [2, 0, 1]),
        ("type", [1, 2, 0], [0, 2, 1]),
        ("at", [0, 1, 2], [2, 1, 0]),
        ("gain_li", [0, 1, 2], [1, 0, 2]),
        ("rtp", [0, 1, 2], [1, 0, 2]),
    ],
)
def test_rows_stand_in_the_order_of_a_column_and_last_those_without_a_value(
    field: str, up: list[int], down: list[int]
) -> None:
    views = [TableView(order=(COLUMNS[field], RowOrder("t", field, way))) for way in (False, True)]
    assert [view.rows(FRAME).index.tolist() for view in views] == [up, down]


def test_equal_rows_stay_as_they_stand_and_capitals_make_no_difference() -> None:
    frame = pd.DataFrame({"name": ["b", "A", "B", "a"]})
    view = TableView(order=(COLUMNS["name"], RowOrder("t", "name", descending=False)))
    assert view.rows(frame)["name"].tolist() == ["A", "a", "b", "B"]


def test_where_nothing_is_asked_rows_and_columns_are_the_same_ones() -> None:
    columns = list(COLUMNS.values())
    assert TableView().rows(FRAME) is FRAME
    assert TableView().columns(columns) is columns
    seen = TableView(hidden=frozenset(["at", "rtp"])).columns(columns)
    assert [column.field for column in seen] == ["name", "type", "gain_li"]


ANY = st.text(min_size=1).map(str.strip).filter(bool)


@given(table=ANY, fields=st.lists(ANY, min_size=1, max_size=4), is_down=st.booleans())
def test_orders_and_columns_that_are_written_are_read_again_and_have_no_comma(
    table: str, fields: list[str], is_down: bool
) -> None:
    order, columns = RowOrder(table, fields[0], is_down), ChosenColumns(table, tuple(fields))
    assert "," not in f"{order}{columns}"
    assert (read_order(str(order)), read_columns(str(columns))) == (order, columns)


@pytest.mark.parametrize("typed", ["t", "t.a", "t.a.down", ".a.asc", "t..desc", "t.a.b.asc"])
def test_what_is_no_order(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_order(typed)


@pytest.mark.parametrize("typed", ["t", "t.", ".a", "t.a..b"])
def test_what_are_no_columns(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_columns(typed)
