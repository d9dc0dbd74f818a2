"""How quickly the local provider starts and answers: `python -m tests.benchmarks.sandbox_answers`.

Each endpoint is asked for 60 days (or the longest window it takes) in the default world, seen from the caller
over HTTP. Target: under 20 ms warm, under 3 s to start.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

from tests.provider import CLOCK, Sandbox, start_sandbox
from twoj_sandbox import GRINDER, MCH_ID

WINDOW = {"time_start": CLOCK - 60 * 86_400, "time_end": CLOCK}
PEAK_HOUR = CLOCK // 86_400 * 86_400 - 86_400 + 13 * 3600
LOAD = ("--bets-per-hour", "20000", "--days", "10")
PLAYER = {"user_id": GRINDER.user_id}
ASKED: dict[str, dict[str, Any]] = {
    "/api/all/list": {},
    "/api/all/stage/summary": WINDOW,
    "/api/all/history": {"time_start": PEAK_HOUR, "time_end": PEAK_HOUR + 3600, "page_size": 2000},
    "/api/all/bonus/summary": {"mch_id": MCH_ID} | WINDOW,
    "/api/games/user/history": PLAYER | WINDOW | {"limit": 500},
    "/api/games/game/history": {"game_id": 2011, "limit": 500} | WINDOW,
    "/api/games/user/stage/summary": PLAYER | WINDOW,
    "/api/games/game/stage/summary": {"game_id": 2011} | WINDOW,
    "/api/slots/user/history": PLAYER | WINDOW | {"limit": 500},
    "/api/slots/user/stage/summary": PLAYER | WINDOW,
    "/api/slots/game/stage/summary": WINDOW,
    "/open2j/g/gjp/pool": {},
    "/open2j/w/transfer/balance": {"op_id": GRINDER.op_id},
    "/open2j/w/transfer/records": {"op_id": GRINDER.op_id, "next_id": 0, "page_size": 100},
}


def answer_ms(sandbox: Sandbox, path: str, asked: dict[str, Any]) -> tuple[float, float, int]:
    """Return the first answer's time, the median of 30 more, and the body's length."""
    times = []
    for _ in range(31):
        body = (
            json.dumps(asked).encode() if path.startswith("/open2j/") else sandbox.summary_body(asked, CLOCK)
        )
        begun = time.perf_counter()
        if path.startswith("/open2j/"):
            answer = sandbox.open_answer(path, body, CLOCK * 1000)
        else:
            answer = sandbox.http.post(path, content=body)
        times.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200
    return times[0], statistics.median(times[1:]), len(answer.content)


def day_of_load(sandbox: Sandbox) -> tuple[int, float]:
    """Return rows and seconds of one day of `/api/all/history`, page after page on one connection."""
    start, rows, begun = CLOCK // 86_400 * 86_400 - 86_400, 0, time.perf_counter()
    for hour in range(start, start + 86_400, 3600):
        page, full = 1, True
        while full:
            asked = {"time_start": hour, "time_end": hour + 3600, "page_size": 2000, "page": page}
            answer = sandbox.http.post("/api/all/history", content=sandbox.summary_body(asked, CLOCK))
            count = answer.content.count(b'"event_id"')
            rows, page, full = rows + count, page + 1, count == 2000
    return rows, time.perf_counter() - begun


def seconds_to_start(*arguments: str) -> float:
    """Return how long a sandbox takes until it has printed its URL."""
    begun = time.perf_counter()
    with start_sandbox(*arguments):
        return time.perf_counter() - begun


def report() -> Iterator[str]:
    """Measure, and yield the tables line by line."""
    starts = [seconds_to_start() for _ in range(3)]
    yield f"start-up, default world: {statistics.median(starts):.2f} s"
    yield f"start-up, 20 000 bets an hour: {seconds_to_start(*LOAD):.2f} s"
    yield f"{'endpoint':34} {'first ms':>9} {'warm ms':>8} {'bytes':>8}"
    with start_sandbox(clock=CLOCK) as sandbox:
        for path, asked in ASKED.items():
            first, warm, length = answer_ms(sandbox, path, asked)
            yield f"{path:34} {first:9.1f} {warm:8.1f} {length:8}"
    with start_sandbox(*LOAD, clock=CLOCK) as sandbox:
        day_of_load(sandbox)
        rows, seconds = day_of_load(sandbox)
        yield f"one day of /api/all/history: {rows} rows in {seconds:.2f} s, {rows / seconds:,.0f} rows/s"


if __name__ == "__main__":
    for line in report():
        sys.stdout.write(f"{line}\n")
