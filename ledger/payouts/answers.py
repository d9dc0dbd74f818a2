"""What a call is answered with: code, sentence and HTTP status, in the envelope of the document."""

from enum import IntEnum
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


class CallAnswer(NamedTuple):
    """An answer without its envelope.

    The provider repeats a call only where the HTTP status is not 200. So 200 is for what is credited, and for
    what no repetition can ever heal.
    """

    code: Code
    msg: str
    status: int = 200


DONE = CallAnswer(Code.SUCCESS, "")
CONFLICT = CallAnswer(Code.DUPLICATE, "This trans_no was used for another player or another amount.")
NOT_YET = CallAnswer(Code.SERVICE, "The payout is not finished yet. Please repeat the call.", status=503)


def envelope(answer: CallAnswer, result: dict[str, Any], *, now_s: float) -> bytes:
    """Return the JSON body around `answer`; `now_s` is in epoch seconds, the timestamp in ms."""
    header = {"code": int(answer.code), "msg": answer.msg, "timestamp": int(now_s * 1000)}
    return msgspec.json.encode({"header": header, "result": result})
