"""The operator's own wallet service, credited over HTTP.

`POST` to `TWOJ_PAYOUT_WALLET_URL` with ``Idempotency-Key: <trans_no>`` and the JSON ``{"trans_no", "op_id",
"amount", "draw_id", "game_id"}``, amount in li. Any 2xx status says that the wallet has credited this key,
now or before; its JSON may tell ``availableAmount``, in li. Until then the same call is repeated.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import quote

import httpx

from ledger.log import log
from ledger.payouts.batcher import Batcher
from ledger.payouts.ledger import PayoutLedger
from ledger.payouts.payout_call import Payout
from twoj_client.network import certificates_for, proxy_for

_ANSWER_WITHIN_S = 3
"""Less than the ledger's lease, so that no payout is asked for twice at the same moment."""

_ENCODED: Final = "UTF-8''"


class WalletAway(Exception):
    """The wallet did not confirm a payout. Perhaps it was credited; the same key may be sent again."""


class WalletClient:
    """The wallet at `url`. `transport` is for tests."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._url = url
        self._client = httpx.AsyncClient(
            transport=transport,
            proxy=proxy_for(url),
            verify=certificates_for(url) or True,
            trust_env=False,  # or this machine's own wallet might be asked through a proxy
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def credit(self, payout: Payout) -> int | None:
        """Have a payout credited once; return what the player has (li), None where the wallet does not say.

        Raises WalletAway where the wallet does not confirm in time.
        """
        order = {
            "trans_no": payout.trans_no,
            "op_id": payout.op_id,
            "amount": payout.amount_li,
            "draw_id": payout.draw_id,
            "game_id": payout.game_id,
        }
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                response = await self._client.post(
                    self._url, json=order, headers={"Idempotency-Key": _key(payout.trans_no)}
                )
        except (httpx.HTTPError, TimeoutError) as error:
            raise WalletAway(f"No answer from the wallet ({type(error).__name__}).") from None
        if not response.is_success:
            raise WalletAway(f"The wallet answered HTTP {response.status_code}.")
        return _available_li(response)


def _key(trans_no: str) -> str:
    """Return the number as a header can hold it: as it is, or where it needs that, encoded as by RFC 8187."""
    plain = trans_no.isascii() and trans_no.isprintable() and " " not in trans_no
    return trans_no if plain and not trans_no.startswith(_ENCODED) else _ENCODED + quote(trans_no, safe="")


def _available_li(response: httpx.Response) -> int | None:
    try:
        told = response.json()
    except (ValueError, RecursionError):
        return None
    value = told.get("availableAmount") if isinstance(told, dict) else None
    return value if type(value) is int and -(2**63) <= value < 2**63 else None


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
