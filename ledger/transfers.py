"""The cashiers' transfers: each is written down before it is sent, and again once its outcome is known.

The ledger sends nothing itself. It says who may send: whoever was the first to write a number.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, case, insert, select, update

from ledger import audit
from ledger.database import Books, Ledger
from ledger.schema import transfers
from twoj_client.errors import gettext_noop


class TransferKind(StrEnum):
    """Which way the money goes."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"


class TransferState(StrEnum):
    """What is known of a transfer."""

    SENDING = gettext_noop("sending")
    """It is on its way, or the server that sent it ended before the answer came."""
    DONE = "done"
    REFUSED = gettext_noop("refused")
    """No money moved."""
    UNKNOWN = gettext_noop("unknown")

    @property
    def is_open(self) -> bool:
        """Whether the money may or may not have moved."""
        return self in {TransferState.SENDING, TransferState.UNKNOWN}


_OPEN = [state for state in TransferState if state.is_open]


@dataclass(frozen=True)
class TransferOrder:
    """What a cashier wants moved: `amount_li` above 0, in li, under a `trans_no` of its own."""

    trans_no: str
    op_id: str
    kind: TransferKind
    amount_li: int

    def __post_init__(self) -> None:
        if self.amount_li <= 0:
            raise ValueError(f"amount_li must be above 0, not {self.amount_li}")

    def after_li(self, balance_li: int) -> int:
        """The balance after it."""
        sign = 1 if self.kind is TransferKind.DEPOSIT else -1
        return balance_li + sign * self.amount_li


@dataclass(frozen=True)
class TransferOutcome:
    """What became of a transfer, amounts in li; None is not known. `reason` is for people."""

    state: TransferState
    reason: str = ""
    balance_li: int | None = None
    freeze_li: int | None = None


@dataclass(frozen=True)
class CashierTransfer:
    """A transfer with all that is known of it; times in epoch milliseconds."""

    order: TransferOrder
    who: str
    outcome: TransferOutcome
    sent_at_ms: int
    settled_at_ms: int | None
    written: bool = True
    """False where the outcome could not be written to the ledger, which then still has it as being sent."""

    @property
    def sent_at(self) -> datetime:
        """The same time, aware and in UTC."""
        return datetime.fromtimestamp(self.sent_at_ms / 1000, UTC)


class TransferJournal:
    """A merchant's transfers in the ledger, and their rows of the audit log. For many threads.

    `clock` returns epoch seconds. Every method raises LedgerAway where the database is locked or away.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], float] = time.time) -> None:
        self._ledger = ledger
        self._clock = clock

    def open(self, order: TransferOrder, who: str) -> bool:
        """Write that `order` is about to be sent. False: it must not be, its number was used before."""
        with self._ledger.writing() as books:
            now_ms = self._now_ms()
            sending = TransferOutcome(TransferState.SENDING)
            row = {**asdict(order), **asdict(sending), "who": who, "sent_at_ms": now_ms}
            if books.add(insert(transfers).values(**row)) is None:
                return False
            audit.write(books, _deed(who, order.kind, order, sending), now_ms)
            return True

    def close(
        self, trans_no: str, outcome: TransferOutcome, who: str, how: str | None = None
    ) -> CashierTransfer:
        """Write what became of a transfer, unless that is known already; return all that is known of it.

        `how` it was found out is for the audit log; None: by sending it.
        """
        mine, is_open = transfers.c.trans_no == trans_no, transfers.c.state.in_(_OPEN)
        with self._ledger.writing() as books:
            now_ms = self._now_ms()
            known = update(transfers).where(mine, is_open).values(**asdict(outcome), settled_at_ms=now_ms)
            books.execute(known)
            (found,) = _read(books, select(transfers).where(mine))
            audit.write(books, _deed(who, how or found.order.kind, found.order, found.outcome), now_ms)
            return found

    def find(self, trans_no: str) -> CashierTransfer | None:
        """Return the transfer with this number."""
        return next(iter(self._read(select(transfers).where(transfers.c.trans_no == trans_no))), None)

    def latest(self, op_id: str, limit: int) -> list[CashierTransfer]:
        """Return a player's transfers, newest first, but before all those whose outcome is not known."""
        is_closed = case((transfers.c.state.in_(_OPEN), 0), else_=1)
        mine = select(transfers).where(transfers.c.op_id == op_id)
        return self._read(mine.order_by(is_closed, transfers.c.sent_at_ms.desc()).limit(limit))

    def last_freeze(self, op_id: str) -> CashierTransfer | None:
        """Return the player's newest withdrawal that was answered with the frozen part."""
        mine = select(transfers).where(transfers.c.op_id == op_id, transfers.c.freeze_li.is_not(None))
        return next(iter(self._read(mine.order_by(transfers.c.settled_at_ms.desc()).limit(1))), None)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

    def _read(self, wanted: Select[*tuple[Any, ...]]) -> list[CashierTransfer]:
        with self._ledger.reading() as books:
            return _read(books, wanted)


def differences(books: Books) -> Iterator[str]:
    """Return a sentence for each transfer of which the audit log says something else."""
    said: dict[str, _Said] = {}
    for row in audit.rows(books):
        trans_no = audit.as_object(row.about).get("trans_no")
        if isinstance(trans_no, str):
            said[trans_no] = _followed(said.get(trans_no), row)
    for row in books.execute(select(transfers).order_by(transfers.c.trans_no)):
        about = {name: row._mapping[name] for name in _SAID}
        found = _Said(row.who, row.sent_at_ms, audit.as_text(about), row.state, row.settled_at_ms)
        if said.pop(row.trans_no, None) != found:
            yield f"Transfer {row.trans_no}: the audit log says something else of it."
    for trans_no in sorted(said):
        yield f"Transfer {trans_no}: it is missing, the audit log knows it."


def _deed(who: str, what: str, order: TransferOrder, outcome: TransferOutcome) -> audit.AuditEntry:
    about = {**asdict(order), **asdict(outcome)}
    return audit.AuditEntry(who, what, about, about.pop("state"))


class _Said(NamedTuple):
    """What the audit log says of a transfer: who sent it and when, what is known of it, and since when."""

    who: str
    sent_at_ms: int
    about: str
    state: str
    settled_at_ms: int | None


_SAID = "trans_no op_id kind amount_li reason balance_li freeze_li".split()


def _followed(said: _Said | None, row: Row[Any]) -> _Said:
    if said is None:
        return _Said(row.who, row.at_ms, row.about, row.outcome, None)
    is_open = said.state in _OPEN
    settled_at_ms = row.at_ms if is_open else said.settled_at_ms
    return said._replace(about=row.about, state=row.outcome, settled_at_ms=settled_at_ms)


def _read(books: Books, wanted: Select[*tuple[Any, ...]]) -> list[CashierTransfer]:
    return [
        CashierTransfer(
            TransferOrder(row.trans_no, row.op_id, TransferKind(row.kind), row.amount_li),
            row.who,
            TransferOutcome(TransferState(row.state), row.reason, row.balance_li, row.freeze_li),
            row.sent_at_ms,
            row.settled_at_ms,
        )
        for row in books.execute(wanted)
    ]
