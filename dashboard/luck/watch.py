"""How the watch over RTPs stands, as pages show it."""

from dataclasses import dataclass
from math import log
from typing import Final

from dashboard.core.formats import count
from dashboard.core.text import text
from dashboard.luck.course import Watched
from dashboard.luck.hours import Yardstick

_LOG_10: Final = log(10)
_MOST_WRITTEN: Final = 12

Lines = tuple[tuple[Watched, tuple[tuple[int, float], ...]], ...]
"""Log M of what is watched at the end of each hour (its start in epoch s) with a draw."""


@dataclass(frozen=True, slots=True)
class GameWatch:
    """The evidence about a game now, as log M (None: not watched), over so many hours with a draw.

    `yardstick` is by what it is watched today; None where its past is too short to tell. It had so many draws
    in an hour in which it was played, of which 30 days have `month_h`.
    """

    game_id: int
    over: float | None
    under: float | None
    hours: int
    yardstick: Yardstick | None
    draws_an_hour: float
    month_h: float


@dataclass(frozen=True, slots=True)
class Visible:
    """How many times too much, and too little, a game would have to pay to be found in 30 days.

    None where nothing up to tenfold, or down to nothing, would be.
    """

    over: float | None
    under: float | None


@dataclass(frozen=True, slots=True)
class Investigation:
    """An alarm and what became of it; times in epoch s and ms.

    `log_m` is the evidence at the alarm. Of who has not looked, or not closed it, there is no name.
    """

    id: int
    of: Watched
    since_s: int
    alarmed_s: int
    log_m: float
    opened_at_ms: int
    looked_by: str | None
    looked_at_ms: int | None
    found: str
    closed_by: str | None
    closed_at_ms: int | None


@dataclass(frozen=True, slots=True)
class RtpWatch:
    """The watch over all games: which window (epoch s), what stands out today, what was opened.

    `window` is None before the first hour was observed. `lines` are those of most evidence.
    """

    window: tuple[int, int] | None
    games: tuple[GameWatch, ...]
    found: tuple[Watched, ...]
    lines: Lines
    investigations: tuple[Investigation, ...]


def evidence_text(log_m: float) -> str:
    """Say how much evidence there is; below 1 there is none."""
    tens = log_m / _LOG_10
    if tens < 0:
        return text("below 1")
    return (
        count(round(10**tens))
        if tens < _MOST_WRITTEN
        else text("more than {count}", count=count(10**_MOST_WRITTEN))
    )
