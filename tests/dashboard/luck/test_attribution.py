from fractions import Fraction
from itertools import permutations
from math import prod

from hypothesis import given
from hypothesis import strategies as st

from dashboard.luck.attribution import Crowd, Moved, MovedVolume, Played, moved, moved_volume, shapley

AMOUNTS = st.integers(0, 10**15)
PERIODS = st.dictionaries(st.integers(1, 5), st.builds(Played, AMOUNTS, st.integers(-(10**17), 10**15)))
RTPS = st.dictionaries(st.integers(1, 5), st.fractions(0, 2, max_denominator=10_000))
FACTORS = st.tuples(*[st.fractions(0, 1000)] * 3)


def gain_li(period):
    return sum(played.company_gain_li for played in period.values())


def crowds():
    def made(players, more_bets, bet_li):
        return Crowd(players, players + more_bets, bet_li) if players else Crowd(0, 0, 0)

    return st.builds(made, st.integers(0, 10**6), st.integers(0, 10**6), AMOUNTS)


def test_more_of_dearer_games_is_volume_mix_and_luck():
    # Game 1 holds 4 %, game 2 holds 10 %. H was 0.05·(5/6)… : 1000 of 1, 200 of 2.
    before = {1: Played(1_000_000, 50_000), 2: Played(200_000, 10_000)}
    now = {1: Played(900_000, 20_000), 2: Played(900_000, 130_000)}
    rtps = {1: Fraction("0.96"), 2: Fraction("0.9")}
    # Theo was 40 + 20 = 60 at B = 1200, H₀ = 0.05; it is 36 + 90 = 126 at B = 1800, H₁ = 0.07.
    told = moved(before, now, rtps)
    assert told == Moved(
        volume_li=36_000,  # 600 · ½(0.05 + 0.07)
        mix_li=30_000,  # ½(1200 + 1800) · (0.07 − 0.05)
        rate_li=0,
        luck_li=24_000,  # (150 − 126) − (60 − 60)
        unknown_li=0,
        hold=Fraction("0.06"),
    )
    assert told.total_li == 90_000


def test_a_rate_that_is_configured_anew_is_told_apart():
    told = moved(
        {1: Played(1_000_000, 40_000)},
        {1: Played(1_000_000, 70_000)},
        {1: Fraction("0.96")},
        {1: Fraction("0.94")},
    )
    assert (told.volume_li, told.mix_li, told.rate_li, told.luck_li) == (0, 0, 20_000, 10_000)


def test_new_and_vanished_games_are_mix():
    told = moved({1: Played(1_000, 40)}, {2: Played(1_000, 100)}, {1: Fraction("0.96"), 2: Fraction("0.9")})
    assert (told.volume_li, told.mix_li, told.luck_li) == (0, 60, 0)
    known_now = moved(
        {1: Played(1_000, 40)}, {2: Played(1_000, 100)}, {1: Fraction("0.96")}, {2: Fraction("0.9")}
    )
    assert known_now == told


def test_after_a_period_without_a_bet_all_that_is_to_be_expected_is_volume():
    rtps = {1: Fraction("0.96"), 2: Fraction("0.9")}
    told = moved({}, {1: Played(1_000, 900), 2: Played(3_000, -100)}, rtps)
    assert (told.volume_li, told.mix_li, told.luck_li) == (340, 0, 460)
    # Free spins alone: nobody bet, and players won.
    told = moved({1: Played(0, 0)}, {1: Played(0, -700)}, rtps)
    assert told == Moved(0, 0, 0, -700, 0, Fraction(0))


def test_a_game_of_which_nothing_is_expected_stands_apart():
    told = moved({7: Played(500, 90)}, {7: Played(800, 10), 1: Played(100, 3)}, {1: Fraction("0.96")})
    assert told == Moved(volume_li=4, mix_li=0, rate_li=0, luck_li=-1, unknown_li=-80, hold=Fraction("0.04"))


@given(PERIODS, PERIODS, RTPS, RTPS)
def test_the_parts_are_all_of_the_change_to_the_li_and_swapped_periods_flip_every_sign(
    before, now, rtps_before, rtps_now
):
    there, back = moved(before, now, rtps_before, rtps_now), moved(now, before, rtps_now, rtps_before)
    assert there.total_li == gain_li(now) - gain_li(before)
    names = ("volume_li", "mix_li", "rate_li", "luck_li", "unknown_li")
    assert [getattr(there, name) for name in names] == [-getattr(back, name) for name in names]
    assert there.hold == back.hold


@given(PERIODS, PERIODS, RTPS)
def test_nothing_configured_anew_has_no_rate_and_two_factors(before, now, rtps):
    told = moved(before, now, rtps)
    games = [game for game in {**before, **now} if game in rtps]
    bet = [sum(period[game].bet_li for game in games if game in period) for period in (before, now)]
    holds = [
        sum(period[game].bet_li * (1 - rtps[game]) for game in games if game in period)
        for period in (before, now)
    ]
    assert told.rate_li == 0
    if all(bet):
        volume = (bet[1] - bet[0]) * (holds[0] / bet[0] + holds[1] / bet[1]) / 2
        mix = (bet[0] + bet[1]) * (holds[1] / bet[1] - holds[0] / bet[0]) / 2
        assert abs(told.volume_li - volume) <= Fraction(1, 2)
        assert abs(told.mix_li - mix) <= Fraction(1, 2)
        luck = gain_li({g: now[g] for g in games if g in now}) - holds[1]
        luck -= gain_li({g: before[g] for g in games if g in before}) - holds[0]
        assert abs(told.luck_li - luck) <= 1


@given(FACTORS, FACTORS)
def test_a_shapley_value_is_the_mean_over_the_orders_of_change(before, now):
    moves = [Fraction(0)] * 3
    for order in permutations(range(3)):
        at = list(before)
        for place in order:
            was = prod(at)
            at[place] = now[place]
            moves[place] += (prod(at) - was) / Fraction(6)
    assert list(shapley(before, now)) == moves


def test_volume_opens_into_players_bets_and_stakes():
    volume = moved({1: Played(800_000, 0)}, {1: Played(1_600_000, 0)}, {1: Fraction("0.95")})
    assert volume.volume_li == 40_000
    # 10 players of 8 bets of 10 became 20 of 8 of 10; then also half as many of twice the stake.
    assert moved_volume(Crowd(10, 80, 800_000), Crowd(20, 160, 1_600_000), volume) == MovedVolume(
        40_000, 0, 0
    )
    assert moved_volume(Crowd(10, 80, 800_000), Crowd(10, 160, 1_600_000), volume) == MovedVolume(
        0, 40_000, 0
    )
    assert moved_volume(Crowd(10, 80, 800_000), Crowd(10, 80, 1_600_000), volume) == MovedVolume(0, 0, 40_000)
    # P 10 → 20, f 8 → 4, a 10 → 20 (in units of 1000 li): 10·(2·80 + 160 + 40 + 2·80)/6 and so on, 5 % of it.
    assert moved_volume(Crowd(10, 80, 800_000), Crowd(20, 80, 1_600_000), volume) == MovedVolume(
        43_333, -46_667, 43_334
    )


def test_equal_bet_amounts_open_as_well():
    volume = moved({1: Played(800_000, 0)}, {1: Played(800_000, 0)}, {1: Fraction("0.95")})
    told = moved_volume(Crowd(10, 80, 800_000), Crowd(20, 160, 800_000), volume)
    # 10·8·(10·2 + 5 + 10 + 5·2)/6 = 600 units more, the smaller bets take them back.
    assert told == MovedVolume(30_000, 0, -30_000)


@given(crowds(), crowds(), st.fractions(0, 1, max_denominator=10_000))
def test_opened_volume_adds_up_and_flips_its_signs(before, now, hold):
    there = moved({1: Played(before.bet_li, 0)}, {1: Played(now.bet_li, 0)}, {1: 1 - hold})
    back = moved({1: Played(now.bet_li, 0)}, {1: Played(before.bet_li, 0)}, {1: 1 - hold})
    told, told_back = moved_volume(before, now, there), moved_volume(now, before, back)
    parts = (told.players_li, told.bets_a_player_li, told.average_bet_li)
    assert sum(parts) == there.volume_li
    assert parts == (-told_back.players_li, -told_back.bets_a_player_li, -told_back.average_bet_li)
    exact = shapley(*(_factors(each, other) for each, other in ((before, now), (now, before))))
    assert all(abs(li - each * there.hold) <= 2 for li, each in zip(parts, exact, strict=True))


def _factors(own, other):
    bets = next((Fraction(each.bets, each.players) for each in (own, other) if each.players), 0)
    stake = next((Fraction(each.bet_li, each.bets) for each in (own, other) if each.bets), 0)
    return own.players, bets, stake
