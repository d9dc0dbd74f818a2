"""A game's RTP within what luck leaves, as a picture for a cell of a table."""

from base64 import b64encode
from typing import Final

import pandas as pd

from dashboard.charts.theme import Theme
from dashboard.core.frames import game_ids
from dashboard.games.data_luck import Judged
from dashboard.games.luck import Luck, RtpVerdict

_WIDTH: Final = 120
_EDGE: Final = 12
"""Left and right of the 99.8 % band: there is an RTP that lies outside it."""


def with_bands(games: pd.DataFrame, judged: Judged | None, look: Theme) -> pd.DataFrame:
    """Add text `band`, the address of a picture (`band_picture`); None where there is no judgement."""
    lucks = judged.games if judged else {}
    found = [lucks.get(game_id) if game_id is not None else None for game_id in game_ids(games)]
    bands = [luck and band_picture(luck, look) for luck in found]
    return games.assign(band=pd.Series(bands, index=games.index, dtype="object"))


def band_picture(luck: Luck, look: Theme) -> str | None:
    """A `data:` address of an SVG: the 99.8 % band as a thin line, the 95 % band on it, the RTP as a dot.

    Each game's 99.8 % band is drawn as wide as any other's, so that dots at the same place are as unlikely.
    An RTP further out stands at the edge. None where there are no bands.
    """
    if luck.band_95 is None or luck.band_998 is None or luck.expected is None:
        return None
    low, high = luck.band_998

    def place(rtp: float) -> float:
        along = _EDGE + (rtp - low) / (high - low) * (_WIDTH - 2 * _EDGE)
        return round(min(max(along, 4), _WIDTH - 4), 1)

    color = look.text
    if luck.verdict is RtpVerdict.OUTSIDE_998:
        color = look.loss if luck.rtp > luck.expected else look.gain
    left, right = (place(edge) for edge in luck.band_95)
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} 24" width="{_WIDTH}" height="24">'
        f'<path d="M{place(low)} 12H{place(high)}" stroke="{look.bet}" stroke-width="2"/>'
        f'<path d="M{left} 12H{right}" stroke="{look.bet}" stroke-width="8"/>'
        f'<path d="M{place(luck.expected)} 4V20" stroke="{look.quiet}" stroke-width="1.5"/>'
        f'<circle cx="{place(luck.rtp)}" cy="12" r="4" fill="{color}"/></svg>'
    )
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"
