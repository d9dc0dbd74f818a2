"""Deposits and withdrawals: each is written to the ledger first, and sent once, by whoever wrote it."""

import secrets
from typing import Final

import structlog

from dashboard.core import formats
from dashboard.core.text import Message, kept, later
from dashboard.provider.failures import sentence
from dashboard.provider.merchant import Merchant
from dashboard.wallet.orders import TYPES
from ledger.database import LedgerAway
from ledger.transfers import (
    CashierTransfer,
    TransferJournal,
    TransferKind,
    TransferOrder,
    TransferOutcome,
    TransferState,
)
from twoj_client import TwoJError
from twoj_client.errors import OutcomeUnknown, gettext_noop
from twoj_client.models import TransferRecord

log = structlog.get_logger(__name__)

LATEST: Final = 10
"""So many orders of a player are shown, and looked through before another is sent."""


def is_on(merchant: Merchant) -> bool:
    """Whether this server moves money at all (TWOJ_CASHIER)."""
    return merchant.book is not None


def new_order(merchant: Merchant, op_id: str, kind: TransferKind, amount_li: int) -> TransferOrder:
    """An order under a number of its own, which sorts by time and can be read out on the phone."""
    number = f"{merchant.now():%Y%m%d-%H%M%S}-{secrets.token_hex(5)}"
    return TransferOrder(number, op_id, kind, amount_li)


def send(merchant: Merchant, order: TransferOrder, who: str) -> CashierTransfer:
    """Send an order if its number was never used, and return what became of it; else what is known of it.

    Raises LedgerAway where the ledger cannot be written before: then nothing was sent.
    """
    book = journal(merchant)
    if not book.open(order, who):
        known = book.find(order.trans_no)
        assert known is not None  # noqa: S101 - the number is in the ledger, and nothing is ever deleted there
        return known
    outcome = _moved(merchant, order)
    try:
        return book.close(order.trans_no, outcome, who)
    except LedgerAway as error:
        log.warning("outcome of a transfer not written", trans_no=order.trans_no, error=str(error))
        now_ms = int(merchant.clock() * 1000)
        return CashierTransfer(order, who, outcome, now_ms, now_ms, written=False)


def look_up(merchant: Merchant, order: TransferOrder, who: str) -> CashierTransfer:
    """Look for an order in the provider's records, write what they say, and return all that is known of it.

    Raises TwoJError or LedgerAway, and then nothing is changed.
    """
    reply = merchant.twoj.transfer.find(op_id=order.op_id, trans_no=order.trans_no)
    outcome = _recorded(reply.data, order, formats.moment(reply.as_of, merchant.zone))
    return journal(merchant).close(order.trans_no, outcome, who, gettext_noop("look-up"))


def journal(merchant: Merchant) -> TransferJournal:
    """What is written of the orders that were sent from here. Reading it raises LedgerAway."""
    if merchant.book is None:
        raise RuntimeError("TWOJ_CASHIER is false: this server moves no money.")
    return merchant.book


def _moved(merchant: Merchant, order: TransferOrder) -> TransferOutcome:
    transfer = merchant.twoj.transfer
    move = transfer.deposit if order.kind is TransferKind.DEPOSIT else transfer.withdraw
    try:
        reply = move(op_id=order.op_id, amount=order.amount_li, trans_no=order.trans_no)
    except OutcomeUnknown as error:
        return TransferOutcome(TransferState.UNKNOWN, kept(sentence(error)))
    except TwoJError as error:
        reason = f"{kept(sentence(error))}\n{kept(Message(error.what_to_do))}"
        return TransferOutcome(TransferState.REFUSED, reason)
    return TransferOutcome(TransferState.DONE, "", reply.data.balance, reply.data.freeze_amount)


def _recorded(record: TransferRecord | None, order: TransferOrder, when: str) -> TransferOutcome:
    if record is None:
        reason = later("The provider's records did not have it on {when}. It may still come.", when=when)
    elif (record.type, abs(record.amount)) != (TYPES[order.kind], order.amount_li):
        reason = later("The provider's records have another transfer under its number. Ask the provider.")
    else:
        return TransferOutcome(TransferState.DONE, "", record.after_balance)
    return TransferOutcome(TransferState.UNKNOWN, kept(reason))
