"""The cards of the pots: what is in them now, and how fast they grow."""

from datetime import UTC, datetime

import streamlit as st

from dashboard.core import formats
from dashboard.core.text import later, text
from dashboard.jackpots.data import PotHistory
from dashboard.jackpots.pots import POTS, Growth, PotNow, Pots, growth
from dashboard.jackpots.tables import JACKPOT_NAMES
from dashboard.kit import current
from dashboard.provider.reading import Reading

_GROWTHS = {"hourly": later("Hourly: growth an hour"), "super": later("Super: growth an hour")}


def render_pots(known: Reading[Pots]) -> None:
    """Both pots as the provider last told them."""
    with st.container(key="cards-pots"):
        for name, place in zip(POTS, st.columns(2), strict=True):
            pot = known.value[name]
            place.metric(
                str(JACKPOT_NAMES[name]),
                formats.money(pot.li if pot else None, current.merchant().currency),
                _next(pot, known.value.at_ms) if pot else None,
                delta_color="off",
                delta_arrow="off",
                help=text("What is in the pot, as the provider tells it."),
                border=True,
            )


def render_growths(history: PotHistory) -> None:
    """How fast each pot grew while it was watched."""
    with st.container(key="cards-growth"):
        for name, place in zip(POTS, st.columns(2), strict=True):
            grown = growth(history.samples[name])
            place.metric(
                str(_GROWTHS[name]),
                formats.money(_rounded(grown.li_an_hour) if grown else None, current.merchant().currency),
                _interval(grown),
                delta_color="off",
                delta_arrow="off",
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


def _interval(grown: Growth | None) -> str | None:
    if grown is None:
        return None
    if grown.low is None or grown.high is None:
        return text("no interval yet")
    low, high = formats.money(_rounded(grown.low)), formats.money(_rounded(grown.high))
    return text("95 %: {low} to {high}", low=low, high=high)


def _rounded(li: int) -> int:
    """An estimate needs no third decimal."""
    return round(li, -1)


def _meaning(grown: Growth | None) -> str:
    if grown is None:
        return text("Not known: nobody watched the pot in this period.")
    return text(
        "What came in while it was watched ({minutes} minutes of the period), per hour. Falls and gaps count"
        " as neither. The interval is from blocks of 15 minutes; it needs 5 of them.",
        minutes=formats.count(round(grown.watched_s / 60)),
    )
