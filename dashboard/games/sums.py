"""One game's sums over a period, and how many people played it."""

from dataclasses import dataclass
from typing import Final

from dashboard.core.metrics import Metric, Totals, Unit
from dashboard.core.text import later


@dataclass(frozen=True, slots=True)
class GameSums:
    """Sums of one game in exactly one window, and its distinct players in it.

    The counts are None where they are not known: the provider says none for slots, nor for over 60 days.
    """

    totals: Totals
    players: int | None = None
    winners: int | None = None
    losers: int | None = None


PLAYERS: Final[tuple[Metric[GameSums], ...]] = (
    Metric(
        "players",
        "Players",
        Unit.COUNT,
        "up",
        later(
            "Distinct players of exactly this period. The provider counts them up to 60 days and not for"
            " slots; these the archive counts where it holds the period."
        ),
        lambda sums: sums.players,
    ),
    Metric(
        "winners",
        "Winners",
        Unit.COUNT,
        "neither",
        later("Players who won more than they bet in this game and period."),
        lambda sums: sums.winners,
    ),
    Metric(
        "losers",
        "Losers",
        Unit.COUNT,
        "neither",
        later("Players who bet more than they won in this game and period."),
        lambda sums: sums.losers,
    ),
)
