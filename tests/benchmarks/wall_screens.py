"""What many walls cost: `python -m tests.benchmarks.wall_screens [screens] [seconds]`.

Each simulated screen keeps one connection and asks `GET /live/jackpot` every 2 s with a token of its own, as
the wall's script does. Target for 400 screens over 60 s: at most 0.6 provider calls a second, p95 under
10 ms, under 30 % of one core for the server.
"""

import asyncio
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator

from tests.benchmarks.served import cpu_s, served
from tests.provider import start_sandbox

POOL = "/open2j/g/gjp/pool"
EVERY_S, WARM_S = 2, 6


async def screen(port: int, token: str, ends_at: float, counts_from: float, times_ms: list[float]) -> None:
    """Ask again and again over one connection."""
    await asyncio.sleep(random.random() * EVERY_S)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = (
        "GET /live/jackpot HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {token}\r\n"
        "Screen-Heartbeat: painted=16; age=1900; build=abc123\r\n\r\n"
    ).encode()
    while (begun := time.perf_counter()) < ends_at:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        await reader.readexactly(int(length.partition(b":")[2]))
        if begun >= counts_from:
            times_ms.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(max(begun + EVERY_S - time.perf_counter(), 0))
    writer.close()


async def measure(port: int, pid: int, tokens: list[str], seconds: float) -> tuple[list[float], float]:
    """Return the answers' times in ms, and the server's share of one core."""
    times_ms: list[float] = []
    starts = time.perf_counter() + WARM_S
    screens = [
        asyncio.create_task(screen(port, token, starts + seconds, starts, times_ms)) for token in tokens
    ]
    await asyncio.sleep(starts - time.perf_counter())
    before, begun = cpu_s(pid), time.perf_counter()
    await asyncio.gather(*screens)
    return times_ms, (cpu_s(pid) - before) / (time.perf_counter() - begun)


def report(count: int, seconds: float) -> Iterator[str]:
    """Measure, and yield the figures line by line."""
    with start_sandbox() as sandbox, served(sandbox, screens=count) as (running, tokens):
        port = int(running.url.rpartition(":")[2])
        begun = time.time()
        times_ms, share = asyncio.run(measure(port, running.process.pid, tokens, seconds))
        lasted_s = time.time() - begun
        calls = len(sandbox.calls(POOL))
        quantiles = statistics.quantiles(times_ms, n=100)
        yield f"{count} screens, {seconds:.0f} s, {len(times_ms)} answers; load {os.getloadavg()[0]:.1f}"
        yield f"provider calls a second: {calls / lasted_s:.2f} (at most 0.6)"
        yield f"answer: p50 {quantiles[49]:.1f} ms, p95 {quantiles[94]:.1f} ms, p99 {quantiles[98]:.1f} ms"
        yield f"server: {share:.0%} of one core (under 30 %)"


if __name__ == "__main__":
    asked = [int(text) for text in sys.argv[1:]]
    for line in report(*(asked + [400, 60][len(asked) :])):
        print(line)  # noqa: T201
