"""One player: the head, the tabs, what stands in each. Only the tab that is open asks and draws."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.core import formats
from dashboard.core.cell_links import CellLink, link
from dashboard.core.files import Column
from dashboard.core.markdown import escaped
from dashboard.core.query import PLAYER_TAB, ROUND
from dashboard.core.table_view import TableView
from dashboard.core.text import later, plural, text
from dashboard.kit import (
    charts,
    copying,
    current,
    downloads,
    guard,
    navigation,
    notes,
    parts,
    period_filters,
    query_params,
    states,
)
from dashboard.kit import table as kit_table
from dashboard.kit.table_view import ALL
from dashboard.players import data, data_balance, data_standing, parts_cards, parts_filter, parts_loading
from dashboard.players.balance import Cause, gaps_text
from dashboard.players.data_balance import Jumps
from dashboard.players.figures_balance import balance_chart
from dashboard.players.figures_habits import hours_of_week_chart, sessions_chart
from dashboard.players.games import in_words
from dashboard.players.history import PlayerHistory
from dashboard.players.player import PLAYER_METRICS, identity, player_totals
from dashboard.players.sessions import sessions_frame
from dashboard.players.standing import luck_text, standing_text
from dashboard.players.tables import (
    GAPS,
    PLAYER_GAMES,
    SESSIONS,
    TRANSFERS,
    games_table,
    gaps_table,
    sessions_table,
    transfers_table,
)
from dashboard.provider.notes import Subject
from dashboard.provider.reading import Reading
from dashboard.rounds import parts_dialog
from dashboard.rounds.frame import by_weekday_and_hour, dated, undated_text
from dashboard.rounds.tables import ROUNDS, ROUNDS_ON_SCREEN, rounds_table, told

_ROUNDS_HIGH: Final = 14
_PLAYERS_OWN: Final = ("gain_li", "summary_gain_li", "amount_li", "unexplained_li")
"""What a player loses is no loss of the company's."""
_TO_GAME: Final = link("game", "games", game_id="game_id")


def render_tabs() -> None:
    """Draw the choice of a tab, and the tab that is open."""
    _TABS[query_params.segments(text("Of this player"), "player-", PLAYER_TAB)]()


@parts.part(later("Figures of this player"), "player", parts_cards.unknown, first=True, shapes=8)
def render_head() -> None:
    """Draw who it is, with the ways on, what the period brought, how much of it is luck, and the rank."""
    known = parts_loading.history()
    if known is None:
        return
    merchant, history, view = current.merchant(), known.value, period_filters.view()
    comparison = view.until(known.window[1]).comparison if known.window else None
    standing, before = data_standing.standings(merchant, known, comparison)
    compared = comparison.label if comparison and before else ""
    _ways(known)
    states.as_of(
        replace(known, compared=compared), note=f"{view.period.label}, {formats.zone_name(view.zone)}"
    )
    parts_cards.render_player_cards(
        history.player,
        player_totals(history.rounds),
        history.unit,
        before.totals if before else None,
        compared or None,
    )
    if history.rounds.empty:
        st.info(
            text("This player has no bets {when}. A longer period may have some.", when=view.period.when),
            icon=":material/event_busy:",
        )
        return
    luck = data_standing.luck_of(merchant, history)
    said = (luck_text(luck, history.unit) if luck else "", standing_text(standing) if standing else "")
    st.markdown(" ".join(filter(None, said)))


def _ways(known: Reading[PlayerHistory]) -> None:
    """Draw both ids, and the ways to the wallet and to files of all rounds."""
    history, zone = known.value, current.merchant().zone
    with st.container(key="player-ids", horizontal=True, vertical_alignment="center"):
        # Plain text: an id may hold markup.
        st.text(identity(history.player, history.rounds), width="content")
        for name, value in asdict(history.player).items():
            if value is not None:
                copying.render_id(name, value)
        if history.player.op_id is not None and guard.may("wallet"):
            navigation.lead("wallet.py", text("Wallet"), op_id=history.player.op_id)
        if history.player.user_id is not None:
            navigation.tell_me(navigation.watched(PLAYER_METRICS, user_id=str(history.player.user_id)))
        if not history.rounds.empty:
            columns = told(ROUNDS, every_field=history.every_field)
            _downloads(text("All rounds"), columns, rounds_table(history.rounds, zone), known)


def _downloads(
    title: str,
    columns: Sequence[Column],
    frame: pd.DataFrame,
    known: Reading[PlayerHistory],
    seen: TableView = ALL,
    words: str = "",
) -> None:
    """Offer files that say whose they are, and which part."""
    history = known.value
    said = "; ".join((identity(history.player, history.rounds), *filter(None, (words,))))
    named = history.player.op_id or str(history.player.user_id)
    downloads.render_downloads(title, columns, frame, known, said, named, seen=seen)


def _table(
    title: str,
    frame: pd.DataFrame,
    columns: Sequence[Column],
    key: str,
    known: Reading[PlayerHistory],
    height_rows: int = 16,
    links: Sequence[CellLink] = (),
) -> None:
    """Draw a table of the player's, with its files below."""
    seen = kit_table.render_table(
        frame,
        columns,
        key,
        known.value.unit,
        neutral=_PLAYERS_OWN,
        height_rows=height_rows,
        links=links,
    )
    _downloads(title, columns, frame, known, seen)


def _unknown(jumps: Jumps) -> None:
    if jumps.unknown:
        unknown = escaped(" ".join(map(str, jumps.unknown)))
        st.warning(text("Not known: {what}", what=unknown), icon=":material/cloud_off:")


@parts.part(later("The balance"), "balance")
def _balance() -> None:
    known = parts_loading.history()
    if known is None or dated(known.value.rounds).empty:
        return
    merchant, rounds = current.merchant(), dated(known.value.rounds)
    jumps = data_balance.player_jumps(merchant, known.value)
    with states.box("balance-chart", text("Balance and net result")):
        parts_loading.as_of(known)
        st.markdown(gaps_text(jumps.gaps, known.value.unit))
        _unknown(jumps)
        figure = balance_chart(
            rounds, jumps.gaps, jumps.transfers, charts.look(), known.value.unit, merchant.zone
        )
        view, about = period_filters.view(), str(known.value.player.user_id or "")
        charts.show(charts.with_notes(figure, view, Subject.PLAYER, about), "balance")
        st.caption(text("▲ deposit · ▼ withdrawal · ◆ a jump that no transfer explains"))
        if lacking := undated_text(known.value.rounds):
            st.caption(lacking)
        other = [gap for gap in jumps.gaps if gap.cause is not Cause.TRANSFER]
        if other:
            rows = gaps_table(other, merchant.zone)
            _table(text("Jumps of the balance"), rows, GAPS, "gaps", known, height_rows=8)
        if about:
            notes.render_notes(view, Subject.PLAYER, about)


@parts.part(later("Transfers of this player"), "player-transfers")
def _transfers() -> None:
    known = parts_loading.history()
    if known is None:
        return
    merchant, history = current.merchant(), known.value
    jumps = data_balance.player_jumps(merchant, history)
    with states.box("player-transfers", text("Transfers, {zone}", zone=formats.zone_name(merchant.zone))):
        parts_loading.as_of(known)
        _unknown(jumps)
        if jumps.transfers:
            rows = transfers_table(jumps.transfers, merchant.zone)
            _table(text("Transfers of a player"), rows, TRANSFERS, "player-transfers", known)
        elif not jumps.unknown:
            st.info(text("No transfer of this player in the period."), icon=":material/event_busy:")


@parts.part(later("When this player plays"), "habits")
def _sessions() -> None:
    known = parts_loading.history()
    if known is None or dated(known.value.rounds).empty:
        return
    merchant, rounds = current.merchant(), dated(known.value.rounds)
    sessions = sessions_frame(rounds, parts_filter.pause_min())
    left, right = st.columns(2)
    zone = formats.zone_name(merchant.zone)
    with left, states.box("week", text("Rounds by weekday and hour, {zone}", zone=zone)):
        parts_loading.as_of(known)
        cells = by_weekday_and_hour(rounds, merchant.zone)
        charts.show(hours_of_week_chart(cells, charts.look(), known.value.unit, merchant.zone), "week")
        if lacking := undated_text(known.value.rounds):
            st.caption(lacking)
    with right, states.box("sessions", text("Sessions by day, {zone}", zone=zone)):
        parts_filter.render_pause()
        charts.show(
            sessions_chart(sessions, charts.look(), known.value.unit, merchant.zone),
            "sessions",
            opens="players",
        )
        st.caption(text("Blue: the player won · grey: the player did not"))
    with states.box("session-list", plural("{n} session", "{n} sessions", len(sessions))):
        rows = sessions_table(sessions, merchant.zone)
        _table(text("Sessions"), rows, SESSIONS, "session-list", known, height_rows=8)


@parts.part(later("Games of this player"), "player-games")
def _games() -> None:
    known = parts_loading.history()
    if known is None:
        return
    sums = data.player_sums(current.merchant(), known.value)
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
        _table(text("Games of a player"), rows, PLAYER_GAMES, "player-games", known, links=[_TO_GAME])


@parts.part(later("The rounds"), "rounds", every_s=None)
def _rounds() -> None:
    known = parts_loading.history()
    if known is None or known.value.rounds.empty:
        return
    merchant, view, found = current.merchant(), period_filters.view(), known.value.rounds
    wanted = parts_filter.wanted()
    names = dict(zip(found["game_id"].tolist(), found["game"].tolist(), strict=True))
    rows = rounds_table(wanted.of(found), merchant.zone)
    with states.box("round-list", text("Rounds")):
        parts_loading.as_of(known, note=f"{view.period.days_label}, {formats.zone_name(merchant.zone)}")
        parts_filter.render_round_filters(names, known.value.unit)
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
        links = [link("start", "players", **{ROUND.name: "event_id"}), _TO_GAME]
        nothing, unit = text("No round fits the filters."), known.value.unit
        seen = kit_table.render_long_table(rows, on_screen, "rounds", unit, links, _ROUNDS_HIGH, nothing)
        _downloads(text("Rounds"), in_files, rows, known, seen, wanted.words(names, known.value.unit))


_TABS: Final = {
    "balance": _balance,
    "rounds": _rounds,
    "sessions": _sessions,
    "games": _games,
    "transfers": _transfers,
}


def render_opened() -> None:
    """Show the round that the address names, whether the filters leave it in the table or not."""
    event_id, known, merchant = query_params.value(ROUND), parts_loading.history(), current.merchant()
    if event_id is None or known is None:
        return
    found = known.value.rounds
    row = rounds_table(found[found["event_id"] == event_id], merchant.zone)
    if len(row):
        history = known.value
        parts_dialog.of_player(
            row.iloc[0].to_dict(),
            history.unit,
            is_every_field=history.every_field,
            beside=_beside(event_id, found),
        )
        return
    sentence = text(
        "There is no round {round} of this player {when}.",
        round=parts_dialog.named(event_id),
        when=period_filters.view().period.when,
    )
    if known.failures:
        sentence += " " + text("Some rounds could not be read; it may be one of them.")
    parts_dialog.missing(sentence)


def _beside(event_id: str, rounds: pd.DataFrame) -> tuple[str | None, str | None]:
    """The rounds before and after one, of those that the filters leave where it is among them."""
    for events in (parts_filter.wanted().of(rounds)["event_id"].tolist(), rounds["event_id"].tolist()):
        if event_id in events:
            place = events.index(event_id)
            earlier = events[place - 1] if place else None
            return earlier, events[place + 1] if place + 1 < len(events) else None
    return None, None
