"""Whether the payouts are what the calls beside them asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, select

from ledger.database import Books
from ledger.payouts.outcome import PayoutOutcome
from ledger.payouts.payout_call import payout_in
from ledger.schema import deliveries, payouts, repetitions

_AT_ONCE = 10_000
_CREDITS = {PayoutOutcome.FIRST, PayoutOutcome.CLAIMED}
_ASKS = {*_CREDITS, PayoutOutcome.REPLAY, PayoutOutcome.PENDING, PayoutOutcome.CONFLICT}


def differences(books: Books) -> Iterator[str]:
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
        yield from _difference(call, held.get(call.trans_no))
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


def _difference(call: Row[Any], held: Any) -> Iterator[str]:
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
