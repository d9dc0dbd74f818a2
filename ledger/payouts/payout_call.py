"""From the bytes of a call to a payout or a refusal: signature first, then what the money needs. Pure.

Source: LinkJP document, "LinkJP Payout /order/jackpot". The call is signed like every Open API call: the MD5
of the exact body bytes, `ts` and the merchant key stands in the query string.

The money needs `trans_no`, `op_id` and `amount`. With these readable a signed call is a payout; all else is
told as it came, and what cannot be told never keeps a player from the money.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ledger.payouts.outcome import CallAnswer, Code, PayoutOutcome
from twoj_client.signing import matches

LARGEST_BODY = 64 * 2**10
_KEPT_BODY = 4 * 2**10
_LONGEST_TEXT = 200
_PAYS_OUT = 2
"""The document's only `action`."""
_BILLION = 10**9
"""Moments from 2001 to 2286 have ten digits as seconds, thirteen as ms, sixteen as µs, nineteen as ns."""


@dataclass(frozen=True)
class MerchantKey:
    """Whose payouts are answered. The key stays out of the repr."""

    mch_id: int
    key: str = field(repr=False)


@dataclass(frozen=True)
class Payout:
    """One jackpot win to be credited once. Amounts in li; `trans_no` is its unique key.

    What is credited is `amount_li`. All after it is for people to look at, as the provider told it: None
    where it told nothing that can be kept. `ordered_at_s` is in seconds by the document, and anything by
    experience: who needs a time takes `won_at_ms`.
    """

    trans_no: str
    op_id: str
    amount_li: int
    draw_id: str | None
    game_id: int | None
    hourly_li: int | None
    super_li: int | None
    ordered_at_s: int | None

    @property
    def parts_differ(self) -> bool:
        """Whether hourly and super part are not known to add up to the amount."""
        return (
            self.hourly_li is None
            or self.super_li is None
            or self.hourly_li + self.super_li != self.amount_li
        )

    def won_at_ms(self, received_at_ms: int) -> int:
        """Return when it was won, in epoch ms: never after the receipt, which stands in for a wrong time.

        A time in ms, µs or ns is known by its digits. Any other, and one after the receipt, is wrong.
        """
        return won_at_ms(self.ordered_at_s, received_at_ms)


def won_at_ms(ordered_at_s: int | None, received_at_ms: int) -> int:
    """Return what `Payout.won_at_ms` does, for a row of the ledger."""
    told = ordered_at_s or 0
    if 0 < told < _BILLION:
        return min(told * 1000, received_at_ms)
    for unit_s in (1, 1_000, 1_000_000, 1_000_000_000):
        if _BILLION * unit_s <= told < 10 * _BILLION * unit_s:
            return min(told * 1000 // unit_s, received_at_ms)
    return received_at_ms


@dataclass(frozen=True)
class Refusal:
    """A call that is no payout, and how it is answered. `trans_no` is what an unreadable one names."""

    fault: PayoutOutcome
    answer: CallAnswer
    trans_no: str | None = None


@dataclass(frozen=True)
class Delivery:
    """A call as it came: its body, all of it where that is needed still, and what it asks for."""

    body: bytes
    body_size: int
    asks: Payout | Refusal

    @property
    def is_signed(self) -> bool:
        """Whether it came from somebody who has the key."""
        return isinstance(self.asks, Payout) or self.asks.fault is PayoutOutcome.UNREADABLE


class _Refused(Exception):
    def __init__(self, fault: PayoutOutcome, status: int, code: Code, msg: str, trans_no: str | None = None):
        super().__init__(msg)
        self.refusal = Refusal(fault, CallAnswer(code, msg, status), trans_no)


def addressed(query: bytes, body: bytes, merchants: Sequence[MerchantKey]) -> MerchantKey:
    """Return whose call it is: who is named by `mch`, else whose key signed it, else the first of them."""
    parameters = _parameters(query)
    mch = _only(parameters, "mch", _MCH)
    named = [merchant for merchant in merchants if mch is not None and int(mch) == merchant.mch_id]
    return next(
        (each for each in named or merchants if named or _signed(parameters, body, each)), merchants[0]
    )


def examine(query: bytes, body: bytes, merchant: MerchantKey) -> Delivery:
    """Return the delivery that `query` (raw, without the ``?``) and the raw `body` make. Never raises.

    `body` may be cut off anywhere past `LARGEST_BODY` bytes. How old `ts` or the order is does not matter:
    the provider repeats for as long as it needs.
    """
    asks: Payout | Refusal
    try:
        _verify(query, body, merchant)
        asks = _read(body)
    except _Refused as refused:
        asks = refused.refusal
    is_unreadable = isinstance(asks, Refusal) and asks.fault is PayoutOutcome.UNREADABLE
    return Delivery(body if is_unreadable else body[:_KEPT_BODY], len(body), asks)


def payout_in(body: bytes) -> Payout | None:
    """Return the payout that a body asks for, None where none can be read; who signed it is not asked."""
    try:
        return _read(body)
    except _Refused:
        return None


def _verify(query: bytes, body: bytes, merchant: MerchantKey) -> None:
    parameters = _parameters(query)
    mch = _only(parameters, "mch", _MCH)
    is_ours = mch is not None and int(mch) == merchant.mch_id
    unsigned, mismatch = PayoutOutcome.UNSIGNED, PayoutOutcome.MISMATCH
    if not any(value for key, _, value in parameters if key == "sign"):
        raise _Refused(unsigned, 400, Code.PARAMETER, "The query string has no sign.")
    if len(body) > LARGEST_BODY:
        raise _Refused(mismatch, 413, Code.PARAMETER, f"The body is larger than {LARGEST_BODY} bytes.")
    if _only(parameters, "ts", _TS) is None or _only(parameters, "sign", _SIGN) is None:
        msg = "The query string needs one well-formed ts and sign."
        raise _Refused(mismatch, 400, Code.PARAMETER, msg)
    if not _signed(parameters, body, merchant):
        code = Code.SIGNATURE if is_ours else Code.NO_PERMISSION
        raise _Refused(mismatch, 403, code, "The signature does not match body, ts and key.")
    if mch is None:
        raise _unreadable("The query string needs one well-formed mch.", status=400)
    if not is_ours:
        msg = "mch is not the merchant that this address serves."
        raise _Refused(PayoutOutcome.UNREADABLE, 403, Code.NO_PERMISSION, msg)


_Parameters = list[tuple[str, str, str]]
_TS, _SIGN, _MCH = "[1-9][0-9]{0,18}", "[0-9a-f]{32}", "[0-9]{1,19}"


def _parameters(query: bytes) -> _Parameters:
    return [part.partition("=") for part in query.decode("latin-1").split("&")]


def _signed(parameters: _Parameters, body: bytes, merchant: MerchantKey) -> bool:
    ts, signature = _only(parameters, "ts", _TS), _only(parameters, "sign", _SIGN)
    return ts is not None and signature is not None and matches(signature, body, int(ts), merchant.key)


def _only(parameters: _Parameters, name: str, shape: str) -> str | None:
    values = [value for key, _, value in parameters if key == name]
    return values[0] if len(values) == 1 and re.fullmatch(shape, values[0]) else None


class _Number(str):
    """A JSON number as it is spelled: as a float it could be another."""

    __slots__ = ()


class _Twice:
    """What a key holds that stands twice in one object, with different values."""


def _read(body: bytes) -> Payout:
    said = _object(_tree(body))
    order = _object(said.get("order"))
    trans_no, op_id = _id(order.get("trans_no")), _id(said.get("op_id"))
    amount_li = _int64(order.get("amount"))
    if trans_no is None or op_id is None or amount_li is None:
        needed = {"trans_no": trans_no, "op_id": op_id, "amount": amount_li}
        missing = ", ".join(name for name, value in needed.items() if value is None)
        raise _unreadable(f"These cannot be read: {missing}.", trans_no)
    action = _whole(said.get("action"))
    if action not in {None, _PAYS_OUT}:
        raise _unreadable(f"The action is not {_PAYS_OUT}, which pays out.", trans_no)
    if amount_li <= 0:
        raise _unreadable("The amount is not above 0.", trans_no)
    parts, told_at = _object(order.get("extra_business")), _number(said.get("timestamp"))
    return Payout(
        trans_no=trans_no,
        op_id=op_id,
        amount_li=amount_li,
        draw_id=_text(order.get("draw_id")),
        game_id=_int64(order.get("game_id")),
        hourly_li=_int64(parts.get("hourly_amount")),
        super_li=_int64(parts.get("super_amount")),
        ordered_at_s=_held(None if told_at is None else int(told_at)),
    )


def _unreadable(msg: str, trans_no: str | None = None, status: int = 422) -> _Refused:
    return _Refused(PayoutOutcome.UNREADABLE, status, Code.PARAMETER, msg, trans_no)


def _tree(body: bytes) -> object:
    encoding = json.detect_encoding(body)
    # Bytes that are no UTF-8 stay where they are, and matter only in what the money needs.
    stray = "surrogateescape" if encoding.startswith("utf-8") else "surrogatepass"
    try:
        return _json.decode(body.decode(encoding, stray))
    except RecursionError:
        raise _unreadable("The body is nested too deeply.") from None
    except ValueError as error:  # of json, and of bytes that are no text
        raise _unreadable(f"The body is not JSON: {error}"[:_LONGEST_TEXT]) from None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = value if found.get(key, value) == value else _Twice()
    return found


# Python's own numbers would end at 4300 digits, and NaN is no number: it counts as nothing said.
_json = json.JSONDecoder(
    object_pairs_hook=_pairs,
    parse_int=_Number,
    parse_float=_Number,
    parse_constant=lambda _name: None,
    strict=False,
)
_SPELLED = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MOST_DIGITS = 200


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> Decimal | None:
    """Return the number that a JSON value spells, as a number or as text."""
    if not isinstance(value, str) or not _SPELLED.fullmatch(value):
        return None
    try:
        number = Decimal(value)
    except ArithmeticError:  # its exponent is beyond all bounds
        return None
    return number if number.adjusted() < _MOST_DIGITS else None


def _whole(value: object) -> int | None:
    """Return the whole number that a JSON value spells (5000, "5000", 5000.0, 5e3), None for any other."""
    number = _number(value)
    whole = None if number is None else int(number)
    return whole if whole == number else None


def _int64(value: object) -> int | None:
    return _held(_whole(value))


def _held(whole: int | None) -> int | None:
    """Return a whole number where the database can hold it."""
    return whole if whole is not None and -(2**63) <= whole < 2**63 else None


def _text(value: object) -> str | None:
    """Return text, or a number as it is spelled, where a database can hold it: exactly, or not at all."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT or "\0" in value:
        return None
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, or bytes that are no UTF-8
        return None
    return str(value)


def _id(value: object) -> str | None:
    if not isinstance(value, _Number):
        return _text(value)
    whole = _whole(value)
    return None if whole is None else _text(str(whole))
