"""The pieces in which the betting history is read."""

from typing import Final
from zoneinfo import ZoneInfo

from dashboard.core.text import Deferred, Message, later
from dashboard.provider.failures import window_text
from twoj_client import Window
from twoj_client.windows import HOUR_S

# Whole parts of the hour, which is the provider's longest window.
_PIECES_S: Final = (HOUR_S, 1800, 900, 600, 300)
_MOST_BETS: Final = 100_000
_BUSIEST: Final = 3


def less_than_counted(window: Window, zone: ZoneInfo) -> Message:
    """Say of a window that it was not read wholly."""
    when = Deferred(window_text, (window, zone))
    return later("{when}: the provider counts more bets than its pages hold.", when=when)


def piece_s(bets: int | None, window_s: int) -> int:
    """How long a piece of a window with so many bets may be, so that it fits the memory at busy times too.

    None for `bets` where nobody knows.
    """
    if bets is None:
        return _PIECES_S[-1]
    busiest_a_s = _BUSIEST * bets / max(window_s, 1)
    return next((piece for piece in _PIECES_S if busiest_a_s * piece <= _MOST_BETS), _PIECES_S[-1])
