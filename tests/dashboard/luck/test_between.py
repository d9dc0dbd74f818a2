"""How far games of a type differ: written values, and what new games of made-up types do."""

from fractions import Fraction

import numpy as np
import pytest

from dashboard.luck.adjusted_gain import adjusted_gain
from dashboard.luck.attribution import Played
from dashboard.luck.between import between_variance
from dashboard.luck.expectation import BetSums, expectations


@pytest.mark.parametrize(
    ("luck", "expected"),
    [
        # The variance of the four is 0.0008 / 3; of 4 games three times as much is taken.
        (0.0, 0.0008),
        # Equal luck is what it is larger by.
        (0.0001, 3 * (0.0008 / 3 - 0.0001)),
        (0.01, 0.0),
    ],
)
def test_written_values(luck: float, expected: float) -> None:
    seen = [(rtp, luck) for rtp in (0.94, 0.96, 0.96, 0.98)]
    assert between_variance(seen) == pytest.approx(expected)
    assert between_variance(seen[:3]) is None


def test_games_that_are_known_well_count_for_more() -> None:
    """The formula again in fractions: first of equal weights, then of those that follow."""
    rtps = [Fraction(each, 1000) for each in (950, 958, 966, 974, 900)]
    lucks = [Fraction(1, 10**6)] * 4 + [Fraction(25, 10**4)]

    def step(weights: list[Fraction]) -> Fraction:
        total = sum(weights)
        mean = sum(a * y for a, y in zip(weights, rtps, strict=True)) / total
        squares = sum(a * (y - mean) ** 2 for a, y in zip(weights, rtps, strict=True))
        lucky = sum(a * v * (1 - a / total) for a, v in zip(weights, lucks, strict=True))
        return max((squares - lucky) / (total - sum(a * a for a in weights) / total), Fraction(0))

    first = step([Fraction(1)] * 5)
    second = step([1 / (v + first) for v in lucks])
    seen = [(float(y), float(v)) for y, v in zip(rtps, lucks, strict=True)]
    assert between_variance(seen) == pytest.approx(float(second * 2))
    # Without the one that is hardly known it is nearly the same.
    assert between_variance(seen) == pytest.approx(between_variance(seen[:4]) or 0, rel=0.5)


def played(rng: np.random.Generator, rtp: float, quarters: int) -> BetSums:
    """A game of that RTP, whose quarters of an hour win and lose by themselves."""
    stakes = rng.integers(50_000, 150_000, quarters).astype(object)
    won = (
        np.rint(stakes.astype(float) * (rtp + 0.3 * rng.standard_normal(quarters))).astype(int).astype(object)
    )
    bet_li, won_li = int(stakes.sum()), int(won.sum())
    squares = int((stakes**2).sum()), int((stakes * won).sum()), int((won**2).sum())
    # Ten equal bets a quarter.
    return BetSums(10 * quarters, bet_li, won_li - bet_li, squares[0] // 10, *squares)


@pytest.mark.parametrize(
    ("games", "between"),
    [
        pytest.param(12, 0.02, marks=pytest.mark.slow),
        pytest.param(12, 0.0, marks=pytest.mark.slow),
        (5, 0.02),
    ],
)
def test_new_games_lie_as_far_from_their_type_as_its_error_says(games: int, between: float) -> None:
    rng, multiples = np.random.default_rng(7), []
    for _ in range(600):
        rtps = 0.96 + between * rng.standard_normal(games + 2)
        known = {
            game: played(rng, rtps[game], int(quarters))
            for game, quarters in enumerate(rng.integers(400, 4000, games))
        }
        new = {game: played(rng, rtps[game], 1000) for game in (games, games + 1)}
        types = dict.fromkeys({*known, *new}, "Slots")
        told = expectations(new, known, types, {})
        assert {each.reference for each in told.values()} == {"Slots"}
        outlooks = {game: each.outlook(new[game]) for game, each in told.items()}
        gain = adjusted_gain(
            {game: Played(bets.bet_li, -bets.gain_li) for game, bets in new.items()},
            {game: each for game, each in outlooks.items() if each},
        )
        multiples.append(gain.multiple or 0.0)
    inside = np.mean(np.abs(multiples) < 1.96)
    # 600 runs know 95 % within ±0.9: three of these.
    assert inside == pytest.approx(0.95, abs=0.027)


def test_of_three_games_a_type_says_nothing_of_a_fourth_whose_own_rtp_is_taken_if_there_is_any() -> None:
    rng = np.random.default_rng(1)
    known = {game: played(rng, 0.96, 1000) for game in range(4)}
    few = played(rng, 0.8, 250)
    types = dict.fromkeys(range(6), "Fish")
    three = {game: known[game] for game in range(3)}
    assert expectations([5], three, types, {}) == {}
    assert expectations([5], known, types, {})[5].reference == "Fish"
    own = expectations([5], {0: known[0], 5: few}, types, {})[5]
    assert (own.reference, own.rtp) == (None, few.rtp)
    assert own.rtp_error > 0.015
