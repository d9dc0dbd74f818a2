"""The pots: what is in them now and how fast they grow, their curves, and what became of each hit."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboard.core import formats
from dashboard.core.cell_links import link
from dashboard.core.query import HIT
from dashboard.core.text import text
from dashboard.jackpots import data
from dashboard.jackpots.figures import pots_chart
from dashboard.jackpots.pots import POTS, Growth, PotNow, growth
from dashboard.jackpots.tables import HITS, JACKPOT_NAMES, UNNAMED_HITS, hit_table, with_dots
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
    table,
)
from dashboard.provider.merchant import LedgerFailed
from dashboard.provider.reading import Reading

_QUICK_S: Final = 15


def _window() -> tuple[datetime, datetime]:
    """The period up to this second: hits are not cut to the minute."""
    view = period_filters.view()
    return view.start, current.merchant().now() if view.is_running else view.end


@parts.part(text("The pots"), "pots", every_s=_QUICK_S, shapes=2)
def pots() -> None:
    """Both pots as the provider last told them, and how fast they grew while they were watched."""
    merchant = current.merchant()
    known = data.now(merchant)
    states.as_of(known, alone=True)
    grown: dict[str, Growth | None] = dict.fromkeys(POTS)
    with suppress(LedgerFailed):  # the curve says so
        samples = data.history(merchant, *_window()).samples
        grown = {name: growth(samples[name]) for name in POTS}
    with st.container(key="cards-pots"):
        for name, place in zip(POTS, st.columns(2), strict=True):
            pot = known.value[name]
            place.metric(
                str(JACKPOT_NAMES[name]),
                formats.money(pot.li if pot else None, merchant.currency),
                _next(pot, known.value.at_ms) if pot else None,
                delta_color="off",
                delta_arrow="off",
                delta_description=_grows(grown[name]),
                help=_meaning(grown[name]),
                border=True,
                height="stretch",
            )
    navigation.tell_me({str(JACKPOT_NAMES[name]): {"watch": "pot", "pot": name} for name in POTS})


@parts.part(text("The pots over time"), "pots-over-time")
def over_time() -> None:
    """What was in them while somebody watched, with their falls."""
    merchant = current.merchant()
    history = data.history(merchant, *_window())
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
    """Hits that were seen and payouts that came, matched, and their file."""
    merchant, between = current.merchant(), _window()
    found = data.matches(merchant, *between)
    with states.box("hits", text("Hits and payouts, {zone}", zone=formats.zone_name(merchant.zone))):
        if not found:
            st.info(text("No pot was seen to fall in this period, and no payout was received."))
            return
        query_params.pills(text("What is known"), "jackpots-", HIT, labelled=False)
        wanted = query_params.value(HIT)
        found = [each for each in found if not wanted or each.verdict.value in wanted]
        rows = hit_table(found, merchant.zone)
        links = [link("game_id", "games", game_id="game_id")]
        columns = UNNAMED_HITS
        if guard.may("players"):
            columns = HITS
            links.append(link("op_id", "players", op_id="op_id"))
        shown = with_dots(rows, found)
        seen = table.render_table(shown, columns, "hits", merchant.currency, links=links)
        downloads.render_downloads(
            text("Hits and payouts"),
            columns,
            rows,
            Reading(rows, merchant.now(), window=between),
            seen=seen,
        )


def _next(pot: PotNow, at_ms: int) -> str | None:
    merchant, draw_ms = current.merchant(), pot.draw_ms(at_ms)
    if draw_ms is not None:
        draw = datetime.fromtimestamp(draw_ms / 1000, UTC)
        return text("next draw {time}", time=formats.moment(draw, merchant.zone, merchant.now()))
    if not pot.next_pot:
        return None
    return text("next pot {amount}", amount=formats.money(int(pot.next_pot.scaleb(3)), merchant.currency))


def _grows(grown: Growth | None) -> str | None:
    """How fast the pot grows, beside when it falls."""
    if grown is None:
        return None
    return text("+{amount} an hour", amount=formats.money(_rounded(grown.li_an_hour)))


def _rounded(li: int) -> int:
    """An estimate needs no third decimal."""
    return round(li, -1)


def _meaning(grown: Growth | None) -> str:
    said = text("What is in the pot, as the provider tells it.")
    if grown is None:
        return said + " " + text("How fast it grows is not known: nobody watched it in this period.")
    said += " " + text(
        "It grows by what came in while it was watched ({minutes} minutes of the period), per hour. Falls and"
        " gaps count as neither.",
        minutes=formats.count(round(grown.watched_s / 60)),
    )
    if grown.low is None or grown.high is None:
        return said + " " + text("An interval needs 5 blocks of 15 minutes.")
    low, high = formats.money(_rounded(grown.low)), formats.money(_rounded(grown.high))
    return said + " " + text("95 %: {low} to {high}, from blocks of 15 minutes.", low=low, high=high)
