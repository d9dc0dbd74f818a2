"""A provider that costs nothing: every page of some days' bets, and their sums, lie ready as bytes.

``python -m tests.benchmarks.client_provider ROWS DELAY_MS DAYS`` prints its address; it ends with its input.
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
from datetime import UTC, datetime
from email.utils import formatdate

DAY = 1_773_446_400  # 2026-03-14T00:00:00Z
PAGE = 2000
HOURS = 24


def pages(rows: int, days: int = 1) -> dict[tuple[int, int], bytes]:
    """Return whole HTTP answers by hour and page; `rows` are those of a day."""
    rng = random.Random(1)
    made = {}
    for hour in range(HOURS * days):
        count = rows * (hour % HOURS + 1) // HOURS - rows * (hour % HOURS) // HOURS
        items = [_bet(rng, DAY + hour * 3600 + i * 3600 // count) for i in range(count)]
        for page in range(-(-count // PAGE)):
            part = items[page * PAGE : (page + 1) * PAGE]
            made[hour, page + 1] = _answer(
                {"items": part, "total": count, "page": page + 1, "page_size": PAGE}
            )
    return made


def sums(answers: dict[tuple[int, int], bytes]) -> dict[tuple[int, int], bytes]:
    """Return whole HTTP answers of the sums of each hour, as its page 0."""
    added: dict[int, dict[str, int]] = {}
    for (hour, _), answer in answers.items():
        items = json.loads(answer.partition(b"\r\n\r\n")[2])["data"]["items"]
        sum_ = added.setdefault(hour, {"bet_count": 0, "bet_amount": 0, "gain_amount": 0})
        sum_["bet_count"] += len(items)
        for name in ("bet_amount", "gain_amount"):
            sum_[name] += sum(item[name] for item in items)
    told = {hour: of | {"company_gain_amount": -of["gain_amount"]} for hour, of in added.items()}
    days = {
        hour: {"date": datetime.fromtimestamp(DAY + hour * 3600, UTC).date().isoformat()} for hour in told
    }
    return {(hour, 0): _answer({"day_list": [days[hour] | of], "summary": of}) for hour, of in told.items()}


def _answer(data: object) -> bytes:
    body = json.dumps({"code": 200, "msg": "", "data": data}).encode()
    head = f"Content-Type: application/json\r\nDate: {formatdate(usegmt=True)}\r\nContent-Length: {len(body)}"
    return f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode() + body


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
        answer = self._answers[(asked["time_start"] - DAY) // 3600, asked.get("page", 0)]
        if self._delay_s:
            asyncio.get_running_loop().call_later(self._delay_s, self._transport.write, answer)
        else:
            self._transport.write(answer)


async def _serve(rows: int, delay_ms: float, days: int) -> None:
    loop = asyncio.get_running_loop()
    answers = pages(rows, days)
    answers |= sums(answers)
    server = await loop.create_server(lambda: _Server(answers, delay_ms / 1000), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201
    await loop.run_in_executor(None, sys.stdin.read)


@contextlib.contextmanager
def running(rows: int, delay_ms: float = 0, days: int = 1) -> Iterator[str]:
    """Start the provider as a process; yield its address."""
    command = [sys.executable, "-m", "tests.benchmarks.client_provider"]
    command += [str(rows), str(delay_ms), str(days)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
