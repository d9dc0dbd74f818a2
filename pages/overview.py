"""The day in ten seconds: how much was bet, what did we gain, is that good, is it still right?"""

from contextlib import suppress
from datetime import timedelta

import streamlit as st

from dashboard.bonus import data as bonus_data
from dashboard.bonus.numbers import BonusQuery
from dashboard.core import formats, frames, tables
from dashboard.core.markdown import escaped
from dashboard.core.memo import memo
from dashboard.core.metrics import BONUS_METRIC, BonusTotals
from dashboard.core.periods import business_day, day_start, when_text
from dashboard.core.text import Words, text
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
from dashboard.luck.parts import render_why
from dashboard.overview import data as overview_data
from dashboard.overview.figures import days_chart, hours_chart
from dashboard.provider.archived import NotArchived
from dashboard.provider.merchant import LedgerFailed

WEEK = timedelta(days=7)
NET = [BONUS_METRIC["net_gain"], BONUS_METRIC["bonus_cost"]]


def net_cards(
    now: BonusTotals | None = None, before: BonusTotals | None = None, compared: Words | None = None
) -> st.delta_generator.DeltaGenerator:
    """Two cards as wide as those above; returns the place beside them."""
    figures, words = st.columns([1, 2], vertical_alignment="center")
    with figures:
        cards.row("cards-net", NET, now, before, compared, current.merchant().currency)
    return words


@parts.part(text("Figures of the period"), "period", cards.unknown, shapes=6)
def period() -> None:
    view, merchant = period_filters.view(), current.merchant()
    if states.just_begun(view):
        return
    days = overview_data.days(merchant, view.period, view.now)
    days, before = states.compared(
        view, days, lambda earlier: overview_data.days(merchant, earlier.period, earlier.end)
    )
    shown, compared, steps = days.value, days.compared or None, days.value
    if before:
        shown = memo(frames.with_comparison, shown, before.value)
    if view.period.day_count == 1:
        last_day = view.period.last_day
        with suppress(NotArchived, LedgerFailed):
            steps = overview_data.hours(merchant, last_day, view.now, last_day - WEEK).value
    states.as_of(days, before)
    cards.render_cards(days.value, before.value if before else None, compared, steps, merchant.currency)
    if frames.has_no_bets(days.value):
        states.nothing_in(view)
        return
    with states.box(
        "daily", text("Bet amount and company gain by day, {zone}", zone=formats.zone_name(merchant.zone))
    ):
        legend = text("compared") if compared else None
        charts.show(memo(days_chart, shown, charts.look(), merchant.currency, merchant.zone, legend), "daily")
        downloads.render_downloads(
            text("Days"), tables.DAYS_COMPARED if compared else tables.DAYS, shown, days
        )


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
    with net_cards(found.value, before.value if before else None, found.compared or None):
        states.as_of(found, before)
        st.caption(
            text(
                "Company gain less what the bonuses created in the period have become in cash by now; those"
                " still active or wagering can lower it. Taxes, fees and the provider's share are not taken"
                " off."
            )
        )


@parts.part(text("Today by the hour"), "today")
def today() -> None:
    merchant, now = current.merchant(), period_filters.view().now
    day = business_day(now, merchant.zone)
    if now <= day_start(day, merchant.zone):  # its first minute is not over
        return
    hours = overview_data.hours(merchant, day, now, day - WEEK)
    with states.box("hours", text("Today by the hour, {zone}", zone=formats.zone_name(merchant.zone))):
        states.as_of(hours)
        if not hours.failures and frames.has_no_bets_by_hour(hours.value):
            before = when_text(day - WEEK, day - WEEK)
            st.info(text("No bets today, nor {when}.", when=before), icon=":material/event_busy:")
            return
        charts.show(
            memo(
                hours_chart, hours.value, charts.look(), merchant.currency, merchant.zone, str(hours.compared)
            ),
            "hours",
        )
        downloads.render_downloads(text("Hours"), tables.HOURS, hours.value, hours)


@parts.part(text("Why did it move"), "why")
def why() -> None:
    view = period_filters.view()
    if view.start < view.end:  # said above
        render_why(view)


@parts.part(text("Games of the period"), "games")
def games() -> None:
    view, merchant = period_filters.view(), current.merchant()
    if view.start >= view.end:  # said above
        return
    found = games_data_table.games(merchant, view.start, view.end)
    if frames.has_no_bets(found.value):
        return
    states.as_of(found)
    unlisted = unlisted_text(found.value, merchant.currency)
    if unlisted:
        st.caption(escaped(unlisted))
    left, right = st.columns(2)
    with left, states.box("games", text("Games that gained and lost the most")):
        ends = memo(frames.extremes, found.value)
        charts.show(memo(games_chart, ends, charts.look(), merchant.currency), "games", opens="games")
    with right, states.box("types", text("Bet amount by game type")):
        by_type = memo(frames.by_type, found.value)
        charts.show(memo(types_chart, by_type, charts.look(), merchant.currency), "types", opens="games")
    downloads.render_downloads(
        text("Games"), tables.GAMES, memo(frames.in_words, found.value), found, note=unlisted
    )


guard.page("overview")
period_filters.render_filters(text("Overview"))
query_params.render_problems("overview")
period()
net()
why()
today()
games()
