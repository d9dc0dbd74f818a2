"""How far the RTPs of the games of a type lie apart by themselves, beyond what luck does. Pure.

A game's RTP is that of its type with a difference of its own, of variance τ²; what was seen of it, y_g, has
luck of variance v_g beside that. By the method of moments, for any weights a_g with the sum A,

    τ² = (Σ a_g (y_g − ȳ)² − Σ a_g v_g (1 − a_g / A)) / (A − Σ a_g² / A),   ȳ = Σ a_g y_g / A

(DerSimonian & Laird, Controlled Clinical Trials 7, 1986; for any weights, and in two steps, first of equal
ones and then of a_g = 1 / (v_g + τ²): DerSimonian & Kacker, Contemporary Clinical Trials 28, 2007). Of few
games it is itself known within luck: of k normal ones the mean of 1 / τ̂² is (k − 1) / (k − 3) times 1 / τ²,
and by so much it is taken larger, or what is measured by it would be too sure.
"""

from collections.abc import Sequence
from typing import Final

FEWEST_GAMES: Final = 4
"""Of fewer nobody can tell how far others are from them."""


def between_variance(seen: Sequence[tuple[float, float]]) -> float | None:
    """Return τ², of the RTP and the variance of its luck of each game; None where these are too few."""
    count = len(seen)
    if count < FEWEST_GAMES:
        return None
    found = _moments(seen, [1.0] * count)
    scattered = [luck + found for _, luck in seen]
    if min(scattered) > 0:
        found = _moments(seen, [1 / each for each in scattered])
    return found * (count - 1) / (count - 3)


def _moments(seen: Sequence[tuple[float, float]], weights: Sequence[float]) -> float:
    total = sum(weights)
    shares = [weight / total for weight in weights]
    mean = sum(share * rtp for share, (rtp, _) in zip(shares, seen, strict=True))
    squares = sum(share * (rtp - mean) ** 2 for share, (rtp, _) in zip(shares, seen, strict=True))
    by_luck = sum(share * luck * (1 - share) for share, (_, luck) in zip(shares, seen, strict=True))
    return max(squares - by_luck, 0.0) / (1 - sum(share**2 for share in shares))
