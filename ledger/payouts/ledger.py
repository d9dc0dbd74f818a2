"""The ledger: decides first, replay or conflict, and credits each payout once.

Many deliveries share one transaction, and so one wait for the disk. What a method returned is on disk.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from ledger.chain import Written
from ledger.database import Books, Ledger, NotHeld, clock_ms
from ledger.payouts import refusals, statements
from ledger.payouts.outcome import CONFLICT, DONE, FAILED, NOT_YET, PayoutOutcome, Settled
from ledger.payouts.payout_call import Delivery, Payout, Refusal
from ledger.payouts.refusals import RefusalCount, Tally
from ledger.payouts.statements import HeldPayout


class PayoutLedger:
    """A merchant's payouts. One thread at a time; any number of processes.

    `wallet` says that the operator's own wallet keeps the players' money: then a payout is pending until
    `confirm` is told that the wallet has it. `clock` returns epoch seconds.

    Every method raises LedgerAway where the database is locked or away, and may then be called again.
    """

    def __init__(
        self, ledger: Ledger, *, wallet: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        self._ledger = ledger
        self._wallet = wallet
        self._clock = clock

    def prepare(self) -> None:
        """Bring the tables up to date, unless that was done before."""
        self._ledger.prepare()

    def settle(self, batch: Sequence[Delivery]) -> list[Settled]:
        """Record signed deliveries, credit the new payouts among them; return the outcomes in the same order.

        A delivery that the database will not hold fails alone.
        """
        try:
            with self._transaction() as (books, now_ms, written):
                return self._settle(books, batch, now_ms, written)
        except (NotHeld, OverflowError):
            if len(batch) > 1:
                return [result for delivery in batch for result in self.settle([delivery])]
        with self._transaction() as (books, now_ms, written):
            statements.record(books, batch, [FAILED], now_ms, written)
        return [FAILED]

    def claim_due(self, limit: int) -> list[Payout]:
        """Claim up to `limit` pending payouts that nobody asks the wallet for at present."""
        with self._transaction() as (books, *_):
            now_ms = clock_ms(books.connection)
            claimed = statements.claim(books, statements.due(books, now_ms, limit), now_ms)
            return statements.load(books, claimed)

    def confirm(self, payout: Payout, wallet_li: int | None) -> int:
        """Credit a claimed payout, now that the wallet has it; return what the player has, in li.

        `wallet_li` is what the wallet says the player has, None where it does not say. Who comes second
        credits nothing more.
        """
        with self._transaction() as (books, now_ms, written):
            statements.confirm(books, payout, wallet_li, now_ms, written)
            return statements.available(books, [payout.op_id], wallet=True)[payout.op_id]

    def write_tally(self, tally: Tally) -> None:
        """Write down how many calls had no valid signature."""
        with self._transaction() as (books, now_ms, _):
            refusals.write_tally(books, tally, now_ms)

    def refused(self) -> list[RefusalCount]:
        """Return what is known of the calls that were not credited."""
        with self._ledger.reading() as books:
            return refusals.read(books)

    @contextmanager
    def _transaction(self) -> Iterator[tuple[Books, int, Written]]:
        self.prepare()
        with self._ledger.writing() as books:
            now_ms, written = int(self._clock() * 1000), Written()
            yield books, now_ms, written
            written.bind(books, now_ms)

    def _settle(
        self, books: Books, batch: Sequence[Delivery], now_ms: int, written: Written
    ) -> list[Settled]:
        asked = [delivery.asks for delivery in batch if isinstance(delivery.asks, Payout)]
        firsts = {payout.trans_no: payout for payout in reversed(asked)}
        new = statements.add(books, firsts, now_ms, written)
        claimed: set[str] = set()
        has_li: dict[str, int] = {}
        if self._wallet:
            lease_from_ms = clock_ms(books.connection)
            statements.wait_for_wallet(books, new, lease_from_ms)
            claimed = new | statements.claim(books, firsts.keys() - new, lease_from_ms)
        else:
            credited = [payout for payout in firsts.values() if payout.trans_no in new]
            has_li = statements.credit(books, credited, now_ms, written)
        held = statements.held(books, firsts.keys() - new)
        held |= {
            trans_no: HeldPayout(firsts[trans_no].op_id, firsts[trans_no].amount_li, self._wallet)
            for trans_no in new
        }
        others = {payout.op_id for payout in asked} - has_li.keys()
        has_li |= statements.available(books, others, wallet=self._wallet)
        results = [_settled(delivery.asks, held, new, claimed, has_li) for delivery in batch]
        statements.record(books, batch, results, now_ms, written)
        return results


def _settled(
    asks: Payout | Refusal,
    held: Mapping[str, HeldPayout],
    new: set[str],
    claimed: set[str],
    has_li: Mapping[str, int],
) -> Settled:
    """Settle a call by what the ledger holds.

    `new` and `claimed` are the numbers that this transaction wrote or claimed; the first call to name one
    takes it out. `has_li` says what each credited player has.
    """
    if isinstance(asks, Refusal):
        return Settled(asks.fault, asks.answer)
    trans_no, found = asks.trans_no, held[asks.trans_no]
    if (asks.op_id, asks.amount_li) != (found.op_id, found.amount_li):
        return Settled(PayoutOutcome.CONFLICT, CONFLICT)
    is_first = trans_no in (claimed if found.waits else new)
    (claimed if found.waits else new).discard(trans_no)
    if found.waits:
        return Settled(PayoutOutcome.CLAIMED if is_first else PayoutOutcome.PENDING, NOT_YET)
    return Settled(PayoutOutcome.FIRST if is_first else PayoutOutcome.REPLAY, DONE, has_li[asks.op_id])
