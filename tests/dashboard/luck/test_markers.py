"""Markers of care and abuse: written rounds, and players who are planted among honest ones."""

from dataclasses import replace
from math import log

import numpy as np
import pytest

from dashboard.luck.markers import (
    LEAST_ROUNDS,
    Care,
    Marker,
    PlayerRounds,
    has_advantage,
    markers,
    percentiles,
)
from dashboard.luck.markers_table import _SAID, care_text, markers_table

RTPS = {1: 0.96}
PLANTED = {
    "chaser": Marker.CHASING,
    "depositor": Marker.DEPOSITS,
    "night": Marker.NIGHT,
    "bot": Marker.SAME_GAP,
    "advantage": Marker.ADVANTAGE,
}
ROUNDS = 600


def player(rng, kind="honest", rounds=ROUNDS):
    """Twenty sessions of thirty rounds in the evening, a stake that wanders, a slot that pays 96 %."""
    sessions = rounds // 30
    start_h = rng.normal(20, 2, sessions) if kind != "night" else rng.normal(3, 1, sessions)
    start = (np.arange(sessions) * 86_400 + np.clip(start_h, 0, 23.4) * 3600).astype(np.int64)
    gaps = rng.geometric(1 / 9, (sessions, 30)) + 3
    if kind == "bot":
        gaps = np.where(rng.random(gaps.shape) < 0.9, 7, gaps)
    start_s = (start[:, None] + np.cumsum(gaps, axis=1)).ravel()
    pays = 1.25 if kind == "advantage" else 1.0
    x = rng.choice([0.0, 1.0, 2.0, 8.0], rounds, p=[0.6, 0.2, 0.14, 0.06]) * pays
    bet = np.empty(rounds, np.int64)
    stake = 1000.0
    for n in range(rounds):
        bet[n] = max(round(stake), 10)
        lost = x[n] < 1
        drift = 1.25 if lost and kind == "chaser" else 0.7 if kind == "chaser" else 1.0
        stake = min(max(stake * drift * np.exp(rng.normal(0, 0.1)), 100), 100_000)
    gain = (bet * x).astype(np.int64) - bet
    jumps = np.where(rng.random(rounds) < (0.08 if kind == "depositor" else 0.004), 50_000, 0)
    change = np.cumsum(gain + jumps)
    before = 10**8 + change - gain
    hour = start_s // 3600 % 24
    return PlayerRounds(
        start_s, hour, start_s // 86_400, np.ones(rounds, np.int64), bet, gain, before, before + gain
    )


def test_written_rounds():
    n = 60
    start_s = np.arange(n) * 10
    start_s[30:] += 10_000
    bet = np.full(n, 100)
    gain = np.where(np.arange(n) % 2 == 0, -100, 100)
    before = np.full(n, 1000)
    after = before + gain
    before[1:] = after[:-1]
    before[5] += 500  # a deposit inside the session; the next one lies in the pause
    before[30] += 500
    after[29] = after[59] = 0
    day = start_s // 5_000  # half of them on each of two days, the second beginning late
    rounds = PlayerRounds(start_s, start_s // 3600, day, np.ones(n, np.int64), bet, gain, before, after)
    found = markers(rounds, RTPS)
    assert found[Marker.DEPOSITS] == pytest.approx(1 / 59)
    assert found[Marker.NIGHT] == 1.0
    assert found[Marker.HOURS] == 2
    assert found[Marker.SPAN] == pytest.approx(290 / 3600)
    assert found[Marker.SAME_GAP] == 1.0
    assert (found[Marker.CHASING], found[Marker.SPEED]) == (0.0, 0.0)
    assert found[Marker.EMPTIED] == 1.0
    assert found[Marker.LOSSES] == 0
    lost = np.where(day == 0, -100, 50)
    losing = markers(replace(rounds, gain_li=lost), RTPS)
    assert losing[Marker.LOSSES] == 3_000  # of the first day, whatever the second brought
    assert Marker.LONGER not in found  # two sessions tell no direction
    # Thirty times 1 + λ (0 − 0.96) and 1 + λ (2 − 0.96): for λ = 0.1 it is 0.904 · 1.104.
    told = [30 * (log(1 - lam * 0.96) + log(1 + lam * 1.04)) for lam in (0.003, 0.01, 0.03, 0.1)]
    assert found[Marker.ADVANTAGE] == pytest.approx(log(np.mean(np.exp(told))))
    assert Marker.ADVANTAGE not in markers(rounds, {})
    few = PlayerRounds(*(getattr(rounds, name)[: LEAST_ROUNDS - 1] for name in PlayerRounds.__slots__))
    assert markers(few, RTPS) == {}


def test_what_a_free_round_brings_belongs_to_the_paid_one_before_it():
    n = 120
    bet, gain = np.tile([100, 0], n // 2), np.tile([-100, 200], n // 2)
    place = np.arange(n)
    rounds = PlayerRounds(place, place * 0, place * 0, place * 0 + 1, bet, gain, bet, bet)
    # Sixty draws that gave back 2.
    told = [60 * log(1 + lam * 1.04) for lam in (0.003, 0.01, 0.03, 0.1)]
    assert markers(rounds, RTPS)[Marker.ADVANTAGE] == pytest.approx(log(np.mean(np.exp(told))))


def test_percentiles_are_among_fifty_peers_or_more():
    peers = [{Marker.NIGHT: n / 100} for n in range(100)]
    assert percentiles({Marker.NIGHT: 0.5}, peers) == {Marker.NIGHT: pytest.approx(0.505)}
    assert percentiles({Marker.NIGHT: 2.0}, peers) == {Marker.NIGHT: 1.0}
    assert percentiles({Marker.NIGHT: 0.5, Marker.SPAN: 1.0}, peers[:49]) == {}


def test_each_marker_is_in_words_the_highest_among_peers_first():
    values = {
        Marker.CHASING: -0.003,
        Marker.SPEED: log(1.5),
        Marker.NIGHT: 0.25,
        Marker.HOURS: 24.0,
        Marker.SPAN: 10.5,
        Marker.ADVANTAGE: log(90),
        Marker.LOSSES: 12_340.0,
    }
    care = Care(values, {Marker.NIGHT: 0.5, Marker.HOURS: 1.0}, 60, 120, advantage=True)
    rows = markers_table(care, "PHP")
    assert rows["value"].tolist() == [
        "24",
        "25.0\u00a0%",
        "0\u00a0%",
        "+50\u00a0%",
        "10.5 h",
        "90",
        "12.34\u00a0PHP",
    ]
    assert rows["percentile"].tolist()[:2] == [1.0, 0.5]
    assert rows["cannot"].str.len().min() > 10
    assert care_text(care).startswith("Among 60 peers of the same time, of 120 players.")
    assert "more than luck explains" in care_text(care)
    assert set(Marker) == {*_SAID}


@pytest.mark.slow
def test_what_is_planted_is_found_and_hardly_anybody_else():
    rng = np.random.default_rng(11)
    peers = [markers(player(rng), RTPS) for _ in range(300)]
    for kind, marker in PLANTED.items():
        found = 0
        for seed in range(20):
            # Who gets a quarter too much back is told from luck within 1,200 rounds, the others within 600.
            rounds = 2 * ROUNDS if kind == "advantage" else ROUNDS
            told = markers(player(np.random.default_rng(1000 + seed), kind, rounds), RTPS)
            found += percentiles(told, peers)[marker] >= 0.99
        assert found >= 19, kind
    honest = [percentiles(markers(player(rng), RTPS), peers) for _ in range(300)]
    for marker in PLANTED.values():
        above = np.mean([each[marker] >= 0.99 for each in honest])
        assert above <= 0.03, marker  # 1 in 100, of 300, with two errors


@pytest.mark.slow
def test_an_advantage_is_told_by_its_e_value_and_hardly_ever_of_an_honest_player():
    rng = np.random.default_rng(5)
    honest = [markers(player(rng), RTPS)[Marker.ADVANTAGE] for _ in range(300)]
    # e-BH over the 300: with its first alone at most one world in twenty has a mistake.
    assert not any(has_advantage(log_e, 300) for log_e in honest)
    found = [
        has_advantage(
            markers(player(np.random.default_rng(n), "advantage", 3000), RTPS)[Marker.ADVANTAGE], 300
        )
        for n in range(20)
    ]
    assert sum(found) >= 19
