"""What becomes of a call, and what it is answered with: code, sentence and HTTP status, in an envelope."""

from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

import msgspec


class Code(IntEnum):
    """`header.code`, with the meaning that the Open API's own table gives it."""

    SUCCESS = 0
    PARAMETER = 100_000
    SERVICE = 500_000
    SIGNATURE = 500_008
    NO_PERMISSION = 500_009
    DUPLICATE = 500_101


class PayoutOutcome(StrEnum):
    """What became of one call."""

    FIRST = "first"
    REPLAY = "replay"
    CLAIMED = "claimed"
    """Not credited yet: the caller is the one to ask the operator's wallet now."""
    PENDING = "pending"
    """Not credited yet: somebody else asks the wallet, or will."""
    CONFLICT = "conflict"
    UNSIGNED = "unsigned"
    """It has no signature: anybody may send that."""
    MISMATCH = "mismatch"
    """It has one that does not match: it is forged, or our own key is the wrong one."""
    UNREADABLE = "unreadable"
    """It is signed, and no payout to this merchant can be read in it."""
    FAILED = "failed"
    """The database will not hold it. Whether that is the call's fault or ours: the money is still owed."""


class CallAnswer(NamedTuple):
    """An answer without its envelope.

    The provider repeats a call only where the HTTP status is not 200. So 200 is for what is credited, and for
    what no repetition can ever heal.
    """

    code: Code
    msg: str
    status: int = 200


class Settled(NamedTuple):
    """A call's outcome, its answer, and where that is `DONE` what the player has, in li."""

    outcome: PayoutOutcome
    answer: CallAnswer
    available_li: int | None = None


DONE = CallAnswer(Code.SUCCESS, "")
CONFLICT = CallAnswer(Code.DUPLICATE, "This trans_no was used for another player or another amount.")
NOT_YET = CallAnswer(Code.SERVICE, "The payout is not finished yet. Please repeat the call.", status=503)
FAILED = Settled(PayoutOutcome.FAILED, NOT_YET)


def envelope(answer: CallAnswer, result: dict[str, Any], *, now_s: float) -> bytes:
    """Return the JSON body around `answer`; `now_s` is in epoch seconds, the timestamp in ms."""
    header = {"code": int(answer.code), "msg": answer.msg, "timestamp": int(now_s * 1000)}
    return msgspec.json.encode({"header": header, "result": result})
