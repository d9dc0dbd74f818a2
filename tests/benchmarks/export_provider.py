"""A provider of one busy day that makes its pages as they are asked for, much faster than anybody reads them.

``python -m tests.benchmarks.export_provider ROWS`` prints its address and serves until its input closes.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import numpy as np
import numpy.typing as npt

DAY = 1_773_446_400  # 2026-03-14T00:00:00Z
DAY_S = 86_400
NOW = DAY + 2 * DAY_S
_GAMES = np.array([1006, 1041, 1062, 2011, 3015, 4003])
# Every value has its own width, so that a page is a rectangle of bytes.
_ROW = (
    b'{"event_id": "00000000-481e-11f0-a82e-12cf39a4209e", "draw_id": "GGGG-0-311-TTTTTTTTTT-0",'
    b' "game_id": GGGG, "user_id": 1021UUUUUUUU, "op_id": "plUUUUUUUU",'
    b' "bet_amount": BBBBBB, "gain_amount": -BBBBBB,'
    b' "credit_before_bet": CCCCCCCCC, "credit": DDDDDDDDD, "start_at": TTTTTTTTTT, "end_at": TTTTTTTTTT}, '
)


class Day:
    """`rows` bets, spread evenly over the day; everything about a bet follows from its number."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def numbers(self, start: int, end: int) -> range:
        """Return the numbers of the bets of a window, oldest first."""
        first, last = (-(-min(max(at - DAY, 0), DAY_S) * self.rows // DAY_S) for at in (start, end))
        return range(first, last)

    def columns(self, numbers: range) -> dict[str, npt.NDArray[np.int64]]:
        """Return the fields that vary."""
        n = np.arange(numbers.start, numbers.stop, dtype=np.int64)
        mixed = n * 2_654_435_761 % 2**32
        bet = 100_000 + mixed % 900_000
        before = 500_000_000 + mixed % 400_000_000
        return {
            "event": n,
            "game_id": _GAMES[mixed % len(_GAMES)],
            "user": mixed % 50_000,
            "bet_amount": bet,
            "gain_amount": -bet,
            "credit_before_bet": before,
            "credit": before - bet,
            "start_at": DAY + n * DAY_S // self.rows,
        }

    def items(self, numbers: range) -> bytes:
        """Return some bets as JSON."""
        columns = self.columns(numbers)
        page = np.tile(np.frombuffer(_ROW, np.uint8), (len(numbers), 1))
        for letter, width, name in (
            (b"G", 4, "game_id"),
            (b"T", 10, "start_at"),
            (b"U", 8, "user"),
            (b"B", 6, "bet_amount"),
            (b"C", 9, "credit_before_bet"),
            (b"D", 9, "credit"),
        ):
            digits = _digits(columns[name], width)
            at = _ROW.find(letter * width)
            while at >= 0:
                page[:, at : at + width] = digits
                at = _ROW.find(letter * width, at + width)
        page[:, 14:22] = _digits(columns["event"], 8)
        return b"[" + page.tobytes()[:-2] + b"]" if len(numbers) else b"[]"


def _digits(values: npt.NDArray[np.int64], width: int) -> npt.NDArray[np.uint8]:
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (values[:, None] // powers % 10 + ord("0")).astype(np.uint8)


def _answer(day: Day, path: str, asked: dict[str, Any]) -> bytes:
    if path == "/api/all/list":
        games = [
            {"game_id": int(game_id), "game_name": f"Game {game_id}", "game_type": "Slots"}
            | dict.fromkeys(("resource_url", "resource_with_name_url"), "")
            for game_id in _GAMES
        ]
        return json.dumps(games).encode()
    numbers = day.numbers(asked["time_start"], asked["time_end"])
    if path == "/api/all/stage/summary":
        count = {"bet_count": len(numbers), "bet_amount": 0, "gain_amount": 0, "company_gain_amount": 0}
        return json.dumps({"day_list": [count | {"date": "2026-03-14"}], "summary": count}).encode()
    size, page = asked["page_size"], asked["page"]
    head = f'{{"total": {len(numbers)}, "page": {page}, "page_size": {size}, "items": '
    return head.encode() + day.items(numbers[(page - 1) * size : page * size]) + b"}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    day: Day

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
        body = b'{"code": 200, "msg": "", "data": ' + _answer(self.day, self.path, asked) + b"}"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def running(rows: int) -> Iterator[str]:
    """Start the provider as a process; yield its address."""
    command = [sys.executable, "-m", "tests.benchmarks.export_provider", str(rows)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def main() -> None:
    _Handler.day = Day(int(sys.argv[1]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
