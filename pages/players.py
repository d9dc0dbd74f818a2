"""One player, found by either id and followed to the last round."""

import streamlit as st

from dashboard.core import formats
from dashboard.core.cell_links import link
from dashboard.core.markdown import escaped
from dashboard.core.query import ROUND
from dashboard.kit import (
    charts,
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
from dashboard.players import parts_loading, parts_pause, parts_picker, parts_rounds
from dashboard.players.balance import Cause, jump_words
from dashboard.players.data import PlayerHistory
from dashboard.players.figures_balance import balance_chart
from dashboard.players.figures_habits import hours_of_week_chart, sessions_chart
from dashboard.players.games import in_words
from dashboard.players.player import identity, player_totals
from dashboard.players.sessions import sessions_frame
from dashboard.players.tables import (
    GAPS,
    PLAYER_GAMES,
    ROUNDS,
    ROUNDS_ON_SCREEN,
    SESSIONS,
    games_table,
    gaps_table,
    rounds_table,
    sessions_table,
)
from dashboard.rounds import parts_dialog
from dashboard.rounds.frame import by_weekday_and_hour, dated, undated_words

ROUNDS_HIGH = 14
PLAYERS_OWN = ("gain_li", "summary_gain_li", "amount_li", "rest_li")
"""What a player loses is no loss of the company's."""
TO_GAME = link("game", "games", game_id="game_id")


def whose(history: PlayerHistory, *words: str) -> tuple[str, str]:
    """What a file says of itself: whose it is and which part; and the player's id for its name."""
    told = "; ".join((identity(history.player, history.rounds), *filter(None, words)))
    return told, history.player.op_id or str(history.player.user_id)


@parts.part("Figures of this player", "player", players_cards.unknown, first=True, shapes=8)
def figures() -> None:
    if known := parts_loading.history():
        history, view = known.value, period_filters.view()
        # Plain text: an id may hold markup.
        st.text(identity(history.player, history.rounds))
        states.as_of(known, note=f"{view.period.label}, {formats.zone_name(view.zone)}")
        players_cards.draw(history.player, player_totals(history.rounds), history.unit)
        if history.player.op_id is not None and guard.may("wallet"):
            navigation.lead("wallet.py", "The player's wallet", op_id=history.player.op_id)
        if history.rounds.empty:
            st.info(
                f"This player has no bets {view.period.when}. A longer period may have some.",
                icon=":material/event_busy:",
            )


@parts.part("The balance", "balance")
def balance() -> None:
    known = parts_loading.history()
    if known is None or dated(known.value.rounds).empty:
        return
    merchant, rounds = current.merchant(), dated(known.value.rounds)
    jumps = players_data_balance.player_jumps(merchant, known.value)
    with states.box("balance-chart", "Balance and net result"):
        parts_loading.as_of(known)
        st.markdown(jump_words(jumps.gaps, known.value.unit))
        if jumps.unknown:
            st.warning("Not known: " + escaped(" ".join(jumps.unknown)), icon=":material/cloud_off:")
        charts.show(
            balance_chart(
                rounds, jumps.gaps, jumps.transfers, charts.look(), known.value.unit, merchant.zone
            ),
            "balance",
        )
        st.caption("▲ deposit · ▼ withdrawal · ◆ a jump that no transfer explains")
        if lacking := undated_words(known.value.rounds):
            st.caption(lacking)
        other = [gap for gap in jumps.gaps if gap.cause is not Cause.TRANSFER]
        if other:
            table = gaps_table(other, merchant.zone)
            kit_table.draw(
                table, GAPS, "gaps", charts.look(), known.value.unit, neutral=PLAYERS_OWN, height_rows=8
            )
            downloads.draw("Jumps of the balance", GAPS, table, known, *whose(known.value))


@parts.part("When this player plays", "habits")
def habits() -> None:
    known = parts_loading.history()
    if known is None or dated(known.value.rounds).empty:
        return
    merchant, rounds = current.merchant(), dated(known.value.rounds)
    sessions = sessions_frame(rounds, parts_pause.pause_min())
    left, right = st.columns(2)
    with left, states.box("week", f"Rounds by weekday and hour, {formats.zone_name(merchant.zone)}"):
        parts_loading.as_of(known)
        cells = by_weekday_and_hour(rounds, merchant.zone)
        charts.show(hours_of_week_chart(cells, charts.look(), known.value.unit, merchant.zone), "week")
        if lacking := undated_words(known.value.rounds):
            st.caption(lacking)
    with right, states.box("sessions", f"Sessions by day, {formats.zone_name(merchant.zone)}"):
        parts_pause.draw()
        charts.show(sessions_chart(sessions, charts.look(), known.value.unit, merchant.zone), "sessions")
        st.caption("Blue: the player won · grey: the player did not")
    with states.box("session-list", formats.many(len(sessions), "session")):
        table = sessions_table(sessions, merchant.zone)
        kit_table.draw(
            table,
            SESSIONS,
            "session-list",
            charts.look(),
            known.value.unit,
            neutral=PLAYERS_OWN,
            height_rows=8,
        )
        downloads.draw("Sessions", SESSIONS, table, known, *whose(known.value))


@parts.part("Games of this player", "player-games")
def games() -> None:
    known = parts_loading.history()
    if known is None:
        return
    sums = players_data.player_sums(current.merchant(), known.value)
    differing = in_words(sums.value)
    if known.value.rounds.empty and not differing:
        return
    with states.box("game-sums", "Games: the rounds beside the provider's own summary"):
        parts_loading.as_of(known, sums)
        table = games_table(sums.value)
        if differing:
            # What is final is in both of them, or it is missing.
            late = " While a period runs, a round may be in one of them and not yet in the other."
            st.warning(
                f"The provider's summary has more (+) or less (−) than the rounds. {escaped(differing)}."
                + ("" if known.settled and sums.settled else late),
                icon=":material/difference:",
            )
        kit_table.draw(
            table,
            PLAYER_GAMES,
            "player-games",
            charts.look(),
            known.value.unit,
            neutral=PLAYERS_OWN,
            links=[TO_GAME],
        )
        downloads.draw("Games of a player", PLAYER_GAMES, table, known, *whose(known.value))


@parts.part("The rounds", "rounds", every_s=None)
def rounds() -> None:
    known = parts_loading.history()
    if known is None or known.value.rounds.empty:
        return
    merchant, view, wanted, found = (
        current.merchant(),
        period_filters.view(),
        players_filter.wanted(),
        known.value.rounds,
    )
    names = dict(zip(found["game_id"].tolist(), found["game"].tolist(), strict=True))
    table = rounds_table(wanted.of(found), merchant.zone)
    with states.box("round-list", "Rounds"):
        parts_loading.as_of(known, note=f"{view.period.days_label}, {formats.zone_name(merchant.zone)}")
        players_filter.draw(names, known.value.unit)
        if len(table):
            st.markdown(
                f"**{formats.count(len(table))}** of {formats.count(len(found))} rounds, newest first"
            )
        links = [link("start", "players", **{ROUND.name: "event_id"}), TO_GAME]
        nothing = "No round fits the filters."
        parts_rounds.draw("rounds", table, ROUNDS_ON_SCREEN, links, known.value.unit, ROUNDS_HIGH, nothing)
        words = wanted.words(names, known.value.unit)
        downloads.draw("Rounds", ROUNDS, table, known, *whose(known.value, words))


def opened(event_id: str) -> None:
    """Show the round that the address names, whether the filters leave it in the table or not."""
    known, merchant = parts_loading.history(), current.merchant()
    if known is None:
        return
    rows = rounds_table(known.value.rounds[known.value.rounds["event_id"] == event_id], merchant.zone)
    if len(rows):
        parts_dialog.of_player(rows.iloc[0].to_dict(), known.value.unit)
        return
    where = f"There is no round {parts_dialog.named(event_id)} of this player"
    unread = " Some rounds could not be read; it may be one of them." if known.failed else ""
    parts_dialog.missing(f"{where} {period_filters.view().period.when}.{unread}")


guard.page("players")
period_filters.draw("Players", compared=False)
query_params.draw_problems("players")
parts_picker.draw()
if parts_loading.is_read():
    parts_loading.currencies()
    figures()
    balance()
    habits()
    games()
    rounds()
    if event_id := parts_dialog.asked():
        with states.part("This round"):
            opened(event_id)
