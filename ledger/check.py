"""Proves the ledger from its own rows, to the li. Reads only, and all of it as of one moment."""

from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, CheckConstraint, Connection, Row, func, inspect, or_, select, text, union
from sqlalchemy.exc import DBAPIError

from ledger import audit, chain, transfers
from ledger.database import Books, away, open_engine, require_newest, snapshot, without_hurry
from ledger.payouts.outcome import PayoutOutcome
from ledger.payouts.payout_call import payout_in, won_at_ms
from ledger.schema import (
    audit_end,
    balances,
    deliveries,
    entries,
    metadata,
    packs,
    payouts,
    pending,
    repetitions,
    screens,
)


class NoLedger(Exception):
    """Nothing was ever written at this address."""


def check(url: URL, head: str | None = None) -> tuple[list[str], str]:
    """Return a sentence for each thing that is wrong, and one that says how much the ledger holds.

    Where it holds the books of several merchants, each sentence about them begins with whose.

    `head`: a hash that was printed earlier, and must still be in the chain. Raises NoLedger, or LedgerAway.
    """
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise NoLedger(_NO_LEDGER)
    engine = snapshot(open_engine(url))
    try:
        with engine.begin() as connection:
            without_hurry(connection)
            if not metadata.tables.keys() & set(inspect(connection).get_table_names()):
                raise NoLedger(_NO_LEDGER)
            require_newest(connection)
            if lacking := [*_lacking(connection)]:
                return lacking, "The rest was not looked at."
            wrong, extents = [*_changed(connection)], []
            mch_ids = _merchants(connection)
            for mch_id in mch_ids:
                books = Books(connection, mch_id)
                named = f"Merchant {mch_id}: " if len(mch_ids) > 1 else ""
                wrong += [named + sentence for sentence in _differences(books)]
                extents.append(named + " ".join([_extent(books), *audit.extent(books)]))
            if head is not None and not audit.has(connection, head):
                wrong.append(
                    f"Audit log: no row has the hash {head}; it was written anew since, or is another."
                )
            return wrong, " ".join(extents)
    except DBAPIError as error:
        raise away(error) from error
    finally:
        engine.dispose()


_AT_ONCE = 10_000
_NOBODY = 0
"""Whose log it is that lost its end, where nothing else is there."""
_NO_LEDGER = "There is no ledger here yet. Is TWOJ_LEDGER_URL right?"


def _merchants(connection: Connection) -> list[int]:
    """Return whose rows there are, in whatever table; of empty logs only where nothing else is there."""
    ends = select(audit_end.c.mch_id)
    tables = [select(table.c.mch_id) for table in metadata.sorted_tables if table is not audit_end]
    found = connection.scalars(union(ends.where(audit_end.c.row_count > 0), *tables)).all()
    return sorted(found or connection.scalars(ends).all()) or [_NOBODY]


def _differences(books: Books) -> Iterator[str]:
    """Return a sentence for each thing that is wrong with a merchant's rows."""
    proofs = (
        _balances,
        _payouts,
        _entries,
        _times,
        _calls,
        chain.differences,
        audit.broken,
        transfers.differences,
        _screens,
        _packs,
    )
    for proof in proofs:
        yield from proof(books)


def _packs(books: Books) -> Iterator[str]:
    """Each pack that was made is there, and is the file that the audit log names."""
    told = [audit.as_object(row.about) for row in audit.rows(books, audit.PACK_MADE)]
    noted = {str(about.get("pack")): about.get("sha256") for about in told}
    for row in books.execute(select(packs.c.id, packs.c.sha256, packs.c.content).order_by(packs.c.id)):
        if {noted.pop(row.id, None), row.sha256} != {sha256(row.content).hexdigest()}:
            yield f"Pack {row.id}: it is not the file that the audit log names."
    for pack in noted:
        yield f"Pack {pack}: it is missing."


def _balances(books: Books) -> Iterator[str]:
    """Each balance is the sum of the player's entries."""
    booked_li: Counter[str] = Counter()  # summed up here: SQLite's sum ends at 64 bits
    made = select(entries.c.op_id, entries.c.amount_li).execution_options(yield_per=_AT_ONCE)
    for op_id, amount_li in books.execute(made):
        booked_li[op_id] += amount_li
    balance_li = _balance_li(books)
    for op_id in sorted(booked_li.keys() | balance_li.keys()):
        if balance_li.get(op_id) != booked_li[op_id]:
            yield (
                f"Player {op_id!r}: the balance is {_li(balance_li.get(op_id))}, "
                f"the entries make {booked_li[op_id]} li."
            )


def _balance_li(books: Books) -> dict[str, int]:
    rows = books.execute(select(balances.c.op_id, balances.c.balance_li))
    return {row.op_id: row.balance_li for row in rows}


def _payouts(books: Books) -> Iterator[str]:
    """Each payout has either one entry, of the same money, or waits for the wallet."""
    has_entry, waits = entries.c.trans_no.is_not(None), pending.c.trans_no.is_not(None)
    other_money = or_(entries.c.op_id != payouts.c.op_id, entries.c.amount_li != payouts.c.amount_li)
    rows = books.execute(
        select(
            payouts.c.trans_no,
            payouts.c.op_id,
            payouts.c.amount_li,
            has_entry,
            waits,
            entries.c.op_id,
            entries.c.amount_li,
        )
        .join(entries, isouter=True)
        .join(pending, isouter=True)
        .where(or_(has_entry == waits, other_money))
        .order_by(payouts.c.trans_no)
    )
    for trans_no, op_id, amount_li, booked, waiting, booked_to, booked_li in rows:
        if not booked:
            yield f"Payout {trans_no}: {_li(amount_li)} for {op_id!r} were never credited."
        elif waiting:
            yield f"Payout {trans_no}: it is credited, and yet it waits for the wallet."
        else:
            yield (
                f"Payout {trans_no}: {_li(amount_li)} for {op_id!r} were asked for, "
                f"{_li(booked_li)} for {booked_to!r} were credited."
            )


def _entries(books: Books) -> Iterator[str]:
    """Each entry has a payout."""
    rows = books.execute(
        select(entries.c.trans_no, entries.c.op_id, entries.c.amount_li)
        .join(payouts, isouter=True)
        .where(payouts.c.trans_no.is_(None))
        .order_by(entries.c.id)
    )
    for trans_no, op_id, amount_li in rows:
        yield f"Entry {trans_no}: {_li(amount_li)} were credited to {op_id!r} without a payout."


def _times(books: Books) -> Iterator[str]:
    """Each payout was won when its call says, or where that cannot be, was received."""
    columns = payouts.c.trans_no, payouts.c.ordered_at_s, payouts.c.received_at_ms, payouts.c.won_at_ms
    rows = select(*columns).order_by(payouts.c.trans_no).execution_options(yield_per=_AT_ONCE)
    for trans_no, ordered_at_s, received_at_ms, at_ms in books.execute(rows):
        if at_ms != won_at_ms(ordered_at_s, received_at_ms):
            yield f"Payout {trans_no}: it was won at another time, by what the provider told."


def _screens(books: Books) -> Iterator[str]:
    """Each screen was made, and revoked, when the audit log says so."""
    made = {about["screen"]: (about["name"], at_ms) for about, at_ms in _told(books, audit.SCREEN_MADE)}
    revoked = {about["screen"]: at_ms for about, at_ms in _told(books, audit.SCREEN_REVOKED)}
    for row in books.execute(select(screens).order_by(screens.c.id)):
        if (row.name, row.made_at_ms) != made.pop(row.id, None) or row.revoked_at_ms != revoked.get(row.id):
            yield f"Screen {row.id}: the audit log says something else of it."
    for screen_id in sorted(made):
        yield f"Screen {screen_id}: it is missing, the audit log knows it."


def _told(books: Books, what: str) -> Iterator[tuple[dict[str, Any], int]]:
    for row in audit.rows(books, what):
        about = {"screen": 0, "name": ""} | audit.as_object(row.about)
        yield about, row.at_ms


def _extent(books: Books) -> str:
    asked = books.scalar(select(func.count()).select_from(payouts))
    waiting = books.scalar(select(func.count()).select_from(pending))
    balance_li = _balance_li(books)
    return (
        f"{asked} payouts, {waiting} of them wait for the wallet. "
        f"{len(balance_li)} players were credited {sum(balance_li.values())} li in all."
    )


def _li(amount: int | None) -> str:
    return "nothing" if amount is None else f"{amount} li"


_CREDITS = {PayoutOutcome.FIRST, PayoutOutcome.CLAIMED}
_ASKS = {*_CREDITS, PayoutOutcome.REPLAY, PayoutOutcome.PENDING, PayoutOutcome.CONFLICT}


def _calls(books: Books) -> Iterator[str]:
    """Return a sentence for each payout that no call asked for, and each call that asked for another."""
    held: dict[str, Any] = {
        row.trans_no: row
        for row in books.execute(
            select(payouts.c.trans_no, payouts.c.op_id, payouts.c.amount_li, payouts.c.conflicts)
        )
    }
    asked: set[str] = set()
    conflicts: Counter[str] = Counter()
    calls = select(deliveries).where(deliveries.c.outcome.in_(_ASKS)).order_by(deliveries.c.id)
    for call in books.execute(calls.execution_options(yield_per=_AT_ONCE)):
        if call.outcome in _CREDITS:
            asked.add(call.trans_no)
        conflicts[call.trans_no] += call.outcome == PayoutOutcome.CONFLICT
        yield from _call(call, held.get(call.trans_no))
    again = select(repetitions.c.trans_no, repetitions.c.times - 1)
    for trans_no, count in books.execute(again.where(repetitions.c.outcome == PayoutOutcome.CONFLICT)):
        conflicts[trans_no] += count
    for trans_no, row in sorted(held.items()):
        if trans_no not in asked:
            yield f"Payout {trans_no}: no call asked for its {row.amount_li} li for {row.op_id!r}."
        if row.conflicts != conflicts[trans_no]:
            yield (
                f"Payout {trans_no}: {row.conflicts} calls with other money are written, "
                f"{conflicts[trans_no]} came."
            )


def _call(call: Row[Any], held: Any) -> Iterator[str]:
    if held is None:
        yield f"Call {call.id}: it asked for payout {call.trans_no}, which is missing."
        return
    if len(call.body) < call.body_size:  # older versions kept the start only
        return
    asks = payout_in(call.body)
    if asks is None or asks.trans_no != call.trans_no:
        yield f"Call {call.id}: its body does not ask for payout {call.trans_no}."
        return
    is_same = (asks.op_id, asks.amount_li) == (held.op_id, held.amount_li)
    if is_same and call.outcome == PayoutOutcome.CONFLICT:
        yield f"Call {call.id}: it asked for payout {call.trans_no} as it stands, and was refused."
    elif not is_same and call.outcome != PayoutOutcome.CONFLICT:
        yield (
            f"Payout {call.trans_no}: {held.amount_li} li for {held.op_id!r} are written, "
            f"call {call.id} asked for {asks.amount_li} li for {asks.op_id!r}."
        )


_TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1, 2",
    "postgresql": """
        SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE (NOT tgisinternal OR tgenabled <> 'O') AND relnamespace = current_schema()::regnamespace
        UNION SELECT tablename, rulename FROM pg_rules WHERE schemaname = current_schema() ORDER BY 1, 2""",
}


def _lacking(connection: Connection) -> Iterator[str]:
    """Return a sentence for each table or column without which nothing else can be proved."""
    there = _by_table(inspect(connection).get_multi_columns())
    for table in metadata.sorted_tables:
        if table.name not in there:
            yield f"Table {table.name}: it is missing."
            continue
        columns = {column["name"] for column in there[table.name]}
        for column in table.columns:
            if column.name not in columns:
                yield f"Table {table.name}: the column {column.name} is missing."


def _changed(connection: Connection) -> Iterator[str]:
    """Return a sentence for each key, index, check or column that is not as it was made, and each trigger."""
    ours = set(metadata.tables)
    context = MigrationContext.configure(
        connection,
        opts={"include_name": lambda name, kind, _parents: kind != "table" or name in ours},
    )
    said = {
        f"Table {_table_of(change)}: {_change_text(change)}."
        for found in compare_metadata(context, metadata)
        for change in (found if isinstance(found, list) else [found])
        if not change[0].endswith("_comment")
    }
    yield from sorted(said)
    yield from _constraints(connection)
    for name, trigger in connection.execute(text(_TRIGGERS[connection.dialect.name])):
        if name in ours:
            yield f"Table {name}: {trigger} acts on it, and is not ours."


def _constraints(connection: Connection) -> Iterator[str]:
    found = inspect(connection)
    keys, checks = _by_table(found.get_multi_pk_constraint()), _by_table(found.get_multi_check_constraints())
    for table in metadata.sorted_tables:
        if sorted(keys[table.name]["constrained_columns"]) != sorted(c.name for c in table.primary_key):
            yield f"Table {table.name}: its primary key is not as it was made."
        names = {check["name"] for check in checks[table.name]}
        for column in table.columns:
            for constraint in column.constraints:
                if isinstance(constraint, CheckConstraint) and constraint.name not in names:
                    yield f"Table {table.name}: the check {constraint.name} is missing."


def _by_table(found: Mapping[Any, Any]) -> dict[str, Any]:
    """What was looked up for all tables at once, by their names: each look-up by itself is a question."""
    return {name: about for (_schema, name), about in found.items()}


def _table_of(change: tuple[Any, ...]) -> str:
    if change[0].startswith("modify_") or change[0].endswith("_column"):
        return str(change[2])
    return str(getattr(change[1], "table", change[1]))


def _change_text(change: tuple[Any, ...]) -> str:
    deed, _, kind = change[0].partition("_")
    if deed == "modify":
        return f"the column {change[3]} is not as it was made ({kind})"
    named = change[3] if kind == "column" else change[1]
    return f"the {kind} {named.name} is {'missing' if deed == 'add' else 'not ours'}"
