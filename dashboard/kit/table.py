"""Tables that people sort and search; what a cell shows is exact, whatever the browser's numbers can hold."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard.charts.theme import Theme
from dashboard.core import formats
from dashboard.core.cell_links import DISPLAY_TEXT, CellLink
from dashboard.core.files import Column, Kind
from dashboard.core.memo import memo
from dashboard.core.text import text
from dashboard.kit.table_cells import NUMBERS, written

_ROW_PX: Final = 35
_MOST_ROWS: Final = 16
_KEPT_ROWS: Final = 200
"""Larger tables are written anew each time: they would fill the memory."""


def draw(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    key: str,
    look: Theme,
    currency: str | None,
    *,
    changes: Sequence[str] = (),
    neutral: Sequence[str] = (),
    pictures: Mapping[str, Any] | None = None,
    order: Sequence[str] | None = None,
    height_rows: int = _MOST_ROWS,
    links: Sequence[CellLink] = (),
    kept: bool = True,
) -> None:
    """Draw `frame` with `columns`; amounts carry the currency in their title, losses are vermilion.

    `changes` are ratios shown with a sign, in `neutral` fields a minus is no loss. `pictures` configures
    further fields, or columns in another way than usual; `order` puts all in order. The cells of `links` lead
    on; nothing else of a table does: clicks, keys and the search only move and sort. A table whose numbers
    are others each time is not `kept`: it would push out those that stay.

    Where there is no row a sentence stands in its place.

    Numbers are handed over as decimals with their text beside them: the browser sorts by the one and shows
    the other, so that nothing is rounded on screen.
    """
    if frame.empty:
        st.caption(text("There are none."))
        return
    table = (
        *(frame, tuple(columns), tuple(pictures or ()), key),
        *(tuple(changes), tuple(neutral), tuple(links), look.loss, currency),
    )
    styled = memo(written, *table) if kept and len(frame) <= _KEPT_ROWS else written(*table)
    leading = {link.field for link in links}
    st.dataframe(
        styled,
        key=key,
        hide_index=True,
        column_order=order,
        column_config={
            column.field: link_config(column) if column.field in leading else _config(column, currency)
            for column in columns
        }
        | dict(pictures or {}),
        placeholder=formats.UNKNOWN,
        height=_ROW_PX * (min(len(frame), height_rows) + 1) + 2,
        row_height=_ROW_PX,
    )


def link_config(column: Column) -> Any:
    """How Streamlit draws a column whose cells are links (`CellLink.addresses`)."""
    return st.column_config.LinkColumn(
        column.title, help=column.meaning, display_text=DISPLAY_TEXT, alignment="left"
    )


def _config(column: Column, currency: str | None) -> Any:
    title = f"{column.title}, {currency}" if currency and column.kind is Kind.MONEY else column.title
    if column.kind in NUMBERS:
        return st.column_config.NumberColumn(title, help=column.meaning)
    kind = st.column_config.DatetimeColumn if column.kind is Kind.TIME else st.column_config.TextColumn
    return kind(title, help=column.meaning)
