"""Between the requests and the ledger: one thread writes, and what arrives meanwhile goes next, together.

Calls without a valid signature are only counted, and written down now and then: however many there are, they
keep no payout waiting.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from ledger.database import LedgerAway
from ledger.log import log
from ledger.payouts.ledger import PayoutLedger
from ledger.payouts.outcome import PayoutOutcome, Settled
from ledger.payouts.payout_call import Delivery, Refusal
from ledger.payouts.refusals import Tally

_LARGEST_BATCH = 200
_MOST_WAITING = 2_000
_TALLY_EVERY_S = 2

P = ParamSpec("P")
T = TypeVar("T")


class Batcher:
    """Hands deliveries to the ledger. `settle` returns after the commit, which neighbours share."""

    def __init__(self, ledger: PayoutLedger) -> None:
        self._ledger = ledger
        self._thread = ThreadPoolExecutor(1, "ledger")
        self._tally = Tally()
        self._counted = asyncio.Event()
        self._writing_tally = asyncio.Lock()
        self._waiting: asyncio.Queue[tuple[Delivery, asyncio.Future[Settled]]] = asyncio.Queue(_MOST_WAITING)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Serve until the block ends."""
        working = [asyncio.create_task(self._serve()), asyncio.create_task(self._write_tallies())]
        try:
            yield
        finally:
            async with self._writing_tally:  # what it has taken, it has written
                for task in working:
                    task.cancel()
                await asyncio.wait(working)
            if self._tally.counts:
                await self._write_tally()
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

    def count(self, delivery: Delivery, refusal: Refusal) -> None:
        """Count a call without a valid signature; the ledger hears of it within seconds."""
        self._tally.add(delivery, refusal)
        self._counted.set()

    async def _write_tallies(self) -> None:
        while True:
            await self._counted.wait()
            self._counted.clear()
            async with self._writing_tally:
                await self._write_tally()
            await asyncio.sleep(_TALLY_EVERY_S)

    async def _write_tally(self) -> None:
        tally, self._tally = self._tally, Tally()
        try:
            await self.do(self._ledger.write_tally, tally)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next time may do better
            log.error("payout calls not counted", error=str(error))
            tally.add_later(self._tally)
            self._tally = tally
            self._counted.set()
        else:
            tell = log.error if PayoutOutcome.MISMATCH in tally.counts else log.warning
            tell("payout calls without a valid signature", **dict(tally.counts))

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
