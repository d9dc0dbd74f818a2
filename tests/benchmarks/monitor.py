"""How soon the monitor of RTPs finds a fault, how often it errs, what a pass costs: `… [games]`.

Each row is a game of 400 rounds an hour (`tests/monitored.py`), beside a band at 99.8 % of the last 30 days,
of 5 at least, that is looked at each hour. Then 60 days of 60 games at 20,000 rounds an hour, and one
such hour.
"""

import sys
import time
from collections.abc import Iterator
from typing import Final

import numpy as np

from dashboard.luck.course import Course
from dashboard.luck.hours import Yardstick, observed, packed, unpacked
from dashboard.luck.monitor import OVERPAYING, UNDERPAYING, draw_returns
from tests.monitored import CHANCES, DAYS_60_H, MULTIPLES, ROUNDS_AN_HOUR, RTP, mean_of, run
from twoj_client.windows import HOUR_S

GAMES: Final = 60
ROUNDS: Final = 20_000
LEAST_H: Final = 120
CASES: Final = (
    (OVERPAYING, 1.35),
    (OVERPAYING, 1.10),
    (OVERPAYING, 1.02),
    (OVERPAYING, 1.0),
    (UNDERPAYING, 0.65),
    (UNDERPAYING, 0.90),
    (UNDERPAYING, 1.0),
)


def looked_at_hourly(times: float, games: int, seed: int) -> list[float]:
    """After how many hours the RTP of the last 30 days first lies outside of 3.09 standard errors."""
    rng, month_h = np.random.default_rng(seed), 30 * 24
    error = np.sqrt(CHANCES @ (MULTIPLES - RTP) ** 2)
    won = rng.multinomial(ROUNDS_AN_HOUR, CHANCES, (games, DAYS_60_H)) @ (MULTIPLES * times)
    so_far = np.cumsum(won, axis=1)
    so_far[:, month_h:] -= so_far[:, :-month_h].copy()
    rounds = np.minimum(np.arange(1, DAYS_60_H + 1), month_h) * ROUNDS_AN_HOUR
    outside = np.abs(so_far / rounds - RTP) > 3.09 * error / np.sqrt(rounds)
    outside[:, :LEAST_H] = False
    return np.where(outside.any(axis=1), outside.argmax(axis=1) + 1.0, np.inf).tolist()


def main() -> None:
    """Print the table, then the times."""
    games = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for seed, (watch, times) in enumerate(CASES):
        found = run(watch, times, games, DAYS_60_H, seed).alarmed_h
        name = "overpaying" if watch.sign > 0 else "underpaying"
        sys.stdout.write(f"{name} ×{times}: found {np.isfinite(found).mean():.2%}, {_median(found)}\n")
        band = looked_at_hourly(times, min(games, 500), seed)
        sys.stdout.write(f"  band of 30 days: outside {np.isfinite(band).mean():.2%}, {_median(band)}\n")
    _pass()


def _median(found: object) -> str:
    return f"after {np.median(found):.0f} h (median)"


def _rounds(hours: int, seed: int) -> Iterator[tuple[np.ndarray, ...]]:
    """Hour by hour, the columns of `draw_returns`."""
    rng = np.random.default_rng(seed)
    for hour in range(hours):
        x = rng.choice(MULTIPLES, ROUNDS, p=CHANCES)
        bet_li = rng.integers(1, 50, ROUNDS) * 1000
        ids = np.arange(ROUNDS)
        game_id, user_id = rng.integers(0, GAMES, ROUNDS), rng.integers(0, 2000, ROUNDS)
        start_s = hour * HOUR_S + ids * HOUR_S // ROUNDS
        yield game_id, hour * ROUNDS + ids, user_id, start_s, bet_li, (x * bet_li).astype(np.int64) - bet_li


def _pass() -> None:
    """Each hour is observed by an RTP that is known, and added to the evidence."""
    measure = Yardstick(RTP, mean_of(UNDERPAYING), True, RTP, 9.4, 0)
    measures = dict.fromkeys(range(GAMES), measure)
    course, took_s, hours_s = Course({}), 0.0, []
    for hour, columns in enumerate(_rounds(DAYS_60_H, 1)):
        begun = time.process_time()
        at = hour * HOUR_S
        course.add(at, unpacked(packed(observed(draw_returns(*columns), [at], measures)[at])))
        hours_s.append(time.process_time() - begun)
        took_s += hours_s[-1]
    largest = max(log_m for log_m, _ in course.now().values())
    sys.stdout.write(
        f"60 days × {GAMES} games × {ROUNDS:,} rounds an hour, both ways: {took_s:.1f} CPU s (60 wanted)\n"
    )
    sys.stdout.write(
        f"an hour: {np.median(hours_s) * 1000:.1f} ms (50 wanted); largest log M {largest:.1f}\n"
    )


if __name__ == "__main__":
    main()
