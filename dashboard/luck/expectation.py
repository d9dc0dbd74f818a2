"""What is to be expected of a game: its RTP, and how far luck carries it, from the bets before a period.

ρ = Σw / Σb, or the theoretical RTP where one is configured. Bets of one draw win and lose together, and so do
those of one quarter of an hour at most: with B and W the sums of a game in a quarter, q,

    σ² = Σ_q (W_q − ρ B_q)² / Σb²,   SE(ρ) = √(Σ_q (W_q − ρ B_q)²) / Σb

(Cochran, *Sampling Techniques*, 3rd ed., ch. 6 and 9A: a ratio estimator over clusters). All sums are whole
numbers. A time without its largest win has too small a σ; the funnel's guards (docs/luck.md) are not here.

Games of a type differ by themselves, with the standard deviation τ (`between`). Where the RTP of the type
stands for a game's, the game is that far from it; and the RTP of the type, which is that of what was bet on
its games, is known by τ √Σ (B_g / B)² less well than luck alone says.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from math import hypot, inf, sqrt
from typing import Final

from dashboard.luck.adjusted_gain import Outlook
from dashboard.luck.between import between_variance

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

    `reference` is the type whose RTP stands for the game's; None where it is its own, or configured. Then
    `rtp_error` is that of the type, and `between` how far its games differ: a standard deviation.
    """

    rtp: Fraction
    sigma: float | None
    rtp_error: float = 0.0
    reference: Hashable = None
    between: float = 0.0

    @property
    def whole_error(self) -> float:
        """How well the game's RTP is known, with all that is not."""
        return hypot(self.rtp_error, self.between)

    def outlook(self, bets: BetSums) -> Outlook | None:
        """What is to be expected of such bets of the game; None where its spread is not known."""
        if self.sigma is None:
            return None
        spread_li = hypot(self.sigma * sqrt(bets.bet_bet), self.between * bets.bet_li)
        return Outlook(self.rtp, spread_li, self.rtp_error, self.reference)


def expectations(
    games: Iterable[int],
    before: Mapping[int, BetSums],
    types: Mapping[int, str],
    configured: Mapping[int, float],
) -> dict[int, Expectation]:
    """Say what is to be expected of games, from the bets `before` of each; of what cannot be said, nothing.

    The RTP is the configured one; else the game's own of 2,000 bets or more that is known within a percentage
    point, or no worse than by its type; else that of all games of its type, of as many bets, where four games
    tell how far they differ. The spread is of its own, else of its type.
    """
    of_types: dict[str, dict[int, BetSums]] = defaultdict(dict)
    for game, bets in before.items():
        of_types[types.get(game, "")][game] = bets
    by_type = {kind: _of_type(kind, of_games) for kind, of_games in of_types.items()}
    found = {}
    for game in games:
        own, of_type = _measured(before.get(game)), by_type.get(types.get(game, ""))
        spread = own or of_type
        if game in configured:
            found[game] = Expectation(Fraction(str(configured[game])), spread.sigma if spread else None)
        elif own and own.rtp_error <= max(OWN_ERROR, of_type.whole_error if of_type else inf):
            found[game] = own
        elif of_type and of_type.between < inf and spread:
            found[game] = replace(of_type, sigma=spread.sigma)
    return found


def _of_type(kind: str, games: Mapping[int, BetSums]) -> Expectation | None:
    """What a type says of a game that is not known; `between` is endless where nobody can tell."""
    bets = sum(games.values(), BetSums())
    found = _measured(bets)
    if found is None:
        return None
    known = [each for each in map(_measured, games.values()) if each]
    variance = between_variance([(float(each.rtp), each.rtp_error**2) for each in known])
    between = inf if variance is None else sqrt(variance)
    uneven = hypot(*(each.bet_li / bets.bet_li for each in games.values()))
    return replace(found, rtp_error=hypot(found.rtp_error, between * uneven), reference=kind, between=between)


def _measured(bets: BetSums | None) -> Expectation | None:
    if bets is None or bets.bets < ENOUGH_BETS or not bets.bet_bet:
        return None
    spread_li = bets.spread_li(bets.rtp)
    return Expectation(bets.rtp, spread_li / sqrt(bets.bet_bet), spread_li / bets.bet_li)
