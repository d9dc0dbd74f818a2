"""Which rounds of a player are listed: their filters behind one button, and what the address asks for."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from dashboard.core.query import BUY, FEATURE, MAX_BET, MIN_BET, MIN_WIN, RESULT, ROUND_TYPES
from dashboard.kit import query_params
from dashboard.rounds.filter import FILTERS, RoundFilter, read_round_filter

_AMOUNTS: Final = {MIN_BET: "Bet from", MAX_BET: "Bet up to", MIN_WIN: "Win from"}
_KEY: Final = "round-"


def wanted() -> RoundFilter:
    """Which rounds the address asks for."""
    return read_round_filter(query_params.query())


def draw(games: Mapping[int, str], currency: str | None) -> None:
    """Draw the button with the filters, and beside it in words what they leave; `games` are names by id."""
    shown = wanted()
    with st.container(key="round-filters", horizontal=True, vertical_alignment="center"):
        with st.popover("Filters", icon=":material/filter_list:"):
            _choices(shown, games)
            for place, (parameter, label) in zip(st.columns(len(_AMOUNTS)), _AMOUNTS.items(), strict=True):
                place.text_input(label, **query_params.bound(_KEY, parameter))
        # Plain text: a name may hold markup.
        st.text(shown.words(games, currency) or "All rounds", width="stretch")
        if query_params.has(*FILTERS):
            st.button(
                "Show all",
                type="tertiary",
                icon=":material/close:",
                key="all-rounds",
                on_click=query_params.clear,
                args=(FILTERS,),
            )


def _choices(shown: RoundFilter, games: Mapping[int, str]) -> None:
    st.pills("Type", ROUND_TYPES.choices, selection_mode="multi", **query_params.bound(_KEY, ROUND_TYPES))
    query_params.game_picker(_KEY, {game_id: str(game_id) for game_id in shown.game_ids} | dict(games))
    st.pills(
        "Feature",
        list(FEATURE.choices),
        selection_mode="multi",
        format_func=FEATURE.choices.__getitem__,
        **query_params.bound(_KEY, FEATURE),
    )
    for label, parameter in {"Free games": BUY, "Result": RESULT}.items():
        st.pills(
            label,
            list(parameter.choices),
            format_func=parameter.choices.__getitem__,
            **query_params.bound(_KEY, parameter),
        )
