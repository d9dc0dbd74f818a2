"""One player, found by either id and followed to the last round."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.core import formats
from dashboard.core.cell_links import link
from dashboard.core.files import Column
from dashboard.core.markdown import escaped
from dashboard.core.query import OP_ID, ROUND, USER_ID
from dashboard.core.text import later, plural, text
from dashboard.kit import (
    charts,
    copying,
    current,
    downloads,
    guard,
    navigation,
    parts,
    period_filters,
    query_params,
    states,
)
from dashboard.kit import table as kit_table
from dashboard.players import data as players_data
from dashboard.players import data_balance as players_data_balance
from dashboard.players import parts_cards as players_cards
from dashboard.players import parts_filter as players_filter
from dashboard.players import parts_loading, parts_picker, parts_search
from dashboard.players.balance import Cause, gaps_text
from dashboard.players.figures_balance import balance_chart
from dashboard.players.figures_habits import hours_of_week_chart, sessions_chart
from dashboard.players.games import in_words
from dashboard.players.history import PlayerHistory
from dashboard.players.player import identity, player_totals
from dashboard.players.sessions import sessions_frame
from dashboard.players.tables import (
    GAPS,
    PLAYER_GAMES,
    SESSIONS,
    games_table,
    gaps_table,
    sessions_table,
)
from dashboard.provider.reading import Reading
from dashboard.rounds import parts_dialog
from dashboard.rounds.frame import by_weekday_and_hour, dated, undated_text
from dashboard.rounds.tables import ROUNDS, ROUNDS_ON_SCREEN, rounds_table, told

ROUNDS_HIGH = 14
PLAYERS_OWN = ("gain_li", "summary_gain_li", "amount_li", "unexplained_li")
"""What a player loses is no loss of the company's."""
TO_GAME = link("game", "games", game_id="game_id")


def whose(history: PlayerHistory, *words: str) -> tuple[str, str]:
    """What a file says of itself: whose it is and which part; and the player's id for its name."""
    told = "; ".join((identity(history.player, history.rounds), *filter(None, words)))
    return told, history.player.op_id or str(history.player.user_id)


def table(
    title: str,
    frame: pd.DataFrame,
    columns: Sequence[Column],
    key: str,
    known: Reading[PlayerHistory],
    **options: Any,
) -> None:
    """Draw a table of the player's, with its files below."""
    kit_table.render_table(
        frame, columns, key, charts.look(), known.value.unit, neutral=PLAYERS_OWN, **options
    )
    downloads.render_downloads(title, columns, frame, known, *whose(known.value))


@parts.part(later("Figures of this player"), "player", players_cards.unknown, first=True, shapes=8)
def figures() -> None:
    if known := parts_loading.history():
        history, view = known.value, period_filters.view()
        with st.container(key="player-ids", horizontal=True, vertical_alignment="center"):
            # Plain text: an id may hold markup.
            st.text(identity(history.player, history.rounds), width="content")
            for name, value in asdict(history.player).items():
                if value is not None:
                    copying.render_id(name, value)
        states.as_of(known, note=f"{view.period.label}, {formats.zone_name(view.zone)}")
        players_cards.render_player_cards(history.player, player_totals(history.rounds), history.unit)
        if history.player.op_id is not None and guard.may("wallet"):
            navigation.lead("wallet.py", text("The player's wallet"), op_id=history.player.op_id)
        if history.rounds.empty:
            st.info(
                text("This player has no bets {when}. A longer period may have some.", when=view.period.when),
                icon=":material/event_busy:",
            )


@parts.part(later("The balance"), "balance")
def balance() -> None:
    known = parts_loading.history()
    if known is None or dated(known.value.rounds).empty:
        return
    merchant, rounds = current.merchant(), dated(known.value.rounds)
    jumps = players_data_balance.player_jumps(merchant, known.value)
    with states.box("balance-chart", text("Balance and net result")):
        parts_loading.as_of(known)
        st.markdown(gaps_text(jumps.gaps, known.value.unit))
        if jumps.unknown:
            unknown = escaped(" ".join(map(str, jumps.unknown)))
            st.warning(text("Not known: {what}", what=unknown), icon=":material/cloud_off:")
        charts.show(
            balance_chart(
                rounds, jumps.gaps, jumps.transfers, charts.look(), known.value.unit, merchant.zone
            ),
            "balance",
        )
        st.caption(text("▲ deposit · ▼ withdrawal · ◆ a jump that no transfer explains"))
        if lacking := undated_text(known.value.rounds):
            st.caption(lacking)
        other = [gap for gap in jumps.gaps if gap.cause is not Cause.TRANSFER]
        if other:
            table(
                text("Jumps of the balance"),
                gaps_table(other, merchant.zone),
                GAPS,
                "gaps",
                known,
                height_rows=8,
            )


@parts.part(later("When this player plays"), "habits")
def habits() -> None:
    known = parts_loading.history()
    if known is None or dated(known.value.rounds).empty:
        return
    merchant, rounds = current.merchant(), dated(known.value.rounds)
    sessions = sessions_frame(rounds, players_filter.pause_min())
    left, right = st.columns(2)
    zone = formats.zone_name(merchant.zone)
    with left, states.box("week", text("Rounds by weekday and hour, {zone}", zone=zone)):
        parts_loading.as_of(known)
        cells = by_weekday_and_hour(rounds, merchant.zone)
        charts.show(hours_of_week_chart(cells, charts.look(), known.value.unit, merchant.zone), "week")
        if lacking := undated_text(known.value.rounds):
            st.caption(lacking)
    with right, states.box("sessions", text("Sessions by day, {zone}", zone=zone)):
        players_filter.render_pause()
        charts.show(
            sessions_chart(sessions, charts.look(), known.value.unit, merchant.zone),
            "sessions",
            opens="players",
        )
        st.caption(text("Blue: the player won · grey: the player did not"))
    with states.box("session-list", plural("{n} session", "{n} sessions", len(sessions))):
        table(
            text("Sessions"),
            sessions_table(sessions, merchant.zone),
            SESSIONS,
            "session-list",
            known,
            height_rows=8,
        )


@parts.part(later("Games of this player"), "player-games")
def games() -> None:
    known = parts_loading.history()
    if known is None:
        return
    sums = players_data.player_sums(current.merchant(), known.value)
    differing = in_words(sums.value)
    if known.value.rounds.empty and not differing:
        return
    with states.box("game-sums", text("Games: the rounds beside the provider's own summary")):
        parts_loading.as_of(known, sums)
        if differing:
            sentence = text(
                "The provider's summary has more (+) or less (−) than the rounds. {differences}.",
                differences=escaped(differing),
            )
            if not (known.settled and sums.settled):  # what is final is in both of them, or it is missing
                sentence += " " + text(
                    "While a period runs, a round may be in one of them and not yet in the other."
                )
            st.warning(sentence, icon=":material/difference:")
        rows = games_table(sums.value)
        table(text("Games of a player"), rows, PLAYER_GAMES, "player-games", known, links=[TO_GAME])


@parts.part(later("The rounds"), "rounds", every_s=None)
def rounds() -> None:
    known = parts_loading.history()
    if known is None or known.value.rounds.empty:
        return
    merchant, view, found = current.merchant(), period_filters.view(), known.value.rounds
    wanted = players_filter.wanted()
    names = dict(zip(found["game_id"].tolist(), found["game"].tolist(), strict=True))
    rows = rounds_table(wanted.of(found), merchant.zone)
    with states.box("round-list", text("Rounds")):
        parts_loading.as_of(known, note=f"{view.period.days_label}, {formats.zone_name(merchant.zone)}")
        players_filter.render_round_filters(names, known.value.unit)
        if len(rows):
            left, all_rounds = formats.count(len(rows)), formats.count(len(found))
            st.markdown(text("**{left}** of {all} rounds, newest first", left=left, all=all_rounds))
        if not known.value.every_field:
            st.caption(
                text("Features, bet areas and results: open a round, or choose all fields in the filters.")
            )
        on_screen, in_files = (
            told(columns, every_field=known.value.every_field) for columns in (ROUNDS_ON_SCREEN, ROUNDS)
        )
        links = [link("start", "players", **{ROUND.name: "event_id"}), TO_GAME]
        nothing, unit = text("No round fits the filters."), known.value.unit
        kit_table.render_long_table(rows, on_screen, "rounds", unit, links, ROUNDS_HIGH, nothing)
        words = wanted.words(names, known.value.unit)
        downloads.render_downloads(text("Rounds"), in_files, rows, known, *whose(known.value, words))


def opened(event_id: str) -> None:
    """Show the round that the address names, whether the filters leave it in the table or not."""
    known, merchant = parts_loading.history(), current.merchant()
    if known is None:
        return
    rows = rounds_table(known.value.rounds[known.value.rounds["event_id"] == event_id], merchant.zone)
    if len(rows):
        history = known.value
        parts_dialog.of_player(rows.iloc[0].to_dict(), history.unit, is_every_field=history.every_field)
        return
    sentence = text(
        "There is no round {round} of this player {when}.",
        round=parts_dialog.named(event_id),
        when=period_filters.view().period.when,
    )
    if known.failures:
        sentence += " " + text("Some rounds could not be read; it may be one of them.")
    parts_dialog.missing(sentence)


guard.page("players")
period_filters.render_filters(text("Players"), compared=False)
query_params.render_problems("players")
parts_picker.render_picker()
if parts_loading.is_read():
    parts_loading.currencies()
    figures()
    balance()
    habits()
    games()
    rounds()
    if event_id := query_params.value(ROUND):
        with states.part(later("This round")):
            opened(event_id)
elif not query_params.has(OP_ID, USER_ID):
    parts_search.render_found()
    parts_search.render_ranked()
