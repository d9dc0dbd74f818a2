"""What of a player is shown: the filters of the rounds behind one button; the pause that ends a session."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from dashboard.core.query import BUY, FEATURE, FIELDS, MAX_BET, MIN_BET, MIN_WIN, PAUSE, RESULT, ROUND_TYPES
from dashboard.core.text import later, text
from dashboard.kit import query_params
from dashboard.rounds.filter import FILTERS, RoundQuery, read_round_query

_AMOUNTS: Final = {MIN_BET: later("Bet from"), MAX_BET: later("Bet up to"), MIN_WIN: later("Win from")}
_KEY: Final = "round-"


def wanted() -> RoundQuery:
    """Which rounds the address asks for."""
    return read_round_query(query_params.query())


def every_field() -> bool:
    """Whether the address asks for what only the provider's own history says of a round."""
    shown = wanted()
    return bool(query_params.value(FIELDS) or shown.features or shown.buy)


def render_round_filters(games: Mapping[int, str], currency: str | None) -> None:
    """Draw the button with the filters, and beside it in words what they leave; `games` are names by id."""
    shown = wanted()
    with st.container(key="round-filters", horizontal=True, vertical_alignment="center"):
        with st.popover(text("Filters"), icon=":material/filter_list:"):
            _choices(shown, games)
            for place, (parameter, label) in zip(st.columns(len(_AMOUNTS)), _AMOUNTS.items(), strict=True):
                place.text_input(str(label), **query_params.bound(_KEY, parameter))
        # Plain text: a name may hold markup.
        st.text(shown.words(games, currency) or text("All rounds"), width="stretch")
        query_params.show_all(FILTERS, key="all-rounds")


def pause_min() -> int:
    """How long a pause ends a session, as the address asks for it, in minutes."""
    return query_params.value(PAUSE)


def render_pause() -> None:
    """Draw the picker of that pause."""
    st.selectbox(
        text("A session ends with a pause of more than"),
        list(PAUSE.choices),
        format_func=lambda minutes: str(PAUSE.choices[minutes]),
        width=280,
        **query_params.bound("", PAUSE),
    )


def _choices(shown: RoundQuery, games: Mapping[int, str]) -> None:
    query_params.pills(text("Type"), _KEY, ROUND_TYPES)
    query_params.game_picker(_KEY, {game_id: str(game_id) for game_id in shown.game_ids} | dict(games))
    query_params.pills(text("Feature"), _KEY, FEATURE)
    query_params.pills(text("Free games"), _KEY, BUY)
    query_params.pills(text("Result"), _KEY, RESULT)
    query_params.pills(text("Fields"), _KEY, FIELDS)
