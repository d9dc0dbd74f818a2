"""From the bytes of a call to a payout or a refusal: signature first, then the document's rules. Pure.

Source: LinkJP document, "LinkJP Payout /order/jackpot". The call is signed like every Open API call: the MD5
of the exact body bytes, `ts` and the merchant key stands in the query string.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec

from payouts.answers import Answer, Code
from twoj_client.signing import matches

LARGEST_BODY = 64 * 2**10
_KEPT_BODY = 4 * 2**10

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


@dataclass(frozen=True)
class Merchant:
    """Whose payouts are answered. The key stays out of the repr."""

    mch_id: int
    key: str = field(repr=False)


@dataclass(frozen=True)
class Payout:
    """One jackpot win to be credited once. Amounts in li; `trans_no` is its unique key.

    `hourly_li` and `super_li` are the parts as the provider told them, None where it told no whole number.
    They are kept for people to look at; what is credited is `amount_li`.
    """

    trans_no: str
    op_id: str
    amount_li: int
    draw_id: str
    game_id: int
    hourly_li: int | None
    super_li: int | None
    ordered_at_s: int

    @property
    def parts_differ(self) -> bool:
        """Whether hourly and super part are not known to add up to the amount."""
        return (
            self.hourly_li is None
            or self.super_li is None
            or self.hourly_li + self.super_li != self.amount_li
        )


@dataclass(frozen=True)
class Delivery:
    """A call as it came: the start of its body, and what it asks for or the answer that refuses it."""

    body: bytes
    body_size: int
    asks: Payout | Answer

    @property
    def trans_no(self) -> str | None:
        """The payout's number, None for a refused call: what that says is not to be trusted."""
        return self.asks.trans_no if isinstance(self.asks, Payout) else None


class Refused(Exception):
    """A call that a repeat cannot heal. Holds its answer."""

    def __init__(self, code: Code, msg: str) -> None:
        super().__init__(msg)
        self.answer = Answer(code, msg)


class _Order(msgspec.Struct):
    trans_no: Text
    draw_id: Text
    game_id: Int64
    amount: Annotated[int, msgspec.Meta(gt=0, le=2**63 - 1)]
    extra_business: dict[str, Any] | None = None


class _Body(msgspec.Struct):
    action: Literal[2]
    op_id: Text
    timestamp: Int64
    order: _Order


def examine(query: bytes, body: bytes, merchant: Merchant) -> Delivery:
    """Return the delivery that `query` (raw, without the ``?``) and the raw `body` make. Never raises.

    `body` may be cut off anywhere past `LARGEST_BODY` bytes. How old `ts` or the order is does not matter:
    the provider repeats for as long as it needs.
    """
    asks: Payout | Answer
    try:
        _verify(query, body, merchant)
        asks = _parse(body)
    except Refused as refused:
        asks = refused.answer
    return Delivery(body[:_KEPT_BODY], len(body), asks)


def payout_in(body: bytes) -> Payout | None:
    """Return the payout that a body asks for, None where none can be read; who signed it is not asked."""
    try:
        return _parse(body)
    except Refused:
        return None


def _verify(query: bytes, body: bytes, merchant: Merchant) -> None:
    if len(body) > LARGEST_BODY:
        raise Refused(Code.PARAMETER, f"The body is larger than {LARGEST_BODY} bytes.")
    parameters = [part.partition("=") for part in query.decode("latin-1").split("&")]
    mch = _only(parameters, "mch", "[0-9]{1,19}")
    ts = _only(parameters, "ts", "[1-9][0-9]{0,18}")
    signature = _only(parameters, "sign", "[0-9a-f]{32}")
    if int(mch) != merchant.mch_id:
        raise Refused(Code.NO_PERMISSION, "mch is not the merchant that this address serves.")
    if not matches(signature, body, int(ts), merchant.key):
        raise Refused(Code.SIGNATURE, "The signature does not match body, ts and key.")


def _only(parameters: list[tuple[str, str, str]], name: str, shape: str) -> str:
    values = [value for key, _, value in parameters if key == name]
    if len(values) != 1 or not re.fullmatch(shape, values[0]):
        raise Refused(Code.PARAMETER, f"The query string needs one well-formed {name}.")
    return values[0]


def _parse(body: bytes) -> Payout:
    try:
        read = msgspec.convert(_strict_json.decode(body.decode()), _Body)
    except UnicodeDecodeError:
        raise Refused(Code.PARAMETER, "The body is not UTF-8.") from None
    except RecursionError:
        raise Refused(Code.PARAMETER, "The body is nested too deeply.") from None
    except ValueError as error:  # of json, msgspec and the two hooks
        raise Refused(Code.PARAMETER, f"The body is not a payout: {error}"[:200]) from None
    order = read.order
    for name, text in (("op_id", read.op_id), ("draw_id", order.draw_id), ("trans_no", order.trans_no)):
        if not text.isprintable():
            raise Refused(Code.PARAMETER, f"{name} has characters that cannot be printed.")
    if not order.trans_no.isascii() or " " in order.trans_no:
        raise Refused(Code.PARAMETER, "trans_no expects ASCII without spaces.")
    parts = order.extra_business or {}
    return Payout(
        trans_no=order.trans_no,
        op_id=read.op_id,
        amount_li=order.amount,
        draw_id=order.draw_id,
        game_id=order.game_id,
        hourly_li=whole_number(parts.get("hourly_amount")),
        super_li=whole_number(parts.get("super_amount")),
        ordered_at_s=read.timestamp,
    )


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


_strict_json = json.JSONDecoder(object_pairs_hook=_once_each, parse_constant=_no_constant)


def whole_number(value: object) -> int | None:
    """Return a JSON value that the ledger can hold as an amount, None for any other.

    For what is told beside the money only, as in `extra_business`, which the provider changes without notice.
    """
    return value if type(value) is int and -(2**63) <= value < 2**63 else None
