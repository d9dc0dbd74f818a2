"""Payouts per second over HTTP, each answered after its commit, against bare one-row commits.

Run: ``python -m tests.benchmarks.payouts_rate``. Wanted: at least 70 % of the bare commits on the same
database, and a p99 under 250 ms with 50 calls at a time. Both are measured in turns, as machines vary.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from itertools import count
from statistics import median, quantiles
from typing import Any

import psycopg
from sqlalchemy import URL, text

from ledger.database import ledger_url, open_engine
from tests.ledger.payouts.provider import Line, payout
from tests.ledger.payouts.server import Server
from tests.parts import postgresql_server

ROUNDS = 5
CALLS = 4_000
AT_ONCE = 50
COMMITS = 2_000

numbers = count()


def commits_per_s(url: URL) -> float:
    """Commit rows one by one through the driver alone, as durably as the ledger does."""
    engine = open_engine(url)
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, trans_no TEXT)"))
        connection.commit()
        driver: Any = connection.connection.driver_connection
        begin, mark = ("BEGIN", "%s") if isinstance(driver, psycopg.Connection) else ("BEGIN IMMEDIATE", "?")
        write(driver, begin, mark, 50)
        started = time.perf_counter()
        write(driver, begin, mark, COMMITS)
        rate = COMMITS / (time.perf_counter() - started)
    engine.dispose()
    return rate


def write(driver: Any, begin: str, mark: str, rows: int) -> None:
    for _ in range(rows):
        if begin == "BEGIN IMMEDIATE":
            driver.execute(begin)
        number = next(numbers)
        driver.execute(f"INSERT INTO bare VALUES ({mark}, {mark})", (number, f"101-1006-{number}"))
        driver.commit()


async def payouts_per_s(port: int) -> tuple[float, list[float]]:
    """Deliver new payouts, 50 at a time; return their rate, and how long each took in ms."""
    calls = iter(
        [payout(f"101-1006-{(number := next(numbers))}", f"player-{number % 500}") for _ in range(CALLS)]
    )
    took_ms: list[float] = []

    async def work() -> None:
        line = Line(port)
        for call in calls:
            sent = time.perf_counter()
            status, answer = await line.post(call)
            took_ms.append((time.perf_counter() - sent) * 1000)
            assert (status, answer["header"]["code"]) == (200, 0), answer
        await line.close()

    started = time.perf_counter()
    await asyncio.gather(*[work() for _ in range(AT_ONCE)])
    return CALLS / (time.perf_counter() - started), took_ms


def measure(name: str, url: URL) -> None:
    bare, rates, took_ms = [], [], []
    with Server(url) as server:
        asyncio.run(payouts_per_s(server.port))
        for _ in range(ROUNDS):
            bare.append(commits_per_s(url))
            rate, some_ms = asyncio.run(payouts_per_s(server.port))
            rates.append(rate)
            took_ms += some_ms
    share = median(rates) / median(bare)
    at = quantiles(took_ms, n=100)
    print(  # noqa: T201
        f"{name:10} {median(rates):6.0f} payouts/s, {median(bare):6.0f} bare commits/s: {share:4.0%}   "
        f"p50 {at[49]:.0f} ms, p99 {at[98]:.0f} ms at {AT_ONCE} at a time"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, postgresql_server("fsync=on") as server:
        measure("SQLite", ledger_url(f"sqlite:///{folder}/ledger.sqlite3"))
        measure("PostgreSQL", ledger_url(f"{server}/postgres"))
