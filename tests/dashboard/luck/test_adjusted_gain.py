from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.luck.adjusted_gain import AdjustedGain, Outlook, adjusted_gain
from dashboard.luck.attribution import Played
from tests.funnel import MICRO, PAYTABLES


def test_gain_is_what_was_to_be_expected_and_luck():
    played = {1: Played(1_000_000, 100_000), 2: Played(500_000, -80_000), 9: Played(10_000, 3_000)}
    outlooks = {1: Outlook(Fraction("0.96"), 30_000.0), 2: Outlook(Fraction("0.9"), 40_000.0)}
    told = adjusted_gain(played, outlooks)
    assert told == AdjustedGain(90_000, -70_000, 50_000.0, unknown_li=3_000, unknown_games=1)
    assert told.multiple == -1.4


def test_games_that_share_a_reference_share_its_error():
    played = {1: Played(1_000_000, 0), 2: Played(3_000_000, 0), 3: Played(5_000_000, 0)}
    shared = {game: Outlook(Fraction("0.96"), 0.0, 0.001, "Slots") for game in (1, 2)}
    told = adjusted_gain(played, {**shared, 3: Outlook(Fraction("0.96"), 0.0, 0.0006)})
    assert told.error_li == pytest.approx(5_000)  # √((0.001 · 4,000,000)² + (0.0006 · 5,000,000)²)
    assert adjusted_gain({}, {}).multiple is None


@given(
    st.dictionaries(
        st.integers(1, 5), st.builds(Played, st.integers(0, 10**15), st.integers(-(10**17), 10**15))
    ),
    st.dictionaries(
        st.integers(1, 5), st.builds(Outlook, st.fractions(0, 2, max_denominator=10_000), st.just(1.0))
    ),
)
def test_theo_luck_and_what_is_not_known_are_all_of_the_gain(played, outlooks):
    told = adjusted_gain(played, outlooks)
    assert told.theo_li + told.luck_li + told.unknown_li == sum(
        each.company_gain_li for each in played.values()
    )


def test_in_a_world_of_known_rtp_luck_is_as_large_as_its_error_says():
    rng, multiples = np.random.default_rng(4), []
    tables = {1: PAYTABLES["even money"], 2: PAYTABLES["slot to 50"], 3: PAYTABLES["roulette number"]}
    stakes_li = np.repeat([1_000, 5_000, 20_000], [3_000, 800, 40])
    for _ in range(300):
        played, outlooks = {}, {}
        for game, table in tables.items():
            x = np.array(table.multiples) / MICRO
            back = int((rng.choice(x, len(stakes_li), p=table.chances) * stakes_li).sum())
            bet_li, rtp = int(stakes_li.sum()), float(x @ table.chances)
            played[game] = Played(bet_li, bet_li - back)
            spread_li = table.shape[0] * sqrt(int((stakes_li**2).sum()))
            outlooks[game] = Outlook(Fraction(rtp), spread_li)
        multiples.append(adjusted_gain(played, outlooks).multiple)
    # 300 runs know a standard deviation of 1 within ±4 %, and a mean of 0 within ±0.06: three of these each.
    assert np.std(multiples) == pytest.approx(1, abs=0.13)
    assert np.mean(multiples) == pytest.approx(0, abs=0.18)
