"""What payouts write, bound into the audit log's chain: a hash of each row, in the same transaction.

One row of the log for each transaction, and as its last statement: servers wait for each other during a
commit only, and what waits meanwhile goes into the next one together.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Table, select

from ledger import audit
from ledger.audit import DONE, AuditEntry
from ledger.schema import balances, deliveries, entries, payouts

WHAT = "payouts"
"""What such a row of the log is about."""
WHO = "provider"
UPGRADE = "upgrade"
"""Who binds in what was written before payouts were."""
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

    def bind(self, connection: Connection, at_ms: int, who: str = WHO) -> None:
        """Write the log's row, as the last thing in the transaction; nothing where nothing was written."""
        about = {**self._hashes, deliveries.name: self._calls, "wallet_li": self._wallet_li}
        about = {name: hashes for name, hashes in about.items() if hashes}
        if about:
            audit.write(connection, AuditEntry(who, WHAT, about, DONE), at_ms)


def bind_all(connection: Connection, at_ms: int) -> None:
    """Bind in all that stands there already, a thousand rows at a time."""
    for table in (payouts, entries, deliveries):
        for part in _rows(connection, table).partitions(1000):
            written = Written()
            written.add(table, (row._mapping for row in part))
            written.bind(connection, at_ms, UPGRADE)
    said = connection.execute(select(balances).where(balances.c.wallet_li.is_not(None))).all()
    written = Written()
    for row in said:
        written.add_wallet(row.op_id, row.wallet_li)
    written.bind(connection, at_ms, UPGRADE)


def differences(connection: Connection) -> Iterator[str]:
    """Return a sentence for each row that is not as the log says that it was written."""
    said: dict[str, dict[str, str]] = {payouts.name: {}, entries.name: {}}
    calls: Counter[str] = Counter()
    wallet_li: dict[str, int] = {}
    for row in audit.rows(connection, WHAT):
        about = audit.as_object(row.about)
        for name, hashes in said.items():
            hashes.update(_dict(about.get(name)))
        wallet_li.update(_dict(about.get("wallet_li")))
        found = about.get(deliveries.name)
        calls.update(map(str, found) if isinstance(found, list) else ())
    for table in (payouts, entries):
        yield from _differences(connection, table, said[table.name])
    yield from _calls(connection, calls)
    yield from _wallets(connection, wallet_li)


def _differences(connection: Connection, table: Table, said: dict[str, str]) -> Iterator[str]:
    name = _NAMES[table.name]
    for row in _rows(connection, table):
        hash_said = said.pop(row.trans_no, None)
        if hash_said is None:
            yield f"{name} {row.trans_no}: the audit log does not know it."
        elif hash_said != _hash(table, row._mapping):
            yield f"{name} {row.trans_no}: it is not as it was written; the audit log knows another."
    for trans_no in sorted(said):
        yield f"{name} {trans_no}: it is missing, the audit log knows it."


def _calls(connection: Connection, said: Counter[str]) -> Iterator[str]:
    for row in _rows(connection, deliveries):
        found = _hash(deliveries, row._mapping)
        if not said[found]:
            yield f"Call {row.id}: it is not as it was written; the audit log does not know it."
        said[found] -= 1
    missing = sum(count for count in said.values() if count > 0)
    if missing:
        yield f"Calls: {missing} that the audit log knows are missing, or not as they were written."


def _wallets(connection: Connection, said: Mapping[str, int]) -> Iterator[str]:
    rows = connection.execute(select(balances.c.op_id, balances.c.wallet_li).order_by(balances.c.op_id))
    for op_id, wallet_li in rows:
        if wallet_li != said.get(op_id):
            yield f"Player {op_id!r}: the wallet did not say {wallet_li} li, by the audit log."


def _rows(connection: Connection, table: Table) -> Any:
    order = table.c["id" if "id" in table.c else "trans_no"]
    # By their names: while older tables are bound in, they lack what later versions added.
    columns = [table.c[name] for name in _COLUMNS[table.name].split()]
    read = select(order, *(column for column in columns if column is not order)).order_by(order)
    return connection.execute(read.execution_options(yield_per=_AT_ONCE))


def _hash(table: Table, row: Mapping[Any, Any]) -> str:
    """Return 128 bits of SHA-256 over a row, without what the database numbers."""
    values = [row[name] for name in _COLUMNS[table.name].split()]
    if table is deliveries:
        values = [_FIRST_NAMES.get(value, value) for value in values]
    text = json.dumps(values, default=lambda body: hashlib.sha256(body).hexdigest())
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
