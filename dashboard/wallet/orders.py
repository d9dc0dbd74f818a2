"""Deposits and withdrawals that are made here: what each would do, and what became of it in words."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core.formats import money
from dashboard.core.frames import ledger_times
from dashboard.core.text import WordTable, later, sentences, text
from dashboard.wallet.transfers import type_name
from ledger.transfers import CashierTransfer, TransferKind, TransferOrder, TransferState
from twoj_client.models import DEPOSIT, WITHDRAWAL

TYPES: Final = {TransferKind.DEPOSIT: DEPOSIT, TransferKind.WITHDRAWAL: WITHDRAWAL}
"""Under which type the provider keeps a record of each kind."""
VERBS: Final = WordTable({TransferKind.DEPOSIT: later("Deposit"), TransferKind.WITHDRAWAL: later("Withdraw")})
STATES: Final = {
    TransferState.SENDING: later("Being sent"),
    TransferState.DONE: later("Done"),
    TransferState.REFUSED: later("Refused, no money moved"),
    TransferState.UNKNOWN: later("Not known yet"),
}
_ORDERS: Final = {
    TransferKind.DEPOSIT: later("Deposit of {amount}"),
    TransferKind.WITHDRAWAL: later("Withdrawal of {amount}"),
}
_DONE: Final = {
    TransferKind.DEPOSIT: later("{amount} was deposited."),
    TransferKind.WITHDRAWAL: later("{amount} was withdrawn."),
}
_ALIKE_WITHIN: Final = timedelta(minutes=15)


def objection(order: TransferOrder, balance_li: int, currency: str | None) -> str | None:
    """Why an order need not be sent at all, None where it may be."""
    if order.after_li(balance_li) >= 0:
        return None
    amount, balance = money(order.amount_li, currency), money(balance_li, currency)
    return text(
        "The balance is {balance}; {amount} cannot be withdrawn from it.", balance=balance, amount=amount
    )


def concerns(
    order: TransferOrder, earlier: Sequence[CashierTransfer], now: datetime, currency: str | None
) -> list[str]:
    """What somebody must know of the player's `earlier` orders before this one is sent."""
    sentences = [
        text(
            "{order} ({number}) may or may not have happened. Look it up first.",
            order=_named(one, currency),
            number=one.order.trans_no,
        )
        for one in earlier
        if one.outcome.state.is_open
    ]
    wanted = (order.kind, order.amount_li)
    return sentences + [
        text(
            "{order} was done a moment ago already ({number}). This is one more.",
            order=_named(one, currency),
            number=one.order.trans_no,
        )
        for one in earlier
        if one.outcome.state is TransferState.DONE
        and (one.order.kind, one.order.amount_li) == wanted
        and now - one.sent_at < _ALIKE_WITHIN
    ]


def told(attempt: CashierTransfer, currency: str | None) -> str:
    """What became of an attempt, in plain words."""
    sentences = _told(attempt, currency)
    if not attempt.written:
        sentences += " "
        sentences += text("The ledger could not be written and has it as being sent: look it up later.")
    return sentences


def order_table(attempts: Sequence[CashierTransfer], zone: ZoneInfo) -> pd.DataFrame:
    """One row an attempt: `at` (in `zone`), `kind` and `state` in words, Int64 li, `who` and the number."""
    return pd.DataFrame(
        {
            "at": ledger_times((one.sent_at_ms for one in attempts), zone),
            "kind": [type_name(TYPES[one.order.kind]) for one in attempts],
            "amount_li": pd.array([one.order.amount_li for one in attempts], dtype="Int64"),
            "state": [str(STATES[one.outcome.state]) for one in attempts],
            "balance_li": pd.array([one.outcome.balance_li for one in attempts], dtype="Int64"),
            "who": [one.who for one in attempts],
            "trans_no": [one.order.trans_no for one in attempts],
        }
    )


def _told(attempt: CashierTransfer, currency: str | None) -> str:
    order, outcome = _named(attempt, currency), attempt.outcome
    reason = sentences(outcome.reason)
    if outcome.state is TransferState.REFUSED:
        return text("{order}: no money moved. {reason}", order=order, reason=reason)
    if outcome.state is TransferState.UNKNOWN:
        return text("{order}: {reason} Do not make it again before it is known.", order=order, reason=reason)
    if outcome.state is TransferState.SENDING:
        return text(
            "{order}: it is being sent. If this stays so, the server stopped meanwhile: look it up.",
            order=order,
        )
    done = text(_DONE[attempt.order.kind].key, amount=money(attempt.order.amount_li, currency))
    balance, frozen = money(outcome.balance_li, currency), money(outcome.freeze_li, currency)
    if not outcome.freeze_li:
        return text("{done} The balance after it was {balance}.", done=done, balance=balance)
    return text(
        "{done} The balance after it was {balance}, of which {frozen} was frozen.",
        done=done,
        balance=balance,
        frozen=frozen,
    )


def _named(attempt: CashierTransfer, currency: str | None) -> str:
    return text(_ORDERS[attempt.order.kind].key, amount=money(attempt.order.amount_li, currency))
