"""The filter of a table by its columns, which the address keeps."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.core import formats
from dashboard.core.column_filter import NUMBERS, ColumnFilter, cell_text, range_text, rows_that_meet
from dashboard.core.files import Column
from dashboard.core.markdown import escaped
from dashboard.core.query import WHERE
from dashboard.core.text import text
from dashboard.kit import query_params

_FEW_ROWS: Final = 5
"""Tables of at most so many rows are seen as a whole."""
_MOST_OFFERED: Final = 50


def rows_seen(frame: pd.DataFrame, columns: Sequence[Column], key: str) -> tuple[pd.DataFrame, str]:
    """Return the rows that the filter of the table `key` leaves, and in words what it asks for."""
    conditions = _conditions(columns, key)
    words = ", ".join(f"{column.title}: {condition.wanted}" for column, condition in conditions)
    return rows_that_meet(frame, conditions), words


def filtered(frame: pd.DataFrame, columns: Sequence[Column], key: str) -> pd.DataFrame:
    """Draw the filter of the table `key` above it, and return the rows that it leaves."""
    conditions = _conditions(columns, key)
    if len(frame) <= _FEW_ROWS and not conditions:
        return frame
    left = rows_that_meet(frame, conditions)
    with st.container(key=f"filter-{key}", horizontal=True, vertical_alignment="center"):
        fold = st.popover(
            text("Filter"),
            icon=":material/filter_list:",
            type="tertiary",
            key=f"fold-{key}",
            on_change="rerun",
        )
        if fold.open:
            with fold:
                _form(frame, list(columns), key)
        for column, condition in conditions:
            st.button(
                escaped(f"{column.title}: {condition.wanted}"),
                key=f"drop-{condition}",
                icon=":material/close:",
                help=text("Show all rows again, whatever their {column}.", column=column.title),
                on_click=_put,
                args=(key, condition.field, ""),
            )
        if conditions:
            some, all_rows = formats.count(len(left)), formats.count(len(frame))
            st.caption(text("{some} of {all} rows", some=some, all=all_rows), width="content")
    return left


def _conditions(columns: Sequence[Column], key: str) -> list[tuple[Column, ColumnFilter]]:
    """The conditions of the address on the columns of the table `key`."""
    if not query_params.has(WHERE):
        return []
    by_field = {column.field: column for column in columns}
    wanted = (each for each in query_params.value(WHERE) if each.table == key)
    return [(by_field[each.field], each) for each in wanted if each.field in by_field]


def _form(frame: pd.DataFrame, columns: list[Column], key: str) -> None:
    """Draw the choice of a column, and of what is wanted of it."""
    column = st.selectbox(
        text("Column"), columns, format_func=lambda column: column.title, key=f"column-{key}"
    )
    name = f"wanted-{key}-{column.field}"
    if column.kind in NUMBERS:
        low, high = st.columns(2)
        for place, label, end in ((low, text("From"), "low"), (high, text("To"), "high")):
            place.text_input(
                label, key=f"{name}-{end}", on_change=_take_range, args=(key, column.field, name)
            )
        return
    offered = list(dict.fromkeys(filter(None, map(cell_text, frame[column.field].head(1000).tolist()))))
    st.selectbox(
        text("Has in it"),
        sorted(offered)[:_MOST_OFFERED],
        index=None,
        key=name,
        accept_new_options=True,
        placeholder=text("Choose or type"),
        on_change=_take_text,
        args=(key, column.field, name),
    )


def _take_range(key: str, field: str, name: str) -> None:
    _put(key, field, range_text(*(st.session_state.get(f"{name}-{end}") or "" for end in ("low", "high"))))


def _take_text(key: str, field: str, name: str) -> None:
    _put(key, field, st.session_state[name] or "")


def _put(key: str, field: str, wanted: str) -> None:
    """Write what is wanted of a column into the address, in the place of what was; "" for all."""
    others = [each for each in query_params.value(WHERE) if (each.table, each.field) != (key, field)]
    new = [ColumnFilter(key, field, wanted.strip())] if wanted.strip() else []
    query_params.write({WHERE: (*others, *new)})
