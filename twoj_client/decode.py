"""The provider's answers: bytes in, the typed payload and its bytes out. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from twoj_client import tolerant
from twoj_client.endpoints import Endpoint, Family
from twoj_client.errors import NotJson, TwoJError, WrongShape, for_code
from twoj_client.tolerant import mended

T = TypeVar("T")


class Typed(NamedTuple, Generic[T]):
    """A payload as its endpoint's type."""

    value: T
    unknown: Mapping[str, int]
    """How often which field was not known."""


# Whatever stands in a message or a time, it takes no answer away.
class _SummaryEnvelope(msgspec.Struct):
    code: Any
    msg: msgspec.Raw = msgspec.Raw(b"")
    data: msgspec.Raw = msgspec.Raw(b"")


class _OpenHeader(msgspec.Struct):
    code: Any
    msg: msgspec.Raw = msgspec.Raw(b"")
    timestamp: msgspec.Raw = msgspec.Raw(b"")


class _OpenEnvelope(msgspec.Struct):
    header: _OpenHeader
    result: msgspec.Raw = msgspec.Raw(b"")


_summary = msgspec.json.Decoder(_SummaryEnvelope)
_open = msgspec.json.Decoder(_OpenEnvelope)
_LONGEST_MESSAGE = 200


class Opened(NamedTuple):
    """What an envelope holds: the payload as it was sent, and the provider's clock in epoch ms, if told."""

    code: int
    message: str
    provider_ms: int | None
    payload: memoryview


def opened(endpoint: Endpoint[T], body: bytes, secrets: Sequence[str] = ()) -> Opened:
    """Return a good answer out of its envelope; the payload of some is all of it.

    A provider may repeat what it was sent in its message: `secrets` are blotted out there.

    Raises:
        NotJson, WrongShape: the envelope cannot be read.
        ProviderError: the envelope holds an error code.

    """
    try:
        found = _opened(endpoint, body)
    except Exception as error:  # noqa: BLE001 - as in `typed`
        failure: TwoJError = _unreadable(endpoint, body, error)
    else:
        if found.code == (200 if endpoint.family is Family.SUMMARY else 0):
            return found
        said = _without(found.message, secrets)[:_LONGEST_MESSAGE]
        failure = refusal = for_code(found.code, said, endpoint=endpoint.path)
        refusal.provider_ms = found.provider_ms
    raise failure


def _opened(endpoint: Endpoint[T], body: bytes) -> Opened:
    try:
        return _opened_as_it_is(endpoint, body)
    except Exception:
        better = mended(body)
        if better == body:
            raise
    return _opened_as_it_is(endpoint, better)


def _opened_as_it_is(endpoint: Endpoint[T], body: bytes) -> Opened:
    if endpoint.family is Family.SUMMARY:
        summary = _summary.decode(body)
        return Opened(_code(summary.code), _text(summary.msg), None, memoryview(summary.data))
    answer = _open.decode(body)
    payload = msgspec.Raw(body) if endpoint.with_header else answer.result
    header = answer.header
    return Opened(_code(header.code), _text(header.msg), _ms(header.timestamp), memoryview(payload))


def _code(told: Any) -> int:
    try:
        return tolerant.whole(told)
    except ValueError:
        raise msgspec.ValidationError("code: expected a whole number") from None


def _text(raw: msgspec.Raw) -> str:
    told = _value(raw)
    return told if isinstance(told, str) else ""


def _ms(raw: msgspec.Raw) -> int | None:
    try:
        return tolerant.whole(_value(raw))
    except ValueError:
        return None


def _value(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except Exception:  # noqa: BLE001 - as in `typed`
        return None


def typed(endpoint: Endpoint[T], payload: bytes | memoryview) -> Typed[T]:
    """Return `payload` as the endpoint's type.

    Raises WrongShape: what is required is missing, or is not what it must be.
    """
    what = "The payload is missing"
    try:
        value = endpoint.decoder.decode(payload)
    except Exception as error:  # noqa: BLE001 - whatever an answer holds, who asked learns that it is unreadable
        if payload:
            what = _why(error)
    else:
        if not endpoint.lacks_something(value, payload):
            return Typed(value, {})
    if payload:
        try:
            return Typed(*endpoint.read_tolerantly(payload))
        except Exception as error:  # noqa: BLE001 - as above
            what = _why(error)
    raise _differs(endpoint, what)


def _differs(endpoint: Endpoint[T], what: str) -> WrongShape:
    return WrongShape(
        "The provider's answer differs from its documents: {what}.", endpoint=endpoint.path, what=what
    )


def _why(error: Exception) -> str:
    return "It is nested too deeply" if isinstance(error, RecursionError) else str(error)[:_LONGEST_MESSAGE]


def _without(message: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        message = message.replace(secret, "…")
    return message


def _unreadable(endpoint: Endpoint[T], body: bytes, error: Exception) -> NotJson | WrongShape:
    if isinstance(error, msgspec.ValidationError):
        return _differs(endpoint, str(error))
    if not body:
        return NotJson("The provider's answer is empty.", endpoint=endpoint.path)
    is_page = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
    if is_page:
        return NotJson("The provider's answer is HTML, not JSON.", endpoint=endpoint.path, is_page=True)
    return NotJson("The provider's answer is not whole JSON.", endpoint=endpoint.path)
