"""Which bets are shown: types and games, and the address that keeps them."""

from typing import Final

import streamlit as st

from dashboard import data
from dashboard.data import ProviderFailed
from dashboard.round_filter import TYPES, RoundFilter, read_round_filter
from dashboard.ui import address

_NAMES: Final = ("type", "game_id")
_KEY: Final = "bets-"


def wanted() -> RoundFilter:
    """Which bets the address asks for."""
    return read_round_filter({name: st.query_params[name] for name in _NAMES if name in st.query_params})


def words() -> str:
    """The same in words; empty where all are asked for."""
    return wanted().words(_names(wanted()))


def draw() -> None:
    """The pickers of types and games; a choice goes into the address, where `wanted` reads it."""
    shown = wanted()
    with st.container(key="bet-filters"):
        types, games = st.columns([3, 2], vertical_alignment="bottom")
        st.session_state[_KEY + "type"] = list(shown.types)
        types.pills(
            "Type",
            TYPES,
            selection_mode="multi",
            key=_KEY + "type",
            on_change=address.take,
            args=(_KEY, "type"),
        )
        with games:
            address.game_picker(_KEY, shown.game_ids, _names(shown))
    for problem in shown.problems:
        st.warning(problem, icon=":material/link_off:")


def _names(shown: RoundFilter) -> dict[int, str]:
    """Names of the games to choose from; those of the address are among them, if only by id."""
    names = {game_id: str(game_id) for game_id in shown.game_ids}
    try:
        return names | data.game_names()
    except ProviderFailed:  # the parts say so
        return names
