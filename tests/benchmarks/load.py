"""Many at once: `python -m tests.benchmarks.load [people] [walls] [seconds]`.

First 100 people (`AT_ONCE`) open a cold Overview at the same time, against one person who does. Then people
stay on Overview, Games and Bonus and change a filter every 5 s, while walls ask for the pots every 2 s; the
archive is filled. Targets for 60 people and 400 walls: p95 of a rerun under 300 ms, of a wall's answer
under 50 ms, at most 5 calls a minute beside those for the pots; the 100 cost the provider the calls of one.
All of it runs on this machine: how much of the processor the generator takes, and how busy the machine was
before, is printed, too.
"""

import asyncio
import os
import random
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack

from tests.benchmarks.served import cpu_s, memory_mb, served
from tests.benchmarks.wall_screens import screen
from tests.provider import start_sandbox
from tests.streamlit_client import Run, Tab, opened

AT_ONCE = 100
POOL = "/open2j/g/gjp/pool"
EVERY_S, ARRIVE_S, WARM_S = 5, 10, 20
PAGES = ("", "", "", "games", "games", "bonus")
PERIODS = ("Today", "Yesterday", "Last 7 days", "Last 30 days", "This month")
COMPARISONS = ("The days before", "The same weekdays", "Nothing")


async def change(tab: Tab, chance: random.Random) -> Run:
    """Change one of a page's filters, and wait until the page is drawn."""
    if chance.random() < 0.7:
        return await tab.choose("Period", chance.choice(PERIODS))
    return await tab.choose("Compared with", chance.choice(COMPARISONS))


async def warm(url: str) -> None:
    """Look at everything once: finished days are kept for good, as on a server that was there yesterday."""
    for page in dict.fromkeys(PAGES):
        async with opened(url, page) as tab:
            for period in PERIODS:
                await tab.choose("Period", period)
                for comparison in COMPARISONS:
                    await tab.choose("Compared with", comparison)
                    await tab.until(lambda tab=tab: not tab.of_type("progress"), 300)


async def person(url: str, number: int, counts_from: float, ends_at: float, runs: list[Run]) -> None:
    """Open a page, and change a filter every 5 s."""
    chance = random.Random(number)
    await asyncio.sleep(chance.random() * ARRIVE_S)
    async with opened(url, PAGES[number % len(PAGES)]) as tab:
        while (begun := time.perf_counter()) < ends_at:
            run = await change(tab, chance)
            if begun >= counts_from:
                runs.append(run)
            await asyncio.sleep(max(begun + EVERY_S - time.perf_counter(), 0))
        await tab.until(lambda: True)
        assert not tab.errors, tab.errors


async def crowd(url: str, people: int) -> float:
    """Open a cold Overview for all people at once; return the seconds until the last one sees it."""
    begun = time.perf_counter()
    async with AsyncExitStack() as stack:
        tabs = await asyncio.gather(*(stack.enter_async_context(opened(url)) for _ in range(people)))
        took_s = time.perf_counter() - begun
        assert not any(tab.errors for tab in tabs)
        assert len({len(tab.elements) for tab in tabs}) == 1
    return took_s


def at_once() -> Iterator[str]:
    """Measure the cold Overview."""
    for people in (1, AT_ONCE):
        with start_sandbox() as sandbox, served(sandbox) as (running, _):
            # All within one minute: the next one asks for other windows.
            time.sleep(max(0, time.time() % 60 - 35) and 60 - time.time() % 60)
            took_s = asyncio.run(crowd(running.url, people))
            yield f"cold Overview, {people} at once: {len(sandbox.calls())} provider calls, {took_s:.1f} s"


def quantiles(what: str, times_ms: Sequence[float], target_ms: int) -> str:
    """A row of the table."""
    of_100 = statistics.quantiles(times_ms, n=100)
    figures = " | ".join(f"{each:.0f}" for each in (of_100[49], of_100[94], max(times_ms)))
    return f"| {what} | {len(times_ms)} | {figures} | p95 under {target_ms} |"


async def busy(
    url: str, pid: int, tokens: Sequence[str], people: int, seconds: float
) -> tuple[list[Run], list[float], float, float]:
    """Return the reruns, the times of walls in ms, and the shares of one core of server and generator."""
    await warm(url)
    reruns: list[Run] = []
    walls: list[float] = []
    starts = time.perf_counter() + WARM_S
    port = int(url.rpartition(":")[2])
    tasks = [
        asyncio.create_task(person(url, number, starts, starts + seconds, reruns)) for number in range(people)
    ]
    tasks += [asyncio.create_task(screen(port, token, starts + seconds, starts, walls)) for token in tokens]
    await asyncio.sleep(starts - time.perf_counter())
    used, own = cpu_s(pid), resource.getrusage(resource.RUSAGE_SELF)
    await asyncio.sleep(seconds)
    shares = (
        (cpu_s(pid) - used) / seconds,
        (_used(resource.getrusage(resource.RUSAGE_SELF)) - _used(own)) / seconds,
    )
    await asyncio.gather(*tasks)
    return reruns, walls, *shares


def _used(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def report(people: int, walls: int, seconds: float) -> Iterator[str]:
    """Measure, and yield the figures line by line."""
    yield f"{people} people, {walls} walls, {seconds:.0f} s; load average before {os.getloadavg()[0]:.1f}"
    yield from at_once()
    with start_sandbox() as sandbox, served(sandbox, screens=walls, archive="filled") as (running, tokens):
        pid = running.process.pid
        empty_mb = memory_mb(pid)
        reruns, answers, server, own = asyncio.run(busy(running.url, pid, tokens, people, seconds))
        since = sandbox.now() - seconds
        asked = Counter(call["path"] for call in sandbox.calls() if call["received_at"] >= since)
        pots = asked.pop(POOL, 0)
        yield "| ms | times | p50 | p95 | max | target |"
        yield "|---|---|---|---|---|---|"
        yield quantiles("rerun after a filter", [run.seconds * 1000 for run in reruns], 300)
        if answers:
            yield quantiles("answer to a wall", answers, 50)
        yield f"reruns whose end Streamlit did not tell: {sum(run.is_cut for run in reruns)}"
        minutes = seconds / 60
        yield f"provider calls a minute: {asked.total() / minutes:.1f}, for the pots {pots / minutes:.0f}"
        yield f"asked for: {', '.join(f'{path} {count}' for path, count in asked.most_common())}"
        yield f"processor, of one core: server {server:.0%}, generator {own:.0%}"
        yield f"memory of the server: {empty_mb} MB at the start, {memory_mb(pid)} MB at the end"


if __name__ == "__main__":
    asked = [int(text) for text in sys.argv[1:]]
    for line in report(*(asked + [60, 400, 60][len(asked) :])):
        print(line, flush=True)  # noqa: T201
