"""Tables that people sort and search; what a cell shows is exact, whatever the browser's numbers can hold."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from dashboard import formats
from dashboard.export import Column, Kind
from dashboard.look import Look

NUMBERS: Final = (Kind.COUNT, Kind.MONEY, Kind.RATIO)
_ROW_PX: Final = 35
_MOST_ROWS: Final = 16


def draw(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    key: str,
    look: Look,
    currency: str | None,
    *,
    changes: Sequence[str] = (),
    neutral: Sequence[str] = (),
    pictures: Mapping[str, Any] | None = None,
    order: Sequence[str] | None = None,
    height_rows: int = _MOST_ROWS,
    opens: bool | Callable[[], None] = False,
) -> int | None:
    """Draw `frame` with `columns`; amounts carry the currency in their title, losses are vermilion.

    `changes` are ratios shown with a sign, in `neutral` fields a minus is no loss. `pictures` configures
    further fields, or columns in another way than usual; `order` puts all in order. With `opens` a click
    anywhere on a row returns the row's place in `frame`. With a function, a mark before each row selects
    it, and the function is called.

    Numbers are handed over as decimals with their text beside them: the browser sorts by the one and shows
    the other, so that nothing is rounded on screen.
    """
    shown = frame[list(dict.fromkeys([*(column.field for column in columns), *(pictures or ())]))].copy()
    texts: dict[str, str | Callable[[object], str] | None] = {}
    for column in columns:
        if column.kind in NUMBERS:
            values = [_decimal(column.kind, value) for value in frame[column.field].tolist()]
            shown[column.field] = pd.Series(values, index=shown.index, dtype="object")
            texts[column.field] = _text(column.kind, _places(values), signed=column.field in changes)
    # Its own name, which is random, would make each drawing of the same rows another table.
    styled = Styler(shown, uuid=key).format(texts)
    losses: list[Hashable] = [field for field in texts if field not in neutral]
    styled = styled.map(lambda value: f"color: {look.loss}" if _is_loss(value) else "", subset=losses)
    state = st.dataframe(
        styled,
        key=key,
        hide_index=True,
        column_order=order,
        column_config={column.field: _config(column, currency) for column in columns} | dict(pictures or {}),
        placeholder=formats.UNKNOWN,
        height=_ROW_PX * (min(len(shown), height_rows) + 1) + 2,
        row_height=_ROW_PX,
        on_select=opens if callable(opens) else "rerun" if opens else "ignore",
        selection_mode="single-row" if callable(opens) else "single-cell",
    )
    return _clicked(state) if opens is True else None


def _clicked(state: Any) -> int | None:
    cells = state["selection"]["cells"]
    return int(cells[0][0]) if cells else None


def _config(column: Column, currency: str | None) -> Any:
    help_text = column.meaning or None
    if column.kind in NUMBERS:
        unit = f", {currency}" if currency and column.kind is Kind.MONEY else ""
        return st.column_config.NumberColumn(column.title + unit, help=help_text)
    if column.kind is Kind.TIME:
        return st.column_config.DatetimeColumn(column.title, format="YYYY-MM-DD HH:mm:ss", help=help_text)
    return st.column_config.TextColumn(column.title, help=help_text)


def _decimal(kind: Kind, value: Any) -> Decimal | None:
    if pd.isna(value):
        return None
    return Decimal(str(value)).scaleb(-3) if kind is Kind.MONEY else Decimal(str(value))


def _places(values: Sequence[Decimal | None]) -> int:
    """So many decimals that no amount of a column is rounded and all points stand under each other."""
    if any(value is not None and value != round(value, 2) for value in values):
        return 3
    return 2 if any(value is not None and value != value.to_integral_value() for value in values) else 0


def _text(kind: Kind, places: int, *, signed: bool) -> Callable[[object], str]:
    def text(value: object) -> str:
        if not isinstance(value, Decimal):
            return formats.UNKNOWN
        if kind is Kind.MONEY:
            return formats.money(Fraction(value) * formats.LI_PER_UNIT, places=places)
        if kind is Kind.RATIO:
            return formats.percent_change(Fraction(value)) if signed else formats.percent(Fraction(value))
        return formats.count(Fraction(value))

    return text


def _is_loss(value: Any) -> bool:
    return isinstance(value, Decimal) and value < 0
