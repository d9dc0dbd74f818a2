"""The jackpot wall: a component whose own script asks `GET /live/jackpot` and draws what it is told."""

from dataclasses import asdict
from pathlib import Path
from typing import Final

import streamlit as st
from babel.numbers import get_currency_precision, get_decimal_symbol, get_group_symbol

from dashboard.core import formats
from dashboard.core.text import later, locale, text
from dashboard.jackpots.data_watch import Watch
from dashboard.kit import current

_HERE: Final = Path(__file__).parent
_SCRIPTS: Final = ("amount.js", "pots.js", "line.js", "picture.js", "wall.js")
_PLACES: Final = 2

# The television shows the wall or, in the worst case, nothing: never Streamlit's own dialogs and bars.
_ALONE: Final = """<style>
[data-testid="stDialog"], .stDialog, [data-testid="stToastContainer"], [data-testid="stStatusWidget"],
[data-testid="stHeader"], .st-key-bar { display: none !important; }
body { overflow: hidden; }
</style>"""

_WORDS: Final = {
    "hourly": later("Hourly jackpot"),
    "super": later("Super jackpot"),
    "hourly_won": later("Hourly jackpot won"),
    "super_won": later("Super jackpot won"),
    "to_the_draw": later("to the draw"),
    "draw_is_on": later("The draw is on"),
    "days": later("{days} d {hours} h"),
    "next_pot": later("Next pot"),
    "last_winners": later("Last winners"),
    "as_of": later("As of {time}"),
    "late": later("Late: {seconds} s old"),
    "last_known": later("Last known at {time}"),
    "link_is_dead": later("This screen's link is not valid. Open /tv here for a new one, or ask the office."),
}
"""What the wall says, by the names that its script and its `data-word` attributes know it by."""

_component = st.components.v2.component(
    "jackpot_wall",
    html=(_HERE / "wall.html").read_text("utf-8"),
    css=(_HERE / "wall.css").read_text("utf-8"),
    js="\n".join((_HERE / name).read_text("utf-8") for name in _SCRIPTS),
)


def render_wall() -> None:
    """Cover the page with the wall. Its script reads the screen's token from the page's address."""
    merchant = current.merchant()
    watch = merchant.running(Watch)
    st.html(_ALONE)
    _component(
        key="wall",
        data={
            "brand": watch.brand.name,
            "logo": watch.brand.logo,
            "currency": merchant.currency,
            "decimals": min(get_currency_precision(merchant.currency), 3) if merchant.currency else _PLACES,
            "language": str(locale()).replace("_", "-"),
            "marks": [get_group_symbol(locale()), get_decimal_symbol(locale())],
            "words": {name: text(words.key) for name, words in _WORDS.items()},
            "zone": merchant.zone.key,
            "zone_name": formats.zone_name(merchant.zone),
            "limits": asdict(watch.limits),
            "poll_ms": watch.poll_s * 1000,
            "build": watch.build,
        },
    )
