"""What is to be expected of a game: its RTP, and how far luck carries it, from the bets before a period.

ρ = Σw / Σb, or the theoretical RTP where one is configured. Bets of one draw win and lose together, and so do
those of one quarter of an hour at most: with B and W the sums of a game in a quarter, q,

    σ² = Σ_q (W_q − ρ B_q)² / Σb²,   SE(ρ) = √(Σ_q (W_q − ρ B_q)²) / Σb

(Cochran, *Sampling Techniques*, 3rd ed., ch. 6 and 9A: a ratio estimator over clusters). All sums are whole
numbers. A time without its largest win has too small a σ; the funnel's guards (docs/luck.md) are not here.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from math import sqrt
from typing import Final

from dashboard.luck.adjusted_gain import Outlook

ENOUGH_BETS: Final = 2000
"""Fewer say nothing about an RTP."""
OWN_ERROR: Final = 0.01
"""An RTP of its own that is known no better than that gives way to that of the type."""


@dataclass(frozen=True, slots=True)
class BetSums:
    """Exact sums over bets of a game; they add up over games. Amounts in li, products in li².

    `bet_bet` is Σb² of single bets; `quarters_…` are sums over quarters of an hour of what was bet and won in
    one.
    """

    bets: int = 0
    bet_li: int = 0
    gain_li: int = 0
    bet_bet: int = 0
    quarters_bet_bet: int = 0
    quarters_bet_won: int = 0
    quarters_won_won: int = 0

    def __add__(self, other: "BetSums") -> "BetSums":
        return BetSums(*(getattr(self, name) + getattr(other, name) for name in _NAMES))

    @property
    def rtp(self) -> Fraction:
        """Σw / Σb. Raises ZeroDivisionError where nothing was bet."""
        return Fraction(self.bet_li + self.gain_li, self.bet_li)

    def spread_li(self, rtp: Fraction) -> float:
        """Return how far luck carried the gain of these bets, √(Σ_q (W_q − ρ B_q)²), in li."""
        squares = self.quarters_won_won - 2 * rtp * self.quarters_bet_won + rtp**2 * self.quarters_bet_bet
        return sqrt(squares)


_NAMES: Final = tuple(field.name for field in fields(BetSums))


@dataclass(frozen=True, slots=True)
class Expectation:
    """The RTP of a game, known within `rtp_error`, and its spread per unit of stake; None: not known.

    `reference` is the type whose RTP stands for the game's; None where it is its own, or configured.
    """

    rtp: Fraction
    sigma: float | None
    rtp_error: float = 0.0
    reference: Hashable = None

    def outlook(self, bets: BetSums) -> Outlook | None:
        """What is to be expected of such bets of the game; None where its spread is not known."""
        if self.sigma is None:
            return None
        return Outlook(self.rtp, self.sigma * sqrt(bets.bet_bet), self.rtp_error, self.reference)


def expectations(
    games: Iterable[int],
    before: Mapping[int, BetSums],
    types: Mapping[int, str],
    configured: Mapping[int, float],
) -> dict[int, Expectation]:
    """Say what is to be expected of games, from the bets `before` of each; of what cannot be said, nothing.

    The RTP is the configured one; else the game's own of 2,000 bets or more that is known within a percentage
    point; else that of all games of its type, of as many bets. The spread is of its own, else of its type.
    """
    of_types: dict[str, BetSums] = defaultdict(BetSums)
    for game, bets in before.items():
        of_types[types.get(game, "")] += bets
    found = {}
    for game in games:
        kind = types.get(game, "")
        own, of_type = (_measured(bets) for bets in (before.get(game), of_types.get(kind)))
        spread = own or of_type
        if game in configured:
            found[game] = Expectation(Fraction(str(configured[game])), spread.sigma if spread else None)
        elif own and own.rtp_error <= OWN_ERROR:
            found[game] = own
        elif spread and of_type:
            found[game] = Expectation(of_type.rtp, spread.sigma, of_type.rtp_error, kind)
    return found


def _measured(bets: BetSums | None) -> Expectation | None:
    if bets is None or bets.bets < ENOUGH_BETS or not bets.bet_bet:
        return None
    spread_li = bets.spread_li(bets.rtp)
    return Expectation(bets.rtp, spread_li / sqrt(bets.bet_bet), spread_li / bets.bet_li)
