"""Between the requests and the ledger: one thread writes, and what arrives meanwhile goes next, together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from payouts.database import LedgerAway
from payouts.delivery import Delivery
from payouts.ledger import Ledger
from payouts.outcome import Settled

_LARGEST_BATCH = 200
_MOST_WAITING = 2_000

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """Hands deliveries to the ledger. `settle` returns after the commit, which neighbours share."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._thread = ThreadPoolExecutor(1, "ledger")
        self._waiting: asyncio.Queue[tuple[Delivery, asyncio.Future[Settled]]] = asyncio.Queue(_MOST_WAITING)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Serve until the block ends."""
        serving = asyncio.create_task(self._serve())
        try:
            yield
        finally:
            serving.cancel()
            await asyncio.wait([serving])
            self._thread.shutdown()

    async def do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do a piece of the ledger's work in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*args, **kwargs))

    async def settle(self, delivery: Delivery) -> Settled:
        """Settle one delivery. Raises LedgerAway where the ledger is away, or too many wait for it."""
        future: asyncio.Future[Settled] = asyncio.get_running_loop().create_future()
        try:
            self._waiting.put_nowait((delivery, future))
        except asyncio.QueueFull:
            raise LedgerAway("Too many calls wait for the ledger.") from None
        return await future

    async def _serve(self) -> None:
        while True:
            waiting = [await self._waiting.get()]
            while len(waiting) < _LARGEST_BATCH and not self._waiting.empty():
                waiting.append(self._waiting.get_nowait())
            waiting = [(delivery, future) for delivery, future in waiting if not future.done()]
            if not waiting:
                continue
            try:
                results = await self.do(self._ledger.settle, [delivery for delivery, _ in waiting])
            except Exception as error:  # noqa: BLE001 - whoever waits hears it, and the desk stays open
                for _, future in waiting:
                    if not future.done():
                        future.set_exception(error)
            else:
                for (_, future), result in zip(waiting, results, strict=True):
                    if not future.done():
                        future.set_result(result)
