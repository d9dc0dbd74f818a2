"""All bets: how many by the minute, how large, whose, and the bets themselves, down to the last minute."""

from datetime import datetime

import streamlit as st

from dashboard.bets import data as bets_data
from dashboard.bets import parts_exports, parts_progress, parts_table, parts_tops
from dashboard.bets import parts_filter as bets_filter
from dashboard.bets.data import TAIL_EVERY_S, TAIL_S
from dashboard.bets.data_reading import BetsRead
from dashboard.bets.figures import sizes_chart, steps_chart
from dashboard.bets.sums import (
    BIGGEST,
    NEWEST,
    Size,
    biggest_wins,
    busiest_minute,
    by_step,
    minutes_a_step,
    newest,
    player_count,
    sizes,
)
from dashboard.bets.tables import BETS, SIZES, STEPS, bets_table, size_words, steps_table
from dashboard.core import formats
from dashboard.core.metrics import METRICS, Totals
from dashboard.core.periods import days_label
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
from dashboard.rounds import parts_dialog


def found() -> BetsRead:
    return bets_data.bets(current.merchant(), period_filters.view(), bets_filter.wanted())


def six(now: Totals | None) -> None:
    cards.row("cards", METRICS, now, None, None, current.merchant().currency)


def is_empty(read: BetsRead) -> bool:
    """Whether all bets were read, and there are none."""
    return read.finished and read.known is not None and not read.known.value.totals.bet_count


@parts.part("Figures of the bets", "bets", lambda: six(None), first=True, shapes=6)
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
    states.as_of(read.known, note="" if read.finished else "so far, the newest bets first")
    six(sums.totals)
    if is_empty(read):
        states.nothing_in(view)
    players, busiest = formats.count(player_count(sums)), busiest_minute(sums)
    if busiest:
        at = datetime.fromtimestamp(busiest[0], merchant.zone)
        st.caption(
            f"{players} different players. The busiest minute: {formats.count(busiest[1])} bets,"
            f" {days_label(at.date(), at.date())}, {at:%H:%M}{formats.offset_text(at)}."
        )


@parts.part("Bets by time", "bet-steps")
def steps() -> None:
    merchant, read = current.merchant(), found()
    known = read.to_file
    if known is None or is_empty(read):
        return
    minutes = minutes_a_step(read.start_s, read.end_s)
    title = "Bets by minute" if minutes == 1 else f"Bets by {minutes} minutes"
    with states.box("bet-steps", f"{title}, {formats.zone_name(merchant.zone)}"):
        rows = by_step(known.value, read.start_s, read.end_s, read.unread)
        charts.show(steps_chart(rows, minutes, charts.look(), merchant.currency, merchant.zone), "bet-steps")
        table = steps_table(rows, merchant.zone)
        downloads.draw(title, STEPS, table, known, bets_filter.words())


@parts.part("Sizes of bets and wins", "bet-sizes")
def bet_sizes() -> None:
    merchant, read = current.merchant(), found()
    known = read.to_file
    if known is None or is_empty(read):
        return
    for place, what in zip(st.columns(2), Size, strict=True):
        title = f"How large {what}s are"
        with place, states.box(f"{what}-sizes", title):
            rows = sizes(known.value, what)
            charts.show(sizes_chart(rows, what, charts.look(), merchant.currency), f"{what}-sizes")
            st.caption(size_words(known.value, what))
            downloads.draw(title, SIZES, rows, known, bets_filter.words())


@parts.part("Players", "bet-players")
def players() -> None:
    read = found()
    known = read.to_file
    if known and not is_empty(read):
        with states.box("bet-players", "Players"):
            parts_tops.players(known)


@parts.part("Biggest wins", "bet-wins")
def wins() -> None:
    read = found()
    known = read.to_file
    if known and not is_empty(read):
        with states.box("bet-wins", "Biggest wins"):
            parts_tops.wins(known)


@parts.part("The last minutes", "bet-tail", every_s=TAIL_EVERY_S)
def tail() -> None:
    merchant = current.merchant()
    known = bets_data.last_bets(merchant, bets_filter.wanted())
    table = bets_table(newest(known.value, NEWEST), game_names(merchant), merchant.zone)
    bets = known.value.totals.bet_count
    minutes = f"{TAIL_S // 60} minutes"
    when = f"The last {minutes}"
    if known.stale and known.window:
        when = f"The {minutes} before {formats.moment(known.window[1], merchant.zone, merchant.now())}"
    with states.box("bet-tail", f"{when}: {formats.count(bets)} bets"):
        cut = f", the newest {formats.count(len(table))} of them" if len(table) < bets else ""
        states.as_of(known, note=f"newest first{cut}, drawn again each {TAIL_EVERY_S} s")
        parts_table.draw("bet-tail", table, merchant.currency, "No bets in these minutes.")


@parts.part("Bets of the period", "bet-rows", every_s=None)
def rows() -> None:
    merchant, read = current.merchant(), found()
    known = read.to_file
    if known is None or is_empty(read):
        return
    bets = known.value.totals.bet_count
    table = bets_table(newest(known.value, NEWEST), game_names(merchant), merchant.zone)
    cut = f"the newest {formats.count(len(table))} of {formats.count(bets)} bets"
    with states.box("bet-rows", f"Bets of the period: {cut}"):
        states.as_of(known, note="export whole days below to have all" if len(table) < bets else "")
        parts_table.draw("bet-rows", table, merchant.currency, "None was read yet.")
        only = "; ".join(part for part in (bets_filter.words(), cut) if part)
        downloads.draw("Newest bets", BETS, table, known, only)


@parts.part("Exports", "bet-exports")
def exports() -> None:
    with states.box("bet-exports", "Whole days as a file"):
        parts_exports.order(period_filters.view())
        parts_exports.draw()


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
        where = f"the newest {formats.count(NEWEST)} and the biggest wins"
        days = period_filters.view().period.days_label
        parts_dialog.missing(
            f"There is no bet {parts_dialog.named(event_id)} among {where} of {days}."
            " The page of its player shows every one."
        )


guard.page("bets")
period_filters.draw("Bets", compared=False)
query_params.draw_problems("bets")
bets_filter.draw()
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
if asked := parts_dialog.asked():
    with states.part("This bet"):
        opened(asked)
