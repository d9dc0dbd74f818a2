"""All about the round that the address names (`round=`), in a sheet beside the page."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard.core.markdown import escaped, safe_url, short
from dashboard.core.periods import business_day, of_day
from dashboard.core.query import ROUND
from dashboard.core.text import later, text
from dashboard.kit import copying, current, guard, navigation, query_params, states
from dashboard.rounds.data import every_field, round_url
from dashboard.rounds.detail import Fields, facts, games_fields, slots_fields
from twoj_client.models import SLOTS

_ROW_PX: Final = 35


def _close() -> None:
    query_params.clear([ROUND])


@guard.dialog(later("Round"), _close)
def of_player(
    row: Mapping[Any, Any],
    currency: str | None,
    *,
    is_every_field: bool,
    beside: tuple[str | None, str | None] = (None, None),
) -> None:
    """Draw a round of a player (a row of `tables.rounds_table`), with all that its type has.

    Where the row has not every field, the provider is asked for the others. `beside` are the event ids of the
    rounds before and after it, to which buttons lead.
    """
    _ways(beside)
    is_slots = row["type"] == SLOTS
    title = SLOTS if is_slots else text("What was bet on, and what came")
    _fields(text("The round"), facts(row, currency), "round-facts")
    copying.render_id("event_id", str(row["event_id"]))
    with states.part(title):
        whole = row if is_every_field else every_field(current.merchant(), row)
        if whole is None:
            missing_fields = text("The provider's history of that second does not have this round.")
            st.warning(missing_fields, icon=":material/search_off:")
        else:
            _fields(title, slots_fields(whole, currency) if is_slots else games_fields(whole), "round-fields")
    if is_slots:
        with states.part(later("The provider's page of this round")):
            _provider_page(round_url(current.merchant(), int(row["game_id"]), str(row["draw_id"])))
    _game(row)


@guard.dialog(later("Bet"), _close)
def of_bets(row: Mapping[Any, Any], currency: str | None) -> None:
    """Draw a bet (a row of `bet_tables.bets_table`), with ways to its player and its game."""
    _fields(text("The bet"), facts(row, currency), "round-facts")
    copying.render_id("event_id", str(row["event_id"]))
    day = business_day(row["start"], current.merchant().zone)
    # The bet's own day: what the page shows may be another period, and a day is read at once.
    navigation.lead(
        "players.py",
        text("Player {player}", player=row["player"]),
        user_id=str(row["user_id"]),
        period=of_day(day).text,
        round=str(row["event_id"]),
    )
    _game(row)


@guard.dialog(later("Not found"), _close)
def missing(sentence: str) -> None:
    """Say that there is no such round."""
    st.warning(escaped(sentence), icon=":material/search_off:")


def named(event_id: str) -> str:
    """How a sentence calls a round that somebody asked for."""
    return text("“{id}”", id=short(event_id))


def _ways(beside: tuple[str | None, str | None]) -> None:
    """Draw the ways to the round before and the one after."""
    ways = (text("Previous"), ":material/chevron_left:"), (text("Next"), ":material/chevron_right:")
    with st.container(key="round-ways", horizontal=True):
        for event_id, (label, icon) in zip(beside, ways, strict=True):
            if st.button(label, icon=icon, type="tertiary", disabled=event_id is None):
                query_params.write({ROUND: event_id})
                st.rerun()  # the page, which opens that round


def _game(row: Mapping[Any, Any]) -> None:
    navigation.lead("games.py", str(row["game"]), game_id=str(row["game_id"]))


def _provider_page(url: str) -> None:
    if safe := safe_url(url):
        st.link_button(text("Open the provider's page of this round"), safe, icon=":material/open_in_new:")
    else:
        st.warning(text("The provider's address of this round is not an https link, so it is not offered."))


def _fields(title: str, fields: Fields, key: str) -> None:
    # A table of text, drawn on a canvas: whatever the provider sends is shown, nothing of it is obeyed.
    names, values = zip(*fields, strict=True)
    st.dataframe(
        pd.DataFrame({title: names, " ": values}, dtype="string"),
        key=key,
        hide_index=True,
        height="content",
        row_height=_ROW_PX,
        column_config={title: st.column_config.TextColumn(width="small")},
    )
