"""The sandbox as a web application: signatures, faults, the request log, and the admin routes."""

import asyncio
import socket
import struct
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from typing import Any

import msgspec

from twoj_sandbox import rules
from twoj_sandbox.admin import Admin
from twoj_sandbox.answer import OPEN_PREFIX, SandboxAnswer, plain, refused, success
from twoj_sandbox.faults import Fault, spoiled, strike
from twoj_sandbox.open_api import MONEY_ENDPOINTS, OPEN_ENDPOINTS
from twoj_sandbox.provider import SandboxProvider
from twoj_sandbox.rules import Clock, Data, Refused
from twoj_sandbox.summary_api import SUMMARY_ENDPOINTS

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ADMIN_PREFIX = "/_sandbox/"
_ENDPOINTS = SUMMARY_ENDPOINTS | OPEN_ENDPOINTS
_LONGEST_BODY = 1_000_000
REQUESTS = 5000
WITHIN_S = 10.0
"""The wallet endpoints' limit: so many requests within so many seconds, each."""


class Limiter:
    """Counts requests. Times come from outside, in seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._taken: defaultdict[str, deque[float]] = defaultdict(deque)

    def allows(self, path: str, at_s: float) -> bool:
        """Count a request and say whether it is within the limit; one beyond it does not count."""
        taken = self._taken[path]
        while taken and taken[0] <= at_s - WITHIN_S:
            taken.popleft()
        if len(taken) >= REQUESTS:
            return False
        taken.append(at_s)
        return True


class Application:
    """The ASGI application. `delay_s` puts it at a distance; `transport_of` finds a client's connection."""

    def __init__(
        self,
        provider: SandboxProvider,
        delay_s: float,
        transport_of: Callable[[tuple[str, int]], asyncio.Transport],
    ) -> None:
        self._provider = provider
        self._delay_s = delay_s
        self._transport_of = transport_of
        self._faults: list[Fault] = []
        self._limiter = Limiter()
        self._calls: deque[dict[str, Any]] = deque(maxlen=100_000)
        self._under_way = 0
        self._admin = Admin(provider, self._faults, self._calls)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        send = _dated(send, self._provider.clock)
        body = await _body(receive)
        path = scope["path"]
        if path.startswith(ADMIN_PREFIX):
            await _send(send, self._admin.answer(scope["method"], path.removeprefix(ADMIN_PREFIX), body))
        elif path not in _ENDPOINTS:
            await _send(send, plain(404, "Not Found"))
        elif scope["method"] != "POST":
            await _send(send, plain(405, "Method Not Allowed", Allow="POST"))
        else:
            self._under_way += 1
            try:
                await self._serve(scope, body, receive, send)
            finally:
                self._under_way -= 1

    async def _serve(self, scope: Message, body: bytes, receive: Receive, send: Send) -> None:
        path, clock = scope["path"], self._provider.clock
        asked = _asked(path, body)
        fault = strike(self._faults, path, asked)
        call = {
            "path": path,
            "data": asked,
            "received_at": clock.now_ms() / 1000,
            "in_flight": self._under_way,
        }
        self._calls.append(call)
        if path in MONEY_ENDPOINTS and fault and not fault.after and fault.kind != "slow":
            answer = success(path, clock.now_ms(), {"balance": 0, "freeze_amount": 0})
        else:
            answer = self._answer(path, scope, body)
        call["kind"] = fault.kind if fault else "ok" if answer.code in (0, 200) else "error"
        call["code"] = answer.code
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        if fault:
            await self._fail(fault, path, answer, tuple(scope["client"]), receive, send)
        else:
            await _send(send, answer)

    def _answer(self, path: str, scope: Message, body: bytes) -> SandboxAnswer:
        clock = self._provider.clock
        try:
            if path in SUMMARY_ENDPOINTS:
                data = rules.summary_data(body, clock)
            else:
                headers = dict(scope["headers"])
                content_type = headers.get(b"content-type", b"").decode("latin-1")
                data = rules.open_parameters(
                    scope["query_string"].decode("latin-1"), content_type, body, clock
                )
            if path.startswith(f"{OPEN_PREFIX}w/") and not self._limiter.allows(path, time.monotonic()):
                return plain(429, "Too Many Requests", **{"Retry-After": "1"})
            result = _ENDPOINTS[path](self._provider, data)
        except Refused as refusal:
            return refused(path, clock.now_ms(), refusal)
        return success(path, clock.now_ms(), result)

    async def _fail(
        self,
        fault: Fault,
        path: str,
        answer: SandboxAnswer,
        client: tuple[str, int],
        receive: Receive,
        send: Send,
    ) -> None:
        match fault.kind:
            case "hang":
                await _disconnected(receive)
            case "reset":
                _reset(self._transport_of(client))
                await _disconnected(receive)
            case "cut_body":
                half = SandboxAnswer(answer.status, answer.body[: len(answer.body) // 2])
                await _send(send, half, length=len(answer.body))
                self._transport_of(client).close()
                await _disconnected(receive)
            case "slow":
                await asyncio.sleep(fault.delay_s)
                await _send(send, answer)
            case _:
                await _send(send, spoiled(fault, path, self._provider.clock.now_ms(), answer))


async def _body(receive: Receive) -> bytes:
    body = b""
    more = True
    while more and len(body) <= _LONGEST_BODY:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _asked(path: str, body: bytes) -> Data:
    """Return the parameters of a request for the log and the faults, without its signature."""
    try:
        asked = msgspec.json.decode(body)
        data = asked if path.startswith(OPEN_PREFIX) else asked["data"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return {}
    return data if isinstance(data, dict) else {}


async def _send(send: Send, answer: SandboxAnswer, length: int | None = None) -> None:
    headers = {
        "Content-Type": answer.content_type,
        "Content-Length": str(len(answer.body) if length is None else length),
        **answer.headers,
    }
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body, "more_body": length is not None})


def _dated(send: Send, clock: Clock) -> Send:
    """Have each answer tell the sandbox's time, and not the machine's."""

    async def dated(message: Message) -> None:
        if message["type"] == "http.response.start":
            date = formatdate(clock.now(), usegmt=True).encode("latin-1")
            message["headers"] = [*message["headers"], (b"Date", date)]
        await send(message)

    return dated


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _reset(transport: asyncio.Transport) -> None:
    """Break a connection so that the other side sees a reset and not an end."""
    linger = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
