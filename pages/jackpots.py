"""The pots: for the hall a wall (`?screen=`); for the office what grew, and what was hit."""

from contextlib import suppress
from datetime import datetime

import streamlit as st

from dashboard.core import formats
from dashboard.core.cell_links import link
from dashboard.core.query import HIT, SCREEN
from dashboard.core.text import text
from dashboard.jackpots import data as jackpots_data
from dashboard.jackpots import parts_cards as jackpots_cards
from dashboard.jackpots import parts_wall
from dashboard.jackpots.figures import pots_chart
from dashboard.jackpots.tables import HITS, UNNAMED_HITS, hit_table, with_dots
from dashboard.kit import (
    charts,
    current,
    downloads,
    guard,
    navigation,
    parts,
    period_filters,
    query_params,
    states,
)
from dashboard.kit import table as kit_table
from dashboard.provider.merchant import LedgerFailed
from dashboard.provider.reading import Reading

QUICK_S = 15


def window() -> tuple[datetime, datetime]:
    """The period up to this second: hits are not cut to the minute."""
    view = period_filters.view()
    return view.start, current.merchant().now() if view.is_running else view.end


@parts.part(text("The pots"), "pots", every_s=QUICK_S, shapes=2)
def pots() -> None:
    known = jackpots_data.now(current.merchant())
    states.as_of(known)
    history = None
    with suppress(LedgerFailed):  # the curve says so
        history = jackpots_data.history(current.merchant(), *window())
    jackpots_cards.render_pots(known, history)
    navigation.tell_me(watch="pot", pot="hourly")


@parts.part(text("The pots over time"), "pots-over-time")
def over_time() -> None:
    merchant = current.merchant()
    history = jackpots_data.history(merchant, *window())
    with states.box(
        "pots-over-time", text("The pots over time, {zone}", zone=formats.zone_name(merchant.zone))
    ):
        if all(len(samples) < 2 for samples in history.samples.values()):
            st.info(
                text("The pots were not watched for a minute in this period yet; the curve begins after one.")
            )
            return
        st.caption(text("Seen while a screen or this page was on; the rest is a gap."))
        charts.show(
            pots_chart(history.samples, history.hits, charts.look(), merchant.currency, merchant.zone), "pots"
        )


@parts.part(text("Hits and payouts"), "hits")
def hits() -> None:
    merchant, between = current.merchant(), window()
    found = jackpots_data.matches(merchant, *between)
    with states.box("hits", text("Hits and payouts, {zone}", zone=formats.zone_name(merchant.zone))):
        if not found:
            st.info(text("No pot was seen to fall in this period, and no payout was received."))
            return
        query_params.pills(text("What is known"), "jackpots-", HIT, labelled=False)
        wanted = query_params.value(HIT)
        found = [each for each in found if not wanted or each.verdict.value in wanted]
        table = hit_table(found, merchant.zone)
        links = [link("game_id", "games", game_id="game_id")]
        columns = UNNAMED_HITS
        if guard.may("players"):
            columns = HITS
            links.append(link("op_id", "players", op_id="op_id"))
        shown = with_dots(table, found)
        seen = kit_table.render_table(shown, columns, "hits", merchant.currency, links=links)
        downloads.render_downloads(
            text("Hits and payouts"),
            columns,
            table,
            Reading(table, merchant.now(), window=between),
            seen=seen,
        )


if query_params.has(SCREEN):
    parts_wall.render_wall()  # for whoever has a link: what it shows is asked for with the link's token
else:
    guard.page("jackpots")
    period_filters.render_filters(text("Jackpots"), compared=False)
    query_params.render_problems("jackpots")
    pots()
    over_time()
    hits()
