"""One game in full: figures, days, luck, and its rounds with a way to each player."""

from contextlib import suppress
from dataclasses import replace
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.core import formats, frames, tables
from dashboard.core.cell_links import link
from dashboard.core.codes import type_text
from dashboard.core.files import Column
from dashboard.core.frames import game_type
from dashboard.core.markdown import escaped, short
from dashboard.core.memo import memo
from dashboard.core.metrics import METRICS
from dashboard.core.query import GAME_ID, ONE_GAME_TAB, SORT, WHERE, View
from dashboard.core.table_view import TableView
from dashboard.core.text import later, plural, text
from dashboard.games import data_days, data_game, data_luck, parts_filter
from dashboard.games.data_game import MOST_ROUNDS
from dashboard.games.data_luck import MOST_DAYS
from dashboard.games.days import GameDays
from dashboard.games.figures_luck import band_chart
from dashboard.games.luck import Origin
from dashboard.games.luck_table import one_luck_text
from dashboard.games.sums import PLAYERS
from dashboard.games.table import round_table
from dashboard.kit import (
    cards,
    charts,
    current,
    downloads,
    guard,
    navigation,
    notes,
    parts,
    period_filters,
    query_params,
    states,
    table,
)
from dashboard.luck.parts import render_game_line
from dashboard.luck.parts_monitor import render_game_monitor
from dashboard.overview.figures import days_chart
from dashboard.players import parts_search
from dashboard.players.data_search import ranked_players
from dashboard.players.figures_habits import hours_of_week_chart
from dashboard.provider import game_list
from dashboard.provider.archived import NotArchived, held_of
from dashboard.provider.game_list import game_names
from dashboard.provider.merchant import LedgerFailed, ProviderFailed
from dashboard.provider.notes import Subject
from dashboard.provider.reading import Reading

ROUNDS = 15
ROUND_ORDER = ("time", "user_id", "op_id", "bet_amount_li", "win_li", "gain_li", "draw_id")


_WAYS_ON = (
    link("time", "players", user_id="user_id", round="event_id"),
    link("user_id", "players", user_id="user_id"),
)
"""From a round to all about it, and to its player."""


def last_days(view: View) -> str:
    """What to say where only the last days of a long period are shown."""
    if view.period.day_count <= MOST_DAYS:
        return ""
    return text("the last {days} days of the period", days=MOST_DAYS)


def render_game(game_id: int) -> None:
    """The whole page of one game."""
    name, kind = str(game_id), ""
    with states.part(text("The list of games")):
        game = game_list.game(current.merchant(), game_id)
        name, kind = game_names(current.merchant()).get(game_id, name), game_type(game_id, game)
    navigation.name_tab(name, text("Games"))
    crumbs = st.container(key="crumbs", horizontal=True, vertical_alignment="center")
    crumbs.button(text("All games"), icon=":material/arrow_back:", type="tertiary", on_click=_close)
    period_filters.render_filters(escaped(short(name)))
    query_params.render_problems("games")
    if not _is_known(game_id):
        st.info(
            text(
                "There is no game {game_id}: the provider does not list it, and has no bets on it {when}.",
                game_id=game_id,
                when=period_filters.view().period.when,
            ),
            icon=":material/search_off:",
        )
        return
    said = text("Game {game_id}", game_id=game_id)
    if kind:
        said = text("{type} · game {game_id}", type=type_text(kind), game_id=game_id)
    with crumbs:
        st.caption(said, width="content")
        navigation.tell_me(navigation.watched((*METRICS, *PLAYERS), game_id=str(game_id)))
    figures()
    luck()
    days()
    tabs()


def _is_known(game_id: int) -> bool:
    view = period_filters.view()
    if view.start < view.end:
        with suppress(ProviderFailed):  # the parts say so
            return data_game.is_known(current.merchant(), game_id, view.start, view.end)
    return True


def _close() -> None:
    query_params.clear([GAME_ID, ONE_GAME_TAB])


def _has_bets(view: View, game_id: int) -> bool:
    """Whether the game has bets in the period, as far as that is known; the figures say where it has none."""
    if view.start < view.end:
        with suppress(ProviderFailed):
            sums = data_game.game_sums(current.merchant(), game_id, view.start, view.end)
            return sums.value.totals.bet_count > 0
        return True
    return False


def _is_held(view: View, game_id: int) -> bool:
    """Whether it has bets in the period, and the archive anything of that; the luck says so where not."""
    with suppress(NotArchived, LedgerFailed):
        held_of(current.merchant(), view.start, view.end)
        return _has_bets(view, game_id)
    return False


def _days(view: View, game_id: int) -> Reading[GameDays]:
    return data_days.game_days(current.merchant(), view.period.days(), view.end, game_id)


def _days_compared(
    view: View, known: Reading[GameDays], game_id: int
) -> tuple[Reading[GameDays], Reading[GameDays] | None]:
    """The days, saying with what they are compared, and those; None where the archive has none of them."""
    comparison = view.until(known.window[1] if known.window else view.end).comparison
    if comparison:
        with suppress(NotArchived):
            days, end = comparison.period.days(), comparison.end
            found = data_days.game_days(current.merchant(), days, end, game_id)
            return replace(known, compared=comparison.label), found
    return known, None


@parts.part(later("Figures of the game"), "game-figures", cards.unknown, shapes=6)
def figures() -> None:
    """Sums, and players."""
    view, merchant, game_id = period_filters.view(), current.merchant(), parts_filter.wanted().game_id
    if game_id is None or states.just_begun(view):
        return
    sums, before = states.compared(
        view,
        data_game.game_sums(merchant, game_id, view.start, view.end),
        lambda earlier: data_game.game_sums(merchant, game_id, earlier.start, earlier.end),
    )
    states.as_of(sums, before)
    lines: list[list[float]] = []
    with suppress(NotArchived, LedgerFailed):  # the days say so
        lines = frames.sparklines(_days(view, game_id).value.frame(game_id), METRICS)
    now, then = sums.value, before.value if before else None
    compared, currency = sums.compared or None, merchant.currency
    cards.row("cards", METRICS, now.totals, then.totals if then else None, compared, currency, lines)
    render_game_line(view, game_id)
    if now.players is not None:
        cards.row("cards-players", PLAYERS, now, then, compared, currency)
    if not now.totals.bet_count:
        states.nothing_in(view)


@parts.part(later("RTP and luck"), "game-luck")
def luck() -> None:
    """The game's RTP on its bands; where nothing of the period is in the archive it says so for all below."""
    view, game_id = period_filters.view(), parts_filter.wanted().game_id
    if game_id is None or not _has_bets(view, game_id):
        return
    known = data_luck.lucks(current.merchant(), view, game_id)
    found = known.value.games.get(game_id)
    if found is None:
        return
    with states.box("game-luck", text("RTP, and how far luck carries it")):
        states.as_of(known, note=last_days(view))
        st.markdown(one_luck_text(found))
        if found.band_95:  # a dot alone says no more than the sentence
            charts.show(memo(band_chart, found, charts.look()), "game-luck")
        said = known.value.basis_text()
        if found.origin is not Origin.CONFIGURED:
            said += " " + text("No theoretical RTP is configured.")
        st.caption(said)


@parts.part(later("Days of the game"), "game-days")
def days() -> None:
    """The chart by day."""
    view, merchant, game_id = period_filters.view(), current.merchant(), parts_filter.wanted().game_id
    if game_id is None or not _is_held(view, game_id):
        return
    known, earlier = _days_compared(view, _days(view, game_id), game_id)
    shown, legend = known.value.frame(game_id), None
    if earlier:
        shown = memo(frames.with_comparison, shown, earlier.value.frame(game_id))
        legend = text("compared")
    title = text("Bet amount and company gain by day, {zone}", zone=formats.zone_name(merchant.zone))
    with states.box("game-days", title) as beside:
        with beside.container(width="content", horizontal=True, vertical_alignment="center"):
            notes.render_notes(view, Subject.GAME, str(game_id))
            columns = tables.DAYS_COMPARED if legend else tables.DAYS
            downloads.render_downloads(text("Game {game_id} by day", game_id=game_id), columns, shown, known)
        states.as_of_if_odd(known, earlier)
        figure = memo(days_chart, shown, charts.look(), merchant.currency, merchant.zone, legend)
        dates = [day.date() for day in shown["date"]]
        charts.show(charts.with_notes(figure, view, Subject.GAME, str(game_id), dates), "game-days")


def _latest(game_id: int) -> None:
    """The latest rounds, and their file."""
    view, merchant, zone = period_filters.view(), current.merchant(), current.merchant().zone
    known = data_game.game_hours(merchant, game_id, view.start, view.end)
    count = known.value.count
    since = plural(
        "{n} round since {moment}",
        "{n} rounds since {moment}",
        count,
        moment=formats.moment(known.value.since, zone, merchant.now()),
    )

    def latest(most: int = MOST_ROUNDS) -> pd.DataFrame:
        return round_table(data_game.latest_rounds(merchant, game_id, view.start, view.end, most).value, zone)

    with states.box("game-latest", text("Latest rounds")):
        states.as_of(known, note=since)
        is_whole = query_params.has(WHERE, SORT)  # what is sought is sought in all that the file has
        rows = latest() if is_whole else latest(ROUNDS)
        seen = _rounds_table("game-latest", rows)
        if count > MOST_ROUNDS:
            since += " " + text("In this file: the latest {n}.", n=formats.count(MOST_ROUNDS))
        title = text("Rounds of game {game_id}", game_id=game_id)
        whole = None if is_whole else latest
        downloads.render_downloads(title, _round_columns(), rows, known, note=since, seen=seen, whole=whole)


def _wins(game_id: int) -> None:
    view, merchant = period_filters.view(), current.merchant()
    known = data_game.biggest_wins(merchant, game_id, view.start, view.end)
    with states.box("game-wins", text("Biggest wins")):
        states.as_of(known)
        _rounds_table("game-wins", round_table(known.value, merchant.zone))


def _hours(game_id: int) -> None:
    view, merchant = period_filters.view(), current.merchant()
    known = data_game.game_hours(merchant, game_id, view.start, view.end)
    with states.box("game-hours", text("Hours of play, {zone}", zone=formats.zone_name(merchant.zone))):
        states.as_of(known)
        figure = memo(hours_of_week_chart, known.value.hours, charts.look(), merchant.currency, merchant.zone)
        charts.show(figure, "game-hours")


def _players(game_id: int) -> None:
    known = ranked_players(current.merchant(), period_filters.view(), "bet", [game_id])
    with states.box("game-players", text("Players who bet the most on it")):
        states.as_of(known)
        parts_search.render_players(known.value, "game-players")


def _round_columns() -> tuple[Column, ...]:
    """Whose rounds they are is sent only to people who may see players."""
    return (*tables.GAME_ROUNDS, *(tables.ROUND_PLAYERS if guard.may("players") else ()))


def _rounds_table(key: str, rows: pd.DataFrame) -> TableView:
    columns = _round_columns()
    fields = {column.field for column in columns}
    return table.render_table(
        rows,
        columns,
        key,
        current.merchant().currency,
        neutral=("gain_li",),
        order=[field for field in ROUND_ORDER if field in fields],
        most=ROUNDS,
        links=_WAYS_ON if guard.may("players") else (),
    )


_TABS: Final = {
    "rounds": _latest,
    "wins": _wins,
    "players": _players,
    "hours": _hours,
    "luck": render_game_monitor,
}


@parts.part(later("This part of the game"), "game-tabs")
def tabs() -> None:
    """The choice of a tab, and the one that is open: only that asks and draws."""
    view, game_id = period_filters.view(), parts_filter.wanted().game_id
    if game_id is None:
        return
    if _is_held(view, game_id):
        hidden = () if guard.may("players") else ("players",)
        _TABS[query_params.segments(text("Of this game"), "game-", ONE_GAME_TAB, hidden)](game_id)
        return
    with suppress(NotArchived, LedgerFailed, ProviderFailed):  # parts above say so; alarms are of no period
        render_game_monitor(game_id)
