"""A process of its own that has all kinds of faults strike what pages ask, and says what it holds.

    python -m tests.leak_run URL FOLDER FAULTS

prints, as one line of JSON, what it held once warm, and after so many faults.
"""

import asyncio
import gc
import json
import logging
import os
import sys
import threading
import time
import tracemalloc
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import structlog
from pydantic import SecretStr
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from dashboard.bonus import data as bonus_data
from dashboard.bonus.numbers import BonusQuery
from dashboard.core.memo import _memo
from dashboard.core.query import Query, read_view
from dashboard.games import data_game, data_table
from dashboard.jackpots import data as jackpots_data
from dashboard.jackpots.data_watch import Watch
from dashboard.kit.current import merchants
from dashboard.overview import data as overview_data
from dashboard.players import data as players_data
from dashboard.players import data_balance as players_data_balance
from dashboard.players.player import Player
from dashboard.provider.archived import NotArchived
from dashboard.server.connect import connected
from dashboard.server.settings import Settings
from dashboard.wallet import data as wallet_data
from dashboard.wallet.transfers import TransferQuery as WantedTransfers
from ledger.database import Database, ledger_url
from ledger.payouts.payout_call import MerchantKey
from ledger.payouts.receiver import MerchantPayouts, Receiver
from tests.ledger.payouts.provider import payout
from tests.merchants import merchant
from tests.provider import CLOCK
from twoj_client import TwoJError
from twoj_client.cache import cached
from twoj_sandbox import KEY, MCH_ID

KINDS = [
    *("http_500", "http_502_html", "http_429", "html_200", "hang", "reset", "cut_body", "cut_json"),
    *("empty_body", "code_400", "code_500", "wrong_key", "wrong_types", "nulls", "missing_data"),
]
MAIN = Path(__file__).parents[1] / "dashboard/kit/main.py"
WARM_ROUNDS = 1
PAGE_FAULTS = 15
CALLS = 100


def held() -> dict[str, Any]:
    """Say what this process holds: threads by their names, open files, number of sockets, bytes."""
    gc.collect()
    links = []
    for fd in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the one that reads the folder
            links.append(str(fd.readlink()))
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "threads": Counter(thread.name.partition("_")[0] for thread in threading.enumerate()),
        "files": Counter(Path(link).name for link in links if not link.startswith("socket:")),
        "sockets": sum(link.startswith("socket:") for link in links),
        "python_bytes": tracemalloc.get_traced_memory()[0],
        "resident_bytes": pages * os.sysconf("SC_PAGE_SIZE"),
    }


def fill_pools() -> None:
    """Have each pool start all threads that it may have: one that grows when needed is no leak."""
    for pool in [each for each in gc.get_objects() if isinstance(each, ThreadPoolExecutor)]:
        if pool._shutdown:
            continue
        all_are_here = threading.Barrier(pool._max_workers)
        for future in [pool.submit(all_are_here.wait, 60) for _ in range(pool._max_workers)]:
            future.result()


def all_that_pages_ask() -> None:
    """Ask it, as of now."""
    ours = merchant()
    now = ours.now()
    start = now - timedelta(days=1)
    view = read_view(Query({"compare": ["none"], "period": ["today"]}, now, ours.zone))
    for ask in (
        lambda: overview_data.days(ours, view.period, now),
        lambda: data_game.game_sums(ours, 1041, start, now),
        lambda: data_table.games(ours, start, now),
        lambda: bonus_data.bonuses_and_gain(ours, BonusQuery(), start, now),
        lambda: bonus_data.bonus_parts(ours, BonusQuery(), start, now),
        lambda: players_data.player_history(ours, Player(op_id="whale"), view),
        lambda: players_data_balance.balance_now(ours, "whale"),
        lambda: wallet_data.balance(ours, "whale"),
        lambda: wallet_data.transfers(ours, WantedTransfers("whale")),
        lambda: jackpots_data.now(ours),
        ours.running(Watch).poller.turn,
    ):
        with suppress(TwoJError, NotArchived):
            ask()


def at_rest(run: "Run") -> dict[str, Any]:
    """Say what is held with a sound provider: the least of three looks, as the last answers stay a while."""
    looks = []
    for _ in range(3):
        run.end_faults()
        all_that_pages_ask()
        _memo.cache.clear()  # it grows up to 1,024 results, whatever fails
        looks.append(held())
    return min(looks, key=lambda look: look["python_bytes"])


class Run:
    """A dashboard without a server over the sandbox at `url`, and its time."""

    def __init__(self, url: str) -> None:
        self.now = CLOCK
        self._sandbox = httpx.Client(base_url=f"{url}/_sandbox", trust_env=False)
        self._kinds = cycle(KINDS)

    def clock(self) -> float:
        return self.now

    def timer(self) -> float:
        return time.monotonic() + self.now - CLOCK

    def next_fault(self) -> None:
        """Let a minute go by, and let the next kind of fault strike from now on."""
        kind = next(self._kinds)
        self.end_faults()
        self._sandbox.post("/faults", json={"path": "*", "kind": kind}).raise_for_status()
        wire = merchant().twoj._wire
        wire._timeout_s, wire._budget_s = (0.05, 0.06) if kind == "hang" else (6, 8)

    def end_faults(self) -> None:
        """Let a minute go by with a sound provider."""
        self._sandbox.delete("/faults")
        self.now += 61
        self._sandbox.post("/clock", json={"now": self.now}).raise_for_status()

    def struck(self) -> int:
        """Say how many requests were struck by a fault since this was asked last."""
        calls = self._sandbox.get("/calls").json()
        self._sandbox.delete("/calls")
        return sum(call["kind"] in KINDS for call in calls)


def pages(run: Run, app: AppTest, faults: int) -> None:
    for _ in range(faults):
        run.next_fault()
        app.run()
        assert not app.exception
    run.end_faults()
    app.run()


async def receiver(settings: Settings, ledger: Database, count: int) -> None:
    """Have the receiver hear calls that it must refuse, each in another way."""
    made = Receiver(MerchantPayouts(MerchantKey(*settings.merchant()), ledger))
    transport = httpx.ASGITransport(Starlette(routes=made.routes))
    async with made.running(), httpx.AsyncClient(transport=transport, base_url="http://payouts") as client:
        for number in range(count):
            call = payout(f"leak-{number}")
            body = (call.body, call.body[:-9], b"", b"<html>")[number % 4]
            await client.post(f"/order/jackpot?{call.query}", content=body)


def main(url: str, folder: str, faults: int) -> None:
    cached._MEMORY_BYTES = 2**14  # soon full: what grows to a bound is no leak
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    logging.disable()
    run = Run(url)
    settings = Settings(
        summary_url=url,
        mch_id=MCH_ID,
        key=SecretStr(KEY),
        cache_url=f"{folder}/cache",
        ledger_url=f"sqlite:///{folder}/ledger",
    )
    ledger = Database(ledger_url(settings.ledger_url))
    with connected(
        merchants, settings, ledger, demo=True, clock=run.clock, timer=run.timer, sleep=lambda _: None
    ):
        all_that_pages_ask()
        app = AppTest.from_file(str(MAIN), default_timeout=60)
        pages(run, app, 2)
        asyncio.run(receiver(settings, ledger, 8))
        tracemalloc.start()
        for _ in range(WARM_ROUNDS * len(KINDS)):
            run.next_fault()
            all_that_pages_ask()
        run.struck()
        fill_pools()
        before, struck = at_rest(run), 0
        while struck < faults:
            run.next_fault()
            all_that_pages_ask()
            struck += run.struck()
        asked = at_rest(run)
        tracemalloc.stop()  # nobody asks how many pages hold, and they are slow under it
        pages(run, app, PAGE_FAULTS)
        asyncio.run(receiver(settings, ledger, CALLS))
        sys.stdout.write(
            json.dumps({"struck": struck, "before": before, "after": asked, "at the end": held()}) + "\n"
        )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
