"""How much of the play is that of few players: Lorenz curve, Gini, shares of the top, effective players.

Of n players with the amounts x_1 ≤ … ≤ x_n and their sum S:
Lorenz curve: the k / n players of the smallest amounts have Σ_{i≤k} x_i / S (Lorenz 1905).
Gini G = n / (n − 1) · (2 Σ i x_i / (n S) − (n + 1) / n): 0 where all have the same, 1 where one has all; the
factor makes that so for any n (Deltas, Review of Economics and Statistics 85, 2003).
Effective players (Σx)² / Σx²: as many players of equal amounts are as concentrated (Hill 1973, order 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Final

TOPS: Final = (1, 10, 100)
"""Of so many players at the top the share is told."""


@dataclass(frozen=True, slots=True)
class Concentration:
    """Of amounts of `players` that have one: how few have how much, as exact ratios.

    `tops` holds the share of the top 1, 10 and 100, None where there are no more players than that.
    """

    players: int
    gini: Fraction | None
    tops: tuple[Fraction | None, ...]
    effective: Fraction


Curve = tuple[tuple[float, float], ...]
"""Points of a Lorenz curve, to be drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class OfFew:
    """Of bet amount, of losses and of wins of players: how concentrated, and the Lorenz curve.

    None where nobody has any; `forgotten` where some players are not among these. `without_li`: the company
    gain without the player who moved it most.
    """

    bets: tuple[Concentration, Curve] | None
    losses: tuple[Concentration, Curve] | None
    wins: tuple[Concentration, Curve] | None
    without_li: int | None
    forgotten: bool


def concentration(amounts_li: Sequence[int]) -> Concentration | None:
    """Say how concentrated amounts of players are, none of them below zero; None where all are zero.

    Whoever has nothing is no player of this amount: who won says nothing about how few lost how much.
    """
    amounts = sorted(amount for amount in amounts_li if amount)
    if not amounts:
        return None
    n, whole = len(amounts), sum(amounts)
    ranked = sum(rank * amount for rank, amount in enumerate(amounts, start=1))
    return Concentration(
        n,
        Fraction(2 * ranked - (n + 1) * whole, (n - 1) * whole) if n > 1 else None,
        tuple(Fraction(sum(amounts[-top:]), whole) if n > top else None for top in TOPS),
        Fraction(whole**2, sum(amount**2 for amount in amounts)),
    )


def lorenz(amounts_li: Sequence[int]) -> list[tuple[Fraction, Fraction]]:
    """Return the Lorenz curve of amounts above zero: (share of players, share of the sum), from 0 to 1."""
    amounts = sorted(amount for amount in amounts_li if amount)
    n, whole = len(amounts), sum(amounts)
    return [
        (Fraction(k, n), Fraction(part, whole)) for k, part in enumerate(accumulate(amounts, initial=0)) if n
    ]


def without_top(gains_li: Sequence[int]) -> int | None:
    """Return the company gain, in li, without the player who moved it most; None where nobody did.

    `gains_li` are the players' net results. Of two who moved it equally far, the one who lost counts.
    """
    top = max(gains_li, key=lambda gain: (abs(gain), -gain), default=0)
    return top - sum(gains_li) if top else None
