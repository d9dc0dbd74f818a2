"""The jackpot wall: a component whose own script asks `GET /live/jackpot` and draws what it is told."""

from dataclasses import asdict
from pathlib import Path
from typing import Final

import streamlit as st
from babel.numbers import get_currency_precision

from dashboard.core import formats
from dashboard.jackpots.data_watch import Watch
from dashboard.kit import current

_HERE: Final = Path(__file__).parent
_SCRIPTS: Final = ("amount.js", "pots.js", "line.js", "wall.js")
_PLACES: Final = 2

# The television shows the wall or, in the worst case, nothing: never Streamlit's own dialogs and bars.
_ALONE: Final = """<style>
[data-testid="stDialog"], .stDialog, [data-testid="stToastContainer"], [data-testid="stStatusWidget"],
[data-testid="stHeader"], .st-key-bar { display: none !important; }
body { overflow: hidden; }
</style>"""

_component = st.components.v2.component(
    "jackpot_wall",
    html=(_HERE / "wall.html").read_text("utf-8"),
    css=(_HERE / "wall.css").read_text("utf-8"),
    js="\n".join((_HERE / name).read_text("utf-8") for name in _SCRIPTS),
)


def draw() -> None:
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
            "zone": merchant.zone.key,
            "zone_name": formats.zone_name(merchant.zone),
            "limits": asdict(watch.limits),
            "poll_ms": watch.poll_s * 1000,
            "build": watch.build,
        },
    )
