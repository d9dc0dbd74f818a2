"""How quickly the archive fills, and what its questions cost: ``python -m tests.benchmarks.archive``.

Filling is timed against the local provider, which makes its answers while it is asked, and against one whose
answers lie ready, beside `requests` + `json` + `pandas` and beside threads + polars doing the same from the
same provider in the same run, each several times in turn, of which the best counts. The collector is watched
through an hour of 20,000 bets, by a clock that is moved on. The questions are asked of made-up days, written
as the collector writes them; beside them stands the same over the raw rows. ``--days 60 --rows-an-hour 69450
--bets-per-hour 0`` asks them of 10⁸ bets and fills nothing: it takes 2 GB of disk.
"""

import argparse
import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import requests

from archive import pieces
from archive.archive import Archive
from archive.bets import STORED, sums
from archive.collector import Collector
from archive.engine import Engine
from archive.proof import HourRead, PieceState
from archive.questions import question
from archive.store import Folder
from tests.benchmarks.client_provider import DAY, running
from tests.benchmarks.table import Row, show
from tests.parts import ledger_at
from tests.provider import CLOCK, start_sandbox
from twoj_client import TwoJ
from twoj_client.windows import DAY_S, HOUR_S, utc_day_of
from twoj_sandbox import MCH_ID

TODAY = utc_day_of(CLOCK)
_MOST_MS = {"days": 30, "spreads": 30, "players_of_days": 100}
"""Of CPU, for the questions that have a target of their own; for all others it is 300 ms."""
RNG = np.random.default_rng(12)


class Provider(NamedTuple):
    """Where bets are read, and how it is asked; its days before `end_s` are full of them."""

    name: str
    url: str
    end_s: int
    now_s: float
    key: str
    body: Callable[[dict[str, int]], bytes]

    def days(self, count: int) -> range:
        """Return when its last days begin, in epoch s."""
        return range(self.end_s - count * DAY_S, self.end_s, DAY_S)


def timed(work: Callable[[], object]) -> tuple[float, float, object]:
    """Return the seconds and the CPU seconds of this process that work took, and its result."""
    begun, cpu = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - begun, time.process_time() - cpu, result


def by_requests(provider: Provider, days: int, folder: Path) -> int:
    """Read the same days one after the other, and write a Parquet file a day; return how many rows."""
    session, count = requests.Session(), 0
    for day_s in provider.days(days):
        rows: list[dict[str, object]] = []
        for hour_s in range(day_s, day_s + DAY_S, HOUR_S):
            page = 1
            while True:
                asked = {"time_start": hour_s, "time_end": hour_s + HOUR_S, "page": page, "page_size": 2000}
                body = provider.body(asked)
                answer = session.post(f"{provider.url}/api/all/history", data=body).json()["data"]
                rows += answer["items"]
                if page * 2000 >= answer["total"]:
                    break
                page += 1
        pd.DataFrame(rows).to_parquet(folder / f"{day_s}.parquet")
        count += len(rows)
    return count


def by_threads(provider: Provider, days: int, folder: Path) -> int:
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
            answer = http.post(f"{provider.url}/api/all/history", content=provider.body(asked))
            pages.append(answer.content)
            if len(pages) * 2000 >= _total(answer.content):
                return pages

    with http, ThreadPoolExecutor(8) as threads:
        for day_s in provider.days(days):
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
    found = re.search(rb'"total": ?(\d+)', page)
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
    """Rows a second from a provider to proven pieces, against the same days read without a proof."""
    with start_sandbox("--bets-per-hour", str(bets_per_hour), clock=CLOCK) as sandbox:
        own = Provider(
            "our provider",
            sandbox.url,
            TODAY,
            CLOCK,
            sandbox.key,
            lambda asked: sandbox.summary_body(asked, ts=CLOCK),
        )
        found = _filling(own, days, folder / "own")
    with running(bets_per_hour * 24, days=days) as url:
        ready = Provider(
            "ready answers",
            url,
            DAY + days * DAY_S,
            time.time(),
            "0" * 32,
            lambda asked: json.dumps({"data": asked}).encode(),
        )
        return found + _filling(ready, days, folder / "ready")


def _filling(provider: Provider, days: int, folder: Path) -> list[Row]:
    folder.mkdir()
    taken: dict[str, list[tuple[float, float]]] = {}
    for turn in range(4):
        (place := folder / str(turn)).mkdir()
        found = {}
        for work in (by_requests, by_threads):
            seconds, cpu_s, count = timed(lambda: work(provider, days, place))  # noqa: B023 - at once
            assert isinstance(count, int)
            found[work.__name__] = seconds / count, cpu_s / count
        found |= dict(zip(("proven", "proven and summed up"), _filled(provider, days, place), strict=True))
        if turn:  # in the first what loads late is loaded, and the provider's world made
            for name, of_row in found.items():
                taken.setdefault(name, []).append(of_row)
    best = {name: tuple(map(min, zip(*of_row, strict=True))) for name, of_row in taken.items()}
    rows = []
    for ours in ("proven", "proven and summed up"):
        for theirs, reference, least in (
            ("by_requests", "requests + json + pandas.to_parquet, no proof", 3),
            ("by_threads", "8 httpx threads + polars, no proof", 0.9),
        ):
            (our_s, our_cpu_s), (their_s, their_cpu_s) = best[ours], best[theirs]
            at_least = least if ours == "proven" else None
            name = f"filling from {provider.name}, {ours}"
            speeds = f"{1 / our_s:,.0f} rows/s", reference, f"{1 / their_s:,.0f} rows/s"
            rows.append(Row(name, *speeds, their_s / our_s, at_least=at_least))
            cpu = f"{our_cpu_s * 1e6:.1f} µs a row", reference, f"{their_cpu_s * 1e6:.1f} µs a row"
            rows.append(Row("CPU of it", *cpu, their_cpu_s / our_cpu_s))
    return rows


def _filled(provider: Provider, days: int, folder: Path) -> list[tuple[float, float]]:
    """Fill days; return seconds and CPU seconds a row until all are proven, and until they are summed up."""
    with _archive(provider.url, provider.key, folder, lambda: provider.now_s) as (twoj, archive, workers):
        collector = Collector(archive, Engine(archive), twoj, workers, calls_per_s=1e9)
        first_s, proven = provider.days(days)[0], (0.0, 0.0)
        begun_s, begun_cpu_s = time.perf_counter(), time.process_time()
        for _ in collector.fill(first_s, provider.end_s):
            proven = time.perf_counter() - begun_s, time.process_time() - begun_cpu_s
        summed_up = time.perf_counter() - begun_s, time.process_time() - begun_cpu_s
        found = archive.pieces(first_s, provider.end_s)
    assert len(found) == days * 24
    assert {piece.state for piece in found} == {PieceState.PROVEN}
    rows = sum(piece.ours.count for piece in found)
    return [(seconds / rows, cpu_s / rows) for seconds, cpu_s in (proven, summed_up)]


@contextmanager
def _archive(
    url: str, key: str, folder: Path, clock: Callable[[], float]
) -> Iterator[tuple[TwoJ, Archive, ThreadPoolExecutor]]:
    """An empty archive in a folder, a client to fill it, and threads."""
    long_s = 300  # a made-up world is made before it answers
    with (
        TwoJ(
            summary_url=url,
            mch_id=MCH_ID,
            key=key,
            cache_url=folder / "cache",
            clock=clock,
            timeout_s=long_s,
            budget_s=long_s,
        ) as twoj,
        ledger_at(f"sqlite:///{folder / 'ledger'}", MCH_ID) as ledger,
        ThreadPoolExecutor(4) as workers,
    ):
        ledger.prepare()
        yield twoj, Archive(ledger, Folder(folder / "files"), clock), workers


def collecting(bets_per_hour: int, folder: Path) -> list[Row]:
    """What an hour of so many bets takes of a core, and of the provider's calls beside the running hour.

    The hours of the day before it are there already. Hours are read again later three times more: these
    calls are added.
    """
    folder.mkdir()
    clock = [CLOCK]
    with (
        start_sandbox("--bets-per-hour", str(bets_per_hour), clock=CLOCK) as sandbox,
        _archive(sandbox.url, sandbox.key, folder, lambda: clock[0]) as (twoj, archive, workers),
    ):
        timer = lambda: float(clock[0])  # noqa: E731
        collector = Collector(archive, Engine(archive), twoj, workers, days=1, timer=timer)
        list(collector.fill(TODAY, CLOCK))
        sandbox.clear_calls()
        cpu_s = 0.0
        while clock[0] < CLOCK + HOUR_S:
            sandbox.set_clock(clock[0])
            _, turn_s, wait_s = timed(collector.turn)
            assert isinstance(wait_s, int | float)
            cpu_s += turn_s
            clock[0] += max(1, int(wait_s))
        calls = sandbox.calls("/api/all/history")
        sums = len(sandbox.calls()) - len(calls)
    whole = sum(_is_over(call["data"], call["received_at"]) for call in calls)
    again = 3 * (1 + -(-bets_per_hour // 2000))
    beside = (whole + sums + again) / 60
    work = f"collector, {bets_per_hour:,} bets an hour"
    return [
        Row(work, f"{cpu_s / 36:.2f} % of a core", "limit", "5 %", cpu_s / 36 / 5, at_most=1),
        Row(
            "the same, calls a minute beside the running hour",
            f"{beside:.2f}",
            "limit",
            "1",
            beside,
            at_most=1,
        ),
        Row(
            "the same, for the running hour",
            f"{(len(calls) - whole) / 60:.2f}",
            "limit",
            "3",
            (len(calls) - whole) / 180,
        ),
    ]


def _is_over(asked: dict[str, int], received_at_s: float) -> bool:
    """Whether a whole hour was asked for after its end; the running hour's last minutes are not."""
    return asked["time_start"] % HOUR_S == 0 and asked["time_end"] <= received_at_s


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
        engine._answer = engine._fetched  # nothing is kept
        for name, values in asked.items():
            first_ms = cpu_ms(lambda: Engine(archive).rows(question(name, start_s, TODAY, **values)))  # noqa: B023 - at once
            ours_ms = cpu_ms(lambda: engine.rows(question(name, start_s, TODAY, **values)))  # noqa: B023 - at once
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
        rows = []
        if chosen.bets_per_hour:
            rows += fill(min(chosen.days, 4), chosen.bets_per_hour, Path(folder))
            rows += collecting(20_000, Path(folder) / "collected")
        show(rows + questions(chosen.days, chosen.rows_an_hour, Path(folder)))


if __name__ == "__main__":
    main()
