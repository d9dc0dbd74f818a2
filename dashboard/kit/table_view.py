"""What people choose of a table: rows by its columns, their order, its columns. The address keeps it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard.core import formats
from dashboard.core.files import Column
from dashboard.core.markdown import escaped
from dashboard.core.query import COLUMNS, SORT, WHERE, Parameter
from dashboard.core.table_view import (
    NUMBERS,
    ChosenColumns,
    ColumnFilter,
    RowOrder,
    TableView,
    cell_text,
    range_text,
)
from dashboard.core.text import later, text
from dashboard.kit import query_params

ALL: Final = TableView()
_FEW_ROWS: Final = 5
"""Tables of at most so many rows are seen as a whole."""
_MOST_OFFERED: Final = 50
_WAYS: Final = {False: later("Ascending"), True: later("Descending")}


def render_view(
    frame: pd.DataFrame, columns: Sequence[Column], key: str, pictures: Mapping[str, Any]
) -> TableView:
    """Draw above the table `key` what may be chosen of it, and what is; return that.

    `pictures` are how further columns are drawn (`render_table`); what has a title can be left out.
    """
    if not query_params.has(WHERE, SORT, COLUMNS):
        if len(frame) > _FEW_ROWS:
            with _row(key):
                _fold(frame, columns, key, pictures, ALL)
        return ALL
    titles = _titles(columns, pictures)
    view, is_whole = _asked({column.field: column for column in columns}, titles, key)
    if len(frame) > _FEW_ROWS or view != ALL:
        with _row(key):
            _fold(frame, columns, key, pictures, view)
            _chosen(frame, key, view, titles)
    if not is_whole:
        st.warning(
            text("The address asks for a column that this table does not have; it is left out."),
            icon=":material/link_off:",
        )
    return view


def _asked(columns: Mapping[str, Column], titles: Mapping[str, str], key: str) -> tuple[TableView, bool]:
    """What the address asks of the table `key`, and whether the table has all columns that it names."""
    where = [each for each in query_params.value(WHERE) if each.table == key]
    sort = [each for each in query_params.value(SORT) if each.table == key]
    chosen = [each for each in query_params.value(COLUMNS) if each.table == key]
    fields = {field for each in chosen for field in each.fields}
    named = fields | {each.field for each in where} | {each.field for each in sort}
    view = TableView(
        tuple((columns[each.field], each) for each in where if each.field in columns),
        next(((columns[each.field], each) for each in sort if each.field in columns), None),
        frozenset(titles) - fields if fields & titles.keys() else frozenset(),
    )
    return view, named <= titles.keys()


def _titles(columns: Sequence[Column], pictures: Mapping[str, Any]) -> dict[str, str]:
    """The titles of the columns that have one, by their fields."""
    drawn = {field: config["label"] for field, config in pictures.items() if config["label"]}
    return {column.field: column.title for column in columns} | drawn


def _row(key: str) -> st.delta_generator.DeltaGenerator:
    return st.container(key=f"view-{key}", horizontal=True, vertical_alignment="center")


def _fold(
    frame: pd.DataFrame, columns: Sequence[Column], key: str, pictures: Mapping[str, Any], view: TableView
) -> None:
    fold = st.popover(
        text("View"), icon=":material/tune:", type="tertiary", key=f"fold-{key}", on_change="rerun"
    )
    if fold.open:
        with fold:
            _choose_order(columns, key, view)
            _choose_columns(_titles(columns, pictures), key, view)
            _choose_rows(frame, columns, key)


def _chosen(frame: pd.DataFrame, key: str, view: TableView, titles: Mapping[str, str]) -> None:
    """Draw what is chosen, each with the way back."""
    for column, condition in view.conditions:
        _drop(
            f"{column.title}: {condition.wanted}",
            f"{key}-{condition.field}",
            text("Show all rows again, whatever their {column}.", column=column.title),
            (key, condition.field, ""),
            _put,
        )
    if view.order:
        column, order = view.order
        way = str(_WAYS[order.descending]).lower()
        _drop(
            f"{column.title}, {way}",
            f"{key}-order",
            text("Show the rows in their own order again."),
            (SORT, key),
            _replace,
        )
    if view.hidden:
        some, of_all = formats.count(len(titles) - len(view.hidden)), formats.count(len(titles))
        _drop(
            text("{some} of {all} columns", some=some, all=of_all),
            f"{key}-columns",
            text("Show all columns again."),
            (COLUMNS, key),
            _replace,
        )
    if view.conditions:
        some, of_all = formats.count(len(view.rows(frame))), formats.count(len(frame))
        st.caption(text("{some} of {all} rows", some=some, all=of_all), width="content")


def _drop(label: str, name: str, meaning: str, args: tuple[Any, ...], on_click: Any) -> None:
    st.button(
        escaped(label),
        key=f"drop-{name}",
        icon=":material/close:",
        help=meaning,
        on_click=on_click,
        args=args,
    )


def _choose_order(columns: Sequence[Column], key: str, view: TableView) -> None:
    """Draw the choice of a column to sort by, and of the way."""
    field, way = f"sort-{key}", f"way-{key}"
    st.session_state[field] = view.order[0].field if view.order else None
    st.session_state[way] = view.order[1].descending if view.order else None
    titles, takes = {column.field: column.title for column in columns}, (key, field, way)
    st.selectbox(
        text("Sort by"),
        list(titles),
        format_func=titles.__getitem__,
        key=field,
        placeholder=text("As it stands"),
        on_change=_take_order,
        args=takes,
    )
    if view.order:
        st.segmented_control(
            text("Order"),
            list(_WAYS),
            format_func=lambda way: str(_WAYS[way]),
            key=way,
            required=True,
            label_visibility="collapsed",
            on_change=_take_order,
            args=takes,
        )


def _choose_columns(titles: Mapping[str, str], key: str, view: TableView) -> None:
    """Draw the choice of columns; without any all are shown."""
    name = f"columns-{key}"
    st.session_state[name] = [field for field in titles if field not in view.hidden]
    st.pills(
        text("Columns"),
        list(titles),
        selection_mode="multi",
        format_func=titles.__getitem__,
        key=name,
        on_change=_take_columns,
        args=(key, name, len(titles)),
    )


def _choose_rows(frame: pd.DataFrame, columns: Sequence[Column], key: str) -> None:
    """Draw the choice of a column, and of what is wanted of it."""
    column = st.selectbox(
        text("Filter by"), columns, format_func=lambda column: column.title, key=f"column-{key}"
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


def _take_order(key: str, field: str, way: str) -> None:
    wanted, is_down = st.session_state[field], st.session_state.get(way)
    _replace(SORT, key, *([RowOrder(key, wanted, is_down is not False)] if wanted else []))


def _take_columns(key: str, name: str, of_all: int) -> None:
    wanted = st.session_state[name]
    some = [ChosenColumns(key, tuple(wanted))] if 0 < len(wanted) < of_all else []
    _replace(COLUMNS, key, *some)


def _take_range(key: str, field: str, name: str) -> None:
    _put(key, field, range_text(*(st.session_state.get(f"{name}-{end}") or "" for end in ("low", "high"))))


def _take_text(key: str, field: str, name: str) -> None:
    _put(key, field, st.session_state[name] or "")


def _put(key: str, field: str, wanted: str) -> None:
    """Write what is wanted of a column into the address, in the place of what was; "" for all."""
    others = [each for each in query_params.value(WHERE) if (each.table, each.field) != (key, field)]
    new = [ColumnFilter(key, field, wanted.strip())] if wanted.strip() else []
    query_params.write({WHERE: (*others, *new)})


def _replace(parameter: Parameter[tuple[Any, ...]], key: str, *new: RowOrder | ChosenColumns) -> None:
    """Write what is wanted of the table `key` into the address, in the place of what was."""
    others = [each for each in query_params.value(parameter) if each.table != key]
    query_params.write({parameter: (*others, *new)})
