"""The cards of the pots: what is in them now, and how fast they grow."""

from datetime import UTC, datetime

import streamlit as st

from dashboard.core import formats
from dashboard.core.text import text
from dashboard.jackpots.data import PotHistory
from dashboard.jackpots.pots import POTS, Growth, PotNow, Pots, growth
from dashboard.jackpots.tables import JACKPOT_NAMES
from dashboard.kit import current
from dashboard.provider.reading import Reading


def render_pots(known: Reading[Pots], history: PotHistory | None) -> None:
    """Both pots as the provider last told them, and how fast they grew while they were watched."""
    with st.container(key="cards-pots"):
        for name, place in zip(POTS, st.columns(2), strict=True):
            pot = known.value[name]
            grown = growth(history.samples[name]) if history else None
            place.metric(
                str(JACKPOT_NAMES[name]),
                formats.money(pot.li if pot else None, current.merchant().currency),
                _next(pot, known.value.at_ms) if pot else None,
                delta_color="off",
                delta_arrow="off",
                delta_description=_grows(grown),
                help=_meaning(grown),
                border=True,
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
