from itertools import pairwise
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.luck.course import Course, Watched
from dashboard.luck.hours import (
    OBSERVED,
    Yardstick,
    by_game,
    draws_of,
    observed,
    packed,
    unpacked,
    yardsticks,
)
from dashboard.luck.monitor import DrawReturns, reference_bounds
from twoj_client.windows import HOUR_S

MEASURE = {7: Yardstick(0.96, 0.9, True, 0.96, 2.0, 5000)}


def draws(*rows):
    """Draws of (game, start, x, stake)."""
    columns = list(zip(*sorted(rows), strict=True)) if rows else [()] * 4
    kinds = (np.int64, np.int64, np.float64, np.float64)
    return DrawReturns(*(np.array(values, kind) for values, kind in zip(columns, kinds, strict=True)))


def test_an_hour_holds_sums_of_each_stake_band():
    found = observed(
        draws(
            (7, 10, 2.0, 999), (7, 20, 0.0, 1000), (7, 30, 200.0, 1000), (8, 40, 1.0, 50), (7, HOUR_S, 9.0, 1)
        ),
        [0],
        MEASURE,
    )
    assert [*found] == [0]
    rows = found[0]
    assert rows["game_id"].tolist() == [7, 7, 8]
    assert rows["decade"].tolist() == [2, 3, 1]  # 999 li are of the hundreds, 1,000 of the thousands
    assert rows["draws"].tolist() == [1, 2, 1]
    assert rows["x"].tolist() == [2.0, 200.0, 1.0]
    assert rows["xx"].tolist() == [4.0, 40_000.0, 1.0]
    assert rows["cut"].tolist() == [2.0, 100.0, 1.0]
    assert rows["largest"].tolist() == [2.0, 200.0, 1.0]
    # λ = 0.1: 1 + 0.1 · (2 − 0.96) = 1.104; 0.904 · 20.904. For underpaying λ = 0.01, cut at 100.
    assert np.exp(rows["over"][:2, 3]) == pytest.approx([1.104, 0.904 * 20.904])
    assert np.exp(rows["under"][:2, 3]) == pytest.approx([0.989, 1.009 * 0.009])
    assert isnan(rows["rtp"][2])  # nothing is known of game 8: it is no evidence
    assert rows["over"][2].tolist() == [0.0] * 4
    assert unpacked(packed(rows)).tobytes() == rows.tobytes()
    assert len(observed(draws(), [0], MEASURE)[0]) == 0


@given(
    st.lists(st.tuples(st.just(7), st.integers(0, 5 * HOUR_S), st.floats(0, 5000), st.integers(1, 10**15))),
    st.lists(st.integers(1, 5)),
)
def test_the_same_comes_of_time_in_any_pieces(rows, cuts):
    hours = [hour * HOUR_S for hour in range(6)]
    edges = sorted({0, *cuts, 6})
    pieces = [hours[first:end] for first, end in pairwise(edges)]
    at_once = observed(draws(*rows), hours, MEASURE)
    in_pieces = {}
    for piece in pieces:
        of_piece = [row for row in rows if piece[0] <= row[1] < piece[-1] + HOUR_S]
        in_pieces |= observed(draws(*of_piece), piece, MEASURE)
    courses = Course({}), Course({})
    for course, found in zip(courses, (at_once, in_pieces), strict=True):
        for hour_s in hours:
            course.add(hour_s, found[hour_s])
    key = Watched(7, 1)
    lines = [course.lines([key]).get(key, []) for course in courses]
    assert [at for at, _ in lines[0]] == [at for at, _ in lines[1]]
    assert [m for _, m in lines[0]] == pytest.approx([m for _, m in lines[1]], rel=1e-6, abs=1e-6)


def test_who_is_not_known_is_nobody_elses():
    columns = {
        "game_id": [7, 7, 7, 7],
        "draw_id": [5, -1, -1, 6],
        "user_id": [1, -1, -1, -1],
        "start_at": [1, 2, 3, 4],
        "bet_amount": [100, 100, 100, 0],
        "gain_amount": [0, -100, 100, 500],
    }
    found = draws_of({name: np.array(values, np.int64) for name, values in columns.items()})
    assert found.x.tolist() == [1.0, 0.0, 2.0]  # the free spin of somebody forgotten belongs to nothing


def sums(n, mean, variance, largest):
    """What n draws of this mean and variance add up to."""
    return (n, n * mean, n * (variance + mean**2), n * mean, n * (variance + mean**2), largest)


def test_a_game_is_watched_against_its_own_past_by_the_end_of_what_may_be():
    days = [{1: sums(50_000, 0.96, 4.0, 50.0), 2: sums(1999, 0.96, 4.0, 10.0)}] * 2
    found = yardsticks([days[0], {1: days[0][1]}], {1: "slots", 2: "slots"}, {})
    assert [*found] == [1]  # fewer than 2,000 draws tell nothing
    measure = found[1]
    assert (measure.rtp, measure.draws, measure.configured) == (pytest.approx(0.96), 100_000, False)
    # With its part of three more rounds at the largest multiple of the type: 3 · 100,000 / 101,999 of 49².
    sigma = (4.0 + 3 / 101_999 * (50 - 0.96) ** 2) ** 0.5
    low, high = reference_bounds(0.96, sigma, 100_000)
    assert (measure.over, measure.sigma) == (pytest.approx(high), pytest.approx(sigma))
    assert measure.under == pytest.approx(low)
    assert measure.over > 0.96 > measure.under


def test_a_theoretical_rtp_needs_no_past_and_a_wild_past_allows_any():
    found = yardsticks([], {}, {5: 0.965})
    assert found[5].over == 0.965
    assert isnan(found[5].under)
    wild = yardsticks([{1: sums(2500, 0.96, 90_000.0, 9000.0)}], {1: "slots"}, {})[1]
    assert isnan(wild.over)
    assert isnan(wild.under)


def test_what_hours_tell_adds_up_by_game():
    rows = np.zeros(3, OBSERVED)
    rows["game_id"], rows["draws"], rows["x"], rows["largest"] = (
        [1, 1, 2],
        [3, 4, 5],
        [1.5, 2.5, 9],
        [7, 2, 3],
    )
    assert by_game([rows[:2], rows[:0], rows[2:]]) == {1: (7, 4, 0, 0, 0, 7), 2: (5, 9, 0, 0, 0, 3)}
    assert by_game([]) == {}
