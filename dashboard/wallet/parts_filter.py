"""Whose wallet is shown, and which of its transfers: the pickers, and what the address asks for."""

from datetime import timedelta
from typing import Final

import streamlit as st

from dashboard.core import formats
from dashboard.core.markdown import escaped, short
from dashboard.core.query import BEFORE, LONGEST_ID, NEXT_ID, OP_ID, TRANS_NO, TRANSFER_TYPE, USER_ID
from dashboard.core.text import text
from dashboard.kit import current, query_params
from dashboard.wallet.transfers import FILTERS, TransferQuery, read_wanted

_KEY: Final = "wallet-"
_PAGE: Final = (NEXT_ID,)
"""The page that was turned to belonged to the filters before."""


def wanted() -> TransferQuery:
    """What the address asks for."""
    return read_wanted(query_params.query())


def render_player() -> None:
    """Draw the page's title, the player's id where there is one, with the field for another beside it."""
    heading, picker = st.columns([3, 2], vertical_alignment="bottom")
    op_id = wanted().op_id
    heading.title(escaped(short(op_id)) if op_id else text("Wallet"), anchor=False)
    picker.text_input(
        text("Player (op_id)"),
        type="search",
        max_chars=LONGEST_ID,
        placeholder=text("Your own id of the player"),
        **query_params.bound(_KEY, OP_ID, drops=(USER_ID, *_PAGE)),
    )


def render_filters() -> None:
    """Draw the filters of the transfers."""
    types = TRANSFER_TYPE.choices
    with st.container(key="wallet-filters", horizontal=True, vertical_alignment="bottom"):
        st.pills(
            text("Type"),
            list(types),
            format_func=lambda kind: str(types[kind]),
            **query_params.bound(_KEY, TRANSFER_TYPE, drops=_PAGE),
        )
        st.text_input(
            text("Number"),
            placeholder=text("Yours or the provider's"),
            width=260,
            **query_params.bound(_KEY, TRANS_NO, drops=_PAGE),
        )
        st.datetime_input(
            text("Created before, {zone}", zone=formats.zone_name(current.merchant().zone)),
            value=None,
            format="YYYY-MM-DD",
            step=timedelta(minutes=1),
            width=260,
            **query_params.bound(_KEY, BEFORE, drops=_PAGE),
        )
        query_params.show_all(FILTERS, *_PAGE)


def turn_to(next_id: int) -> None:
    """Turn to the page of the transfers that begins at `next_id`."""
    query_params.write({NEXT_ID: next_id})
