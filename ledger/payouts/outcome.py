"""What becomes of a signed delivery: first, replay, conflict, or nothing that can be read. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from ledger.payouts import answers
from ledger.payouts.answers import CallAnswer
from ledger.payouts.payout_call import CallFault, Delivery, Payout, Refusal


class PayoutOutcome(StrEnum):
    """What became of one delivery."""

    FIRST = "first"
    REPLAY = "replay"
    CLAIMED = "claimed"
    """Not credited yet: the caller is the one to ask the operator's wallet now."""
    PENDING = "pending"
    """Not credited yet: somebody else asks the wallet, or will."""
    CONFLICT = "conflict"
    UNSIGNED = CallFault.UNSIGNED.value
    MISMATCH = CallFault.MISMATCH.value
    UNREADABLE = CallFault.UNREADABLE.value
    FAILED = "failed"
    """The database will not hold it. Whether that is the call's fault or ours: the money is still owed."""


class Settled(NamedTuple):
    """A delivery's outcome, its answer, and where that is `DONE` what the player has, in li."""

    outcome: PayoutOutcome
    answer: CallAnswer
    available_li: int | None = None


FAILED = Settled(PayoutOutcome.FAILED, answers.NOT_YET)

_ANSWERS = {
    PayoutOutcome.FIRST: answers.DONE,
    PayoutOutcome.REPLAY: answers.DONE,
    PayoutOutcome.CLAIMED: answers.NOT_YET,
    PayoutOutcome.PENDING: answers.NOT_YET,
    PayoutOutcome.CONFLICT: answers.CONFLICT,
}


class HeldPayout(NamedTuple):
    """What the ledger holds under a `trans_no`. It waits until the operator's wallet has the money."""

    op_id: str
    amount_li: int
    waits: bool


def settle(
    delivery: Delivery,
    held: Mapping[str, HeldPayout],
    new: set[str],
    claimed: set[str],
    has_li: Mapping[str, int],
) -> Settled:
    """Settle a delivery by what the ledger holds.

    `new` and `claimed` are the numbers that this transaction wrote or claimed; the first delivery to name one
    takes it out. `has_li` says what each credited player has.
    """
    payout = delivery.asks
    if isinstance(payout, Refusal):
        return refused(payout)
    outcome = _outcome(payout, held[payout.trans_no], new, claimed)
    answer = _ANSWERS[outcome]
    return Settled(outcome, answer, has_li[payout.op_id] if answer is answers.DONE else None)


def refused(refusal: Refusal) -> Settled:
    """Settle a delivery that no payout can be read from."""
    return Settled(PayoutOutcome(refusal.fault.value), refusal.answer)


def _outcome(payout: Payout, held: HeldPayout, new: set[str], claimed: set[str]) -> PayoutOutcome:
    if (payout.op_id, payout.amount_li) != (held.op_id, held.amount_li):
        return PayoutOutcome.CONFLICT
    if held.waits:
        return _once(payout.trans_no, claimed, PayoutOutcome.CLAIMED, PayoutOutcome.PENDING)
    return _once(payout.trans_no, new, PayoutOutcome.FIRST, PayoutOutcome.REPLAY)


def _once(trans_no: str, left: set[str], first: PayoutOutcome, later: PayoutOutcome) -> PayoutOutcome:
    if trans_no not in left:
        return later
    left.remove(trans_no)
    return first
