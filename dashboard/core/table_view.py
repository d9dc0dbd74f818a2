"""What of a table is wanted: rows that meet conditions, their order, some of its columns.

As the address has it (`query.WHERE`, `query.SORT`, `query.COLUMNS`).
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import quote, unquote

import pandas as pd

from dashboard.core.codes import TYPES
from dashboard.core.files import Column, Kind
from dashboard.core.formats import LI_PER_UNIT, clock

NUMBERS: Final = (Kind.COUNT, Kind.NUMBER, Kind.MONEY, Kind.RATIO)
"""The kinds of which a condition is a range."""
_SCALES: Final = {Kind.MONEY: Decimal(LI_PER_UNIT), Kind.RATIO: Decimal("0.01")}
_TO: Final = ".."
_WAYS: Final = {"asc": False, "desc": True}


@dataclass(frozen=True, slots=True)
class ColumnFilter:
    """On a `field` of the table `table`: what its text has in it, or the range that its number is in.

    A range is two numbers as people write them, money in units and ratios in percent, either of which may be
    missing: `95..`, `..98`.
    """

    table: str
    field: str
    wanted: str

    def __str__(self) -> str:
        return f"{_named(self.table, self.field)}:{quote(self.wanted, safe=' .')}"

    @property
    def ends(self) -> tuple[Decimal | None, Decimal | None]:
        """The ends of the range; ValueError where it is none."""
        low, to, high = self.wanted.partition(_TO)
        ends = _number(low), _number(high if to else low)
        if ends == (None, None):
            raise ValueError
        return ends


@dataclass(frozen=True, slots=True)
class RowOrder:
    """The rows of the table `table` in the order of its `field`; those without a value come last."""

    table: str
    field: str
    descending: bool

    def __str__(self) -> str:
        return f"{_named(self.table, self.field)}.{'desc' if self.descending else 'asc'}"


@dataclass(frozen=True, slots=True)
class ChosenColumns:
    """Of the table `table` these fields alone."""

    table: str
    fields: tuple[str, ...]

    def __str__(self) -> str:
        return _named(self.table, *self.fields)


@dataclass(frozen=True, slots=True)
class TableView:
    """What of a table is seen: all of it as it stands, where nothing else is said."""

    conditions: tuple[tuple[Column, ColumnFilter], ...] = ()
    order: tuple[Column, RowOrder] | None = None
    hidden: frozenset[str] = frozenset()

    @property
    def words(self) -> str:
        """What the rows have in common; "" for all."""
        return ", ".join(f"{column.title}: {condition.wanted}" for column, condition in self.conditions)

    def rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that are seen, in their order; the same frame where those are all as they stand."""
        left = rows_that_meet(frame, self.conditions)
        return rows_in_order(left, *self.order) if self.order else left

    def columns(self, columns: Sequence[Column]) -> Sequence[Column]:
        """Return those of the columns that are not hidden."""
        return [column for column in columns if column.field not in self.hidden] if self.hidden else columns


def read_filter(typed: str) -> ColumnFilter | None:
    """Read `TABLE.FIELD:WANTED`; ValueError where it is none."""
    if not typed.strip():
        return None
    name, colon, wanted = typed.partition(":")
    table, *fields = _names(name)
    if len(fields) != 1 or not (colon and wanted.strip()):
        raise ValueError
    return ColumnFilter(table, fields[0], unquote(wanted).strip())


def read_order(typed: str) -> RowOrder | None:
    """Read `TABLE.FIELD.asc` or `TABLE.FIELD.desc`; ValueError where it is neither."""
    if not typed.strip():
        return None
    name, _, way = typed.strip().rpartition(".")
    table, *fields = _names(name)
    if len(fields) != 1 or way not in _WAYS:
        raise ValueError
    return RowOrder(table, fields[0], _WAYS[way])


def read_columns(typed: str) -> ChosenColumns | None:
    """Read `TABLE.FIELD.FIELD…`; ValueError where it is none."""
    if not typed.strip():
        return None
    table, *fields = _names(typed)
    if not fields:
        raise ValueError
    return ChosenColumns(table, tuple(fields))


def range_text(low: str, high: str) -> str:
    """The range from one number to another, either of which may be ""; "" for none."""
    return f"{low.strip()}{_TO}{high.strip()}" if low.strip() or high.strip() else ""


def rows_that_meet(frame: pd.DataFrame, conditions: Iterable[tuple[Column, ColumnFilter]]) -> pd.DataFrame:
    """Return the rows that meet all conditions, each on its column; what is no range leaves all."""
    for column, condition in conditions:
        values = frame[column.field].tolist()
        if column.kind not in NUMBERS:
            sought = condition.wanted.casefold()
            frame = frame[[sought in cell_text(value).casefold() for value in values]]
            continue
        with suppress(ValueError):
            low, high = condition.ends
            scale = _SCALES.get(column.kind, Decimal(1))
            frame = frame[[_is_between(value, low, high, scale) for value in values]]
    return frame


def rows_in_order(frame: pd.DataFrame, column: Column, order: RowOrder) -> pd.DataFrame:
    """Return the rows in that order; equal ones stay as they stand. Text is ordered as people read it."""
    is_text = column.kind in (Kind.TEXT, Kind.FLAG)
    return frame.sort_values(
        column.field,
        ascending=not order.descending,
        kind="stable",
        na_position="last",
        key=_read if is_text else None,
    )


def cell_text(value: Any) -> str:
    """What a cell of text, of a day or of a time says; "" for nothing."""
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return clock(value)
    return TYPES.get(value, str(value))


def _is_between(value: Any, low: Decimal | None, high: Decimal | None, scale: Decimal) -> bool:
    if pd.isna(value):
        return False
    exact = Decimal(str(value))
    return (low is None or exact >= low * scale) and (high is None or exact <= high * scale)


def _number(typed: str) -> Decimal | None:
    typed = typed.strip().replace("−", "-")
    try:
        number = Decimal(typed) if typed else None
    except InvalidOperation:
        raise ValueError from None
    if number is not None and not number.is_finite():
        raise ValueError
    return number


def _read(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """The words of text without its capitals; None for nothing."""
    return values.map(lambda value: cell_text(value).casefold() or None).astype("object")


def _named(table: str, *fields: str) -> str:
    return ".".join(quote(name, safe=" ").replace(".", "%2E") for name in (table, *fields))


def _names(typed: str) -> list[str]:
    """The names of a table and of fields, as `_named` writes them; ValueError where one is missing."""
    names = [unquote(name).strip() for name in typed.split(".")]
    if not all(names):
        raise ValueError
    return names
