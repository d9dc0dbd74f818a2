"""The parts of the page Bets: figures, the bets themselves, by time and size, whose, as a file."""

from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

import streamlit as st

from dashboard.bets import data, parts_exports, parts_tables
from dashboard.bets import parts_filter as bets_filter
from dashboard.bets.data import TAIL_EVERY_S, TAIL_S
from dashboard.bets.figures import sizes_chart, steps_chart
from dashboard.bets.sums import Rank, Size
from dashboard.bets.tables import BETS, SIZES, STEPS, bets_table, steps_table, unsized_text
from dashboard.core import formats
from dashboard.core.memo import memo
from dashboard.core.metrics import METRICS, Totals
from dashboard.core.periods import days_label
from dashboard.core.query import BETS_TAB, ROUND, TOPS, View
from dashboard.core.text import later, plural, text
from dashboard.kit import (
    cards,
    charts,
    current,
    downloads,
    navigation,
    parts,
    period_filters,
    query_params,
    states,
)
from dashboard.provider.game_list import game_names
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading
from dashboard.rounds import parts_dialog
from dashboard.rounds.filter import RoundQuery

T = TypeVar("T")


def _shown() -> tuple[Merchant, View, RoundQuery]:
    """Whose bets of which period are asked for, and which of them."""
    return current.merchant(), period_filters.view(), bets_filter.wanted()


def _of(wanted: RoundQuery) -> dict[str, str]:
    """The one game, or the one type, that is asked for, as an alert's address names it."""
    if len(wanted.game_ids) == 1:
        return {"game_id": str(wanted.game_ids[0])}
    return {"type": wanted.types[0]} if len(wanted.types) == 1 and not wanted.game_ids else {}


def _six(now: Totals | None) -> None:
    cards.row("cards", METRICS, now, None, None, current.merchant().currency)


@parts.part(later("Figures of the bets"), "bets", lambda: _six(None), first=True, shapes=6)
def render_figures() -> None:
    """Draw the six cards of the bets, how many players, and the busiest minutes."""
    merchant, view, wanted = _shown()
    if states.just_begun(view):
        return
    known = data.figures(merchant, view, wanted)
    with navigation.telling(navigation.watched(METRICS, **_of(wanted))):
        states.as_of(known, first=True)
    is_empty = not known.value.totals.bet_count
    # Where a part of the period lacks, none in the rest are not none.
    _six(None if is_empty and known.failures else known.value.totals)
    if is_empty and not known.failures:
        states.nothing_in(view)
    if known.value.busiest:
        start_s, bets = known.value.busiest
        at = datetime.fromtimestamp(start_s, merchant.zone)
        st.caption(
            plural(
                "{players} different players. The busiest minute: {bets} bets, {day}, {time}.",
                "{players} different players. The busiest {n} minutes: {bets} bets, {day}, from {time}.",
                known.value.minutes,
                players=formats.count(known.value.players),
                bets=formats.count(bets),
                day=days_label(at.date(), at.date()),
                time=formats.hour_text(at),
            )
        )


@parts.part(later("Bets by time"), "bet-steps")
def render_steps() -> None:
    """Draw the bets by time."""
    merchant, known = current.merchant(), data.steps(*_shown())
    minutes, rows = known.value.minutes, known.value.rows
    if rows.empty:
        return
    title = plural("Bets by minute", "Bets by {n} minutes", minutes)
    zone = formats.zone_name(merchant.zone)
    with states.box("bet-steps", text("{title}, {zone}", title=title, zone=zone)):
        charts.show(
            memo(steps_chart, rows, minutes, charts.look(), merchant.currency, merchant.zone),
            "bet-steps",
            opens="bets",
        )
        table = memo(steps_table, rows, merchant.zone)
        downloads.render_downloads(title, STEPS, table, known, bets_filter.words())


@parts.part(later("Sizes of bets and wins"), "bet-sizes")
def render_sizes() -> None:
    """Draw, small, how large bets and wins are."""
    merchant, known = current.merchant(), data.sizes(*_shown())
    if not known.value.bets:
        return
    for place, (what, rows) in zip(st.columns(2), known.value.of.items(), strict=True):
        title = text("How large bets are") if what is Size.BET else text("How large wins are")
        with place, states.box(f"{what}-sizes", title):
            figure = memo(sizes_chart, rows, what, charts.look(), merchant.currency)
            charts.show(figure, f"{what}-sizes")
            st.caption(unsized_text(known.value.bets, rows, what))
            downloads.render_downloads(title, SIZES, rows, known, bets_filter.words())


@parts.part(later("Players"), "bet-players")
def render_players() -> None:
    """Draw who bet, won or lost the most."""
    asked = _shown()
    known = data.top_players(*asked, Rank.BET)
    if known.value.empty:
        return
    with states.box("bet-players", text("Players")):
        rank = Rank(query_params.segments(text("Players who"), "bets-", TOPS))
        parts_tables.players(known if rank is Rank.BET else data.top_players(*asked, rank), rank)


@parts.part(later("Biggest wins"), "bet-wins")
def render_wins() -> None:
    """Draw the biggest wins."""
    known = data.biggest_wins(*_shown())
    if known.value.bets:
        with states.box("bet-wins", text("Biggest wins")):
            parts_tables.wins(known)


@parts.part(later("The last minutes"), "bet-tail", every_s=TAIL_EVERY_S)
def _tail() -> None:
    merchant = current.merchant()
    known = data.last_bets(merchant, bets_filter.wanted())
    bets = known.value.bets
    said = {"minutes": TAIL_S // 60, "bets": formats.count(bets)}
    title = text("The last {minutes} minutes: {bets} bets", **said)
    if known.failures:
        end = formats.moment(known.as_of, merchant.zone, merchant.now())
        title = text("The {minutes} minutes before {end}: {bets} bets", end=end, **said)
    note = text("newest first, drawn again each {seconds} s", seconds=TAIL_EVERY_S)
    if len(known.value.rows) < bets:
        note = text(
            "newest first, the newest {count} of them, drawn again each {seconds} s",
            count=formats.count(len(known.value.rows)),
            seconds=TAIL_EVERY_S,
        )
    with states.box("bet-tail", title):
        states.as_of(known, note=note)
        parts_tables.bets("bet-tail", known.value.rows, text("No bets in these minutes."))


@parts.part(later("Bets of the period"), "bet-rows", every_s=None)
def _rows() -> None:
    known = data.newest_bets(*_shown())
    bets, table = known.value.bets, known.value.rows
    if not bets:
        return
    cut = text("the newest {count} of {all} bets", count=formats.count(len(table)), all=formats.count(bets))
    with states.box("bet-rows", text("Bets of the period: {which}", which=cut)):
        note = text("the file below has them all") if len(table) < bets else ""
        states.as_of(_said_above(known), note=note)
        table, seen = parts_tables.bets("bet-rows", table, text("No bets in this period."))
        only = "; ".join(filter(None, (bets_filter.words(), cut)))
        downloads.render_downloads(text("Newest bets"), BETS, table, known, only, seen=seen)


@parts.part(later("Exports"), "bet-exports", every_s=None)
def render_exports() -> None:
    """Offer all bets as a file."""
    known = data.counted(*_shown())
    if known.value:
        with states.box("bet-exports", text("All bets as a file")):
            parts_exports.offer(period_filters.view(), _said_above(known))


def render_opened() -> None:
    """Show the bet that the address names."""
    event_id = query_params.value(ROUND)
    if event_id is None:
        return
    merchant, view = current.merchant(), period_filters.view()
    found = data.bet(merchant, view, event_id)
    if len(found):
        rows = bets_table(found, game_names(merchant), merchant.zone)
        parts_dialog.of_bets(rows.iloc[0].to_dict(), merchant.currency)
    else:
        parts_dialog.missing(
            text(
                "There is no bet {bet} {when}. Another period may have it.",
                bet=parts_dialog.named(event_id),
                when=view.period.when,
            )
        )


_LISTS: Final = {"live": _tail, "period": _rows}


def render_bets() -> None:
    """Draw the choice between the last minutes and the period, and the one table of bets that is open."""
    _LISTS[query_params.segments(text("Which bets"), "bets-", BETS_TAB)]()


def _said_above(known: Reading[T]) -> Reading[T]:
    """The same without what it lacks: the figures have said that of the whole period, once for the page."""
    return replace(known, failures=(), warnings=())
