"""The provider as the document describes it: signs a call, and repeats it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from typing import Any, NamedTuple

MCH_ID = 7001
KEY = "a-key-of-the-tests"
TS_MS = 1_709_201_163_000
GIVES_UP_AFTER_S = 5


class Call(NamedTuple):
    """A call's query string and body."""

    query: str
    body: bytes


def order(
    trans_no: str = "101-1006-0", op_id: str = "player-1", amount: Any = 5000, **order_fields: Any
) -> dict:
    """Return a payout's body as a tree, shaped like the document's example; amounts in li."""
    fields = {
        "trans_no": trans_no,
        "draw_id": "1006-2-1726-1709201163-0",
        "game_id": 1006,
        "amount": amount,
        "room_kind": 1,
        "extra_business": {"hourly_amount": 0, "super_amount": amount},
    }
    return {"action": 2, "op_id": op_id, "timestamp": 1709201163, "order": fields | order_fields}


def signed(body: dict | bytes, *, key: str = KEY, mch_id: int = MCH_ID, ts: int = TS_MS) -> Call:
    """Return the call that carries `body` under the Open API's signature."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = hashlib.md5(text + str(ts).encode() + key.encode()).hexdigest()
    return Call(f"mch={mch_id}&ts={ts}&sign={signature}", text)


def payout(trans_no: str = "101-1006-0", op_id: str = "player-1", amount: int = 5000) -> Call:
    """Return a good call."""
    return signed(order(trans_no, op_id, amount))


class Line:
    """One of the provider's connections. Speaks just enough HTTP that 50 of them can be kept busy."""

    def __init__(self, *ports: int) -> None:
        self._ports = ports
        self._turn = 0
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def deliver(self, call: Call) -> dict[str, Any]:
        """Repeat a call until it is credited or refused, at the ports in turn; return the answer."""
        while True:
            with contextlib.suppress(OSError, EOFError, TimeoutError):
                async with asyncio.timeout(GIVES_UP_AFTER_S):
                    status, answer = await self.post(call)
                if status not in {502, 503}:  # 502: from a proxy whose server is gone
                    assert status in {200, 403}, (status, answer)
                    return answer
            await self.close()
            self._turn += 1
            await asyncio.sleep(0.02)

    async def post(self, call: Call) -> tuple[int, dict[str, Any]]:
        port = self._ports[self._turn % len(self._ports)]
        if not self._open:
            self._open = await asyncio.open_connection("127.0.0.1", port)
        reader, writer = self._open
        writer.write(
            f"POST /order/jackpot?{call.query} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(call.body)}\r\n\r\n".encode()
            + call.body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        content = await reader.readexactly(length)
        return int(head.split(b" ", 2)[1]), json.loads(content) if b"application/json" in head else {}

    async def close(self) -> None:
        if self._open:
            self._open[1].close()
            with contextlib.suppress(OSError):
                await self._open[1].wait_closed()
        self._open = None
