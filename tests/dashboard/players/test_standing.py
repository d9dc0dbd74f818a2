"""How a player stands among the others, and what of the result is luck: written numbers."""

from fractions import Fraction

import pandas as pd

from dashboard.luck.expectation import BetSums, Expectation
from dashboard.players.standing import PlayerStanding, bets_of_games, luck, luck_text, standing_text

STANDING = PlayerStanding(120, 5_000_000, -250_000, 3, 17, 40, 50_000_000)


def test_rank_and_share_are_said_in_one_sentence():
    assert STANDING.share == Fraction(1, 10)
    assert standing_text(STANDING) == (
        "Rank **3** of 40 by bet amount, with 10.00\u00a0% of all bets; rank **17** by result."
    )
    assert PlayerStanding(1, 0, 0, 1, 1, 1, 0).share is None
    assert (STANDING.totals.sums.bet_count, STANDING.totals.sums.company_gain_li) == (120, 250_000)


def frame(*rows):
    names = ["game_id", "draw_id", "event_id", "bet_amount_li", "gain_li"]
    return pd.DataFrame(rows, columns=names)


def test_bets_of_one_draw_are_one_and_those_without_a_draw_are_each_their_own():
    rounds = frame(
        (1, "d1", "a", 3000, -3000),
        (1, "d1", "b", 1000, 2000),
        (1, "d2", "c", 2000, -2000),
        (2, None, "d", 5000, 5000),
        (2, None, "e", 5000, -5000),
    )
    assert bets_of_games(rounds) == {
        1: BetSums(3, 6000, -3000, 4000**2 + 2000**2),
        2: BetSums(2, 10_000, 0, 2 * 5000**2),
    }
    assert bets_of_games(rounds.head(0)) == {}


def test_what_is_luck_of_a_result_is_what_was_not_to_be_expected():
    games = {1: BetSums(100, 100_000_000, -10_000_000, 10**14)}
    expected = {1: Expectation(Fraction(95, 100), 2.0)}
    gain = luck(games, expected)
    # 100,000 were bet at 95 %: 5,000 to lose; 10,000 were lost; √(10¹⁴) × 2 li is 20,000.
    assert gain
    assert (gain.theo_li, gain.luck_li, gain.error_li) == (5_000_000, 5_000_000, 20_000_000)
    assert luck_text(gain, None) == (
        "Of the result −5.00K was to be expected of these bets, **−5.00K** is luck: −0.3 standard errors."
    )


def test_what_luck_alone_hardly_does_is_said():
    games = {1: BetSums(100, 100_000_000, 65_000_000, 10**14)}
    gain = luck(games, {1: Expectation(Fraction(95, 100), 2.0)})
    assert gain
    assert luck_text(gain, None).endswith("+3.5 standard errors. Luck alone does that to one player in 500.")


def test_where_nothing_is_known_to_expect_nothing_is_said():
    assert luck({1: BetSums(1, 1, 1, 1)}, {}) is None
    assert luck({}, {1: Expectation(Fraction(1), 1.0)}) is None
