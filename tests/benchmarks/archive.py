"""How quickly the archive fills, and what its questions cost: ``python -m tests.benchmarks.archive``.

Filling is timed against the local provider, beside `requests` + `json` + `pandas` doing the same from the
same provider in the same run. The questions are asked of made-up days, written as the collector writes them;
beside them stands the same over the raw rows. ``--days 60 --rows-an-hour 69450 --bets-per-hour 0`` asks them
of 10⁸ bets and fills nothing: it takes 2 GB of disk.
"""

import argparse
import re
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import requests

from archive import pieces
from archive.archive import Archive
from archive.bets import DAY_S, HOUR_S, STORED, sums
from archive.collector import Collector
from archive.engine import Engine
from archive.proof import HourRead
from archive.questions import ask
from archive.store import Folder
from tests.benchmarks.table import Row, show
from tests.parts import ledger_at
from tests.provider import CLOCK, Sandbox, start_sandbox
from twoj_client import TwoJ
from twoj_client.cache.memory import Memory

TODAY = CLOCK // DAY_S * DAY_S
_MOST_MS = {"days": 30, "spreads": 30, "players_of_days": 100}
"""Of CPU, for the questions that have a target of their own; for all others it is 300 ms."""
RNG = np.random.default_rng(12)


def timed(work: Callable[[], object]) -> tuple[float, float, object]:
    """Return the seconds and the CPU seconds of this process that work took, and its result."""
    begun, cpu = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - begun, time.process_time() - cpu, result


def by_requests(sandbox: Sandbox, days: int, folder: Path) -> int:
    """Read the same days one after the other, and write a Parquet file a day; return how many rows."""
    session, count = requests.Session(), 0
    for day_s in range(TODAY - days * DAY_S, TODAY, DAY_S):
        rows: list[dict[str, object]] = []
        for hour_s in range(day_s, day_s + DAY_S, HOUR_S):
            page = 1
            while True:
                asked = {"time_start": hour_s, "time_end": hour_s + HOUR_S, "page": page, "page_size": 2000}
                body = sandbox.summary_body(asked, ts=CLOCK)
                answer = session.post(f"{sandbox.url}/api/all/history", data=body).json()["data"]
                rows += answer["items"]
                if page * 2000 >= answer["total"]:
                    break
                page += 1
        pd.DataFrame(rows).to_parquet(folder / f"{day_s}.parquet")
        count += len(rows)
    return count


def by_threads(sandbox: Sandbox, days: int, folder: Path) -> int:
    """Let eight threads download the same days, and polars decode and write them; return how many rows."""
    import httpx
    import polars as pl

    http, count = httpx.Client(timeout=30), 0

    def hour(hour_s: int) -> list[bytes]:
        pages: list[bytes] = []
        while True:
            asked = {
                "time_start": hour_s,
                "time_end": hour_s + HOUR_S,
                "page": len(pages) + 1,
                "page_size": 2000,
            }
            answer = http.post(
                f"{sandbox.url}/api/all/history", content=sandbox.summary_body(asked, ts=CLOCK)
            )
            pages.append(answer.content)
            if len(pages) * 2000 >= _total(answer.content):
                return pages

    with http, ThreadPoolExecutor(8) as threads:
        for day_s in range(TODAY - days * DAY_S, TODAY, DAY_S):
            pages = [page for of in threads.map(hour, range(day_s, day_s + DAY_S, HOUR_S)) for page in of]
            tables = [
                pl.read_json(page)["data"].struct.unnest()["items"].explode().struct.unnest()
                for page in pages
                if _total(page)
            ]
            day = pl.concat([table for table in tables if len(table)])
            day.write_parquet(folder / f"{day_s}.polars.parquet")
            count += len(day)
    return count


def _total(page: bytes) -> int:
    found = re.search(rb'"total":(\d+)', page)
    assert found
    return int(found[1])


def made_up(hour_s: int, rows: int) -> HourRead:
    """An hour of bets: of 4,000 players few play at once, each 25 rounds of one of 60 games."""
    players = RNG.integers(0, 4000, -(-rows // 25))
    user = np.repeat(players, 25)[:rows]
    at = hour_s + np.sort(RNG.integers(0, HOUR_S, rows))
    bet = RNG.choice([1000, 2000, 5000, 10_000, 50_000], rows)
    gain = np.where(RNG.random(rows) < 0.3, bet * RNG.integers(0, 6, rows), -bet)
    number = hour_s * 10**6 + np.arange(rows)
    table = pa.table(
        {
            "event_id": [f"{each}-1041-{each % 9999}" for each in number],
            "draw_id": [""] * rows,
            "game_id": 1001 + np.repeat(RNG.integers(0, 60, len(players)), 25)[:rows],
            "user_id": 101_000_000_000 + user,
            "op_id": [f"player{each}" for each in user],
            "bet_amount": bet,
            "gain_amount": gain,
            "credit_before_bet": RNG.integers(0, 10**8, rows),
            "credit": RNG.integers(0, 10**8, rows),
            "start_at": at,
            "end_at": at + 2,
        }
    ).cast(STORED)
    return HourRead(hour_s, table, sums(table), complete=True, as_of_s=CLOCK, by_provider_clock=True)


def fill(days: int, bets_per_hour: int, folder: Path) -> list[Row]:
    """Rows a second from the provider to proven pieces, against the same days read without a proof."""
    with (
        start_sandbox("--bets-per-hour", str(bets_per_hour), clock=CLOCK) as sandbox,
        TwoJ(
            summary_url=sandbox.url,
            mch_id=sandbox.mch_id,
            key=sandbox.key,
            cache_url=folder / "cache",
            clock=lambda: CLOCK,
        ) as twoj,
        ledger_at(f"sqlite:///{folder / 'ledger'}", sandbox.mch_id) as ledger,
        ThreadPoolExecutor(4) as workers,
    ):
        ledger.prepare()
        archive = Archive(ledger, Folder(folder / "filled"), lambda: CLOCK)
        collector = Collector(archive, Engine(archive), twoj, workers, calls_per_s=1e9)
        list(collector.fill(TODAY - DAY_S, TODAY))  # what loads late is loaded
        by_requests(sandbox, days, folder)  # the world is made
        theirs_s, _, count = timed(lambda: by_requests(sandbox, days, folder))
        by_threads(sandbox, 1, folder)
        threads_s, _, threads_count = timed(lambda: by_threads(sandbox, days, folder))
        proven_s, summed_s = _filled(collector, days)
        rows = sum(piece.ours.count for piece in archive.pieces(TODAY - days * DAY_S, TODAY - DAY_S))
    return [
        Row(work, f"{ours:,.0f} rows/s", reference, f"{theirs:,.0f} rows/s", ours / theirs, at_least=least)
        for work, ours in (("filling, proven", rows / proven_s), ("the same, summed up", rows / summed_s))
        for reference, theirs, least in (
            ("requests + json + pandas.to_parquet, no proof", count / theirs_s, 3),
            ("8 httpx threads + polars, no proof", threads_count / threads_s, 0.9),
        )
    ]


def _filled(collector: Collector, days: int) -> tuple[float, float]:
    """Fill all days but the last; return after how many seconds they were proven, and summed up."""
    begun, proven_s = time.perf_counter(), 0.0
    for _ in collector.fill(TODAY - days * DAY_S, TODAY - DAY_S):
        proven_s = time.perf_counter() - begun
    return proven_s, time.perf_counter() - begun


def questions(days: int, rows_an_hour: int, folder: Path) -> list[Row]:
    """CPU of the questions of all pages, against a scan of all rows by game; each is the median of five.

    Each is asked of an engine that keeps no answers, as of a server's once the running hour has grown; and,
    first in a process, of a new one, which has not read the roll-ups either.
    """
    start_s = TODAY - days * DAY_S
    manila = [(at - 8 * HOUR_S, at + 16 * HOUR_S) for at in range(start_s, TODAY, DAY_S)]
    user_id = 101_000_000_000 + int(RNG.integers(0, 4000))
    raw = "SELECT game_id, count(*), sum(bet_amount::HUGEINT * bet_amount) FROM bets GROUP BY game_id"
    bets = days * 24 * rows_an_hour
    with ledger_at(f"sqlite:///{folder / 'asked-ledger'}", 1) as ledger:
        ledger.prepare()
        archive = Archive(ledger, Folder(folder / "asked"), lambda: CLOCK)
        engine = Engine(archive)
        for day_s in range(start_s, TODAY, DAY_S):
            archive.keep([made_up(day_s + hour * HOUR_S, rows_an_hour) for hour in range(24)])
            engine.roll_up(day_s)
        with ledger.reading() as books:
            size = sum(each.file.size_bytes for each in pieces.all_files(books) if each.kind == "day")
        scan_ms = cpu_ms(lambda: Engine(archive).rows(raw, start_s, TODAY))
        found = [Row(f"bytes a bet, {bets:,} bets", f"{size / bets:.1f}", "", "", size / bets, at_most=24)]
        asked: dict[str, dict[str, Any]] = {
            "days": {"days": manila},
            "spreads": {},
            "players_of_days": {"days": manila},
            "rounds_of_player": {"user_id": user_id},
            "sums": {},
            "games": {},
            "days_of_games": {"days": manila},
            "players_of_games": {},
            "quarters": {},
            "sizes": {},
            "player_count": {},
            "days_of_wins": {"most": 50},
            "top_players": {"rank": "bet", "most": 50},
            "ranked_players": {"by": "bet", "since_s": start_s, "most": 25},
            "find_players": {"part": "er123", "most": 20},
            "player_of_user_id": {"user_id": user_id},
            "players_of_op_id": {"op_id": "player123"},
            "games_of_player": {"user_id": user_id},
            "round": {"id": "no such event"},
        }
        engine._answers = Memory(0)
        for name, values in asked.items():
            first_ms = cpu_ms(lambda: ask(Engine(archive), name, start_s, TODAY, **values))  # noqa: B023 - at once
            ours_ms = cpu_ms(lambda: ask(engine, name, start_s, TODAY, **values))  # noqa: B023 - at once
            work = f"{name}, of {_MOST_MS.get(name, 300)} ms; first in a process {first_ms:.0f} ms"
            found.append(Row(work, f"{ours_ms:.0f} ms", "raw scan", f"{scan_ms:.0f} ms", ours_ms / scan_ms))
    return found


def cpu_ms(work: Callable[[], object]) -> float:
    """The median of five, in ms of CPU of this process."""
    return sorted(timed(work)[1] for _ in range(5))[2] * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--rows-an-hour", type=int, default=2000, help="of the made-up days that are asked")
    parser.add_argument(
        "--bets-per-hour", type=int, default=2000, help="of the provider; 0: nothing is filled"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = fill(min(chosen.days, 4), chosen.bets_per_hour, Path(folder)) if chosen.bets_per_hour else []
        show(rows + questions(chosen.days, chosen.rows_an_hour, Path(folder)))


if __name__ == "__main__":
    main()
