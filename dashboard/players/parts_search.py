"""Who is there, before one player is shown: those found by a part of an id, and a ranking of the period's."""

from typing import Final

import pandas as pd
import streamlit as st

from dashboard.core.cell_links import link
from dashboard.core.formats import count, zone_name
from dashboard.core.query import FIND, RANK
from dashboard.core.text import later, text
from dashboard.kit import charts, current, parts, period_filters, query_params, states
from dashboard.kit import table as kit_table
from dashboard.players import data_search
from dashboard.players.tables import FOUND_PLAYERS, RANKED_PLAYERS, players_table

_MEANT: Final = {
    "new": later("Whose first bet in the archive lies in the period."),
    "unseen": later("By the last bet in the period, the oldest first."),
}
_TO_PLAYER: Final = link("player", "players", user_id="user_id")


@parts.part(later("Players found"), "found-players", every_s=None)
def render_found() -> None:
    """Draw the players whose id holds what the address looks for; nothing where it looks for none."""
    part = query_params.value(FIND)
    if part is None:
        return
    with states.box("found-players", text("Players found")):
        known = data_search.found_players(current.merchant(), part)
        states.as_of(known)
        if len(known.value) == data_search.MOST_FOUND:
            st.caption(text("The first {count}; a longer part finds fewer.", count=count(len(known.value))))
        if known.value.empty:
            st.markdown(text("No player in the archive has an id with this part."))
            return
        _table(known.value, "found-players")


@parts.part(later("Players of the period"), "ranked-players")
def render_ranked() -> None:
    """Draw the choice of a ranking, and the players of the period at its head."""
    view = period_filters.view()
    if states.just_begun(view):
        return
    with states.box("ranked-players", text("Players of the period, {zone}", zone=zone_name(view.zone))):
        query_params.segments(text("Ranking"), "player-", RANK)
        rank = query_params.value(RANK)
        known = data_search.ranked_players(current.merchant(), view, rank)
        rows = known.value
        cut = ""
        if rank in _MEANT:
            st.caption(str(_MEANT[rank]))
        if of_all := max(rows["players"].tolist(), default=0):
            cut = text("{shown} of {all} players", shown=count(len(rows)), all=count(of_all))
        states.as_of(known, note=cut)
        _table(rows, "ranked-players")


def _table(players: pd.DataFrame, key: str) -> None:
    merchant = current.merchant()
    kit_table.render_table(
        players_table(players, merchant.zone),
        RANKED_PLAYERS if "players" in players else FOUND_PLAYERS,
        key,
        charts.look(),
        merchant.currency,
        neutral=("gain_li",),
        links=[_TO_PLAYER],
        kept=False,
    )
