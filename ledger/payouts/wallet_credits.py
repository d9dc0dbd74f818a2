"""Has pending payouts credited by the operator's wallet: those just delivered, and those left from before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ledger.log import log
from ledger.payouts.batcher import Batcher
from ledger.payouts.ledger import PayoutLedger
from ledger.payouts.payout_call import Payout
from ledger.payouts.wallet import WalletClient

_LOOK_EVERY_S = 1
_AT_ONCE = 16


class WalletCredits:
    """Asks the wallet for each payout that this process claimed, also when nobody waits for it any more."""

    def __init__(self, wallet: WalletClient, ledger: PayoutLedger, batcher: Batcher) -> None:
        self._wallet = wallet
        self._ledger = ledger
        self._batcher = batcher
        self._under_way: set[asyncio.Task[int]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Finish what is due in the background until the block ends."""
        looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.gather(looking, *self._under_way, return_exceptions=True)
            await self._wallet.close()

    async def finish(self, payout: Payout) -> int:
        """Finish a claimed payout; return what the player has, in li. Goes on where the caller is cancelled.

        Raises WalletAway or LedgerAway where it has to be tried again later.
        """
        task = asyncio.create_task(self._finish(payout))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def finish_due(self) -> int:
        """Claim and try some of the payouts that are due; return how many were claimed."""
        claimed = await self._batcher.do(self._ledger.claim_due, _AT_ONCE)
        await asyncio.gather(*map(self.finish, claimed), return_exceptions=True)
        return len(claimed)

    async def _finish(self, payout: Payout) -> int:
        try:
            wallet_li = await self._wallet.credit(payout)
            return await self._batcher.do(self._ledger.confirm, payout, wallet_li)
        except Exception as error:
            log.error("payout waits for the wallet", trans_no=payout.trans_no, error=str(error))
            raise

    async def _look(self) -> None:
        while True:
            try:
                claimed = await self.finish_due()
            except Exception as error:  # noqa: BLE001 - whatever it was, the payouts still wait
                log.error("pending payouts not looked up", error=str(error))
                claimed = 0
            if claimed < _AT_ONCE:
                await asyncio.sleep(_LOOK_EVERY_S)
