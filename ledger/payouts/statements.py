"""The statements of the ledger: each works inside the caller's transaction. Times in epoch milliseconds.

Who may ask the operator's wallet, and until when, goes by the database's clock: `database.clock_ms`.

Several processes may write at once: where a statement writes several rows it does so in the order of their
keys, so that no two transactions wait for each other.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    CursorResult,
    Table,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ledger.chain import Written
from ledger.database import Books
from ledger.payouts import refusals
from ledger.payouts.outcome import PayoutOutcome, Settled
from ledger.payouts.payout_call import Delivery, Payout
from ledger.schema import balances, deliveries, entries, payouts, pending, repetitions


class BulkInsert:
    """An insert into some columns of a table. Made once, since making a statement takes longer than a row.

    `completed` adds ``ON CONFLICT`` and ``RETURNING`` to the dialect's own insert.

    PostgreSQL gets one array a column: a statement that holds all values would be parsed anew for each number
    of rows, and an execution for each row takes much longer.
    """

    def __init__(
        self, table: Table, names: str, completed: Callable[[Any], Any] = lambda statement: statement
    ) -> None:
        self._names = names.split()
        arrays = [
            func.unnest(bindparam(f"all_{name}", type_=ARRAY(table.c[name].type))) for name in self._names
        ]
        self._by_rows = completed(sqlite.insert(table))
        whose = bindparam("mch_id", type_=BigInteger)
        from_arrays = postgresql.insert(table).from_select(["mch_id", *self._names], select(whose, *arrays))
        self._by_arrays = completed(from_arrays)

    def write(self, books: Books, rows: Sequence[Mapping[str, Any]]) -> CursorResult[Any]:
        """Insert rows of the merchant that each have all the columns, in their order; there must be some."""
        whose = {"mch_id": books.mch_id}
        if books.connection.dialect.name == "sqlite":
            return books.connection.execute(self._by_rows, [{**row, **whose} for row in rows])
        arrays = {f"all_{name}": [row[name] for row in rows] for name in self._names}
        return books.connection.execute(self._by_arrays, {**arrays, **whose})


LEASE_MS = 5_000
"""Who claims a pending payout has this long to ask the wallet; each further try waits this much longer."""
_LONGEST_WAIT_LEASES = 12


def _is_free(now_ms: int) -> ColumnElement[bool]:
    """Whether nobody asks the wallet: a lease that ends later than any can was given by a wrong clock.

    One lease more is for a clock that is set back a little.
    """
    try_at = pending.c.try_at_ms
    return or_(try_at <= now_ms, try_at > now_ms + LEASE_MS * (_LONGEST_WAIT_LEASES + 1))


def _or_add(row: Any) -> Any:
    return row.on_conflict_do_update(
        index_elements=[balances.c.mch_id, balances.c.op_id],
        set_={"balance_li": balances.c.balance_li + row.excluded.balance_li},
    ).returning(balances.c.op_id, balances.c.balance_li)


def _or_count(row: Any) -> Any:
    return row.on_conflict_do_update(
        index_elements=[repetitions.c.mch_id, repetitions.c.call_hash],
        set_={"times": repetitions.c.times + row.excluded.times, "last_at_ms": row.excluded.last_at_ms},
    ).returning(repetitions.c.call_hash, repetitions.c.times)


_NEW_PAYOUTS = BulkInsert(
    payouts,
    "trans_no op_id amount_li draw_id game_id hourly_li super_li parts_differ ordered_at_s won_at_ms"
    " received_at_ms conflicts",
    lambda row: row.on_conflict_do_nothing().returning(payouts.c.trans_no),
)
_ENTRIES = BulkInsert(entries, "trans_no op_id amount_li booked_at_ms")
_BALANCES = BulkInsert(balances, "op_id balance_li", _or_add)
_PENDING = BulkInsert(pending, "trans_no tries try_at_ms")
_REPETITIONS = BulkInsert(repetitions, "call_hash outcome trans_no times last_at_ms", _or_count)
_DELIVERIES = BulkInsert(deliveries, "received_at_ms outcome trans_no code msg body body_size")


class HeldPayout(NamedTuple):
    """What the ledger holds under a `trans_no`. It waits until the operator's wallet has the money."""

    op_id: str
    amount_li: int
    waits: bool


def add(books: Books, asked: dict[str, Payout], now_ms: int, written: Written) -> set[str]:
    """Write the payouts whose `trans_no`, the key of `asked`, is new; return these numbers."""
    if not asked:
        return set()
    rows = [
        vars(payout)
        | {
            "parts_differ": payout.parts_differ,
            "won_at_ms": payout.won_at_ms(now_ms),
            "received_at_ms": now_ms,
            "conflicts": 0,
        }
        for _, payout in sorted(asked.items())
    ]
    new = set(_NEW_PAYOUTS.write(books, rows).scalars())
    written.add(payouts, (row for row in rows if row["trans_no"] in new))
    return new


def credit(books: Books, credited: Sequence[Payout], now_ms: int, written: Written) -> dict[str, int]:
    """Write the entries of these payouts, add them to the balances of their players; return those, in li."""
    if not credited:
        return {}
    totals_li: Counter[str] = Counter()
    for payout in credited:
        totals_li[payout.op_id] += payout.amount_li
    rows = [
        {"trans_no": p.trans_no, "op_id": p.op_id, "amount_li": p.amount_li, "booked_at_ms": now_ms}
        for p in credited
    ]
    _ENTRIES.write(books, rows)
    written.add(entries, rows)
    totals = [{"op_id": op_id, "balance_li": total_li} for op_id, total_li in sorted(totals_li.items())]
    return {row.op_id: row.balance_li for row in _BALANCES.write(books, totals)}


def wait_for_wallet(books: Books, trans_nos: Collection[str], now_ms: int) -> None:
    """Write that the wallet has yet to confirm these payouts, and that the caller is asking it."""
    if trans_nos:
        rows = [{"trans_no": t, "tries": 1, "try_at_ms": now_ms + LEASE_MS} for t in sorted(trans_nos)]
        _PENDING.write(books, rows)


def due(books: Books, now_ms: int, limit: int) -> Sequence[str]:
    """Return pending payouts that nobody asks the wallet for, those first that waited longest."""
    statement = (
        select(pending.c.trans_no)
        .where(_is_free(now_ms))
        .order_by(pending.c.try_at_ms)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return books.scalars(statement).all()


def claim(books: Books, trans_nos: Iterable[str], now_ms: int) -> set[str]:
    """Make the caller the one to ask the wallet for these payouts; return those that were free to claim."""
    wait = case((pending.c.tries < _LONGEST_WAIT_LEASES, pending.c.tries + 1), else_=_LONGEST_WAIT_LEASES)
    statement = (
        update(pending)
        .where(pending.c.trans_no.in_(trans_nos), _is_free(now_ms))
        .values(tries=pending.c.tries + 1, try_at_ms=literal(now_ms, BigInteger) + LEASE_MS * wait)
        .returning(pending.c.trans_no)
    )
    return set(books.scalars(statement))


def confirm(books: Books, payout: Payout, wallet_li: int | None, now_ms: int, written: Written) -> None:
    """Credit a payout that the wallet has, unless that was written before; note what the wallet says."""
    waited = delete(pending).where(pending.c.trans_no == payout.trans_no).returning(pending.c.trans_no)
    if books.scalar(waited):
        credit(books, [payout], now_ms, written)
    if wallet_li is not None:
        mine = balances.c.op_id == payout.op_id
        books.execute(update(balances).where(mine).values(wallet_li=wallet_li))
        written.add_wallet(payout.op_id, wallet_li)


def held(books: Books, trans_nos: Collection[str]) -> dict[str, HeldPayout]:
    """Return what the ledger holds under these numbers."""
    if not trans_nos:
        return {}
    statement = (
        select(payouts.c.trans_no, payouts.c.op_id, payouts.c.amount_li, pending.c.trans_no.is_not(None))
        .join(pending, isouter=True)
        .where(payouts.c.trans_no.in_(trans_nos))
    )
    return {trans_no: HeldPayout(*rest) for trans_no, *rest in books.execute(statement)}


def load(books: Books, trans_nos: Iterable[str]) -> list[Payout]:
    """Return these payouts."""
    columns = [payouts.c[name] for name in Payout.__dataclass_fields__]
    rows = books.execute(select(*columns).where(payouts.c.trans_no.in_(trans_nos)))
    return [Payout(**row._mapping) for row in rows]


def available(books: Books, op_ids: Collection[str], *, wallet: bool) -> dict[str, int]:
    """Return what these players have, in li; with a `wallet` what that last said, if it ever did."""
    if not op_ids:
        return {}
    has = func.coalesce(balances.c.wallet_li, balances.c.balance_li) if wallet else balances.c.balance_li
    rows = books.execute(select(balances.c.op_id, has).where(balances.c.op_id.in_(op_ids)))
    return {row.op_id: row[1] for row in rows}


def record(
    books: Books, batch: Sequence[Delivery], results: Sequence[Settled], now_ms: int, written: Written
) -> None:
    """Write signed deliveries with their outcomes; mark the payouts that one contradicts, count refusals.

    One that came before, just so and with the same outcome, is only counted.
    """
    rows: list[dict[str, Any]] = [
        {
            "received_at_ms": now_ms,
            "outcome": outcome.value,
            "trans_no": delivery.asks.trans_no,
            "code": answer.code.value,
            "msg": answer.msg,
            "body": delivery.body,
            "body_size": delivery.body_size,
        }
        for delivery, (outcome, answer, _) in zip(batch, results, strict=True)
    ]
    if new := _count_repetitions(books, rows, now_ms):
        _DELIVERIES.write(books, new)
        written.add(deliveries, new)
    conflicts = (row["trans_no"] for row in rows if row["outcome"] == PayoutOutcome.CONFLICT)
    for trans_no in sorted(conflicts):
        mine = payouts.c.trans_no == trans_no
        books.execute(update(payouts).where(mine).values(conflicts=payouts.c.conflicts + 1))
    refusals.count_signed(books, (result.outcome for result in results), now_ms)


def _count_repetitions(books: Books, rows: list[dict[str, Any]], now_ms: int) -> list[dict[str, Any]]:
    """Count calls that may come again; return those that came for the first time, in their order."""
    # A payout's first call is the first already, and what comes most.
    hashes = [None if row["outcome"] == PayoutOutcome.FIRST else _call_hash(row) for row in rows]
    times = Counter(call_hash for call_hash in hashes if call_hash)
    if not times:
        return rows
    said = dict(zip(hashes, rows, strict=True))
    counted = [
        {name: said[call_hash][name] for name in ("outcome", "trans_no")}
        | {"call_hash": call_hash, "times": count, "last_at_ms": now_ms}
        for call_hash, count in sorted(times.items())
    ]
    # Who finds no more than its own has written the row.
    new: set[str | None] = {
        row.call_hash for row in _REPETITIONS.write(books, counted) if row.times == times[row.call_hash]
    }
    kept = []
    for row, call_hash in zip(rows, hashes, strict=True):
        if call_hash is None or call_hash in new:
            kept.append(row)
            new.discard(call_hash)
    return kept


def _call_hash(row: Mapping[str, Any]) -> str:
    said = [row[name] for name in ("outcome", "trans_no", "code", "msg", "body_size")]
    return sha256(json.dumps(said).encode() + row["body"]).hexdigest()
