"""Which rounds of a player are listed: their filters behind one button, and the address that keeps them."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from dashboard.round_filter import BUYS, NAMES, RESULTS, TYPES, RoundFilter, read_round_filter
from dashboard.rounds import FEATURES

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
            st.button("Show all", type="tertiary", icon=":material/close:", key="all-rounds", on_click=_clear)
    for problem in shown.problems:
        st.warning(problem, icon=":material/link_off:")


def _choices(shown: RoundFilter, games: Mapping[int, str]) -> None:
    st.session_state[_KEY + "type"] = list(shown.types)
    st.pills("Type", TYPES, selection_mode="multi", key=_KEY + "type", on_change=_take_many, args=("type",))
    names = {game_id: str(game_id) for game_id in shown.game_ids} | dict(games)
    st.session_state[_KEY + "game_id"] = list(shown.game_ids)
    st.multiselect(
        "Games",
        list(names),
        format_func=names.__getitem__,
        key=_KEY + "game_id",
        placeholder="All games",
        on_change=_take_many,
        args=("game_id",),
    )
    st.session_state[_KEY + "feature"] = list(shown.features)
    st.pills(
        "Feature",
        list(FEATURES),
        selection_mode="multi",
        format_func=FEATURES.__getitem__,
        key=_KEY + "feature",
        on_change=_take_many,
        args=("feature",),
    )
    st.session_state[_KEY + "buy"] = None if shown.buy is None else "yes" if shown.buy else "no"
    st.pills(
        "Free games",
        list(BUYS),
        format_func=BUYS.__getitem__,
        key=_KEY + "buy",
        on_change=_take,
        args=("buy",),
    )
    st.session_state[_KEY + "result"] = shown.result
    st.pills(
        "Result",
        list(RESULTS),
        format_func=RESULTS.__getitem__,
        key=_KEY + "result",
        on_change=_take,
        args=("result",),
    )


def _amounts() -> None:
    for place, (name, label) in zip(st.columns(len(_AMOUNTS)), _AMOUNTS.items(), strict=True):
        st.session_state[_KEY + name] = st.query_params.get(name, "")
        place.text_input(label, key=_KEY + name, on_change=_take, args=(name,))


def _take_many(name: str) -> None:
    _write(name, ",".join(map(str, st.session_state[_KEY + name])))


def _take(name: str) -> None:
    _write(name, str(st.session_state[_KEY + name] or "").strip())


def _write(name: str, value: str) -> None:
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def _clear() -> None:
    # At once: each write by itself would be a step of the browser's way back.
    kept = {name: value for name, value in st.query_params.items() if name not in NAMES}
    st.query_params.from_dict(kept)
