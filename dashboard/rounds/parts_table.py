"""Tables of single rounds and bets, which may be long: numbers stay numbers, a link in each row opens it."""

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard.core import formats
from dashboard.core.cell_links import CellLink
from dashboard.core.files import Column, Kind
from dashboard.core.text import text
from dashboard.kit import table as kit_table
from dashboard.kit.compat import with_texts
from dashboard.rounds.tables import on_screen, texts

_ROW_PX: Final = 35
_TIME: Final = "YYYY-MM-DD HH:mm:ss"
MOST_ON_SCREEN: Final = 150_000
"""Longer tables reach the browser piece by piece, which then writes the numbers itself, in its own way, and
searches none of them."""
# pandas' limit is for tables that it writes itself.
pd.set_option("styler.render.max_elements", MOST_ON_SCREEN * 100)


def draw(
    key: str,
    table: pd.DataFrame,
    columns: Sequence[Column],
    links: Sequence[CellLink],
    currency: str | None,
    height_rows: int,
    nothing: str,
) -> None:
    """Draw `columns` of rounds (`round_table.rounds_table`) or bets (`bet_tables.bets_table`).

    Where there is no row the sentence `nothing` stands in its place; of very many the first are drawn.
    """
    if table.empty:
        st.caption(nothing)
        return
    if len(table) > MOST_ON_SCREEN:
        most = formats.count(MOST_ON_SCREEN)
        st.caption(text("The table has the first {count} of them, the files have all.", count=most))
        table = table.head(MOST_ON_SCREEN)
    shown = on_screen(table, columns, links)
    leading = {link.field for link in links}
    st.dataframe(
        with_texts(shown, texts(table, columns, currency), key),
        key=key,
        hide_index=True,
        height=_ROW_PX * (min(len(table), height_rows) + 1) + 2,
        row_height=_ROW_PX,
        placeholder=formats.UNKNOWN,
        column_config={
            column.field: kit_table.link_config(column)
            if column.field in leading
            else _config(column, shown[column.field], currency)
            for column in columns
        },
    )


def _config(column: Column, values: "pd.Series[Any]", currency: str | None) -> Any:
    """How Streamlit draws a column of `round_table.on_screen`."""
    is_text = isinstance(values.dtype, pd.StringDtype)
    if column.kind is Kind.MONEY:
        title = column.title
        if currency:
            title = text("{what}, {currency}", what=title, currency=currency)
        if is_text:
            return st.column_config.TextColumn(title, help=column.meaning, alignment="right")
        return st.column_config.NumberColumn(title, help=column.meaning)
    if column.kind is Kind.TIME:
        return st.column_config.DatetimeColumn(column.title, help=column.meaning, format=_TIME)
    if column.kind is Kind.NUMBER and not is_text:
        return st.column_config.NumberColumn(column.title, help=column.meaning, format="%d")
    return st.column_config.TextColumn(column.title, help=column.meaning)
