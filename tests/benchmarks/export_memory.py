"""What an export of a busy day takes in memory and time: `python -m tests.benchmarks.export_memory [ROWS]`.

Target: 10 million rows under 500 MB, the dashboard's own libraries included. Memory is the most that the
process ever held (its resident set), without the provider, which is a process of its own.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

import dashboard.bets.data  # noqa: F401 - what the server has loaded anyway
from dashboard.bets.data_exports import Exports
from dashboard.bets.export import Format
from dashboard.rounds.filter import RoundQuery
from tests.benchmarks.export_provider import NOW, running
from twoj_client import TwoJ

ROWS = 10_000_000
DAY = date(2026, 3, 14)


def most_mb() -> float:
    """Return the most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(rows: int) -> None:
    sys.stdout.write(f"before: {most_mb():.0f} MB\n")
    with running(rows) as url, tempfile.TemporaryDirectory() as folder:
        client = TwoJ(summary_url=url, mch_id=1, key="k", cache_url=f"{folder}/cache", clock=lambda: NOW)
        with client:
            exports = Exports(Path(folder) / "exports", client, "", ZoneInfo("UTC"), None, lambda: NOW)
            for form in Format:
                exports.order(DAY, DAY, RoundQuery(), "", form)
                begun = time.perf_counter()
                exports.work()
                seconds = time.perf_counter() - begun
                (made,) = [seen.export for seen in exports.seen() if seen.export.format is form]
                assert (made.rows, made.lacking) == (rows, ()), made
                if form is Format.PARQUET:
                    assert pq.read_metadata(exports.finished(made.id)[1]).num_rows == rows
                sys.stdout.write(
                    f"{form}: {made.rows:,} rows in {seconds:.0f} s ({made.rows / seconds:,.0f} a second),"
                    f" {made.size / 2**20:,.0f} MB on disk; most memory so far {most_mb():.0f} MB\n"
                )
                exports.delete(made.id)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
