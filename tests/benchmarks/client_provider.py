"""A provider that costs nothing: every page of one day's bets lies ready as bytes.

``python -m tests.benchmarks.client_provider ROWS DELAY_MS`` prints its address; it ends with its input.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator

DAY = 1_773_446_400  # 2026-03-14T00:00:00Z
PAGE = 2000
HOURS = 24


def pages(rows: int) -> dict[tuple[int, int], bytes]:
    """Return whole HTTP answers by hour and page."""
    rng = random.Random(1)
    made = {}
    for hour in range(HOURS):
        count = rows * (hour + 1) // HOURS - rows * hour // HOURS
        items = [_bet(rng, DAY + hour * 3600 + i * 3600 // count) for i in range(count)]
        for page in range(-(-count // PAGE)):
            part = items[page * PAGE : (page + 1) * PAGE]
            data = {"items": part, "total": count, "page": page + 1, "page_size": PAGE}
            body = json.dumps({"code": 200, "msg": "", "data": data}).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            made[hour, page + 1] = head.encode() + body
    return made


def _bet(rng: random.Random, start_at: int) -> dict[str, object]:
    game_id, player = rng.choice([1006, 1041, 1062, 2011, 3015, 4003]), rng.randrange(2000)
    bet, gain = rng.randrange(1, 500) * 1000, rng.choice([-1, -1, -1, 2]) * rng.randrange(1, 500) * 1000
    credit = rng.randrange(10**9)
    return {
        "event_id": str(uuid.UUID(int=rng.getrandbits(128))),
        "draw_id": f"{game_id}-0-311-{start_at}-0",
        "game_id": game_id,
        "user_id": 102115212044 + player,
        "op_id": f"player-{player}",
        "bet_amount": bet,
        "gain_amount": gain,
        "credit_before_bet": credit,
        "credit": credit + gain,
        "start_at": start_at,
        "end_at": start_at,
    }


class _Server(asyncio.Protocol):
    def __init__(self, answers: dict[tuple[int, int], bytes], delay_s: float) -> None:
        self._answers = answers
        self._delay_s = delay_s
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, found, body = self._heard.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]):
            return
        self._heard = b""
        asked = json.loads(body)["data"]
        answer = self._answers[(asked["time_start"] - DAY) // 3600 % HOURS, asked["page"]]
        if self._delay_s:
            asyncio.get_running_loop().call_later(self._delay_s, self._transport.write, answer)
        else:
            self._transport.write(answer)


async def _serve(rows: int, delay_ms: float) -> None:
    loop = asyncio.get_running_loop()
    answers = pages(rows)
    server = await loop.create_server(lambda: _Server(answers, delay_ms / 1000), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201
    await loop.run_in_executor(None, sys.stdin.read)


@contextlib.contextmanager
def running(rows: int, delay_ms: float = 0) -> Iterator[str]:
    """Start the provider as a process; yield its address."""
    command = [sys.executable, "-m", "tests.benchmarks.client_provider", str(rows), str(delay_ms)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
