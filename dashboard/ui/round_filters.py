"""Which rounds of a player are listed: their filters behind one button, and the address that keeps them."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from dashboard.round_filter import BUYS, NAMES, RESULTS, TYPES, RoundFilter, read_round_filter
from dashboard.rounds import FEATURES
from dashboard.ui import address

_AMOUNTS: Final = {"min_bet": "Bet from", "max_bet": "Bet up to", "min_win": "Win from"}
_KEY: Final = "round-"


def wanted() -> RoundFilter:
    """Which rounds the address asks for."""
    return read_round_filter(st.query_params)


def draw(games: Mapping[int, str], currency: str | None) -> None:
    """Draw the button with the filters, and beside it in words what they leave; `games` are names by id."""
    shown = wanted()
    with st.container(key="round-filters", horizontal=True, vertical_alignment="center"):
        with st.popover("Filters", icon=":material/filter_list:"):
            _choices(shown, games)
            _amounts()
        # Plain text: a name may hold markup.
        st.text(shown.words(games, currency) or "All rounds", width="stretch")
        if any(name in st.query_params for name in NAMES):
            st.button(
                "Show all",
                type="tertiary",
                icon=":material/close:",
                key="all-rounds",
                on_click=address.clear,
                args=(NAMES,),
            )
    for problem in shown.problems:
        st.warning(problem, icon=":material/link_off:")


def _choices(shown: RoundFilter, games: Mapping[int, str]) -> None:
    st.session_state[_KEY + "type"] = list(shown.types)
    st.pills(
        "Type", TYPES, selection_mode="multi", key=_KEY + "type", on_change=address.take, args=(_KEY, "type")
    )
    names = {game_id: str(game_id) for game_id in shown.game_ids} | dict(games)
    address.game_picker(_KEY, shown.game_ids, names)
    st.session_state[_KEY + "feature"] = list(shown.features)
    st.pills(
        "Feature",
        list(FEATURES),
        selection_mode="multi",
        format_func=FEATURES.__getitem__,
        key=_KEY + "feature",
        on_change=address.take,
        args=(_KEY, "feature"),
    )
    st.session_state[_KEY + "buy"] = None if shown.buy is None else "yes" if shown.buy else "no"
    st.pills(
        "Free games",
        list(BUYS),
        format_func=BUYS.__getitem__,
        key=_KEY + "buy",
        on_change=address.take,
        args=(_KEY, "buy"),
    )
    st.session_state[_KEY + "result"] = shown.result
    st.pills(
        "Result",
        list(RESULTS),
        format_func=RESULTS.__getitem__,
        key=_KEY + "result",
        on_change=address.take,
        args=(_KEY, "result"),
    )


def _amounts() -> None:
    for place, (name, label) in zip(st.columns(len(_AMOUNTS)), _AMOUNTS.items(), strict=True):
        st.session_state[_KEY + name] = st.query_params.get(name, "")
        place.text_input(label, key=_KEY + name, on_change=address.take, args=(_KEY, name))
