"""Who is there, before one player is shown: those found by a part of an id, and a ranking of the period's."""

from functools import partial
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.core.cell_links import link
from dashboard.core.formats import count, zone_name
from dashboard.core.query import FIND, RANK
from dashboard.core.text import later, text
from dashboard.kit import current, parts, period_filters, query_params, states
from dashboard.kit import table as kit_table
from dashboard.players import data_lists, data_search
from dashboard.players.tables import COHORTS, FOUND_PLAYERS, LUCKY_PLAYERS, RANKED_PLAYERS, players_table

_MEANT: Final = {
    "back": later("Bet before the period, not in as many days right before it, and are back."),
    "luck": later(
        "By how far the result is from what was to be expected, of 100 bets or more. Of 1,000 players two are"
        " beyond 3 standard errors by luck alone."
    ),
    "new": later("Whose first bet in the archive lies in the period."),
    "unseen": later("By the last bet in the period, the oldest first."),
}
_LISTS: Final = {"back": data_lists.returning_players, "luck": data_lists.lucky_players}
"""What is more than an order of the period's players."""
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
        render_players(known.value, "found-players")


@parts.part(later("Players of the period"), "ranked-players")
def render_ranked() -> None:
    """Draw the choice of a ranking, and the players of the period at its head."""
    view = period_filters.view()
    if states.just_begun(view):
        return
    with states.box("ranked-players", text("Players of the period, {zone}", zone=zone_name(view.zone))):
        rank = query_params.segments(text("Ranking"), "player-", RANK)
        known = _LISTS.get(rank, partial(data_search.ranked_players, rank=rank))(current.merchant(), view)
        rows = known.value
        cut = ""
        if rank in _MEANT:
            st.caption(str(_MEANT[rank]))
        if of_all := max(rows["players"].tolist(), default=0):
            cut = text("{shown} of {all} players", shown=count(len(rows)), all=count(of_all))
        states.as_of(known, note=cut, first=True)
        render_players(rows, "ranked-players")


@parts.part(later("Cohorts"), "cohorts", every_s=None)
def render_cohorts() -> None:
    """Draw, once it is unfolded, how many of those who came in a week still play."""
    fold = st.expander(text("Cohorts by first bet"), key="cohorts-open", on_change="rerun")
    if not fold.open:
        return
    with fold:
        merchant = current.merchant()
        known = data_lists.cohorts(merchant)
        states.as_of(known, note=zone_name(merchant.zone))
        st.caption(
            text("Of the players whose first bet lies in a week, the part that bet so many weeks later.")
        )
        rows = data_lists.cohorts_table(*known.value)
        kit_table.render_table(rows, COHORTS, "cohorts", merchant.currency, kept=False)


def render_players(players: pd.DataFrame, key: str) -> None:
    """Draw a table of players (`data_search`, `data_lists`), each a link to the player."""
    merchant = current.merchant()
    kit_table.render_table(
        players_table(players, merchant.zone),
        LUCKY_PLAYERS if "luck" in players else RANKED_PLAYERS if "players" in players else FOUND_PLAYERS,
        key,
        merchant.currency,
        neutral=("gain_li",),
        links=[_TO_PLAYER],
        kept=False,
    )
