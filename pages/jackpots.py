"""The pots: for the hall a wall (`?screen=`); for the office what grew, what was hit, which screens live."""

from datetime import datetime

import streamlit as st

from dashboard import formats
from dashboard.access import SCREENS
from dashboard.cell_links import link
from dashboard.data import jackpots
from dashboard.data.source import Known, source
from dashboard.figures.pots import pots_chart
from dashboard.hit_table import HITS, UNNAMED_HITS, hit_table
from dashboard.query import SCREEN
from dashboard.ui import (
    address,
    charts,
    downloads,
    filters,
    grid,
    guard,
    live,
    pot_cards,
    screen_list,
    states,
    wall,
)

QUICK_S = 15


def window() -> tuple[datetime, datetime]:
    """The period up to this second: hits are not cut to the minute."""
    view = filters.view()
    return view.start, source().now() if view.is_running else view.end


@live.part("The pots", "pots", every_s=QUICK_S, shapes=2)
def pots() -> None:
    known = jackpots.now()
    states.as_of(known)
    pot_cards.now(known)


@live.part("The pots over time", "pots-over-time")
def over_time() -> None:
    here, history = source(), jackpots.history(*window())
    with states.box("pots-over-time", f"The pots over time, {formats.zone_name(here.zone)}"):
        if all(len(samples) < 2 for samples in history.samples.values()):
            st.info("The pots were not watched for a minute in this period yet; the curve begins after one.")
            return
        st.caption("Seen while a screen or this page was on; the rest is a gap.")
        pot_cards.growths(history)
        charts.show(
            pots_chart(history.samples, history.hits, charts.look(), here.currency, here.zone), "pots"
        )


@live.part("Hits and payouts", "hits")
def hits() -> None:
    here, between = source(), window()
    found = jackpots.matches(*between)
    with states.box("hits", f"Hits and payouts, {formats.zone_name(here.zone)}"):
        if not found:
            st.info("No pot was seen to fall in this period, and no payout was received.")
            return
        table = hit_table(found, here.zone)
        links = [link("game_id", "games", game_id="game_id")]
        columns = UNNAMED_HITS
        if guard.may("players"):
            columns = HITS
            links.append(link("op_id", "players", op_id="op_id"))
        grid.draw(table, columns, "hits", charts.look(), here.currency, links=links)
        downloads.draw("Hits and payouts", columns, table, Known(table, here.now(), window=between))


@live.part("Screens", "screens", every_s=QUICK_S)
def screens() -> None:
    with states.box("screen-list", "Screens"):
        screen_list.draw_new()
        screen_list.draw()


if address.has(SCREEN):
    wall.draw()  # for whoever has a link: what it shows is asked for with the link's token
else:
    guard.page("jackpots")
    filters.draw("Jackpots", compared=False)
    address.draw_problems("jackpots")
    pots()
    over_time()
    hits()
    if guard.may(SCREENS):
        screens()
