"""The figures of the period and their chart, by day, or by hour for one day."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import streamlit as st

from dashboard.core import formats, frames, tables
from dashboard.core.memo import memo
from dashboard.core.metrics import METRICS, Metric, Totals
from dashboard.core.query import CHART, View
from dashboard.core.text import text
from dashboard.kit import (
    cards,
    charts,
    current,
    downloads,
    navigation,
    notes,
    parts,
    period_filters,
    query_params,
    states,
)
from dashboard.overview import data as overview_data
from dashboard.overview.figures import DRAWN, days_chart, hours_chart
from dashboard.overview.parts_net import NET_METRICS
from dashboard.provider.archived import NotArchived
from dashboard.provider.merchant import LedgerFailed, ProviderFailed
from dashboard.provider.notes import Subject


@parts.part(text("Figures of the period"), "period", cards.unknown, shapes=6)
def period() -> None:
    """Six cards."""
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
    with navigation.telling(navigation.watched((*METRICS, *NET_METRICS))):
        states.as_of(days, before)
    compared = days.compared or None
    cards.render_cards(days.value, before.value if before else None, compared, steps, merchant.currency)
    if memo(frames.has_no_bets, days.value):
        states.nothing_in(view)


@parts.part(text("Chart of the period"), "daily")
def daily() -> None:
    """The chart, and its file."""
    view = period_filters.view()
    if view.start >= view.end:  # said above
        return
    if view.period.day_count == 1:
        _by_hour(view)
    else:
        with suppress(ProviderFailed):  # said above
            _by_day(view)


def _by_day(view: View) -> None:
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
    with _chart_box(text("By day, {zone}", zone=formats.zone_name(merchant.zone))) as (drawn, files):
        figure = memo(days_chart, shown, charts.look(), merchant.currency, merchant.zone, legend, drawn)
        figure = charts.with_notes(figure, view, Subject.DAY, days=view.period.days())
        charts.show(figure, "daily", opens="overview")
        columns = tables.DAYS_COMPARED if legend else tables.DAYS
        with files:
            notes.render_notes(view, Subject.DAY)
            downloads.render_downloads(text("Days"), columns, shown, days)


def _by_hour(view: View) -> None:
    """The chart of hours, and its file."""
    merchant = current.merchant()
    before_day = view.comparison.period.first_day if view.comparison else None
    hours = overview_data.hours(merchant, view.period.last_day, view.now, before_day)
    if not hours.failures and memo(frames.has_no_bets_by_hour, hours.value):
        return
    compared = str(hours.compared) or None
    with _chart_box(text("By hour, {zone}", zone=formats.zone_name(merchant.zone))) as (drawn, files):
        states.as_of(hours)
        figure = memo(
            hours_chart, hours.value, charts.look(), merchant.currency, merchant.zone, compared, drawn
        )
        charts.show(figure, "daily")
        columns = tables.HOURS_COMPARED if compared else tables.HOURS
        with files:
            downloads.render_downloads(text("Hours"), columns, hours.value, hours)


@contextmanager
def _chart_box(title: str) -> Iterator[tuple[tuple[Metric[Totals]], st.delta_generator.DeltaGenerator]]:
    """A box with what it shows beside its title; yields that metric, and the place for its files."""
    with st.container(key="box-daily", border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(title, anchor=False)
            shown = query_params.segments(text("Chart"), "", CHART)
            files = st.container(width="content", horizontal=True, vertical_alignment="center")
        yield (DRAWN[shown],), files
