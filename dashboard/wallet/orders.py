"""Deposits and withdrawals that are made here: what each would do, and what became of it in words."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core.formats import money
from ledger.transfers import CashierTransfer, TransferKind, TransferOrder, TransferState

VERBS: Final = {TransferKind.DEPOSIT: "Deposit", TransferKind.WITHDRAWAL: "Withdraw"}
STATES: Final = {
    TransferState.SENDING: "Being sent",
    TransferState.DONE: "Done",
    TransferState.REFUSED: "Refused, no money moved",
    TransferState.UNKNOWN: "Not known yet",
}

_PASTS: Final = {TransferKind.DEPOSIT: "deposited", TransferKind.WITHDRAWAL: "withdrawn"}
_ALIKE_WITHIN: Final = timedelta(minutes=15)


def objection(order: TransferOrder, balance_li: int, currency: str | None) -> str | None:
    """Why an order need not be sent at all, None where it may be."""
    if order.after_li(balance_li) >= 0:
        return None
    amount, balance = money(order.amount_li, currency), money(balance_li, currency)
    return f"The balance is {balance}; {amount} cannot be withdrawn from it."


def concerns(
    order: TransferOrder, earlier: Sequence[CashierTransfer], now: datetime, currency: str | None
) -> list[str]:
    """What somebody must know of the player's `earlier` orders before this one is sent."""
    words = [
        f"{_named(one, currency)} ({one.order.trans_no}) may or may not have happened. Look it up first."
        for one in earlier
        if one.outcome.state.is_open
    ]
    wanted = (order.kind, order.amount_li)
    return words + [
        f"{_named(one, currency)} was done a moment ago already ({one.order.trans_no}). This is one more."
        for one in earlier
        if one.outcome.state is TransferState.DONE
        and (one.order.kind, one.order.amount_li) == wanted
        and now - one.sent_at < _ALIKE_WITHIN
    ]


def told(attempt: CashierTransfer, currency: str | None) -> str:
    """What became of an attempt, in plain words."""
    words = _told(attempt, currency)
    if not attempt.written:
        words += " The ledger could not be written and has it as being sent: look it up later."
    return words


def order_table(attempts: Sequence[CashierTransfer], zone: ZoneInfo) -> pd.DataFrame:
    """One row an attempt: `at` (in `zone`), `kind` and `state` in words, Int64 li, `who` and the number."""
    return pd.DataFrame(
        {
            "at": pd.Series(pd.to_datetime([one.sent_at for one in attempts], utc=True)).dt.tz_convert(zone),
            "kind": [one.order.kind.capitalize() for one in attempts],
            "amount_li": pd.array([one.order.amount_li for one in attempts], dtype="Int64"),
            "state": [STATES[one.outcome.state] for one in attempts],
            "balance_li": pd.array([one.outcome.balance_li for one in attempts], dtype="Int64"),
            "who": [one.who for one in attempts],
            "trans_no": [one.order.trans_no for one in attempts],
        }
    )


def _told(attempt: CashierTransfer, currency: str | None) -> str:
    outcome = attempt.outcome
    if outcome.state is TransferState.DONE:
        frozen = outcome.freeze_li
        return (
            f"{money(attempt.order.amount_li, currency)} was {_PASTS[attempt.order.kind]}."
            f" The balance after it was {money(outcome.balance_li, currency)}"
            + (f", of which {money(frozen, currency)} was frozen." if frozen else ".")
        )
    if outcome.state is TransferState.REFUSED:
        return f"{_named(attempt, currency)}: no money moved. {outcome.reason}"
    if outcome.state is TransferState.SENDING:
        return (
            f"{_named(attempt, currency)}: it is being sent. If this stays so, the server stopped meanwhile:"
            " look it up."
        )
    return f"{_named(attempt, currency)}: {outcome.reason} Do not make it again before it is known."


def _named(attempt: CashierTransfer, currency: str | None) -> str:
    return f"{attempt.order.kind.capitalize()} of {money(attempt.order.amount_li, currency)}"
