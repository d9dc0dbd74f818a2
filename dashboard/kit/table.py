"""Tables that people sort and search; what a cell shows is exact, whatever the browser's numbers can hold."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Literal

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from dashboard.core import formats
from dashboard.core.cell_links import DISPLAY_TEXT, CellLink
from dashboard.core.files import Column, Kind
from dashboard.core.memo import memo
from dashboard.core.table_view import TableView
from dashboard.core.text import text
from dashboard.kit import charts, table_view
from dashboard.kit.compat import with_texts, write_cells_once
from dashboard.kit.table_cells import on_screen, texts, types_said

NUMBERS: Final = (Kind.COUNT, Kind.MONEY, Kind.RATIO)
_ROW_PX: Final = 35
_MOST_ROWS: Final = 16
_TIME: Final = "YYYY-MM-DD HH:mm:ss"
_KEPT_ROWS: Final = 200
"""Larger tables are written anew each time: they would fill the memory."""
MOST_ON_SCREEN: Final = 150_000
"""Longer tables reach the browser piece by piece, which then writes the numbers itself, in its own way, and
searches none of them."""
# pandas' limit is for tables that it writes itself.
pd.set_option("styler.render.max_elements", MOST_ON_SCREEN * 100)


def render_table(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    key: str,
    currency: str | None,
    *,
    changes: Sequence[str] = (),
    neutral: Sequence[str] = (),
    pictures: Mapping[str, Any] | None = None,
    order: Sequence[str] | None = None,
    height_rows: int = _MOST_ROWS,
    most: int | None = None,
    links: Sequence[CellLink] = (),
    kept: bool = True,
) -> TableView:
    """Draw `frame` with `columns`; amounts carry the currency in their title, losses are vermilion.

    `changes` are ratios shown with a sign, in `neutral` fields a minus is no loss. `pictures` configures
    further fields, or columns in another way than usual; `order` puts all in order. Of the rows wanted the
    first `most` are drawn. The cells of `links` lead
    on; nothing else of a table does: clicks, keys and the search only move and sort. A table whose numbers
    are others each time is not `kept`: it would push out those that stay.

    Where there is no row a sentence stands in its place; of more than a few people choose what they see
    (`table_view`), which is returned.

    Numbers are handed over as decimals with their text beside them: the browser sorts by the one and shows
    the other, so that nothing is rounded on screen.
    """
    if frame.empty:
        st.caption(text("There are none."))
        return table_view.ALL
    view = table_view.render_view(frame, columns, key, pictures or {})
    left = view.rows(frame)
    if left.empty:
        return view
    kept, frame, columns = kept and left is frame, left, view.columns(columns)
    frame = frame if most is None else frame.head(most)
    links = [link for link in links if link.field not in view.hidden]
    pictures = {field: config for field, config in (pictures or {}).items() if field not in view.hidden}
    table = (
        *(frame, tuple(columns), tuple(pictures), key),
        *(tuple(changes), tuple(neutral), tuple(links), charts.look().loss, currency),
    )
    styled = memo(_written, *table) if kept and len(frame) <= _KEPT_ROWS else _written(*table)
    config = {column.field: _config(column, currency) for column in columns} | _link_configs(columns, links)
    _show(styled, key, min(len(frame), height_rows), config | pictures, order)
    return view


def render_long_table(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    key: str,
    currency: str | None,
    links: Sequence[CellLink],
    height_rows: int,
    nothing: str,
) -> TableView:
    """Draw a table of single rounds or bets, which may be long: no loss is marked, amounts are numbers.

    Where there is no row the sentence `nothing` stands in its place; of very many the first are drawn.
    """
    if frame.empty:
        st.caption(nothing)
        return table_view.ALL
    view = table_view.render_view(frame, columns, key, {})
    frame, columns = view.rows(frame), view.columns(columns)
    links = [link for link in links if link.field not in view.hidden]
    if frame.empty:
        return view
    if len(frame) > MOST_ON_SCREEN:
        most = formats.count(MOST_ON_SCREEN)
        st.caption(text("The table has the first {count} of them, the files have all.", count=most))
        frame = frame.head(MOST_ON_SCREEN)
    shown = on_screen(frame, columns, links)
    config = {column.field: _config(column, currency, shown[column.field]) for column in columns}
    config |= _link_configs(columns, links)
    styled = with_texts(shown, texts(frame, columns, currency), key)
    _show(styled, key, min(len(frame), height_rows), config)
    return view


def _show(
    styled: Styler, key: str, rows: int, config: Mapping[str, Any], order: Sequence[str] | None = None
) -> None:
    st.dataframe(
        styled,
        key=key,
        hide_index=True,
        column_order=order,
        column_config=config,
        placeholder=formats.UNKNOWN,
        height=_ROW_PX * (rows + 1) + 2,
        row_height=_ROW_PX,
    )


def _link_configs(columns: Sequence[Column], links: Sequence[CellLink]) -> dict[str, Any]:
    """How Streamlit draws the columns whose cells are links (`CellLink.addresses`)."""
    leading = {link.field for link in links}
    return {
        column.field: st.column_config.LinkColumn(
            column.title, help=column.meaning, display_text=DISPLAY_TEXT, alignment="left"
        )
        for column in columns
        if column.field in leading
    }


def _config(column: Column, currency: str | None, shown: "pd.Series[Any] | None" = None) -> Any:
    """How Streamlit draws a column; `shown` is what a long table's holds (`on_screen`)."""
    is_text, title = shown is not None and isinstance(shown.dtype, pd.StringDtype), column.title
    if currency and column.kind is Kind.MONEY:
        title = text("{what}, {currency}", what=title, currency=currency)
    if is_text:
        side: Literal["right"] | None = "right" if column.kind is Kind.MONEY else None
        return st.column_config.TextColumn(title, help=column.meaning, alignment=side)
    if column.kind in NUMBERS:
        return st.column_config.NumberColumn(title, help=column.meaning)
    if column.kind is Kind.NUMBER and shown is not None:
        return st.column_config.NumberColumn(title, help=column.meaning, format="%d")
    if column.kind is Kind.TIME:
        form = _TIME if shown is not None else None
        return st.column_config.DatetimeColumn(title, help=column.meaning, format=form)
    return st.column_config.TextColumn(title, help=column.meaning)


def _written(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    others: Sequence[str],
    key: str,
    changes: Sequence[str],
    neutral: Sequence[str],
    links: Sequence[CellLink],
    loss: str,
    currency: str | None = None,
) -> Styler:
    """Write `columns` and the `others` of `frame`; numbers are decimals with their text beside them.

    `key` is its name. `changes` carry their sign, negative numbers are in the colour `loss` but for
    those in `neutral`; the cells of `links` are addresses.
    """
    shown = frame[list(dict.fromkeys([*(column.field for column in columns), *others]))].copy()
    texts: dict[str, str | Callable[[object], str] | None] = {}
    for column in columns:
        if column.kind in NUMBERS:
            values = [_decimal(column.kind, value) for value in frame[column.field].tolist()]
            shown[column.field] = pd.Series(values, index=shown.index, dtype="object")
            places = 0
            if column.kind is Kind.MONEY:
                places = formats.money_places(frame[column.field].dropna().tolist(), currency)
            texts[column.field] = _number_text(column.kind, places, signed=column.field in changes)
        elif column.kind is Kind.TIME:
            texts[column.field] = _time_text
        elif column.field == "type":
            shown[column.field] = types_said(frame[column.field])
    for link in links:
        shown[link.field] = link.addresses(frame)
        texts.pop(link.field, None)
    # Its own name, which is random, would make each drawing of the same rows another table.
    table = Styler(shown, uuid=key)
    table.format(texts)
    losses: list[Hashable] = [field for field in texts if field not in neutral]
    table.map(lambda value: f"color: {loss}" if _is_loss(value) else "", subset=losses)
    write_cells_once(table)
    return table


def _decimal(kind: Kind, value: Any) -> Decimal | None:
    if pd.isna(value):
        return None
    return Decimal(str(value)).scaleb(-3) if kind is Kind.MONEY else Decimal(str(value))


def _number_text(kind: Kind, places: int, *, signed: bool) -> Callable[[object], str]:
    def write(value: object) -> str:
        if not isinstance(value, Decimal):
            return formats.UNKNOWN
        if kind is Kind.MONEY:
            amount = formats.money(Fraction(value) * formats.LI_PER_UNIT, places=places)
            return formats.with_plus(amount) if signed else amount
        if kind is Kind.RATIO:
            return formats.percent_change(Fraction(value)) if signed else formats.percent(Fraction(value))
        return formats.count(Fraction(value))

    return write


def _time_text(value: object) -> str:
    return formats.clock(value) if isinstance(value, pd.Timestamp) else formats.UNKNOWN


def _is_loss(value: Any) -> bool:
    return isinstance(value, Decimal) and value < 0
