"""Faults on request: what a provider does when it fails, set through the admin routes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import msgspec

from twoj_sandbox.answer import OPEN_PREFIX, SandboxAnswer, enveloped, plain, refused, success
from twoj_sandbox.rules import BAD_SIGNATURE, Refused

Kind = Literal[
    "http_500",
    "http_502_html",
    "http_429",
    "http_status",
    "hang",
    "reset",
    "cut_json",
    "cut_body",
    "empty_body",
    "code_400",
    "code_500",
    "code",
    "wrong_key",
    "wrong_types",
    "nulls",
    "missing_data",
    "html_200",
    "slow",
    "huge",
    "answer",
]

_HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
_NOT_JSON = {
    "http_500": plain(500, "Internal Server Error"),
    "http_502_html": SandboxAnswer(502, _HTML, content_type="text/html"),
    "html_200": SandboxAnswer(200, _HTML, content_type="text/html"),
}


@dataclass
class Fault:
    """A fault to strike requests with.

    `path` is an endpoint or `*`; `where` narrows it to requests whose parameters have these values; `times`
    is how often it strikes, None for always. It strikes before anything happens, or with `after` once the
    request had its effect (money has moved). Options: `retry_after_s` of `http_429`, `status` and `location`
    (where it leads to) of `http_status`, `delay_s` of `slow`, `mb` of `huge`, `code` of `code`, `result` of
    `answer` (what the envelope holds instead of the truth, or of a refusal).
    """

    path: str
    kind: Kind
    times: int | None = None
    after: bool = False
    where: dict[str, Any] = field(default_factory=dict)
    retry_after_s: int | None = None
    status: int = 403
    location: str = ""
    delay_s: float = 1.0
    mb: int = 30
    code: int = 500_000
    result: Any = None

    def strikes(self, path: str, data: Mapping[str, Any]) -> bool:
        """Say whether this fault strikes a request to the path with these parameters."""
        asked_for = self.path in ("*", path) and self.times != 0
        return asked_for and all(data.get(name) == value for name, value in self.where.items())


def strike(faults: Iterable[Fault], path: str, data: Mapping[str, Any]) -> Fault | None:
    """Return the first of the faults that strikes this request, counted as used, or None."""
    for fault in faults:
        if fault.strikes(path, data):
            if fault.times is not None:
                fault.times -= 1
            return fault
    return None


def spoiled(fault: Fault, path: str, now_ms: int, answer: SandboxAnswer) -> SandboxAnswer:
    """Return what becomes of a good answer under a fault that leaves the connection whole."""
    match fault.kind:
        case "http_500" | "http_502_html" | "html_200":
            spoilt = _NOT_JSON[fault.kind]
        case "http_429":
            wait = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
            spoilt = plain(429, "Too Many Requests", **wait)
        case "http_status":
            leads = {"Location": fault.location} if fault.location else {}
            spoilt = SandboxAnswer(fault.status, b"<h1>No</h1>", content_type="text/html", headers=leads)
        case "empty_body":
            spoilt = replace(answer, body=b"")
        case "cut_json":
            spoilt = replace(answer, body=answer.body[: len(answer.body) * 2 // 3])
        case "code_400" | "code_500" | "code":
            is_open = path.startswith(OPEN_PREFIX)
            codes = {"code_400": 100_000 if is_open else 400, "code_500": 500_000 if is_open else 500}
            spoilt = enveloped(path, now_ms, codes.get(fault.kind, fault.code), "set by a fault", {})
        case "wrong_key":
            spoilt = refused(path, now_ms, Refused("sign does not match", BAD_SIGNATURE))
        case "answer":
            spoilt = success(path, now_ms, fault.result)
        case _:
            spoilt = replace(
                answer, body=msgspec.json.encode(_changed(fault, msgspec.json.decode(answer.body)))
            )
    return spoilt


def _changed(fault: Fault, envelope: dict[str, Any]) -> dict[str, Any]:
    name = "result" if "header" in envelope else "data"
    match fault.kind:
        case "missing_data":
            del envelope[name]
        case "nulls":
            envelope[name] = _each_leaf(envelope[name], lambda _: None)
        case "wrong_types":
            envelope[name] = _each_leaf(envelope[name], lambda leaf: {"was": leaf})
        case "huge":
            envelope["padding"] = "x" * (fault.mb * 1_000_000)
    return envelope


def _each_leaf(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        return {name: _each_leaf(inner, change) for name, inner in value.items()}
    if isinstance(value, list):
        return [_each_leaf(inner, change) for inner in value]
    return change(value)
