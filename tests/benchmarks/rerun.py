"""What a warm page costs: `python -m tests.benchmarks.rerun [reruns]`.

The median time of a rerun, as a tab sees it from the request to the end of the script, against a page that
says the same to Streamlit from literals, on a server of its own, rerun in turns. Target: at most 1.5 times.
"""

import asyncio
import statistics
import sys

from tests.benchmarks.literal import ASKED
from tests.benchmarks.served import served
from tests.benchmarks.table import Row, show
from tests.provider import start_sandbox
from tests.streamlit_client import Tab, opened

PAGES = {"Overview": "", "Games": "games"}
WARM = 3
TARGET = 1.5


async def settled(tab: Tab) -> None:
    """Wait until everything has arrived: then a rerun asks nobody."""
    await tab.until(lambda: not tab.of_type("progress"), 300)
    await tab.rerun()
    assert not tab.errors, tab.errors


async def measure(ours: str, literal: str, page: str, reruns: int) -> tuple[float, float]:
    """Return the median times in ms of the page and of its literal twin."""
    async with opened(ours, page) as real, opened(literal, page) as twin:
        for tab in (real, twin):
            await settled(tab)
        await twin.rerun(f"{ASKED}=1")
        pairs = [(await real.rerun(), await twin.rerun()) for _ in range(reruns + WARM)][WARM:]
        drawn = [[element.WhichOneof("type") for element in tab.elements] for tab in (real, twin)]
        assert drawn[0] == drawn[1], "the twin does not show the same"
        mine, theirs = ([run.seconds * 1000 for run in column] for column in zip(*pairs, strict=True))
        return statistics.median(mine), statistics.median(theirs)


def rows(reruns: int) -> list[Row]:
    """Start both servers and measure."""
    with (
        start_sandbox() as sandbox,
        served(sandbox) as (real, _),
        served(sandbox, "tests.benchmarks.literal") as (literal, _),
    ):
        measured = {
            name: asyncio.run(measure(real.url, literal.url, page, reruns)) for name, page in PAGES.items()
        }
    return [
        Row(
            f"warm {name}, rerun",
            f"{ours:.1f} ms",
            "the same, literals",
            f"{theirs:.1f} ms",
            ours / theirs,
            TARGET,
        )
        for name, (ours, theirs) in measured.items()
    ]


if __name__ == "__main__":
    show(rows(int(sys.argv[1]) if sys.argv[1:] else 20))
