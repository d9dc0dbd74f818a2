"""A provider on loopback that answers what a test tells it to."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.parts import redis_server
from twoj_client import TwoJ

# A busy machine is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

SAMPLES = Path(__file__).parent.parent / "samples"
KEY = "k3y-that-nobody-may-see"
MCH_ID = 101
NOW = 1_773_567_000  # 2026-03-15T09:30:00Z


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]


@dataclass
class Call:
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    port: int = 0
    """The caller's, which tells connections apart."""

    @property
    def data(self) -> Any:
        parsed = json.loads(self.body)
        return parsed["data"] if self.path.startswith("/api/") else parsed


Answer = Callable[[Call], "tuple[int, dict[str, str], bytes]"]


def ok(payload: Any) -> tuple[int, dict[str, str], bytes]:
    """A successful answer of the Summary API."""
    return 200, {}, json.dumps({"code": 200, "msg": "", "data": payload}).encode()


def ok_open(payload: Any) -> tuple[int, dict[str, str], bytes]:
    header = {"code": 0, "msg": "", "timestamp": NOW * 1000}
    return 200, {}, json.dumps({"header": header, "result": payload}).encode()


@dataclass
class Provider:
    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    hang: threading.Event = field(default_factory=threading.Event)

    def says(self, path: str, payload: Any) -> None:
        answer = ok if path.startswith("/api/") else ok_open
        self.answers[path] = lambda _call: answer(payload)

    def at(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]


@pytest.fixture
def provider(clock: Clock) -> Iterator[Provider]:
    state = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            call = Call(path, query, dict(self.headers), body, self.client_address[1])
            state.calls.append(call)
            status, headers, answer = state.answers[path](call)
            self.send_response_only(status)
            self.send_header("Date", formatdate(clock(), usegmt=True))
            for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: object) -> None:
            pass

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield state
    state.hang.set()
    server.shutdown()
    server.server_close()


@dataclass
class Clock:
    """A clock that moves only when told to, or when somebody sleeps by it."""

    now: float = NOW
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_client(provider: Provider, clock: Clock, tmp_path: Path) -> Iterator[Callable[..., TwoJ]]:
    made: list[TwoJ] = []

    def make(**options: Any) -> TwoJ:
        defaults: dict[str, Any] = {
            "summary_url": provider.url,
            "mch_id": MCH_ID,
            "key": KEY,
            "cache_url": tmp_path / "cache",
            "clock": clock,
            "timer": clock,
            "sleep": clock.sleep,
        }
        made.append(TwoJ(**(defaults | options)))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def twoj(make_client: Callable[..., TwoJ]) -> TwoJ:
    return make_client()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url
