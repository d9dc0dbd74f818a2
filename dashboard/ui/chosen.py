"""The row that somebody selected in a table that is drawn anew meanwhile: it is kept, not its place."""

from typing import Any

import pandas as pd
import streamlit as st


def of(key: str) -> dict[str, Any] | None:
    """The row that is selected in the table `key`, as it was then; None if none is."""
    row: dict[str, Any] | None = st.session_state.get(_row(key))
    return row


def show(key: str, table: pd.DataFrame, identity: str) -> None:
    """Say what is drawn next under `key`, so that `take` finds rows in it; `identity` is a field of its own.

    The mark of the selected row moves with the row, and goes where the row does.
    """
    row = of(key)
    places = table.index[table[identity] == row[identity]].tolist() if row else []
    st.session_state[_table(key)] = table
    st.session_state[key] = {"selection": {"rows": places, "columns": [], "cells": []}}


def take(key: str) -> None:
    """Keep the row that was selected just now; for a table's `on_select`."""
    places = st.session_state[key]["selection"]["rows"]
    table: pd.DataFrame = st.session_state[_table(key)]
    if places and places[0] < len(table):
        st.session_state[_row(key)] = table.iloc[places[0]].to_dict()
    else:
        st.session_state.pop(_row(key), None)


def _row(key: str) -> str:
    return f"{key}-chosen"


def _table(key: str) -> str:
    return f"{key}-shown"
