"""The ledger: decides first, replay or conflict, and credits each payout once.

Many deliveries share one transaction, and so one wait for the disk. What a method returned is on disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection

from ledger.chain import Written
from ledger.database import Database, NotHeld, clock_ms
from ledger.payouts import refusals, statements
from ledger.payouts.outcome import FAILED, HeldPayout, Settled, settle
from ledger.payouts.payout_call import Delivery, Payout
from ledger.payouts.refusals import RefusalCount, Tally


class _Transaction(NamedTuple):
    connection: Connection
    now_ms: int
    written: Written


class PayoutLedger:
    """Payouts in a database. One thread at a time; any number of processes.

    `wallet` says that the operator's own wallet keeps the players' money: then a payout is pending until
    `confirm` is told that the wallet has it. `clock` returns epoch seconds.

    Every method raises LedgerAway where the database is locked or away, and may then be called again.
    """

    def __init__(
        self, database: Database, *, wallet: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._wallet = wallet
        self._clock = clock

    def prepare(self) -> None:
        """Bring the tables up to date, unless that was done before."""
        self._database.prepare()

    def settle(self, batch: Sequence[Delivery]) -> list[Settled]:
        """Record signed deliveries, credit the new payouts among them; return the outcomes in the same order.

        A delivery that the database will not hold fails alone.
        """
        try:
            with self._transaction() as transaction:
                return self._settle(transaction, batch)
        except (NotHeld, OverflowError):
            if len(batch) > 1:
                return [result for delivery in batch for result in self.settle([delivery])]
        with self._transaction() as (connection, now_ms, written):
            statements.record(connection, batch, [FAILED], now_ms, written)
        return [FAILED]

    def claim_due(self, limit: int) -> list[Payout]:
        """Claim up to `limit` pending payouts that nobody asks the wallet for at present."""
        with self._transaction() as (connection, *_):
            now_ms = clock_ms(connection)
            claimed = statements.claim(connection, statements.due(connection, now_ms, limit), now_ms)
            return statements.load(connection, claimed)

    def confirm(self, payout: Payout, wallet_li: int | None) -> int:
        """Credit a claimed payout, now that the wallet has it; return what the player has, in li.

        `wallet_li` is what the wallet says the player has, None where it does not say. Who comes second
        credits nothing more.
        """
        with self._transaction() as (connection, now_ms, written):
            statements.confirm(connection, payout, wallet_li, now_ms, written)
            return statements.available(connection, [payout.op_id], wallet=True)[payout.op_id]

    def write_tally(self, tally: Tally) -> None:
        """Write down how many calls had no valid signature."""
        with self._transaction() as (connection, now_ms, _):
            refusals.write_tally(connection, tally, now_ms)

    def refused(self) -> list[RefusalCount]:
        """Return what is known of the calls that were not credited."""
        with self._database.reading() as connection:
            return refusals.read(connection)

    @contextmanager
    def _transaction(self) -> Iterator[_Transaction]:
        self.prepare()
        with self._database.writing() as connection:
            transaction = _Transaction(connection, int(self._clock() * 1000), Written())
            yield transaction
            transaction.written.bind(connection, transaction.now_ms)

    def _settle(self, transaction: _Transaction, batch: Sequence[Delivery]) -> list[Settled]:
        connection, now_ms, written = transaction
        asked = [delivery.asks for delivery in batch if isinstance(delivery.asks, Payout)]
        firsts = {payout.trans_no: payout for payout in reversed(asked)}
        new = statements.add(connection, firsts, now_ms, written)
        claimed: set[str] = set()
        has_li: dict[str, int] = {}
        if self._wallet:
            lease_from_ms = clock_ms(connection)
            statements.wait_for_wallet(connection, new, lease_from_ms)
            claimed = new | statements.claim(connection, firsts.keys() - new, lease_from_ms)
        else:
            has_li = statements.credit(
                connection,
                [payout for payout in firsts.values() if payout.trans_no in new],
                now_ms,
                written,
            )
        held = statements.held(connection, firsts.keys() - new)
        held |= {
            trans_no: HeldPayout(firsts[trans_no].op_id, firsts[trans_no].amount_li, self._wallet)
            for trans_no in new
        }
        others = {payout.op_id for payout in asked} - has_li.keys()
        has_li |= statements.available(connection, others, wallet=self._wallet)
        results = [settle(delivery, held, new, claimed, has_li) for delivery in batch]
        statements.record(connection, batch, results, now_ms, written)
        return results
