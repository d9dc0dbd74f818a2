"""How far luck carries an RTP: the formulas on written values, and the bands on whole made-up worlds."""

from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.games import luck
from dashboard.games.luck import MICRO, UNJUDGED, Luck, Origin, Play, RtpVerdict, Spread, Volume
from tests.funnel import PAYTABLES, PERIODS, Source
from tests.funnel import judged as simulated
from twoj_sandbox.world import World
from twoj_sandbox.world.day import DAY_S
from twoj_sandbox.world.games import GAMES, IS_SHARED
from twoj_sandbox.world.stories import GENEROUS_GAME_ID

SAMPLE_DAYS = 14
HISTORY_DAYS = 60
PLANTED_FOUND = 6


def test_rounds_are_summed_by_game_and_draw() -> None:
    found = luck.plays(
        [1, 1, 1, 2], ["a", "b", "b", "b"], [1000, 2000, 2000, 4000], [-1000, 2000, -2000, 4000]
    )
    # Game 1: draw a bets 1 and gets 0 back; draw b bets 4 and gets 4 back: one draw, two bets.
    assert found[1] == Play(
        bets=3,
        draws=2,
        bet=5000,
        back=4000,
        bet_bet=17 * 10**6,
        bet_back=16 * 10**6,
        back_back=16 * 10**6,
        r=MICRO,
        r2=MICRO**2,
        r3=MICRO**3,
        largest=MICRO,
    )
    assert found[2] == Play(
        bets=1,
        draws=1,
        bet=4000,
        back=8000,
        bet_bet=16 * 10**6,
        bet_back=32 * 10**6,
        back_back=64 * 10**6,
        r=2 * MICRO,
        r2=4 * MICRO**2,
        r3=8 * MICRO**3,
        largest=2 * MICRO,
    )
    assert luck.plays([], [], [], []) == {}


def test_a_free_round_counts_for_what_it_gives_but_has_no_ratio() -> None:
    (found,) = luck.plays([1, 1], ["a", "b"], [1000, 0], [-1000, 3000]).values()
    assert (found.bets, found.draws, found.back, found.back_back, found.r) == (
        2,
        1,
        3000,
        9 * 10**6,
        0,
    )


def test_the_spread_by_hand() -> None:
    # Four rounds: bets 1, 1, 1, 2; backs 0, 0, 4, 2. RTP 6/5; n = 25/7; σ² = Σ(w − 1.2 b)² / 7.
    days = luck.plays([1] * 4, "abcd", [1000, 1000, 1000, 2000], [-1000, -1000, 3000, 0])
    found = luck.spread(days.values())
    assert found is not None
    assert found.rtp == pytest.approx(1.2)
    assert found.effective == pytest.approx(25 / 7)
    assert found.sigma**2 == pytest.approx((1.44 + 1.44 + 2.8**2 + 0.4**2) / 7)
    # r = 0, 0, 4, 1: mean 1.25, second central moment 2.6875, third 4.21875.
    assert found.skewness == pytest.approx(4.21875 / 2.6875**1.5)
    assert found.stakes == pytest.approx(4 * 7 / 25)
    assert luck.spread([Play()]) is None


def test_a_day_of_equal_high_stakes_does_not_hide_how_stakes_differ_on_others() -> None:
    usual = next(iter(luck.plays([1] * 4, "abcd", [1000, 1000, 1000, 5000], [1000, -1000] * 2).values()))
    high = next(iter(luck.plays([1] * 4, "abcd", [10**9] * 4, [0] * 4).values()))
    alone, both = luck.spread([usual]), luck.spread([usual, high])
    assert alone is not None
    assert both is not None
    assert alone.stakes == pytest.approx(4 * 28 / 64)
    assert both.stakes == pytest.approx((1.75 + 1) / 2)


def test_the_volume_of_even_and_of_uneven_days() -> None:
    even = luck.volume([(10, 10_000, -500), (30, 30_000, -1500), (0, 0, 0)])
    assert even == Volume(bets=40, bet=40, back=38, evenness=1)
    # 100 bets of 1 and 100 bets of 9: Σ_d B_d²/N_d · N/B² = (100 + 8100) · 200 / 1000².
    uneven = luck.volume([(100, 100_000, 0), (100, 900_000, 0)])
    assert uneven is not None
    assert uneven.evenness == pytest.approx(1.64)
    assert uneven.effective(2.0) == pytest.approx(200 / 3.28)
    assert luck.volume([(0, 0, 0)]) is None


FLAT = Spread(sigma=2.0, skewness=0.0, stakes=1.0, rtp=0.96, effective=10_000.0)


def _judged(
    rtp: float,
    bets: int = 10_000,
    own: Spread | None = None,
    history: Volume | None = None,
    configured: float | None = None,
) -> Luck:
    return luck.judge(Volume(bets, float(bets), rtp * bets, 1.0), own, FLAT, history, configured)


def test_the_band_is_that_of_a_difference() -> None:
    history = Volume(bets=30_000, bet=30_000, back=29_100, evenness=1)
    found = _judged(0.97, history=history)
    error = sqrt(2.0**2 / 10_000 + 2.0**2 / 30_000)
    assert found.origin is Origin.OWN
    assert found.expected == pytest.approx(0.97)
    assert found.band_95 == pytest.approx((0.97 - 1.959964 * error, 0.97 + 1.959964 * error))
    assert found.band_998 == pytest.approx((0.97 - 3.090232 * error, 0.97 + 3.090232 * error))


@pytest.mark.parametrize(
    ("errors", "verdict"),
    [
        (0.0, RtpVerdict.INSIDE),
        (1.9, RtpVerdict.INSIDE),
        (-2.0, RtpVerdict.OUTSIDE_95),
        (3.0, RtpVerdict.OUTSIDE_95),
        (-3.2, RtpVerdict.OUTSIDE_998),
        (3.2, RtpVerdict.OUTSIDE_998),
    ],
)
def test_where_an_rtp_lies(errors: float, verdict: RtpVerdict) -> None:
    error = sqrt(2 * 2.0**2 / 10_000)
    assert _judged(0.96 + errors * error).verdict is verdict


def test_a_game_with_little_history_is_measured_by_its_type() -> None:
    young = Volume(bets=1999, bet=1999, back=3998, evenness=1)
    found = _judged(0.96, history=young)
    assert found.origin is Origin.OF_TYPE
    assert found.expected == 0.96
    assert _judged(0.96, history=Volume(2000, 2000, 1900, 1)).origin is Origin.OWN


def test_a_theoretical_rtp_is_exact_and_comes_before_all_others() -> None:
    """A game that has overpaid for as long as it is known is found by what it should pay."""
    generous = Volume(bets=30_000, bet=30_000, back=31_500, evenness=1)
    assert _judged(1.05, history=generous).verdict is RtpVerdict.INSIDE
    found = _judged(1.05, history=generous, configured=0.965)
    error = 2.0 / sqrt(10_000)
    assert found.origin is Origin.CONFIGURED
    assert found.expected == 0.965
    assert found.band_95 == pytest.approx((0.965 - 1.959964 * error, 0.965 + 1.959964 * error))
    assert found.verdict is RtpVerdict.OUTSIDE_998


def test_the_band_around_a_theoretical_rtp_is_as_skewed_as_the_rounds() -> None:
    skewed = Spread(sigma=2.0, skewness=10.0, stakes=1.0, rtp=0.96, effective=10**12)
    found = _judged(0.96, 10_000, skewed, configured=0.96)
    error, shift = 0.02, (3.090232**2 - 1) * 0.1 / 6  # S = 10 / √10000
    assert found.band_998 == pytest.approx(
        (0.96 + error * (shift - 3.090232), 0.96 + error * (shift + 3.090232))
    )


def test_a_game_with_few_rounds_in_the_sample_has_the_spread_of_its_type() -> None:
    few = Spread(sigma=0.1, skewness=0.0, stakes=1.0, rtp=0.5, effective=1999.0)
    assert _judged(0.96, own=few).band_95 == _judged(0.96).band_95
    many = Spread(sigma=3.0, skewness=0.0, stakes=1.0, rtp=0.5, effective=2000.0)
    assert _judged(0.96, own=many).band_95 != _judged(0.96).band_95


def test_how_games_of_a_type_differ_is_in_the_band_of_one_that_is_not_known() -> None:
    period = Volume(1_000_000, 10**9, 0.96 * 10**9, 1.0)
    told = luck.judge(period, None, replace(FLAT, between=0.02), None)
    # σ² / n + σ² / n₀ + 0.02², with σ 2, n 1,000,000 and n₀ 10,000.
    error = sqrt(4 / 10**6 + 4 / 10**4 + 0.02**2)
    assert told.band_95 == pytest.approx((0.96 - 1.96 * error, 0.96 + 1.96 * error), abs=1e-5)
    assert told.origin is Origin.OF_TYPE
    assert luck.judge(period, None, replace(FLAT, between=None), None).verdict is RtpVerdict.NO_SAMPLE
    # Four games of equal bet amount, 0.94 to 0.98 and known exactly: √(0.0008 · (1 + 4 / 16)).
    games = [(replace(FLAT, sigma=1e-9, rtp=rtp), 1000) for rtp in (0.94, 0.96, 0.96, 0.98)]
    assert luck.between(games) == pytest.approx(sqrt(0.001))
    few = (replace(FLAT, rtp=2.0, effective=1999.0), 1000)
    assert luck.between([*games[:3], few]) is None


def test_cochrans_rule() -> None:
    skewed = Spread(sigma=2.0, skewness=10.0, stakes=2.0, rtp=0.96, effective=50_000.0)
    # 25 · 10² = 2500 effective rounds are needed; stakes that differ by 2 halve the bets.
    too_few, enough = _judged(5.0, 5000, skewed), _judged(5.0, 5002, skewed)
    assert (too_few.verdict, too_few.band_95, too_few.needed) == (RtpVerdict.NOT_ENOUGH, None, 2500)
    assert enough.verdict is RtpVerdict.OUTSIDE_998


def test_quantiles_are_corrected_for_skewness_up_to_four_times_the_rule() -> None:
    skewed = Spread(sigma=2.0, skewness=10.0, stakes=1.0, rtp=0.96, effective=10**12)
    sure = Volume(10**12, 1e12, 0.96e12, 1)
    near, far = _judged(0.96, 10_000, skewed, sure), _judged(0.96, 10_001, skewed, sure)
    assert near.band_998 is not None
    assert far.band_998 is not None
    # z + (z² − 1) S / 6 with S = 10 / √10000.
    error, shift = 0.02, (3.090232**2 - 1) * 0.1 / 6
    assert near.band_998 == pytest.approx(
        (0.96 + error * (shift - 3.090232), 0.96 + error * (shift + 3.090232)), rel=1e-5
    )
    assert far.band_998 == pytest.approx((0.96 - 3.090232 * error, 0.96 + 3.090232 * error), rel=1e-4)


def test_a_difference_of_two_equal_halves_is_not_skewed() -> None:
    skewed = Spread(sigma=2.0, skewness=10.0, stakes=1.0, rtp=0.96, effective=10**12)
    found = _judged(0.96, 5000, skewed, Volume(5000, 5000.0, 4800.0, 1))
    error = sqrt(2 * 2.0**2 / 5000)
    assert found.band_95 == pytest.approx((0.96 - 1.959964 * error, 0.96 + 1.959964 * error))


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 10**6), st.integers(-(10**6), 10**9)),
        max_size=30,
    ),
    st.integers(0, 30),
)
@pytest.mark.slow
def test_sums_over_parts_are_sums_over_all(rounds: list[tuple[int, int, int, int]], cut: int) -> None:
    # Draws must not be cut in two: the parts have draws of their own.
    named = [(game, (place < cut, draw), bet, gain) for place, (game, draw, bet, gain) in enumerate(rounds)]

    def summed(part: list[tuple[int, Any, int, int]]) -> dict[int, Play]:
        columns = [list(column) for column in zip(*part, strict=True)] or [[], [], [], []]
        return luck.plays(columns[0], columns[1], columns[2], columns[3])

    whole, first, second = summed(named), summed(named[:cut]), summed(named[cut:])
    for game, play in whole.items():
        together = first.get(game, Play()) + second.get(game, Play())
        for name in ("bets", "draws", "bet", "back", "bet_bet", "back_back", "r3"):
            assert getattr(together, name) == pytest.approx(getattr(play, name), rel=1e-9, abs=1e-6)


@lru_cache(200)
def day_totals(world: World, day: int) -> Any:
    """The sums of a day that is over, by game."""
    return world.totals(day * DAY_S, (day + 1) * DAY_S, (day + 2) * DAY_S)


@lru_cache(2 * SAMPLE_DAYS)
def day_plays(world: World, day: int) -> dict[int, Play]:
    """The rounds of a day, summed by the place of their game."""
    rounds = world.day(day).rounds
    game = rounds["game"].astype(int)
    draws = np.where(IS_SHARED[game], -(rounds["start_at"] // 20), rounds["position"])
    return luck.plays(game.tolist(), draws.tolist(), rounds["bet_amount"], rounds["gain_amount"])


def judged(world: World, first_day: int, end_day: int) -> dict[int, Luck]:
    """Judge the games of a made-up world as the page does, from its rounds and its sums by day."""
    totals = {day: day_totals(world, day) for day in range(first_day - HISTORY_DAYS, end_day)}
    own: dict[int, list[Play]] = defaultdict(list)
    of_type: dict[str, dict[int, Play]] = defaultdict(lambda: defaultdict(Play))
    monday = end_day - (end_day + 3) % 7
    for day in range(monday - SAMPLE_DAYS, monday):
        for place, play in day_plays(world, day).items():
            own[place].append(play)
            of_type[GAMES[place].game_type][day] += play
    types = {name: sum(days.values(), Play()) for name, days in of_type.items()}
    spreads = {name: luck.spread(days.values(), types[name]) for name, days in of_type.items()}
    lucks = {}
    for place, game in enumerate(GAMES):
        period, history = (
            luck.volume(tuple(totals[day][:, place].tolist()) for day in range(first, end))
            for first, end in ((first_day, end_day), (first_day - HISTORY_DAYS, first_day))
        )
        spread = spreads[game.game_type]
        if period and spread:
            in_sample = luck.spread(own[place], types[game.game_type])
            lucks[game.game_id] = luck.judge(period, in_sample, spread, history)
    return lucks


GENEROUS_DAY = 20_523
"""2026-03-11."""


@pytest.mark.slow
def test_the_planted_game_is_found_and_honest_ones_are_named_no_more_often_than_promised() -> None:
    """Ten worlds: two days in which one game pays 130 %, and 30 days for the others."""
    verdicts: list[RtpVerdict] = []
    planted: list[RtpVerdict] = []
    for seed in range(1, 11):
        world = World(seed)
        planted.append(judged(world, GENEROUS_DAY, GENEROUS_DAY + 2)[GENEROUS_GAME_ID].verdict)
        month = judged(world, GENEROUS_DAY - 26, GENEROUS_DAY + 4)
        verdicts += [found.verdict for game, found in month.items() if game != GENEROUS_GAME_ID]
    # Where another slot has paid thousands of stakes, no slot with so little play can be judged.
    assert set(planted) <= {RtpVerdict.OUTSIDE_998, *UNJUDGED}
    assert planted.count(RtpVerdict.OUTSIDE_998) >= PLANTED_FOUND
    told = [verdict for verdict in verdicts if verdict not in UNJUDGED]
    assert len(told) > 85
    outside_998 = told.count(RtpVerdict.OUTSIDE_998) / len(told)
    outside_95 = told.count(RtpVerdict.OUTSIDE_95) / len(told) + outside_998
    # Three standard errors of a share that is what it should be.
    for share, promised in ((outside_95, luck.OUTSIDE_95), (outside_998, luck.OUTSIDE_998)):
        assert share <= promised + 3 * sqrt(promised * (1 - promised) / len(told))
    assert outside_95 >= luck.OUTSIDE_95 / 3, "a band in which everything lies says nothing"


@pytest.mark.parametrize(
    ("paytable", "source"),
    [
        ("even money", Source.OF_TYPE),
        ("slot to 500", Source.OWN),
        ("log-normal 1.7", Source.CONFIGURED),
        ("single 100", Source.OWN),
    ],
)
@pytest.mark.slow
def test_honest_games_are_called_thieves_no_more_often_than_the_band_says(
    paytable: str, source: Source
) -> None:
    """At most twice as often as its name, whatever the size of the sample."""
    for rounds in (30, 2000, 20_000):
        found = [
            verdict
            for period in PERIODS
            for verdict in simulated(
                PAYTABLES[paytable], rounds, period, source, seed=period + rounds, runs=500
            )
        ]
        assert found.count(RtpVerdict.OUTSIDE_998) / len(found) <= 2 * luck.OUTSIDE_998, rounds


@pytest.mark.parametrize("rounds", [2, 300, 1999])
def test_a_type_with_few_rounds_judges_nothing(rounds: int) -> None:
    """Two lost rounds of a type once put each of its games outside the band."""
    lost = luck.plays(
        [1] * rounds, range(rounds), [1000] * rounds, [-1000, 500] * (rounds // 2) + [-1000] * (rounds % 2)
    )[1]
    of_type = luck.spread([lost], lost)
    found = luck.judge(Volume(10**6, 1e6, 0.96e6, 1.0), None, of_type, Volume(10**6, 1e6, 0.96e6, 1.0))
    assert (found.verdict, found.expected, found.band_998) == (RtpVerdict.NO_SAMPLE, None, None)
    assert luck.judge(Volume(9, 9.0, 9.0, 1.0), None, None, None).verdict is RtpVerdict.NO_SAMPLE


def test_the_sample_has_more_rounds_at_the_largest_multiple_of_its_type() -> None:
    # 200 000 draws of one unit, half of them give back two; one of the type gave back 500.
    half = Play(100_000, 100_000, 10**8, 10**8, 10**11, 10**11, 2 * 10**11, *_powers(50_000, 2), 2 * MICRO)
    of_type = half + Play(100_000, 100_000, 10**8, 0, 10**11, 0, 0, largest=500 * MICRO)
    assert luck.assumed_largest(of_type) == 500 * MICRO
    found = luck.spread([half], of_type)
    assert found is not None
    # Half of 3 rounds of 500 on 100 000 rounds of variance 1: σ² = 1 + 1.5 · 499² / 100 000.
    assert found.sigma**2 == pytest.approx(1 + 1.5 * 499**2 / 100_000, rel=1e-4)
    # Half of one for the skewness: 0.5 · 499³ / 100 000 over the variance with it, to the power of 1.5.
    variance = 1 + 0.5 * 499**2 / 100_000
    assert found.skewness == pytest.approx(0.5 * 499**3 / 100_000 / variance**1.5, rel=1e-3)
    assert found.rtp == 1.0, "what to expect stays as it was seen"
    young = replace(of_type, draws=25_000)
    assert luck.assumed_largest(young) == 1000 * MICRO
    assert luck.assumed_largest(Play(9, 9, 9, 9, 9, 9, 9, largest=2 * MICRO)) >= 100 * MICRO


def _powers(count: int, multiple: int) -> tuple[int, int, int]:
    r = multiple * MICRO
    return count * r, count * r**2, count * r**3


def test_a_huge_stake_leaves_the_spread_of_all_others_as_it_was() -> None:
    """2^53 li among stakes of 10 000: the spread of floats was 0, and the whole part ended."""
    wins = [(-10_000, 10_000)[place % 2] for place in range(4000)]
    hours = {hour: luck.plays([1] * 4000, range(4000), [10_000] * 4000, wins)[1] for hour in range(30)}
    freak = luck.plays([2], ["x"], [2**53], [-(2**53)])[2]
    assert luck.even_part({**hours, "freak": freak}) == list(hours)
    assert luck.even_part(hours) == list(hours)
    assert luck.even_part({}) == []
    assert luck.even_part({"only": freak}) == ["only"]
    everything = sum(hours.values(), freak)
    assert everything.back_back == 30 * 2000 * 20_000**2
    alone = luck.spread([everything])
    assert alone is not None
    assert alone.sigma > 0
    own = luck.spread(hours.values(), everything)
    found = luck.judge(Volume(10**5, 1e5, 1e5, 1.0), own, alone, None, configured=1.0)
    assert found.verdict is RtpVerdict.INSIDE
    assert found.band_95 is not None


@given(st.lists(st.tuples(st.integers(1, 2**53), st.integers(0, 2**53)), min_size=2, max_size=12))
def test_any_stakes_have_a_spread_or_none(rounds: list[tuple[int, int]]) -> None:
    bets, backs = zip(*rounds, strict=True)
    gains = [back - bet for bet, back in rounds]
    play = luck.plays([1] * len(rounds), range(len(rounds)), bets, gains)[1]
    assert (play.bet_bet, play.back_back) == (sum(b * b for b in bets), sum(w * w for w in backs))
    found = luck.spread([play], play)
    judged_by = luck.judge(Volume(10, 1.0, 1.0, 1.0), found, found, None)
    assert judged_by.verdict in RtpVerdict
    if found is not None:
        assert found.sigma > 0


def test_in_a_short_time_there_is_not_enough_play_to_tell() -> None:
    hour = World(1).totals(GENEROUS_DAY * DAY_S, GENEROUS_DAY * DAY_S + 3600, (GENEROUS_DAY + 1) * DAY_S)
    place = next(place for place, game in enumerate(GAMES) if game.game_id == GENEROUS_GAME_ID)
    period = luck.volume([tuple(hour[:, place].tolist())])
    assert period is not None
    skewed = Spread(sigma=1.7, skewness=2.7, stakes=2.5, rtp=0.96, effective=50_000)
    assert luck.judge(period, None, skewed, None).verdict is RtpVerdict.NOT_ENOUGH
