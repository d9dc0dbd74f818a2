"""What browser sessions leave behind: `python -m tests.benchmarks.sessions [sessions] [at_once]`.

People come and go: each opens a page, looks at it, changes its period and leaves. Printed after every tenth
of them: open files, threads and memory of the server. Files and threads have a bound of their own (the pools'
and the cache's); the curve of memory has to become flat.
"""

import asyncio
import sys
from pathlib import Path

from tests.benchmarks.served import memory_mb, served
from tests.provider import start_sandbox
from tests.streamlit_client import opened

PAGES = ("", "games", "bonus", "bets", "jackpots", "status")


async def visit(url: str, number: int) -> None:
    """Open a page and leave again."""
    page = PAGES[number % len(PAGES)]
    async with opened(url, page, "period=7d") as tab:
        if page in {"", "games", "bonus", "bets"}:
            await tab.choose("Period", "Yesterday")


async def visits(url: str, first: int, count: int, at_once: int) -> None:
    """Have so many people come and go, `at_once` at the same time."""
    for number in range(first, first + count, at_once):
        await asyncio.gather(*(visit(url, number + each) for each in range(at_once)))


def main(sessions: int, at_once: int) -> None:
    with start_sandbox() as sandbox, served(sandbox) as (running, _):
        process = Path(f"/proc/{running.process.pid}")
        print("| sessions so far | open files | threads | memory, MB |\n|---|---|---|---|")  # noqa: T201
        step = max(sessions // 10, at_once)
        for done in range(0, sessions + 1, step):
            files, threads = (len(list((process / what).iterdir())) for what in ("fd", "task"))
            print(f"| {done} | {files} | {threads} | {memory_mb(running.process.pid)} |", flush=True)  # noqa: T201
            if done < sessions:
                asyncio.run(visits(running.url, done, step, at_once))


if __name__ == "__main__":
    asked = [int(text) for text in sys.argv[1:]]
    main(*(asked + [500, 5][len(asked) :]))
