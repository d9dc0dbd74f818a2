from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

from dashboard.luck.expectation import BetSums, Expectation, expectations

TYPES = {1: "Slots", 2: "Slots", 3: "Table", **dict.fromkeys((5, 6, 7), "Slots")}


def bets_of(quarters, times=1):
    """Sums of quarters of an hour, each of (stake, won) of its bets; all of it so many times."""
    bets = [bet for quarter in quarters for bet in quarter]
    wholes = [(sum(b for b, _ in quarter), sum(w for _, w in quarter)) for quarter in quarters]
    sums = (
        len(bets),
        sum(b for b, _ in bets),
        sum(w - b for b, w in bets),
        sum(b * b for b, _ in bets),
        sum(b * b for b, _ in wholes),
        sum(b * w for b, w in wholes),
        sum(w * w for _, w in wholes),
    )
    return BetSums(*(times * each for each in sums))


def test_the_spread_is_that_of_quarters_so_that_bets_of_one_draw_count_once():
    # Two bets of 10 a quarter that win and lose together: 40 or nothing, as one bet of 20.
    together = bets_of([[(10, 20), (10, 20)], [(10, 0), (10, 0)]], 1000)
    apart = bets_of([[(10, 20), (10, 0)]], 2000)
    assert together.rtp == apart.rtp == 1
    assert together.spread_li(Fraction(1)) == 20 * sqrt(2000)
    assert apart.spread_li(Fraction(1)) == 0
    ((_, of_one),) = expectations([1], {1: together}, {1: "Crypto"}, {1: 0.96}).items()
    assert of_one == Expectation(Fraction(24, 25), sigma=pytest.approx(sqrt(2)))
    outlook = of_one.outlook(bets_of([[(10, 0), (10, 0)]], 50))
    assert outlook.spread_li == pytest.approx(sqrt(2) * 10 * sqrt(100))


def test_stakes_that_outweigh_all_others_leave_a_spread():
    # 10^15 li among stakes of 10^4: the difference of floats would be nothing.
    bets = bets_of([[(10**15, 0)], [(10**15, 2 * 10**15 - 7)], *[[(10_000, 9_600)]] * 3000])
    assert bets.spread_li(bets.rtp) == pytest.approx(sqrt(2) * 10**15)


def test_the_rtp_is_configured_its_own_or_that_of_its_type_or_not_known():
    calm = bets_of([[(10, 0)], [(10, 19)]], 20_000)  # ρ 95 %, ± 0.5 %
    few = bets_of([[(100, 0)], [(100, 188)]], 2_000)  # ρ 94 %, ± 1.5 %
    others = dict.fromkeys((5, 6, 7), calm)
    before = {1: calm, 2: few, 4: bets_of([[(1, 0)]], 1999), **others}
    told = expectations(range(1, 5), before, TYPES, {3: 0.965})
    own, of_type = calm.rtp, sum(others.values(), calm + few).rtp
    assert (told[1].rtp, told[1].reference) == (own, None)
    assert told[1].rtp_error == pytest.approx(sqrt(0.95**2 + 0.95**2) * sqrt(20_000) / 40_000, rel=1e-3)
    assert (told[2].rtp, told[2].reference) == (of_type, "Slots")
    assert told[2].between == 0  # no more than luck does
    assert told[2].sigma == pytest.approx(0.94, rel=1e-3)  # its own, of which there is enough
    assert told[3] == Expectation(Fraction(193, 200), None)
    assert told[3].outlook(calm) is None
    assert 4 not in told


def test_errors_of_references_are_as_large_as_they_say():
    rng, off = np.random.default_rng(3), []
    for _ in range(200):
        won = rng.choice([0, 2_500, 5_000], (500, 8), p=[0.7, 0.22, 0.08]) * rng.integers(1, 4, (500, 8))
        stakes = rng.integers(1, 9, (500, 8)) * 1000
        quarters = [[*zip(b, w * b // 1000, strict=True)] for b, w in zip(stakes.tolist(), won, strict=True)]
        told = expectations([1], {1: bets_of([[(b, int(w)) for b, w in q] for q in quarters])}, TYPES, {})[1]
        off.append(float(told.rtp - Fraction(19, 10)) / told.rtp_error)
    assert np.std(off) == pytest.approx(1, abs=0.15)
