"""Whose wallet is shown, and which of its transfers: the pickers, and the address that keeps them."""

from datetime import timedelta
from typing import Final

import streamlit as st

from dashboard import data
from dashboard.wallet import TYPES, Wanted, read_wanted

_LONGEST_ID: Final = 200
_FILTERS: Final = ("type", "trans_no", "before")


def wanted() -> Wanted:
    """What the address asks for."""
    return read_wanted(st.query_params, data.source().zone)


def draw_player() -> None:
    """Draw the page's title with the field for the player beside it."""
    heading, picker = st.columns([3, 2], vertical_alignment="bottom")
    heading.title("Wallet", anchor=False)
    shown = wanted()
    st.session_state["wallet-op_id"] = shown.op_id or ""
    picker.text_input(
        "Player (op_id)",
        key="wallet-op_id",
        type="search",
        max_chars=_LONGEST_ID,
        placeholder="Your own id of the player",
        on_change=_take_player,
    )
    for problem in shown.problems:
        st.warning(problem, icon=":material/link_off:")


def draw_filters() -> None:
    """Draw the filters of the transfers. As with the period, the address is the only state."""
    shown = wanted()
    with st.container(key="wallet-filters", horizontal=True, vertical_alignment="bottom"):
        st.session_state["wallet-type"] = shown.type
        st.pills("Type", list(TYPES), format_func=TYPES.__getitem__, key="wallet-type", on_change=_take_type)
        st.session_state["wallet-trans_no"] = shown.number or ""
        st.text_input(
            "Number",
            key="wallet-trans_no",
            placeholder="Yours or the provider's",
            on_change=_take_number,
            width=260,
        )
        st.session_state["wallet-before"] = shown.before.replace(tzinfo=None) if shown.before else None
        st.datetime_input(
            f"Created before, {data.source().zone.key}",
            value=None,
            key="wallet-before",
            format="YYYY-MM-DD",
            step=timedelta(minutes=1),
            on_change=_take_before,
            width=260,
        )
        if any(name in st.query_params for name in _FILTERS):
            st.button("Show all", type="tertiary", icon=":material/close:", on_click=_clear)


def turn_to(next_id: int) -> None:
    """Turn to the page of the transfers that begins at `next_id`."""
    _write("next_id", str(next_id or ""))


def _take_player() -> None:
    st.query_params.pop("user_id", None)
    _narrow("op_id", st.session_state["wallet-op_id"].strip())


def _take_type() -> None:
    _narrow("type", str(st.session_state["wallet-type"] or ""))


def _take_number() -> None:
    _narrow("trans_no", st.session_state["wallet-trans_no"].strip())


def _take_before() -> None:
    picked = st.session_state["wallet-before"]
    _narrow("before", picked.isoformat(timespec="minutes") if picked else "")


def _clear() -> None:
    for name in _FILTERS:
        _narrow(name, "")


def _narrow(name: str, value: str) -> None:
    """Write a filter. The page that was turned to belonged to the filters before."""
    _write(name, value)
    turn_to(0)


def _write(name: str, value: str) -> None:
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)
