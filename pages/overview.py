"""The day in ten seconds: how much was bet, what did we gain, is that good, is it still right?"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import streamlit as st

from dashboard.alerts.parts_alerts import render_attention
from dashboard.bonus import data as bonus_data
from dashboard.bonus.numbers import BonusQuery
from dashboard.core import formats, frames, tables
from dashboard.core.markdown import escaped
from dashboard.core.memo import memo
from dashboard.core.metrics import BONUS_METRIC, BonusTotals, Metric, Totals
from dashboard.core.query import CHART, View
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
    navigation,
    notes,
    parts,
    period_filters,
    query_params,
    states,
)
from dashboard.luck.parts import render_changes, render_lines, render_month, render_why
from dashboard.overview import data as overview_data
from dashboard.overview import parts_today
from dashboard.overview.figures import DRAWN, days_chart, hours_chart
from dashboard.provider.archived import NotArchived
from dashboard.provider.merchant import LedgerFailed, ProviderFailed
from dashboard.provider.notes import Subject

NET = [BONUS_METRIC["net_gain"], BONUS_METRIC["bonus_cost"]]


def net_cards(
    now: BonusTotals | None = None, before: BonusTotals | None = None, compared: Words | None = None
) -> None:
    """Two cards, one above the other where they stand beside the chart."""
    cards.row("cards-net", NET, now, before, compared, current.merchant().currency)


@parts.part(text("Figures of the period"), "period", cards.unknown, shapes=6)
def period() -> None:
    view, merchant = period_filters.view(), current.merchant()
    if states.just_begun(view):
        return
    days = overview_data.days(merchant, view.period, view.now)
    days, before = states.compared(
        view, days, lambda earlier: overview_data.days(merchant, earlier.period, earlier.end)
    )
    steps = days.value
    if view.period.day_count == 1:
        with suppress(NotArchived, LedgerFailed):
            steps = overview_data.hours(merchant, view.period.last_day, view.now, None).value
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(width="content"):
            states.as_of(days, before)
        navigation.tell_me(watch="gain")
    compared = days.compared or None
    cards.render_cards(days.value, before.value if before else None, compared, steps, merchant.currency)
    if memo(frames.has_no_bets, days.value):
        states.nothing_in(view)


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
    states.as_of(found, before)


@parts.part(text("Chart of the period"), "daily")
def daily() -> None:
    view = period_filters.view()
    if view.start >= view.end:  # said above
        return
    if view.period.day_count == 1:
        by_hour(view)
    else:
        with suppress(ProviderFailed):  # said above
            by_day(view)


def by_day(view: View) -> None:
    """The chart of days, and its file."""
    merchant = current.merchant()
    days, before = states.compared(
        view,
        overview_data.days(merchant, view.period, view.now),
        lambda earlier: overview_data.days(merchant, earlier.period, earlier.end),
        said=True,
    )
    if memo(frames.has_no_bets, days.value):
        return
    shown, legend = days.value, text("compared") if days.compared else None
    if before:
        shown = memo(frames.with_comparison, shown, before.value)
    with chart_box(text("By day, {zone}", zone=formats.zone_name(merchant.zone))) as (drawn, files):
        figure = memo(days_chart, shown, charts.look(), merchant.currency, merchant.zone, legend, drawn)
        figure = charts.with_notes(figure, view, Subject.DAY, days=view.period.days())
        charts.show(figure, "daily", opens="overview")
        columns = tables.DAYS_COMPARED if legend else tables.DAYS
        with files:
            notes.render_notes(view, Subject.DAY)
            downloads.render_downloads(text("Days"), columns, shown, days)


def by_hour(view: View) -> None:
    """The chart of hours, and its file."""
    merchant = current.merchant()
    before_day = view.comparison.period.first_day if view.comparison else None
    hours = overview_data.hours(merchant, view.period.last_day, view.now, before_day)
    if not hours.failures and memo(frames.has_no_bets_by_hour, hours.value):
        return
    compared = str(hours.compared) or None
    with chart_box(text("By hour, {zone}", zone=formats.zone_name(merchant.zone))) as (drawn, files):
        states.as_of(hours)
        figure = memo(
            hours_chart, hours.value, charts.look(), merchant.currency, merchant.zone, compared, drawn
        )
        charts.show(figure, "daily")
        columns = tables.HOURS_COMPARED if compared else tables.HOURS
        with files:
            downloads.render_downloads(text("Hours"), columns, hours.value, hours)


@contextmanager
def chart_box(title: str) -> Iterator[tuple[tuple[Metric[Totals]], st.delta_generator.DeltaGenerator]]:
    """A box with what it shows beside its title; yields that metric, and the place for its files."""
    with st.container(key="box-daily", border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(title, anchor=False)
            query_params.segments(text("Chart"), "", CHART)
            files = st.container(width="content", horizontal=True, vertical_alignment="center")
        yield (DRAWN[query_params.value(CHART)],), files


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
period()
beside, chart = st.columns([1, 5])
with beside:
    net()
with chart:
    daily()
lines()
why()
games()
