"""The provider's answers: envelopes of both APIs, and what goes over the wire."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from twoj_sandbox.rules import Refused

OPEN_PREFIX = "/open2j/"
JSON = "application/json"


@dataclass(frozen=True)
class SandboxAnswer:
    """An HTTP answer; `code` is the envelope's, None where there is no envelope."""

    status: int
    body: bytes
    code: int | None = None
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


def plain(status: int, words: str, **headers: str) -> SandboxAnswer:
    """Return an answer without an envelope, as of a server before the API."""
    return SandboxAnswer(status, words.encode(), content_type="text/plain", headers=headers)


def enveloped(path: str, now_ms: int, code: int, message: str, result: Any) -> SandboxAnswer:
    """Return an answer in the envelope of the API that the path belongs to."""
    if path.startswith(OPEN_PREFIX):
        envelope = {"header": {"code": code, "msg": message, "timestamp": now_ms}, "result": result}
    else:
        envelope = {"code": code, "msg": message, "data": result}
    return SandboxAnswer(200, msgspec.json.encode(envelope), code)


def success(path: str, now_ms: int, result: Any) -> SandboxAnswer:
    """Return a successful answer."""
    return enveloped(path, now_ms, 0 if path.startswith(OPEN_PREFIX) else 200, "", result)


def refused(path: str, now_ms: int, refusal: Refused) -> SandboxAnswer:
    """Return the answer to a request that broke a rule."""
    code = refusal.code if path.startswith(OPEN_PREFIX) else 400
    return enveloped(path, now_ms, code, refusal.message, {})
