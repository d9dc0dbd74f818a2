"""One game's sums over a period, and how many people played it."""

from dataclasses import dataclass
from typing import Final

from dashboard.core.metrics import Metric, Totals, Unit
from dashboard.core.text import later


@dataclass(frozen=True, slots=True)
class GameSums:
    """Sums of one game in exactly one window, and its distinct players in it.

    The counts are None where the provider does not say them: for slots, and for more than 60 days.
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
            "Distinct players of exactly this period, as the provider counts them. Not known over 60 days."
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
