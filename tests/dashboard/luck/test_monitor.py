from math import inf, log

import numpy as np
import pytest

from dashboard.luck.monitor import (
    ALARM,
    OVERPAYING,
    UNDERPAYING,
    Detector,
    discoveries,
    draw_returns,
    hours_to_alarm,
    reference_bounds,
    visible_times,
)
from tests.monitored import CHANCES, DAYS_60_H, MULTIPLES, ROUNDS_AN_HOUR, RTP, mean_of, run
from twoj_client.windows import HOUR_S


def column(*values):
    return np.array(values, np.int64)


@pytest.mark.parametrize("watch", [OVERPAYING, UNDERPAYING])
def test_an_honest_game_gains_no_evidence_on_average_and_none_can_be_ruined(watch):
    expected = CHANCES @ np.exp(watch.log_factors(MULTIPLES, mean_of(watch)))
    assert expected == pytest.approx([1.0] * 4, abs=1e-12)
    assert np.isfinite(watch.log_factors(np.array([0.0, 1e12]), 0.96)).all()
    faulty = 1.2 if watch.sign > 0 else 0.8
    assert (CHANCES @ np.exp(watch.log_factors(MULTIPLES * faulty, mean_of(watch))) > 1.00003).all()
    assert (CHANCES @ np.exp(watch.log_factors(MULTIPLES / faulty, mean_of(watch))) < 0.99997).all()


def test_an_rtp_at_which_one_draw_could_end_all_evidence_is_refused():
    for watch, rtp in ((OVERPAYING, 10.0), (OVERPAYING, 0.0), (Detector(-1, (0.01,), 101.0), 0.96)):
        with pytest.raises(ValueError, match="cannot be watched"):
            watch.log_factors(np.array([1.0]), rtp)


def test_draws_share_their_luck_and_free_spins_belong_to_the_last_paid_round():
    rows = [  # game, draw, user, start, bet, gain
        (7, 50, 1, HOUR_S - 1, 100, 100),  # a crash game: both of one draw, over the hour's end
        (7, 50, 2, HOUR_S + 1, 300, -300),
        (3, 10, 1, 40, 100, -100),
        (3, 11, 2, 41, 100, -50),
        (3, 12, 1, 42, 0, 500),  # free spins of player 1
        (3, 13, 1, 43, 0, 700),
        (4, 14, 1, 44, 0, 900),  # of another game: its paid round is not among these
        (3, 15, 1, 45, 100, 900),
    ]
    found = draw_returns(*(column(*values) for values in zip(*rows, strict=True)))
    assert found.game_id.tolist() == [3, 3, 3, 7]
    assert found.start_s.tolist() == [40, 41, 45, HOUR_S - 1]
    assert found.x.tolist() == [12.0, 0.5, 10.0, 0.5]
    assert found.stake_li.tolist() == [100, 100, 100, 200]  # the mean of paid rounds
    # A bet that was taken back, and one that gave back less than nothing, are no draws.
    refunds = [
        (3, 16, 1, 50, 100, -100),
        (3, 16, 1, 51, -100, 100),
        (3, 17, 1, 52, 100, -300),
        (3, 18, 1, 53, 100, -100),
    ]
    assert draw_returns(*(column(*values) for values in zip(*refunds, strict=True))).x.tolist() == [0.0]
    nothing = draw_returns(*(column() for _ in range(6)))
    assert len(nothing.x) == len(nothing.game_id) == 0


def test_overpaying_is_found_as_soon_as_it_was_simulated():
    assert 15 <= np.median(run(OVERPAYING, 1.35, 200, 80, 1).alarmed_h) <= 21  # 18
    assert 170 <= np.median(run(OVERPAYING, 1.10, 100, 500, 2).alarmed_h) <= 255  # 212


def test_underpaying_is_found_and_honest_games_are_hardly_ever_alarmed():
    assert np.median(run(UNDERPAYING, 0.65, 100, 120, 3).alarmed_h) <= 60
    for watch in (OVERPAYING, UNDERPAYING):
        # In 60 days at most 1440 / 87,600 = 1.6 % have a false alarm; 3 % of 300 is 2 errors more.
        honest = run(watch, 1.0, 300, DAYS_60_H, 4)
        assert np.isfinite(honest.alarmed_h).mean() <= 0.03


def test_how_soon_a_fault_is_seen_is_told_beforehand():
    sample = np.repeat(MULTIPLES, np.round(CHANCES * 600_000).astype(int))
    told_h = [hours_to_alarm(OVERPAYING, sample, RTP, times, ROUNDS_AN_HOUR) for times in (1.35, 1.10)]
    assert told_h == pytest.approx([18, 212], rel=0.3)
    assert 1.02 < visible_times(OVERPAYING, sample, RTP, ROUNDS_AN_HOUR, 30 * 24) < 1.10
    cut = mean_of(UNDERPAYING)
    assert 0.90 < visible_times(UNDERPAYING, sample, cut, ROUNDS_AN_HOUR, 30 * 24) < 0.98
    assert visible_times(OVERPAYING, sample, RTP, 3, 1) is None
    assert visible_times(UNDERPAYING, sample, cut, 3, 1) is None
    assert hours_to_alarm(OVERPAYING, sample, RTP, 1.0, ROUNDS_AN_HOUR) == inf
    seen = visible_times(OVERPAYING, sample, RTP, ROUNDS_AN_HOUR, 18)
    assert hours_to_alarm(OVERPAYING, sample, RTP, seen, ROUNDS_AN_HOUR) == pytest.approx(18, rel=1e-3)


def test_todays_list_holds_the_k_largest_that_are_large_enough_together():
    # Of four games at 5 %: one needs 80, two need 40 each, three 26.7, four 20.
    log_es = {"a": log(41), "b": log(79), "c": log(26), "d": -inf}
    assert discoveries(log_es) == ["b", "a"]
    assert discoveries({**log_es, "c": log(19), "d": log(27)}) == ["b", "a", "d"]
    assert discoveries({**log_es, "c": log(21), "d": log(22)}) == ["b", "a", "d", "c"]
    assert discoveries({"a": log(39), "b": log(79), "c": 0.0, "d": 0.0}) == []
    assert discoveries({"a": log(19.9)}) == discoveries({}) == []


def test_a_list_of_honest_games_is_empty_in_nearly_all_worlds_and_holds_the_broken_one():
    honest = run(OVERPAYING, 1.0, 30 * 60, 200, 5).log_m[-1].reshape(30, 60) - log(200)
    assert sum(bool(discoveries(dict(enumerate(world)))) for world in honest.tolist()) <= 3
    broken = run(OVERPAYING, 1.35, 30, 200, 6).log_m[-1] - log(200)
    worlds = [dict(enumerate([of_broken, *world])) for of_broken, world in zip(broken, honest, strict=True)]
    assert all(0 in discoveries(world) for world in worlds)


def test_the_bounds_of_a_reference_hold_at_all_times_at_once():
    rng, sigma = np.random.default_rng(8), 9.4
    missed = 0
    for _ in range(200):
        won = np.cumsum(rng.multinomial(10_000, CHANCES, 40) @ MULTIPLES)
        rounds = np.arange(1, 41) * 10_000
        bounds = [reference_bounds(mean, sigma, n) for mean, n in zip(won / rounds, rounds, strict=True)]
        missed += any(not low <= RTP <= high for low, high in bounds)
    assert missed <= 10  # 5 %
    low, high = reference_bounds(RTP, sigma, 100_000)
    # At its best place 1.6 times as wide as the bounds of a single look, 1.96 σ / √n.
    assert high - RTP == pytest.approx(RTP - low) == pytest.approx(1.6 * 1.96 * sigma / 100_000**0.5, rel=0.1)
    assert ALARM == 10 * 365 * 24
