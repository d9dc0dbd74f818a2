"""The day in ten seconds: how much was bet, what did we gain, is that good, is it still right?"""

import streamlit as st

from dashboard.alerts.parts_alerts import render_attention
from dashboard.bonus import data as bonus_data
from dashboard.bonus.numbers import BonusQuery
from dashboard.core import frames, tables
from dashboard.core.markdown import escaped
from dashboard.core.memo import memo
from dashboard.core.metrics import BONUS_METRIC, BonusTotals
from dashboard.core.text import Words, later, text
from dashboard.games import data_table as games_data_table
from dashboard.games.figures_bars import games_chart, types_chart
from dashboard.games.table import unlisted_text
from dashboard.kit import (
    cards,
    charts,
    current,
    downloads,
    guard,
    parts,
    period_filters,
    query_params,
    states,
)
from dashboard.luck.parts import render_changes, render_lines, render_month, render_why
from dashboard.overview import parts_charts, parts_today

NET = [BONUS_METRIC["net_gain"], BONUS_METRIC["bonus_cost"]]


def net_cards(
    now: BonusTotals | None = None, before: BonusTotals | None = None, compared: Words | None = None
) -> None:
    """Two cards, one above the other where they stand beside the chart."""
    cards.row("cards-net", NET, now, before, compared, current.merchant().currency)


@parts.part(text("Net gain after bonus"), "net", net_cards, shapes=2)
def net() -> None:
    view = period_filters.view()
    if view.start >= view.end:  # said above
        return
    found, before = states.compared(
        view,
        bonus_data.bonuses_and_gain(current.merchant(), BonusQuery(), view.start, view.end),
        lambda earlier: bonus_data.bonuses_and_gain(
            current.merchant(), BonusQuery(), earlier.start, earlier.end
        ),
    )
    net_cards(found.value, before.value if before else None, found.compared or None)
    states.as_of_if_odd(found, before)


@parts.part(text("What of it is luck"), "lines")
def lines() -> None:
    view = period_filters.view()
    if view.start < view.end:
        render_lines(view)
        if view.is_running:  # it is of the month that runs
            render_month()
        render_changes(view)


@parts.part(text("Why did it move"), "why")
def why() -> None:
    view = period_filters.view()
    if view.start >= view.end:  # said above
        return
    answer = st.expander(text("Why did it move"), key="why-open", on_change="rerun")
    if answer.open:
        with answer:
            render_why(view)


@parts.part(text("Games of the period"), "games")
def games() -> None:
    view, merchant = period_filters.view(), current.merchant()
    if view.start >= view.end:  # said above
        return
    found = games_data_table.games(merchant, view.start, view.end)
    if memo(frames.has_no_bets, found.value):
        return
    unlisted = memo(unlisted_text, found.value, merchant.currency)
    if unlisted:
        st.caption(escaped(unlisted))
    left, right = st.columns(2)
    with left, states.box("games", text("Games that gained and lost the most")) as beside:
        with beside:
            states.as_of(found)
        ends = memo(frames.extremes, found.value)
        charts.show(memo(games_chart, ends, charts.look(), merchant.currency), "games", opens="games")
    with right, states.box("types", text("Bet amount by game type")) as beside:
        with beside:
            downloads.render_downloads(
                text("Games"), tables.GAMES, memo(frames.in_words, found.value), found, note=unlisted
            )
        by_type = memo(frames.by_type, found.value)
        charts.show(memo(types_chart, by_type, charts.look(), merchant.currency), "types", opens="games")


guard.page("overview")
period_filters.render_filters(text("Overview"))
query_params.render_problems("overview")
parts_today.so_far()
parts.part(later("What needs attention"), "attention")(render_attention)()
parts_charts.period()
beside, chart = st.columns([1, 5])
with beside:
    net()
with chart:
    parts_charts.daily()
lines()
why()
games()
