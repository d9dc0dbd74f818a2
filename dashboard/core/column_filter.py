"""Which rows of a table are wanted: a condition on a column, as the address has it (`query.WHERE`)."""

from collections.abc import Iterable
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
        return f"{self.table}.{self.field}:{quote(self.wanted, safe=' .')}"

    @property
    def ends(self) -> tuple[Decimal | None, Decimal | None]:
        """The ends of the range; ValueError where it is none."""
        low, to, high = self.wanted.partition(_TO)
        ends = _number(low), _number(high if to else low)
        if ends == (None, None):
            raise ValueError
        return ends


def read_filter(typed: str) -> ColumnFilter | None:
    """Read `TABLE.FIELD:WANTED`; ValueError where it is none."""
    if not typed.strip():
        return None
    name, colon, wanted = typed.partition(":")
    table, dot, field = name.strip().partition(".")
    if not (table and dot and field and colon and wanted.strip()):
        raise ValueError
    return ColumnFilter(table, field, unquote(wanted).strip())


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
