"""Proves the ledger from its own rows, to the li. Reads only, and all of it as of one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL, Connection, func, inspect, or_, select
from sqlalchemy.exc import DBAPIError

from payouts import audit, schema, transfers
from payouts.database import away, open_engine, require_newest, snapshot, without_hurry
from payouts.schema import balances, entries, payouts, pending


class NoLedger(Exception):
    """Nothing was ever written at this address."""


def check(url: URL) -> tuple[list[str], str]:
    """Return a sentence for each thing that is wrong, and one that says how much the ledger holds.

    Raises NoLedger, or LedgerAway.
    """
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise NoLedger(_NO_LEDGER)
    engine = snapshot(open_engine(url))
    try:
        with engine.begin() as connection:
            without_hurry(connection)
            if not inspect(connection).has_table(payouts.name):
                raise NoLedger(_NO_LEDGER)
            require_newest(connection)
            wrong = [*_balances(connection), *_payouts(connection), *_entries(connection)]
            extent = [_extent(connection)]
            if inspect(connection).has_table(schema.audit.name):  # ledgers of older versions have none
                wrong += [*audit.broken(connection), *transfers.differences(connection)]
                extent += audit.extent(connection)
            return wrong, " ".join(extent)
    except DBAPIError as error:
        raise away(error) from error
    finally:
        engine.dispose()


_AT_ONCE = 10_000
_NO_LEDGER = "There is no ledger here yet. Is TWOJ_LEDGER_URL right?"


def _balances(connection: Connection) -> Iterator[str]:
    """Each balance is the sum of the player's entries."""
    booked_li: Counter[str] = Counter()  # summed up here: SQLite's sum ends at 64 bits
    made = select(entries.c.op_id, entries.c.amount_li).execution_options(yield_per=_AT_ONCE)
    for op_id, amount_li in connection.execute(made):
        booked_li[op_id] += amount_li
    balance_li = _balance_li(connection)
    for op_id in sorted(booked_li.keys() | balance_li.keys()):
        if balance_li.get(op_id) != booked_li[op_id]:
            yield (
                f"Player {op_id!r}: the balance is {_li(balance_li.get(op_id))}, "
                f"the entries make {booked_li[op_id]} li."
            )


def _balance_li(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(balances.c.op_id, balances.c.balance_li))
    return {row.op_id: row.balance_li for row in rows}


def _payouts(connection: Connection) -> Iterator[str]:
    """Each payout has either one entry, of the same money, or waits for the wallet."""
    has_entry, waits = entries.c.trans_no.is_not(None), pending.c.trans_no.is_not(None)
    other_money = or_(entries.c.op_id != payouts.c.op_id, entries.c.amount_li != payouts.c.amount_li)
    rows = connection.execute(
        select(
            payouts.c.trans_no,
            payouts.c.op_id,
            payouts.c.amount_li,
            has_entry,
            waits,
            entries.c.op_id,
            entries.c.amount_li,
        )
        .join(entries, entries.c.trans_no == payouts.c.trans_no, isouter=True)
        .join(pending, pending.c.trans_no == payouts.c.trans_no, isouter=True)
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


def _entries(connection: Connection) -> Iterator[str]:
    """Each entry has a payout."""
    rows = connection.execute(
        select(entries.c.trans_no, entries.c.op_id, entries.c.amount_li)
        .join(payouts, entries.c.trans_no == payouts.c.trans_no, isouter=True)
        .where(payouts.c.trans_no.is_(None))
        .order_by(entries.c.id)
    )
    for trans_no, op_id, amount_li in rows:
        yield f"Entry {trans_no}: {_li(amount_li)} were credited to {op_id!r} without a payout."


def _extent(connection: Connection) -> str:
    asked = connection.scalar(select(func.count()).select_from(payouts))
    waiting = connection.scalar(select(func.count()).select_from(pending))
    balance_li = _balance_li(connection)
    return (
        f"{asked} payouts, {waiting} of them wait for the wallet. "
        f"{len(balance_li)} players were credited {sum(balance_li.values())} li in all."
    )


def _li(amount: int | None) -> str:
    return "nothing" if amount is None else f"{amount} li"
