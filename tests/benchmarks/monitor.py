"""How soon the monitor of RTPs finds a fault, how often it errs, what a pass costs: `… [games [days]]`.

Each row is a game of 400 rounds an hour (`tests/monitored.py`), beside a band at 99.8 % of the last 30 days,
of 5 at least, that is looked at each hour. Then the files of so many days (60, of 0.7 GB) of 60 games at
20,000 rounds an hour, and single hours of them.
"""

import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import delete

from archive.archive import Archive
from archive.bets import STORED, in_window, sums
from archive.engine import Engine
from archive.proof import HourRead
from archive.store import Folder
from dashboard.luck.data_monitor import RtpMonitor
from dashboard.luck.monitor import OVERPAYING, UNDERPAYING
from ledger.schema import rtp_hours
from tests.monitored import CHANCES, DAYS_60_H, MULTIPLES, ROUNDS_AN_HOUR, RTP, run
from tests.parts import new_ledger
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S, hour_of, utc_day_of
from twoj_sandbox import MCH_ID

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
    games, days = (int(each) for each in (*sys.argv[1:], *("2000", "60")[len(sys.argv) - 1 :]))
    for seed, (watch, times) in enumerate(CASES):
        found = run(watch, times, games, DAYS_60_H, seed).alarmed_h
        name = "overpaying" if watch.sign > 0 else "underpaying"
        _say(f"{name} ×{times}: found {np.isfinite(found).mean():.2%}, {_median(found)}")
        band = looked_at_hourly(times, min(games, 500), seed)
        _say(f"  band of 30 days: outside {np.isfinite(band).mean():.2%}, {_median(band)}")
    with tempfile.TemporaryDirectory() as folder:
        _pass(days, Path(folder))


def _median(found: object) -> str:
    return f"after {np.median(found):.0f} h (median)"


def _of_day(day_s: int, end_s: int, rng: np.random.Generator) -> list[HourRead]:
    """The hours of a day before `end_s`, each with rounds of single draws."""
    rounds = 24 * ROUNDS
    number, bet = day_s * 1000 + np.arange(rounds), rng.integers(1, 50, rounds) * 1000
    user, at = rng.integers(0, 4000, rounds), day_s + np.arange(rounds) * DAY_S // rounds
    columns = {
        "event_id": _texts("e", number),
        "draw_id": _texts("d", number),
        "game_id": 1001 + rng.integers(0, GAMES, rounds),
        "user_id": user,
        "op_id": _texts("player", user),
        "bet_amount": bet,
        "gain_amount": (rng.choice(MULTIPLES, rounds, p=CHANCES) * bet).astype(np.int64) - bet,
        "credit_before_bet": rng.integers(0, 10**8, rounds),
        "credit": rng.integers(0, 10**8, rounds),
        "start_at": at,
        "end_at": at + 2,
    }
    table = pa.table({name: columns[name] for name in STORED.names}).cast(STORED)
    hours = range(day_s, min(day_s + DAY_S, end_s), HOUR_S)
    tables = [(hour_s, in_window(table, hour_s, hour_s + HOUR_S)) for hour_s in hours]
    return [HourRead(hour_s, of_hour, sums(of_hour), True, CLOCK, True) for hour_s, of_hour in tables]


def _texts(prefix: str, numbers: np.ndarray) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pc.cast(pa.array(numbers), pa.string()), "")


def _pass(days: int, folder: Path) -> None:
    """Observe an archive of so many days; then the hour that just ended, and one of a finished day."""
    today_s, end_s, rng = utc_day_of(CLOCK), hour_of(CLOCK), np.random.default_rng(1)
    with new_ledger(folder / "ledger", MCH_ID) as ledger:
        archive = Archive(ledger, Folder(folder / "archive"), lambda: CLOCK)
        for day_s in range(today_s - (days - 1) * DAY_S, today_s, DAY_S):
            archive.keep(_of_day(day_s, today_s, rng))
        *before, last = _of_day(today_s, end_s, rng)
        archive.keep(before)
        with closing(Engine(archive)) as engine:
            monitor = RtpMonitor(archive, engine, {})
            hours, took_s = _timed(monitor)
            _say(
                f"{hours} hours of {GAMES} games and {ROUNDS:,} rounds, both ways: {took_s:.1f} CPU s (60 for"
                f" 1,440 wanted)"
            )
            archive.keep([last])
            hours, took_s = _timed(monitor)
            _say(f"a new hour, {hours} observed: {took_s * 1000:.0f} ms of CPU (50 an hour wanted)")
            for back in (12, 15, 18):
                with ledger.writing() as books:
                    books.execute(delete(rtp_hours).where(rtp_hours.c.hour_s == today_s - back * HOUR_S))
                monitor = RtpMonitor(archive, engine, {})
                monitor.course()
                hours, took_s = _timed(monitor)
                _say(f"an hour of a day's file, {hours} observed: {took_s * 1000:.0f} ms of CPU (50 wanted)")


def _timed(monitor: RtpMonitor) -> tuple[int, float]:
    begun = time.process_time()
    return monitor.update(), time.process_time() - begun


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
