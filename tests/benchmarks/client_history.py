"""How quickly one day of 400 000 bets becomes a pandas frame, beside other ways to do it.

``python -m tests.benchmarks.client_history`` prints a table. polars, dlt and DuckDB are shown where they are
installed. Each way is taken several times in turn, and its best counts.
"""

from __future__ import annotations

import io
import itertools
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import msgspec
import pandas as pd
import requests

from tests.benchmarks.client_provider import DAY, HOURS, PAGE, pages, running
from tests.benchmarks.table import Row, show
from twoj_client import TwoJ
from twoj_client.columns import _Decoder
from twoj_client.models import BetPage

ROWS = 400_000
PATH = "/api/all/history"
KEY = "0123456789abcdef0123456789abcdef"


def ours(url: str) -> int:
    """Take the columnar way."""
    with tempfile.TemporaryDirectory() as folder, client(url, folder) as twoj:
        return len(twoj.all.history_table(start=DAY, end=DAY + 86_400).data.to_pandas())


def ours_rows(url: str) -> int:
    """Take the way of typed rows, which are kept in the cache."""
    with tempfile.TemporaryDirectory() as folder, client(url, folder) as twoj:
        return len(twoj.all.history(start=DAY, end=DAY + 86_400).data)


def client(url: str, folder: str) -> TwoJ:
    """Return a client with a cold cache."""
    return TwoJ(summary_url=url, mch_id=101, key=KEY, cache_url=folder)


def body(hour: int, page: int) -> bytes:
    """Return a request; this provider asks for no signature."""
    start = DAY + hour * 3600
    data = {"time_start": start, "time_end": start + 3600, "page": page, "page_size": PAGE}
    return json.dumps({"data": data}).encode()


def with_requests(url: str) -> int:
    """Ask page by page with requests, json and pandas."""
    return len(pd.concat([pd.DataFrame(items) for items in _pages_by_requests(url)]))


def _pages_by_requests(url: str) -> Iterator[list[dict[str, Any]]]:
    session = requests.Session()
    for hour in range(HOURS):
        for page in itertools.count(1):
            data = session.post(url + PATH, data=body(hour, page), timeout=30).json()["data"]
            yield data["items"]
            if page * PAGE >= data["total"]:
                break


def _downloads(url: str, threads: ThreadPoolExecutor) -> list[Any]:
    http = httpx.Client(limits=httpx.Limits(max_connections=8))
    asked = [(hour, page) for hour in range(HOURS) for page in range(1, -(-ROWS // HOURS // PAGE) + 1)]
    return [threads.submit(lambda at=at: http.post(url + PATH, content=body(*at)).content) for at in asked]


def with_polars(url: str) -> int:
    """Let 8 threads download, and polars decode in this one."""
    import polars as pl

    with ThreadPoolExecutor(8) as threads:
        frames = [pl.read_json(io.BytesIO(page.result())) for page in _downloads(url, threads)]
    items = [frame["data"].struct.unnest()["items"].explode().struct.unnest() for frame in frames]
    return len(pl.concat(items).to_pandas())


def with_dlt(url: str) -> int:
    """Let dlt load Arrow tables into DuckDB, and pandas read them from there."""
    import dlt
    import pyarrow as pa

    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bets", pipelines_dir=folder, destination=dlt.destinations.duckdb(f"{folder}/bets.duckdb")
        )
        tables = (pa.Table.from_pylist(items) for items in _pages_by_requests(url))
        pipeline.run(dlt.resource(tables, name="bets"))
        with pipeline.sql_client() as sql, sql.execute_query("SELECT * FROM bets") as cursor:
            return len(cursor.df())


def best(ways: dict[str, Callable[[str], int]], url: str, rounds: int) -> dict[str, tuple[float, float]]:
    """Return each way's best wall and CPU time, in seconds. A way whose library is missing is left out."""
    found: dict[str, tuple[float, float]] = {}
    for _ in range(rounds):
        for name, way in ways.items():
            wall, cpu = time.perf_counter(), time.process_time()
            try:
                assert way(url) == ROWS, name
            except ImportError:
                continue
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            before = found.get(name, (wall, cpu))
            found[name] = min(before[0], wall), min(before[1], cpu)
    return found


def speed(seconds: float) -> str:
    """Return rows per second, for people."""
    return f"{ROWS / seconds:,.0f} rows/s".replace(",", " ")


def near() -> list[Row]:
    """Measure with the provider at no distance."""
    ways = {
        "ours": ours,
        "rows": ours_rows,
        "requests": with_requests,
        "polars": with_polars,
        "dlt": with_dlt,
    }
    with running(ROWS) as url:
        found = best(ways, url, rounds=4)
    mine, cpu = found["ours"]
    rows = [_row("one day to a frame", mine, "requests + json + DataFrame", found["requests"][0], 3)]
    if "polars" in found:
        rows.append(_row("the same", mine, "8 httpx threads + polars", found["polars"][0], 0.9))
    if "dlt" in found:
        rows.append(_row("the same", mine, "dlt, Arrow into DuckDB", found["dlt"][0], 3))
    rows.append(
        _row(
            "one day to typed rows, kept",
            found["rows"][0],
            "requests + json + DataFrame",
            found["requests"][0],
        )
    )
    return rows + decoding(cpu)


def far() -> list[Row]:
    """Measure with the provider 50 ms away."""
    with running(ROWS, delay_ms=50) as url:
        found = best({"ours": ours, "requests": with_requests}, url, rounds=2)
    return [
        _row(
            "one day, provider 50 ms away",
            found["ours"][0],
            "requests + json + DataFrame",
            found["requests"][0],
            6,
        )
    ]


def decoding(cpu_s: float) -> list[Row]:
    """Measure the CPU of decoding the same bytes alone."""
    bodies = [answer.partition(b"\r\n\r\n")[2] for answer in pages(ROWS // 10).values()]
    payloads = [bytes(msgspec.json.decode(page, type=dict[str, msgspec.Raw])["data"]) for page in bodies]
    alone = {"Arrow": _Decoder().decode, "msgspec rows": msgspec.json.Decoder(BetPage).decode}
    rows = []
    for name, decode in alone.items():
        took = []
        for _ in range(5):
            started = time.process_time()
            for payload in payloads:
                decode(payload)
            took.append((time.process_time() - started) * 10)
        seconds = min(took)
        rows.append(
            Row("CPU of it", f"{cpu_s:.2f} s", f"decoding alone, {name}", f"{seconds:.2f} s", cpu_s / seconds)
        )
    return rows


def _row(work: str, mine: float, reference: str, theirs: float, at_least: float | None = None) -> Row:
    return Row(work, speed(mine), reference, speed(theirs), theirs / mine, at_least=at_least)


if __name__ == "__main__":
    show([*near(), *far()])
