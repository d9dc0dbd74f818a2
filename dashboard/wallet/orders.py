"""Deposits and withdrawals that are made here: what each would do, and what became of it in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core.formats import money

DEPOSIT: Final = "deposit"
WITHDRAWAL: Final = "withdrawal"
VERBS: Final = {DEPOSIT: "Deposit", WITHDRAWAL: "Withdraw"}

SENDING: Final = "sending"
DONE: Final = "done"
REFUSED: Final = "refused"
NOT_KNOWN: Final = "unknown"
STATES: Final = {
    SENDING: "Being sent",
    DONE: "Done",
    REFUSED: "Refused, no money moved",
    NOT_KNOWN: "Not known yet",
}

_PASTS: Final = {DEPOSIT: "deposited", WITHDRAWAL: "withdrawn"}
_ALIKE_WITHIN: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be moved: `kind` is deposit or withdrawal, `trans_no` the number that sends it once."""

    trans_no: str
    op_id: str
    kind: str
    amount_li: int

    def after_li(self, balance_li: int) -> int:
        """The balance after it."""
        return balance_li + self.amount_li if self.kind == DEPOSIT else balance_li - self.amount_li


@dataclass(frozen=True, slots=True)
class Attempt:
    """An order that somebody sent, and what became of it; `reason` is why it was refused or is not known."""

    order: Order
    who: str
    sent_at: datetime
    state: str
    reason: str = ""
    balance_li: int | None = None
    freeze_li: int | None = None
    written: bool = True
    """False where the outcome could not be written to the ledger, which then still has it as being sent."""

    @property
    def is_open(self) -> bool:
        """Whether the money may or may not have moved."""
        return self.state in (SENDING, NOT_KNOWN)


def objection(order: Order, balance_li: int, currency: str | None) -> str | None:
    """Why an order need not be sent at all, None where it may be."""
    if order.after_li(balance_li) >= 0:
        return None
    amount, balance = money(order.amount_li, currency), money(balance_li, currency)
    return f"The balance is {balance}; {amount} cannot be withdrawn from it."


def concerns(order: Order, earlier: Sequence[Attempt], now: datetime, currency: str | None) -> list[str]:
    """What somebody must know of the player's `earlier` orders before this one is sent."""
    words = [
        f"{_named(one, currency)} ({one.order.trans_no}) may or may not have happened. Look it up first."
        for one in earlier
        if one.is_open
    ]
    wanted = (order.kind, order.amount_li)
    return words + [
        f"{_named(one, currency)} was done a moment ago already ({one.order.trans_no}). This is one more."
        for one in earlier
        if one.state == DONE
        and (one.order.kind, one.order.amount_li) == wanted
        and now - one.sent_at < _ALIKE_WITHIN
    ]


def told(attempt: Attempt, currency: str | None) -> str:
    """What became of an attempt, in plain words."""
    words = _told(attempt, currency)
    if not attempt.written:
        words += " The ledger could not be written and has it as being sent: look it up later."
    return words


def order_table(attempts: Sequence[Attempt], zone: ZoneInfo) -> pd.DataFrame:
    """One row an attempt: `at` (in `zone`), `kind` and `state` in words, Int64 li, `who` and the number."""
    return pd.DataFrame(
        {
            "at": pd.Series(pd.to_datetime([one.sent_at for one in attempts], utc=True)).dt.tz_convert(zone),
            "kind": [one.order.kind.capitalize() for one in attempts],
            "amount_li": pd.array([one.order.amount_li for one in attempts], dtype="Int64"),
            "state": [STATES[one.state] for one in attempts],
            "balance_li": pd.array([one.balance_li for one in attempts], dtype="Int64"),
            "who": [one.who for one in attempts],
            "trans_no": [one.order.trans_no for one in attempts],
        }
    )


def _told(attempt: Attempt, currency: str | None) -> str:
    if attempt.state == DONE:
        frozen = attempt.freeze_li
        return (
            f"{money(attempt.order.amount_li, currency)} was {_PASTS[attempt.order.kind]}."
            f" The balance after it was {money(attempt.balance_li, currency)}"
            + (f", of which {money(frozen, currency)} was frozen." if frozen else ".")
        )
    if attempt.state == REFUSED:
        return f"{_named(attempt, currency)}: no money moved. {attempt.reason}"
    if attempt.state == SENDING:
        return (
            f"{_named(attempt, currency)}: it is being sent. If this stays so, the server stopped meanwhile:"
            " look it up."
        )
    return f"{_named(attempt, currency)}: {attempt.reason} Do not make it again before it is known."


def _named(attempt: Attempt, currency: str | None) -> str:
    return f"{attempt.order.kind.capitalize()} of {money(attempt.order.amount_li, currency)}"
