"""All bets: how many by the minute, how large, whose, and the bets themselves, down to the last minute."""

from datetime import datetime

import streamlit as st

from dashboard import formats
from dashboard.bet_tables import BETS, SIZES, STEPS, bets_table, size_words, steps_table
from dashboard.bets import (
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
from dashboard.data import bets as bets_data
from dashboard.data.bet_reading import BetsRead
from dashboard.data.bets import TAIL_EVERY_S, TAIL_S
from dashboard.data.game_list import game_names
from dashboard.data.source import source
from dashboard.figures.bets import sizes_chart, steps_chart
from dashboard.metrics import METRICS, Totals
from dashboard.periods import days_label
from dashboard.ui import (
    address,
    bet_filters,
    bet_list,
    bet_progress,
    bet_tops,
    cards,
    charts,
    downloads,
    export_list,
    filters,
    guard,
    live,
    round_dialog,
    states,
)


def found() -> BetsRead:
    return bets_data.bets(filters.view(), bet_filters.wanted())


def six(now: Totals | None) -> None:
    cards.row("cards", METRICS, now, None, None, source().currency)


def is_empty(read: BetsRead) -> bool:
    """Whether all bets were read, and there are none."""
    return read.finished and read.known is not None and not read.known.value.totals.bet_count


@live.part("Figures of the bets", "bets", lambda: six(None), first=True, shapes=6)
def figures() -> None:
    view, here = filters.view(), source()
    if states.just_begun(view):
        return
    read = found()
    bet_progress.follow(view, bet_filters.wanted(), read)
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
        at = datetime.fromtimestamp(busiest[0], here.zone)
        st.caption(
            f"{players} different players. The busiest minute: {formats.count(busiest[1])} bets,"
            f" {days_label(at.date(), at.date())}, {at:%H:%M}{formats.offset_text(at)}."
        )


@live.part("Bets by time", "bet-steps")
def steps() -> None:
    here, read = source(), found()
    known = read.to_file
    if known is None or is_empty(read):
        return
    minutes = minutes_a_step(read.start_s, read.end_s)
    title = "Bets by minute" if minutes == 1 else f"Bets by {minutes} minutes"
    with states.box("bet-steps", f"{title}, {formats.zone_name(here.zone)}"):
        rows = by_step(known.value, read.start_s, read.end_s, read.unread)
        charts.show(steps_chart(rows, minutes, charts.look(), here.currency, here.zone), "bet-steps")
        table = steps_table(rows, here.zone)
        downloads.draw(title, STEPS, table, known, bet_filters.words())


@live.part("Sizes of bets and wins", "bet-sizes")
def bet_sizes() -> None:
    here, read = source(), found()
    known = read.to_file
    if known is None or is_empty(read):
        return
    for place, what in zip(st.columns(2), Size, strict=True):
        title = f"How large {what}s are"
        with place, states.box(f"{what}-sizes", title):
            rows = sizes(known.value, what)
            charts.show(sizes_chart(rows, what, charts.look(), here.currency), f"{what}-sizes")
            st.caption(size_words(known.value, what))
            downloads.draw(title, SIZES, rows, known, bet_filters.words())


@live.part("Players", "bet-players")
def players() -> None:
    read = found()
    known = read.to_file
    if known and not is_empty(read):
        with states.box("bet-players", "Players"):
            bet_tops.players(known)


@live.part("Biggest wins", "bet-wins")
def wins() -> None:
    read = found()
    known = read.to_file
    if known and not is_empty(read):
        with states.box("bet-wins", "Biggest wins"):
            bet_tops.wins(known)


@live.part("The last minutes", "bet-tail", every_s=TAIL_EVERY_S)
def tail() -> None:
    here = source()
    known = bets_data.last_bets(bet_filters.wanted())
    table = bets_table(newest(known.value, NEWEST), game_names(), here.zone)
    bets = known.value.totals.bet_count
    minutes = f"{TAIL_S // 60} minutes"
    when = f"The last {minutes}"
    if known.stale and known.window:
        when = f"The {minutes} before {formats.moment(known.window[1], here.zone, here.now())}"
    with states.box("bet-tail", f"{when}: {formats.count(bets)} bets"):
        cut = f", the newest {formats.count(len(table))} of them" if len(table) < bets else ""
        states.as_of(known, note=f"newest first{cut}, drawn again each {TAIL_EVERY_S} s")
        bet_list.draw("bet-tail", table, here.currency, "No bets in these minutes.")


@live.part("Bets of the period", "bet-rows", every_s=None)
def rows() -> None:
    here, read = source(), found()
    known = read.to_file
    if known is None or is_empty(read):
        return
    bets = known.value.totals.bet_count
    table = bets_table(newest(known.value, NEWEST), game_names(), here.zone)
    cut = f"the newest {formats.count(len(table))} of {formats.count(bets)} bets"
    with states.box("bet-rows", f"Bets of the period: {cut}"):
        states.as_of(known, note="export whole days below to have all" if len(table) < bets else "")
        bet_list.draw("bet-rows", table, here.currency, "None was read yet.")
        only = "; ".join(part for part in (bet_filters.words(), cut) if part)
        downloads.draw("Newest bets", BETS, table, known, only)


@live.part("Exports", "bet-exports")
def exports() -> None:
    with states.box("bet-exports", "Whole days as a file"):
        export_list.order(filters.view())
        export_list.draw()


def opened(event_id: str) -> None:
    """Show the bet that the address names, as long as one of the tables holds it."""
    here, wanted, read = source(), bet_filters.wanted(), found()
    lots = [newest(bets_data.last_bets(wanted).value, NEWEST)]
    if read.known:
        lots += [newest(read.known.value, NEWEST), biggest_wins(read.known.value, BIGGEST)]
    for bets in lots:
        named = bets[bets["event_id"] == event_id]
        if len(named):
            rows = bets_table(named, game_names(), here.zone)
            round_dialog.of_bets(rows.iloc[0].to_dict(), here.currency)
            return
    if read.finished:
        where = f"the newest {formats.count(NEWEST)} and the biggest wins"
        days = filters.view().period.days_label
        round_dialog.missing(
            f"There is no bet {round_dialog.named(event_id)} among {where} of {days}."
            " The page of its player shows every one."
        )


guard.page("bets")
filters.draw("Bets", compared=False)
address.draw_problems("bets")
bet_filters.draw()
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
if asked := round_dialog.asked():
    with states.part("This bet"):
        opened(asked)
