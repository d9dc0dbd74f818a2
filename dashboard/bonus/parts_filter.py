"""Which bonuses are shown: their filters behind one button, and what the address asks for."""

from typing import Final

import streamlit as st

from dashboard.bonus.numbers import FILTERS, BonusQuery, described, read_wanted
from dashboard.core.query import CREATE_TYPE, MCH_ID, OP_ID, STATE, USER_ID
from dashboard.core.text import text
from dashboard.kit import current, query_params
from dashboard.provider.failures import sentence
from dashboard.provider.game_list import game_names
from dashboard.provider.merchant import ProviderFailed

_KEY: Final = "bonus-"


def wanted() -> BonusQuery:
    """Which bonuses the address asks for."""
    return read_wanted(query_params.query())


def render_bonus_filters() -> None:
    """Draw the button with the filters, and beside it in words what they leave."""
    shown = wanted()
    with st.container(key="bonus-filters", horizontal=True, vertical_alignment="center"):
        with st.popover(text("Filters"), icon=":material/filter_list:"):
            names = _games(shown)
            query_params.pills(text("Creation type"), _KEY, CREATE_TYPE)
            query_params.pills(text("State"), _KEY, STATE)
            query_params.game_picker(_KEY, names)
            _ids()
        # Plain text: a name or an id may hold markup.
        st.text(described(shown, names) or text("All bonuses"), width="stretch")
        query_params.show_all(FILTERS)


def _games(shown: BonusQuery) -> dict[int, str]:
    """Names of the games to choose from; those of the address are among them, if only by id."""
    names = {game_id: str(game_id) for game_id in shown.game_ids}
    try:
        names |= game_names(current.merchant())
    except ProviderFailed as error:
        why = text("The names of the games are not known now. {sentence}", sentence=sentence(error))
        st.caption(why)
    return names


def _ids() -> None:
    merchants = text("Merchant {mch_id}, or one below it", mch_id=current.merchant().mch_id)
    st.text_input(
        text("User id"),
        placeholder=text("The provider's id of a player"),
        **query_params.bound(_KEY, USER_ID),
    )
    st.text_input(
        text("Op id"), placeholder=text("Your own id of a player"), **query_params.bound(_KEY, OP_ID)
    )
    st.text_input(text("Merchant id"), placeholder=merchants, **query_params.bound(_KEY, MCH_ID))
