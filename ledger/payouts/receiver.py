"""`POST /order/jackpot`: takes the provider's calls and answers within the 5 s that it waits."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from prometheus_client import Counter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ledger.database import Database, Ledger, LedgerAway
from ledger.log import log
from ledger.payouts.batcher import Batcher
from ledger.payouts.ledger import PayoutLedger
from ledger.payouts.outcome import DONE, NOT_YET, CallAnswer, PayoutOutcome, Settled, envelope
from ledger.payouts.payout_call import (
    LARGEST_BODY,
    Delivery,
    MerchantKey,
    Payout,
    Refusal,
    addressed,
    examine,
)
from ledger.payouts.wallet import WalletAway, WalletClient, WalletCredits

_ANSWER_WITHIN_S = 4.5
_REMIND_EVERY_S = 600


class MerchantPayouts:
    """Credits what the calls for one merchant ask for.

    The ledger in `database` keeps the players' balances, unless the operator's own `wallet` does. `clock`
    returns epoch seconds.
    """

    def __init__(
        self,
        merchant: MerchantKey,
        database: Database,
        wallet: WalletClient | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.merchant = merchant
        self._ledger = PayoutLedger(Ledger(database, merchant.mch_id), wallet=wallet is not None, clock=clock)
        self._batcher = Batcher(self._ledger)
        self._credits = WalletCredits(wallet, self._ledger, self._batcher) if wallet else None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work until the block ends; a database that is away at first is awaited call by call."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._batcher.open())
            try:
                async with asyncio.timeout(_ANSWER_WITHIN_S):
                    await self._batcher.do(self._ledger.prepare)
            except (LedgerAway, TimeoutError) as error:
                log.error("ledger away", error=str(error) or type(error).__name__)
            if self._credits:
                await stack.enter_async_context(self._credits.open())
            reminding = asyncio.create_task(self._remind())
            try:
                yield
            finally:
                reminding.cancel()
                await asyncio.wait([reminding])

    async def settle(self, delivery: Delivery) -> Settled:
        """Settle a call. Raises LedgerAway or WalletAway where it has to come again."""
        if isinstance(delivery.asks, Refusal) and not delivery.is_signed:
            self._batcher.count(delivery, delivery.asks)
            return Settled(delivery.asks.fault, delivery.asks.answer)
        settled = await self._batcher.settle(delivery)
        match settled.outcome, delivery.asks, self._credits:
            case PayoutOutcome.CLAIMED, Payout() as payout, WalletCredits() as wallet_credits:
                return Settled(PayoutOutcome.FIRST, DONE, await wallet_credits.finish(payout))
        return settled

    async def remind(self) -> None:
        """Say in the log which calls were not credited, until somebody has seen that on the Status page."""
        try:
            found = await self._batcher.do(self._ledger.refused)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next time may do better
            log.error("payout calls not looked up", error=str(error))
            return
        unseen = {each.kind.value: each.unseen for each in found if each.unseen}
        if unseen:
            log.error("payout calls not credited, and seen by nobody", **unseen)

    async def _remind(self) -> None:
        while True:
            await self.remind()
            await asyncio.sleep(_REMIND_EVERY_S)


class Receiver:
    """Answers the payout calls for some merchants. Serve `routes` inside `running()`.

    `availableAmount` is in li, as `amount` is: the document does not name its unit.
    """

    def __init__(self, *merchants: MerchantPayouts, clock: Callable[[], float] = time.time) -> None:
        self.merchants = {each.merchant: each for each in merchants}
        self._clock = clock
        self.calls = Counter("twoj_payout_calls", "Calls to /order/jackpot", ["outcome"], registry=None)
        """How many this process answered, by what became of them."""
        self.routes = [Route("/order/jackpot", self._answer, methods=["POST"])]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve until the block ends."""
        async with AsyncExitStack() as stack:
            for merchant in self.merchants.values():
                await stack.enter_async_context(merchant.running())
            yield

    async def _answer(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                body = await _read(request)
                query = request.scope["query_string"]
                merchant = addressed(query, body, [*self.merchants])
                delivery = examine(query, body, merchant)
                settled = await self.merchants[merchant].settle(delivery)
        except (LedgerAway, WalletAway, TimeoutError, ClientDisconnect) as error:
            log.error("payout not answered", error=str(error) or type(error).__name__)
            self.calls.labels("unanswered").inc()
            return self._respond(NOT_YET, {})
        self.calls.labels(settled.outcome).inc()
        _tell(delivery.asks, settled)
        return self._respond(settled.answer, _result(delivery.asks, settled))

    def _respond(self, answer: CallAnswer, result: dict[str, Any]) -> Response:
        body = envelope(answer, result, now_s=self._clock())
        return Response(body, answer.status, media_type="application/json")


async def _read(request: Request) -> bytes:
    """Return the body, or just enough of it to see that it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            break
    return bytes(body)


def _result(asks: Payout | Refusal, settled: Settled) -> dict[str, Any]:
    if isinstance(asks, Payout) and settled.answer is DONE:
        return {"op_id": asks.op_id, "availableAmount": settled.available_li}
    return {}


def _tell(asks: Payout | Refusal, settled: Settled) -> None:
    """Log what people have to look at; calls without a valid signature are the batcher's."""
    if isinstance(asks, Refusal):
        if asks.fault is PayoutOutcome.UNREADABLE:
            log.error(
                "payout unreadable", code=int(asks.answer.code), msg=asks.answer.msg, trans_no=asks.trans_no
            )
    elif settled.outcome is PayoutOutcome.FAILED:
        log.error("payout cannot be written", trans_no=asks.trans_no, amount_li=asks.amount_li)
    elif settled.outcome is PayoutOutcome.CONFLICT:
        log.error("payout conflict", trans_no=asks.trans_no, op_id=asks.op_id, amount_li=asks.amount_li)
    elif settled.outcome is PayoutOutcome.FIRST and asks.parts_differ:
        log.warning(
            "payout parts differ",
            trans_no=asks.trans_no,
            amount_li=asks.amount_li,
            hourly_li=asks.hourly_li,
            super_li=asks.super_li,
        )
