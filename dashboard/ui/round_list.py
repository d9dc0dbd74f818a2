"""The table of a player's rounds, and all about the one that is selected."""

from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import data, formats
from dashboard.export import Column, Kind
from dashboard.player_games import SLOTS
from dashboard.query import ROUND
from dashboard.round_detail import Fields, facts, games_fields, safe_url, slots_fields
from dashboard.round_table import ROUNDS_ON_SCREEN, decimals, on_screen
from dashboard.ui import address, states

_KEY: Final = "rounds"
_SHOWN: Final = "rounds-shown"
_HEIGHT_PX: Final = 520
_ROW_PX: Final = 35
_TIME: Final = "YYYY-MM-DD HH:mm:ss"


def draw(table: pd.DataFrame, currency: str | None) -> None:
    """Draw rounds (`round_table.rounds_table`); selecting one writes its event id into the address."""
    st.session_state[_SHOWN] = table["event_id"]
    shown, places = on_screen(table, ROUNDS_ON_SCREEN), decimals(table, ROUNDS_ON_SCREEN)
    st.dataframe(
        shown,
        key=_KEY,
        hide_index=True,
        height=_HEIGHT_PX,
        row_height=_ROW_PX,
        placeholder=formats.UNKNOWN,
        column_config={
            column.field: config(column, shown[column.field], currency, places) for column in ROUNDS_ON_SCREEN
        },
        on_select=_take,
        selection_mode="single-row",
    )


def detail(table: pd.DataFrame, currency: str | None) -> None:
    """Draw all about the round that the address names, if it is among those of the table."""
    rows = table[table["event_id"] == address.value(ROUND)].to_dict("records")
    if not rows:
        st.caption("Select a round to see all about it.")
        return
    row = {str(name): value for name, value in rows[0].items()}
    is_slots = row["type"] == SLOTS
    left, right = st.columns(2)
    with left:
        _fields("The round", facts(row, currency), "round-facts")
    with right:
        _fields(
            "Slots" if is_slots else "What was bet on, and what came",
            slots_fields(row, currency) if is_slots else games_fields(row),
            "round-fields",
        )
        if is_slots:
            with states.part("The provider's page of this round"):
                _link(data.round_url(int(row["game_id"]), str(row["draw_id"])))


def _link(address: str) -> None:
    url = safe_url(address)
    if url:
        st.link_button("Open the provider's page of this round", url, icon=":material/open_in_new:")
    else:
        st.warning("The provider's address of this round is not an https link, so it is not offered.")


def _fields(title: str, fields: Fields, key: str) -> None:
    # A table of text, drawn on a canvas: whatever the provider sends is shown, nothing of it is obeyed.
    names, values = zip(*fields, strict=True)
    st.dataframe(
        pd.DataFrame({title: names, " ": values}, dtype="string"),
        key=key,
        hide_index=True,
        height="content",
        row_height=_ROW_PX,
        column_config={title: st.column_config.TextColumn(width="small")},
    )


def _take() -> None:
    rows = st.session_state[_KEY]["selection"]["rows"]
    if rows:
        address.write({ROUND: str(st.session_state[_SHOWN].iat[rows[0]])})
    else:
        address.clear([ROUND])


def config(column: Column, values: "pd.Series[Any]", currency: str | None, places: int) -> Any:
    """How Streamlit draws a column of `round_table.on_screen`; `places` is `round_table.decimals`."""
    is_text = isinstance(values.dtype, pd.StringDtype)
    meaning = column.meaning or None
    if column.kind is Kind.MONEY:
        title = f"{column.title}, {currency}" if currency else column.title
        if is_text:
            return st.column_config.TextColumn(title, help=meaning, alignment="right")
        return st.column_config.NumberColumn(title, help=meaning, format=f"%,.{places}f")
    if column.kind is Kind.TIME:
        return st.column_config.DatetimeColumn(column.title, help=meaning, format=_TIME)
    if column.kind is Kind.NUMBER and not is_text:
        return st.column_config.NumberColumn(column.title, help=meaning, format="%d")
    return st.column_config.TextColumn(column.title, help=meaning)
