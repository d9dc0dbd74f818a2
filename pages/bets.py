"""All bets: how many by the minute, how large, whose, and the bets themselves, down to the last minute."""

from datetime import datetime

import streamlit as st

from dashboard.bets import data as bets_data
from dashboard.bets import parts_exports, parts_progress, parts_tables
from dashboard.bets import parts_filter as bets_filter
from dashboard.bets.data import TAIL_EVERY_S, TAIL_S
from dashboard.bets.data_reading import BetsRead
from dashboard.bets.figures import sizes_chart, steps_chart
from dashboard.bets.sums import (
    BIGGEST,
    NEWEST,
    BetSums,
    Size,
    biggest_wins,
    busiest_minute,
    by_step,
    minutes_a_step,
    newest,
    player_count,
    sizes,
)
from dashboard.bets.tables import BETS, SIZES, STEPS, bets_table, unsized_text
from dashboard.core import formats
from dashboard.core.frames import local_times
from dashboard.core.metrics import METRICS, Totals
from dashboard.core.periods import days_label
from dashboard.core.query import ROUND
from dashboard.core.text import later, plural, text
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
from dashboard.provider.game_list import game_names
from dashboard.provider.reading import Reading
from dashboard.rounds import parts_dialog


def found() -> BetsRead:
    return bets_data.bets(current.merchant(), period_filters.view(), bets_filter.wanted())


def six(now: Totals | None) -> None:
    cards.row("cards", METRICS, now, None, None, current.merchant().currency)


def is_empty(read: BetsRead) -> bool:
    """Whether all bets were read, and there are none."""
    return read.finished and read.known is not None and not read.known.value.totals.bet_count


def shown() -> Reading[BetSums] | None:
    """The bets that have been read, None where there is nothing of them to show."""
    read = found()
    return None if is_empty(read) else read.to_file


@parts.part(later("Figures of the bets"), "bets", lambda: six(None), first=True, shapes=6)
def figures() -> None:
    view, merchant = period_filters.view(), current.merchant()
    if states.just_begun(view):
        return
    read = found()
    parts_progress.follow(view, bets_filter.wanted(), read)
    if read.known is None:
        six(None)
        return
    sums = read.known.value
    states.as_of(read.known, note="" if read.finished else text("so far, the newest bets first"))
    six(sums.totals)
    if is_empty(read):
        states.nothing_in(view)
    if busiest := busiest_minute(sums):
        at = datetime.fromtimestamp(busiest[0], merchant.zone)
        st.caption(
            text(
                "{players} different players. The busiest minute: {bets} bets, {day}, {time}.",
                players=formats.count(player_count(sums)),
                bets=formats.count(busiest[1]),
                day=days_label(at.date(), at.date()),
                time=formats.hour_text(at),
            )
        )


@parts.part(later("Bets by time"), "bet-steps")
def steps() -> None:
    merchant, read, known = current.merchant(), found(), shown()
    if known is None:
        return
    minutes = minutes_a_step(read.start_s, read.end_s)
    title = plural("Bets by minute", "Bets by {n} minutes", minutes)
    zone = formats.zone_name(merchant.zone)
    with states.box("bet-steps", text("{title}, {zone}", title=title, zone=zone)):
        rows = by_step(known.value, read.start_s, read.end_s, read.unread)
        charts.show(steps_chart(rows, minutes, charts.look(), merchant.currency, merchant.zone), "bet-steps")
        table = rows.assign(start=local_times(rows["start_at"], merchant.zone))
        downloads.render_downloads(title, STEPS, table, known, bets_filter.words())


@parts.part(later("Sizes of bets and wins"), "bet-sizes")
def bet_sizes() -> None:
    merchant, known = current.merchant(), shown()
    if known is None:
        return
    for place, what in zip(st.columns(2), Size, strict=True):
        title = text("How large bets are") if what is Size.BET else text("How large wins are")
        with place, states.box(f"{what}-sizes", title):
            rows = sizes(known.value, what)
            charts.show(sizes_chart(rows, what, charts.look(), merchant.currency), f"{what}-sizes")
            st.caption(unsized_text(known.value, what))
            downloads.render_downloads(title, SIZES, rows, known, bets_filter.words())


@parts.part(later("Players"), "bet-players")
def players() -> None:
    if known := shown():
        with states.box("bet-players", text("Players")):
            parts_tables.players(known)


@parts.part(later("Biggest wins"), "bet-wins")
def wins() -> None:
    if known := shown():
        with states.box("bet-wins", text("Biggest wins")):
            parts_tables.wins(known)


@parts.part(later("The last minutes"), "bet-tail", every_s=TAIL_EVERY_S)
def tail() -> None:
    merchant = current.merchant()
    known = bets_data.last_bets(merchant, bets_filter.wanted())
    table = bets_table(newest(known.value, NEWEST), game_names(merchant), merchant.zone)
    bets = known.value.totals.bet_count
    said = {"minutes": TAIL_S // 60, "bets": formats.count(bets)}
    title = text("The last {minutes} minutes: {bets} bets", **said)
    if known.stale and known.window:
        end = formats.moment(known.window[1], merchant.zone, merchant.now())
        title = text("The {minutes} minutes before {end}: {bets} bets", end=end, **said)
    note = text("newest first, drawn again each {seconds} s", seconds=TAIL_EVERY_S)
    if len(table) < bets:
        note = text(
            "newest first, the newest {count} of them, drawn again each {seconds} s",
            count=formats.count(len(table)),
            seconds=TAIL_EVERY_S,
        )
    with states.box("bet-tail", title):
        states.as_of(known, note=note)
        parts_tables.bets("bet-tail", table, merchant.currency, text("No bets in these minutes."))


@parts.part(later("Bets of the period"), "bet-rows", every_s=None)
def rows() -> None:
    merchant, known = current.merchant(), shown()
    if known is None:
        return
    bets = known.value.totals.bet_count
    table = bets_table(newest(known.value, NEWEST), game_names(merchant), merchant.zone)
    cut = text("the newest {count} of {all} bets", count=formats.count(len(table)), all=formats.count(bets))
    with states.box("bet-rows", text("Bets of the period: {which}", which=cut)):
        states.as_of(known, note=text("export whole days below to have all") if len(table) < bets else "")
        parts_tables.bets("bet-rows", table, merchant.currency, text("None was read yet."))
        only = "; ".join(filter(None, (bets_filter.words(), cut)))
        downloads.render_downloads(text("Newest bets"), BETS, table, known, only)


@parts.part(later("Exports"), "bet-exports")
def exports() -> None:
    with states.box("bet-exports", text("Whole days as a file")):
        parts_exports.order(period_filters.view())
        parts_exports.render_exports()


def opened(event_id: str) -> None:
    """Show the bet that the address names, as long as one of the tables holds it."""
    merchant, wanted, read = current.merchant(), bets_filter.wanted(), found()
    lots = [newest(bets_data.last_bets(merchant, wanted).value, NEWEST)]
    if read.known:
        lots += [newest(read.known.value, NEWEST), biggest_wins(read.known.value, BIGGEST)]
    for bets in lots:
        named = bets[bets["event_id"] == event_id]
        if len(named):
            rows = bets_table(named, game_names(merchant), merchant.zone)
            parts_dialog.of_bets(rows.iloc[0].to_dict(), merchant.currency)
            return
    if read.finished:
        parts_dialog.missing(
            text(
                "There is no bet {bet} among the newest {count} and the biggest wins of {days}. The page of"
                " its player shows every one.",
                bet=parts_dialog.named(event_id),
                count=formats.count(NEWEST),
                days=period_filters.view().period.days_label,
            )
        )


guard.page("bets")
period_filters.render_filters(text("Bets"), compared=False)
query_params.render_problems("bets")
bets_filter.render_bet_filters()
figures()
tail()
steps()
bet_sizes()
left, right = st.columns(2)
with left:
    players()
with right:
    wins()
rows()
exports()
if asked := query_params.value(ROUND):
    with states.part(later("This bet")):
        opened(asked)
