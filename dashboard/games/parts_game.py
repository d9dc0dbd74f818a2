"""One game in full: figures, days, luck, and its rounds with a way to each player."""

from contextlib import suppress
from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard.core import formats, frames, tables
from dashboard.core.cell_links import link
from dashboard.core.codes import type_text
from dashboard.core.frames import game_type
from dashboard.core.markdown import escaped, short
from dashboard.core.metrics import METRICS
from dashboard.core.query import GAME_ID, View
from dashboard.core.text import Words, later, plural, text
from dashboard.games import data_days, data_game, data_luck, parts_filter
from dashboard.games.data_luck import MOST_DAYS
from dashboard.games.days import GameDays
from dashboard.games.figures_luck import band_chart
from dashboard.games.luck import Origin
from dashboard.games.luck_table import one_luck_text
from dashboard.games.sums import PLAYERS, GameSums
from dashboard.games.table import biggest_wins, latest, round_table
from dashboard.kit import (
    cards,
    charts,
    current,
    downloads,
    guard,
    parts,
    period_filters,
    progress,
    query_params,
    states,
    tab,
    table,
)
from dashboard.overview.figures import days_chart
from dashboard.players.figures_habits import hours_of_week_chart
from dashboard.provider import game_list
from dashboard.provider.game_list import game_names
from dashboard.provider.merchant import ProviderFailed
from dashboard.provider.reading import Progressive, Reading
from dashboard.rounds.frame import by_weekday_and_hour, undated_text

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
    tab.name(name, text("Games"))
    st.button(text("All games"), icon=":material/arrow_back:", type="tertiary", on_click=_close)
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
    if kind:
        st.caption(text("{type} · game {game_id}", type=type_text(kind), game_id=game_id))
    else:
        st.caption(text("Game {game_id}", game_id=game_id))
    figures()
    luck()
    rounds()


def _is_known(game_id: int) -> bool:
    view = period_filters.view()
    if view.start < view.end:
        with suppress(ProviderFailed):  # the parts say so
            return data_game.is_known(current.merchant(), game_id, view.start, view.end)
    return True


def _close() -> None:
    query_params.clear([GAME_ID])


def days_of(view: View, game_id: int) -> Progressive[GameDays]:
    """The game's days of the period."""
    return data_days.game_days(current.merchant(), view.period.days(), view.now, game_id)


def days_compared(
    view: View, known: Reading[GameDays], game_id: int
) -> tuple[Reading[GameDays], Reading[GameDays] | None]:
    """The days, saying with what they are compared, and the days of the compared period.

    None where there are none, where they fail, or while they reach to another time than the days do.
    """
    comparison, found = view.until(known.window[1] if known.window else view.end).comparison, None
    if comparison:
        with suppress(ProviderFailed):  # the comparison of the sums above says so
            arriving = data_days.game_days(
                current.merchant(), comparison.period.days(), comparison.end, game_id
            )
            found = arriving.known if arriving.finished else None
    if comparison and found and found.window and found.window[1] == comparison.end:
        return replace(known, compared=comparison.label), found
    return known, None


@parts.part(later("Figures of the game"), "game-figures", cards.unknown, shapes=6)
def figures() -> None:
    """Sums, players, and the daily chart."""
    view, merchant, game_id = period_filters.view(), current.merchant(), parts_filter.wanted().game_id
    if game_id is None or states.just_begun(view):
        return
    sums, before = states.compared(
        view,
        data_game.game_sums(merchant, game_id, view.start, view.end),
        lambda earlier: data_game.game_sums(merchant, game_id, earlier.start, earlier.end),
    )
    states.as_of(sums, before)
    days = days_of(view, game_id)
    shown = days.known.value.frame(game_id) if days.known else None
    lines = shown if days.finished else None
    _cards(sums.value, before.value if before else None, sums.compared or None, lines)
    if not sums.value.totals.bet_count:
        states.nothing_in(view)
        return
    with states.box(
        "game-days", text("Bet amount and company gain by day, {zone}", zone=formats.zone_name(merchant.zone))
    ):
        progress.follow(text("Days"), days, lambda: days_of(view, game_id), "game-days")
        if shown is None or days.known is None:
            return
        known, earlier = days_compared(view, days.known, game_id)
        legend = None
        if earlier:
            shown, legend = frames.with_comparison(shown, earlier.value.frame(game_id)), text("compared")
        states.as_of(known, earlier)
        charts.show(days_chart(shown, charts.look(), merchant.currency, merchant.zone, legend), "game-days")
        columns = tables.DAYS_COMPARED if legend else tables.DAYS
        downloads.render_downloads(text("Game {game_id} by day", game_id=game_id), columns, shown, known)


def _cards(
    sums: GameSums, before: GameSums | None, compared: Words | None, days: pd.DataFrame | None
) -> None:
    currency = current.merchant().currency
    lines = [] if days is None else frames.sparklines(days, METRICS)
    now, then = sums.totals, before.totals if before else None
    cards.row("cards", METRICS, now, then, compared, currency, lines)
    if sums.players is not None:
        cards.row("cards-players", PLAYERS, sums, before, compared, currency)


@parts.part(later("RTP and luck"), "game-luck")
def luck() -> None:
    """The game's RTP with its bands."""
    view, game_id = period_filters.view(), parts_filter.wanted().game_id
    if game_id is None or view.start >= view.end:
        return
    arriving = data_luck.lucks(current.merchant(), view, game_id)
    if arriving.finished and arriving.known and game_id not in arriving.known.value.games:
        return
    with states.box("game-luck", text("RTP, and how far luck carries it")):
        progress.follow(
            text("Luck"), arriving, lambda: data_luck.lucks(current.merchant(), view, game_id), "game-luck"
        )
        if arriving.known is None:
            return
        states.as_of(arriving.known, note=last_days(view))
        found = arriving.known.value.games.get(game_id)
        if found is None:
            return
        st.markdown(one_luck_text(found))
        charts.show(band_chart(found, charts.look()), "game-luck")
        said = arriving.known.value.sample.spread_text()
        if found.origin is not Origin.CONFIGURED:
            said += " " + text("No theoretical RTP is configured.")
        st.caption(said)


@parts.part(later("Rounds of the game"), "game-rounds")
def rounds() -> None:
    """Hours of play, biggest wins, latest rounds; whose those are only for people who may see players."""
    view, merchant, game_id = period_filters.view(), current.merchant(), parts_filter.wanted().game_id
    if game_id is None or view.start >= view.end:
        return
    arriving = data_game.game_rounds(merchant, game_id, view)
    progress.follow(
        text("Rounds"), arriving, lambda: data_game.game_rounds(merchant, game_id, view), "game-rounds"
    )
    if arriving.known is None or (arriving.finished and arriving.known.value.rounds.empty):
        return
    found, sees_players = arriving.known.value, guard.may("players")
    columns = (*tables.GAME_ROUNDS, *(tables.ROUND_PLAYERS if sees_players else ()))
    fields = {column.field for column in columns}
    since = plural(
        "{n} round since {moment}",
        "{n} rounds since {moment}",
        len(found.rounds),
        moment=formats.moment(found.since, merchant.zone, merchant.now()),
    )
    with states.box("game-hours", text("Hours of play, {zone}", zone=formats.zone_name(merchant.zone))):
        states.as_of(arriving.known, note=since)
        cells = by_weekday_and_hour(found.rounds, merchant.zone)
        charts.show(hours_of_week_chart(cells, charts.look(), merchant.currency, merchant.zone), "game-hours")
        if lacking := undated_text(found.rounds):
            st.caption(lacking)
    for key, title, rows in (
        ("game-wins", text("Biggest wins of these rounds"), biggest_wins(found.rounds, ROUNDS)),
        ("game-latest", text("Latest rounds"), latest(found.rounds, ROUNDS)),
    ):
        with states.box(key, title):
            table.render_table(
                round_table(rows, merchant.zone),
                columns,
                key,
                charts.look(),
                merchant.currency,
                neutral=("gain_li",),
                order=[field for field in ROUND_ORDER if field in fields],
                links=_WAYS_ON if sees_players else (),
            )
    downloads.render_downloads(
        text("Rounds of game {game_id}", game_id=game_id),
        columns,
        round_table(found.rounds, merchant.zone),
        arriving.known,
        since,
    )
