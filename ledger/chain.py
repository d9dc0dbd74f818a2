"""What payouts write, bound into the audit log's chain: a hash of each row, in the same transaction.

One row of the log for each transaction, and as its last statement: servers wait for each other during a
commit only, and what waits meanwhile goes into the next one together.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Select, Table, select

from ledger import audit
from ledger.audit import DONE, AuditEntry
from ledger.database import Books
from ledger.schema import balances, deliveries, entries, payouts

WHO = "provider"
_AT_ONCE = 10_000
# Never changed: what is to be bound in besides gets a list of its own. `conflicts` is counted from the calls.
_COLUMNS = {
    payouts.name: "trans_no op_id amount_li draw_id game_id hourly_li super_li parts_differ ordered_at_s"
    " received_at_ms",
    entries.name: "trans_no op_id amount_li booked_at_ms",
    deliveries.name: "received_at_ms outcome trans_no code msg body body_size",
}
_FIRST_NAMES = {"unreadable": "refused"}
"""How an outcome was called when calls were first bound in; a later version tells it apart."""
_NAMES = {payouts.name: "Payout", entries.name: "Entry"}


class Written:
    """The rows that one transaction writes."""

    def __init__(self) -> None:
        self._hashes: dict[str, dict[str, str]] = {payouts.name: {}, entries.name: {}}
        self._calls: list[str] = []
        self._wallet_li: dict[str, int] = {}

    def add(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Remember rows of payouts, entries or deliveries."""
        if table is deliveries:
            self._calls += [_hash(table, row) for row in rows]
        else:
            self._hashes[table.name].update({row["trans_no"]: _hash(table, row) for row in rows})

    def add_wallet(self, op_id: str, wallet_li: int) -> None:
        """Remember what the operator's wallet says that a player has."""
        self._wallet_li[op_id] = wallet_li

    def details(self) -> dict[str, Any]:
        """Return what the log is to say of them; nothing where nothing was written."""
        details = {**self._hashes, deliveries.name: self._calls, "wallet_li": self._wallet_li}
        return {name: hashes for name, hashes in details.items() if hashes}

    def bind(self, books: Books, at_ms: int) -> None:
        """Write the log's row, as the last thing in the transaction; nothing where nothing was written."""
        if details := self.details():
            audit.write(books, AuditEntry(WHO, audit.PAYOUTS, details, DONE), at_ms)


def differences(books: Books) -> Iterator[str]:
    """Return a sentence for each row that is not as the log says that it was written."""
    said: dict[str, dict[str, str]] = {payouts.name: {}, entries.name: {}}
    calls: Counter[str] = Counter()
    wallet_li: dict[str, int] = {}
    for row in audit.rows(books, audit.PAYOUTS):
        about = audit.as_object(row.about)
        for name, hashes in said.items():
            hashes.update(_dict(about.get(name)))
        wallet_li.update(_dict(about.get("wallet_li")))
        found = about.get(deliveries.name)
        calls.update(map(str, found) if isinstance(found, list) else ())
    for table in (payouts, entries):
        yield from _differences(books, table, said[table.name])
    yield from _calls(books, calls)
    yield from _wallets(books, wallet_li)


def _differences(books: Books, table: Table, said: dict[str, str]) -> Iterator[str]:
    name = _NAMES[table.name]
    for row in books.execute(read(table)):
        hash_said = said.pop(row.trans_no, None)
        if hash_said is None:
            yield f"{name} {row.trans_no}: the audit log does not know it."
        elif hash_said != _hash(table, row._mapping):
            yield f"{name} {row.trans_no}: it is not as it was written; the audit log knows another."
    for trans_no in sorted(said):
        yield f"{name} {trans_no}: it is missing, the audit log knows it."


def _calls(books: Books, said: Counter[str]) -> Iterator[str]:
    for row in books.execute(read(deliveries)):
        found = _hash(deliveries, row._mapping)
        if not said[found]:
            yield f"Call {row.id}: it is not as it was written; the audit log does not know it."
        said[found] -= 1
    missing = sum(count for count in said.values() if count > 0)
    if missing:
        yield f"Calls: {missing} that the audit log knows are missing, or not as they were written."


def _wallets(books: Books, said: Mapping[str, int]) -> Iterator[str]:
    rows = books.execute(select(balances.c.op_id, balances.c.wallet_li).order_by(balances.c.op_id))
    for op_id, wallet_li in rows:
        if wallet_li != said.get(op_id):
            yield f"Player {op_id!r}: the wallet did not say {wallet_li} li, by the audit log."


def read(table: Table) -> Select[*tuple[Any, ...]]:
    """Return the query for what is bound in of a table, in the order in which it was written."""
    order = table.c["id" if "id" in table.c else "trans_no"]
    # By their names: while older tables are bound in, they lack what later versions added.
    columns = [table.c[name] for name in _COLUMNS[table.name].split()]
    query = select(order, *(column for column in columns if column is not order)).order_by(order)
    return query.execution_options(yield_per=_AT_ONCE)


def _hash(table: Table, row: Mapping[Any, Any]) -> str:
    """Return 128 bits of SHA-256 over a row, without what the database numbers."""
    values = [row[name] for name in _COLUMNS[table.name].split()]
    if table is deliveries:
        values = [_FIRST_NAMES.get(value, value) for value in values]
    text = json.dumps(values, default=lambda body: hashlib.sha256(body).hexdigest())
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
