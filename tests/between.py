"""A server before the local provider: it remembers signatures, and gives names that attack."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.provider import Sandbox

MARKUP = '<img src=x onerror="window.struck=1"><script>window.struck=1</script>'
LINKS = "www.evil.example http://evil.example ann@evil.example [x](http://evil.example)"
FORMULA = "=cmd()|' /C calc'!A0"
TURNED = "\u202eturned\u2066 :red[x] $x$ `x` **x** #x &lt;"
LONG = "long" * 2500
NAMES = (MARKUP, LINKS, FORMULA, TURNED, LONG)
"""For the games, in turn, and, all in one, for the player `whale`."""
WHALE = "".join((FORMULA, MARKUP, LINKS, TURNED, LONG))
EVIL_URLS = (
    "javascript:window.struck=1",
    "http://evil.example/a.png",
    "data:text/html,evil",
    "//evil.example/a",
)
_LIST = "/api/all/list"


class _Server(ThreadingHTTPServer):
    """Does not complain of clients that hang up."""

    daemon_threads = True

    def handle_error(self, _request: object, _client: object) -> None:
        pass


class Between:
    """What was seen, and where it is reached."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.signatures: set[str] = set()


@contextmanager
def between(sandbox: Sandbox) -> Iterator[Between]:
    """Serve the sandbox's answers under another address, with `NAMES` in them."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        seen: ClassVar[Between]
        ahead: ClassVar[httpx.Client]

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            parts = urlsplit(self.path)
            asked = json.loads(body or b"{}")
            self.seen.signatures |= {str(asked["sign"])} if "sign" in asked else set()
            self.seen.signatures |= set(parse_qs(parts.query).get("sign", []))
            try:
                answer = self.ahead.post(
                    self.path, content=body, headers={"Content-Type": "application/json"}
                )
            except httpx.HTTPError:
                self.close_connection = True
                return
            content = _attacking(parts.path, answer)
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with (
        httpx.Client(base_url=sandbox.url, timeout=30, trust_env=False) as ahead,
        _Server(("127.0.0.1", 0), Handler) as server,
    ):
        Handler.ahead, Handler.seen = ahead, Between(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Handler.seen
        finally:
            server.shutdown()
            thread.join()


def _attacking(path: str, answer: httpx.Response) -> bytes:
    content = answer.content.replace(b'"op_id":"whale"', b'"op_id":' + json.dumps(WHALE).encode())
    content = content.replace(b'"set by a fault"', json.dumps(MARKUP + LINKS).encode())
    if path != _LIST or answer.status_code != 200:
        return content
    try:
        envelope: dict[str, Any] = json.loads(content)
    except ValueError:
        return content
    games = envelope.get("data")
    if isinstance(games, list) and all(isinstance(game, dict) for game in games):
        for number, game in enumerate(games):
            game["game_name"] = NAMES[number % len(NAMES)]
            game["resource_url"] = EVIL_URLS[number % len(EVIL_URLS)]
    return json.dumps(envelope).encode()
