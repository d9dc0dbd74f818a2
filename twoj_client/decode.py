"""The provider's answers: bytes in, the typed payload and its bytes out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from twoj_client.endpoints import Endpoint, Family
from twoj_client.errors import NotJson, TwoJError, WrongShape, for_code

T = TypeVar("T")


class _SummaryEnvelope(msgspec.Struct):
    code: int
    msg: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"")


class _OpenHeader(msgspec.Struct):
    code: int
    msg: str | None = None
    timestamp: Any = None


class _OpenEnvelope(msgspec.Struct):
    header: _OpenHeader
    result: msgspec.Raw = msgspec.Raw(b"")


_summary = msgspec.json.Decoder(_SummaryEnvelope)
_open = msgspec.json.Decoder(_OpenEnvelope)
_LONGEST_MESSAGE = 200


def payload_of(endpoint: Endpoint[T], body: bytes, secrets: Sequence[str] = ()) -> memoryview:
    """Return the payload of an answer as it was sent: what the envelope holds, or all of it.

    A provider may repeat what it was sent in its message: `secrets` are blotted out there.

    Raises:
        NotJson, WrongShape: the envelope cannot be read.
        ProviderError: the envelope holds an error code.

    """
    failure: TwoJError
    provider_ms: int | None = None
    try:
        if endpoint.family is Family.SUMMARY:
            summary = _summary.decode(body)
            code, message, payload = summary.code, summary.msg, summary.data
            success = 200
        else:
            answer = _open.decode(body)
            code, message = answer.header.code, answer.header.msg
            told = answer.header.timestamp
            provider_ms = told if isinstance(told, int) else None
            payload = msgspec.Raw(body) if endpoint.with_header else answer.result
            success = 0
    except Exception as error:  # noqa: BLE001 - as in `typed`
        failure = _unreadable(endpoint, body, error)
    else:
        if code == success:
            return memoryview(payload)
        said = _without(message or "", secrets)[:_LONGEST_MESSAGE]
        failure = for_code(code, said, endpoint=endpoint.path)
        failure.provider_ms = provider_ms
    raise failure


def told_ms(endpoint: Endpoint[T], body: bytes) -> int | None:
    """Return the provider's clock in epoch milliseconds, None where the answer does not tell it."""
    if endpoint.family is Family.SUMMARY:
        return None
    try:
        told = _open.decode(body).header.timestamp
    except Exception:  # noqa: BLE001 - as in `typed`
        return None
    return told if isinstance(told, int) else None


def typed(endpoint: Endpoint[T], payload: bytes | memoryview) -> T:
    """Return `payload` as the endpoint's type.

    Raises:
        WrongShape: a documented field is missing or holds another type.

    """
    try:
        return endpoint.decoder.decode(payload)
    except Exception as error:  # noqa: BLE001 - whatever an answer holds, who asked learns that it is unreadable
        what = _why(error) if payload else "The payload is missing"
    raise WrongShape(f"The provider's answer differs from its documents: {what}.", endpoint=endpoint.path)


def _why(error: Exception) -> str:
    return "It is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _without(message: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        message = message.replace(secret, "…")
    return message


def _unreadable(endpoint: Endpoint[T], body: bytes, error: Exception) -> NotJson | WrongShape:
    if isinstance(error, msgspec.ValidationError):
        return WrongShape(
            f"The provider's answer differs from its documents: {error}.", endpoint=endpoint.path
        )
    if not body:
        return NotJson("The provider's answer is empty.", endpoint=endpoint.path)
    is_page = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
    kind = "is HTML, not JSON" if is_page else "is not whole JSON"
    return NotJson(f"The provider's answer {kind}.", endpoint=endpoint.path, is_page=is_page)
