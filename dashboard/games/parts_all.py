"""All games: their table, the pictures of it, their days, and how far luck carries them."""

from contextlib import suppress
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard.core import formats, tables
from dashboard.core.cell_links import link
from dashboard.core.codes import type_text
from dashboard.core.frames import NO_GAMES, UNLISTED, extremes, game_ids, has_no_bets, in_words
from dashboard.core.markdown import escaped
from dashboard.core.memo import memo
from dashboard.core.query import View
from dashboard.core.text import later, text
from dashboard.games import data_days as games_data_days
from dashboard.games import data_luck, parts_game
from dashboard.games import data_table as games_data_table
from dashboard.games import parts_filter as games_filter
from dashboard.games.bands import with_bands
from dashboard.games.data_luck import MOST_DAYS
from dashboard.games.days import GameDays
from dashboard.games.figures_bars import games_chart
from dashboard.games.figures_heatmap import game_days_chart
from dashboard.games.figures_luck import funnel_plot
from dashboard.games.figures_treemap import treemap
from dashboard.games.luck_table import luck_frame, luck_in_words, luck_text, sources_text
from dashboard.games.table import game_table, of_type, safe_icon, total_text, unlisted_text, with_lines
from dashboard.kit import (
    charts,
    current,
    downloads,
    parts,
    period_filters,
    states,
)
from dashboard.kit import table as kit_table
from dashboard.provider.archived import NotArchived
from dashboard.provider.merchant import LedgerFailed
from dashboard.provider.reading import Reading

_MOST_HEAT_ROWS: Final = 30
_ORDER: Final = (
    *(
        "name",
        "icon",
        "type",
        "company_gain_li",
        "by_day",
        "bet_amount_li",
        "bet_count",
        "hold",
        "rtp",
        "band",
    ),
    *("share", "average_bet_li", "players", "bet_change", "gain_change_li"),
)


def _pictures() -> dict[str, Any]:
    """The columns of the table that are pictures, or need a width of their own."""
    return {
        "icon": st.column_config.ImageColumn("", width=44),
        "type": st.column_config.TextColumn(text("Type"), width=84),
        "by_day": st.column_config.LineChartColumn(
            text("Bets by day"),
            width=110,
            y_min=0,
            help=text("Bet amount of each finished day, at most the last 60."),
        ),
        "band": st.column_config.ImageColumn(
            text("RTP in its band"),
            width=136,
            help=text(
                "The dot is the RTP, the dash what is expected. Luck leaves 95 of 100 honest games on the"
                " thick line, and all but one of 500 on the thin one. Empty: too little play to tell."
            ),
        ),
    }


def _games_of(view: View) -> Reading[pd.DataFrame]:
    return games_data_table.games(current.merchant(), view.start, view.end)


def _days_of(view: View) -> Reading[GameDays]:
    return games_data_days.game_days(current.merchant(), view.period.days()[-MOST_DAYS:], view.end)


def _only_text() -> str:
    """The type of games that is wanted, for a file; "" for all."""
    only = games_filter.wanted().type
    return type_text(only) if only else ""


def games_with_bets(view: View) -> pd.DataFrame | None:
    """The games of the type that is wanted; None where they have no bets, which the table says."""
    if view.start >= view.end:
        return None
    games = memo(of_type, _games_of(view).value, games_filter.wanted().type)
    return None if memo(has_no_bets, games) else games


def _games_to_draw(view: View) -> pd.DataFrame | None:
    """The games of the type that is wanted; where they have no bets it says so and returns None."""
    if states.just_begun(view):
        return None
    games, only = games_with_bets(view), games_filter.wanted().type
    if games is None:
        of_this_type = later(
            "No {type} bets {when}. A longer period, or fewer filters, may have some.",
            type=type_text(only or ""),
        )
        states.nothing_in(view, of_this_type if only else states.NO_BETS)
    return games


@parts.part(later("Table of games"), "all-games")
def all_games() -> None:
    """The table, and its files."""
    view, merchant, only = period_filters.view(), current.merchant(), games_filter.wanted().type
    if _games_to_draw(view) is None:
        return
    found, before = states.compared(
        view,
        _games_of(view),
        lambda earlier: games_data_table.games(merchant, earlier.start, earlier.end, is_before=True),
    )
    states.as_of(found, before)
    unlisted = memo(unlisted_text, found.value, merchant.currency, only)
    if unlisted:
        st.caption(escaped(unlisted))
    icons = {game.game_id: safe_icon(game.resource_url) for game in merchant.twoj.all.list().data}
    table = memo(game_table, found.value, before.value if before else None, icons)
    games, days, judged = memo(of_type, table, only), None, None
    with suppress(NotArchived, LedgerFailed):  # the other tabs say so
        days = _days_of(view).value
        judged = data_luck.lucks(merchant, view).value
    seen = kit_table.render_table(
        memo(with_bands, memo(with_lines, memo(in_words, games), days), judged, charts.look()),
        tables.ALL_GAMES,
        "all-games",
        merchant.currency,
        changes=("bet_change", "gain_change_li"),
        pictures=_pictures(),
        order=_ORDER,
        links=[link("name", "games", game_id="game_id")],
    )
    columns = (tables.GAME_ID, *tables.ALL_GAMES)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(escaped(memo(total_text, seen.rows(games), merchant.currency)), width="content")
        downloads.render_downloads(
            text("All games"),
            columns,
            memo(in_words, games),
            found,
            _only_text(),
            note=unlisted,
            seen=seen,
        )


@parts.part(later("Pictures of the games"), "pictures")
def pictures() -> None:
    """The games that gained and lost the most, and all of them as areas."""
    view, merchant = period_filters.view(), current.merchant()
    games = _games_to_draw(view)
    if games is None:
        return
    left, right = st.columns(2)
    with left, states.box("gains", text("Games that gained and lost the most")):
        ends = memo(extremes, games, 7)
        charts.show(memo(games_chart, ends, charts.look(), merchant.currency), "gains", opens="games")
    with right, states.box("treemap", text("Bet amount by type and game, coloured by hold")):
        charts.show(memo(treemap, games, charts.look(), merchant.currency), "treemap", opens="games")
        if (games["game_id"].isna() & (games["bet_amount_li"] <= 0)).any():
            unlisted = escaped(unlisted_text(_games_of(view).value, merchant.currency))
            st.caption(text("No area is less than nothing. {unlisted}", unlisted=unlisted))


@parts.part(later("Company gain by game and day"), "heat")
def heat() -> None:
    """Gain by game and day."""
    view, merchant, only = period_filters.view(), current.merchant(), games_filter.wanted().type
    games = _games_to_draw(view)
    if games is None:
        return
    found = _days_of(view)
    with states.box(
        "heat", text("Company gain by game and day, {zone}", zone=formats.zone_name(merchant.zone))
    ):
        names = {
            game_id: name
            for game_id, name in zip(game_ids(games), games["name"].tolist(), strict=True)
            if game_id is not None
        }
        days = found.value
        ranked = days.moved_most(list(names), _MOST_HEAT_ROWS)
        shown: tuple[tuple[int | None, str], ...] = tuple((i, names[i]) for i in ranked)
        if days.lacks_games and only is None:
            shown = (*shown, (None, NO_GAMES[UNLISTED]))
        states.as_of(found, note=parts_game.last_days(view))
        if not shown:
            st.caption(text("No game gained or lost anything on a day of these."))
            return
        charts.show(
            memo(game_days_chart, days, shown, charts.look(), merchant.currency, merchant.zone),
            "heat",
            opens="games",
        )
        st.caption(
            text(
                "{shown} of {all} games: those whose gain moved the most from day to day.",
                shown=formats.count(len(ranked)),
                all=formats.count(len(names)),
            )
        )
        if days.lacks_games and only:
            st.caption(
                text(
                    "What the list of games lacks is not in it: that is of all types, not of {type} alone.",
                    type=type_text(only),
                )
            )


@parts.part(later("What luck explains"), "luck-line")
def luck_line() -> None:
    """The judgement on all games, in words."""
    view = period_filters.view()
    games = games_with_bets(view)
    if games is None:
        return
    found = data_luck.lucks(current.merchant(), view)
    rows = memo(luck_frame, found.value.games, games)
    if not rows.empty:
        st.markdown(memo(luck_text, rows))


@parts.part(later("How far luck carries RTP"), "luck")
def luck() -> None:
    """RTPs and their bands."""
    view, merchant = period_filters.view(), current.merchant()
    games = _games_to_draw(view)
    if games is None:
        return
    found = data_luck.lucks(merchant, view)
    with states.box("luck", text("RTP by bet amount, and how far luck carries it")):
        rows = memo(luck_frame, found.value.games, games)
        states.as_of(found, note=parts_game.last_days(view))
        if rows.empty:
            st.caption(text("No game has rounds to judge by yet."))
            return
        charts.show(memo(funnel_plot, rows, charts.look(), merchant.currency), "luck", opens="games")
        st.caption(f"{memo(sources_text, rows)} {found.value.basis_text()}")
        numbers = st.expander(text("All games in numbers"), key="luck-numbers", on_change="rerun")
        if not numbers.open:
            return
        with numbers:
            rows = memo(luck_in_words, rows)
            seen = kit_table.render_table(
                rows,
                tables.LUCK,
                "luck-table",
                merchant.currency,
                links=[link("name", "games?game_tab=luck", game_id="game_id")],
            )
            downloads.render_downloads(
                text("RTP and luck"),
                (tables.GAME_ID, *tables.LUCK),
                rows,
                found,
                _only_text(),
                seen=seen,
            )
