"""Sinks on loopback that keep what they are told: a real mail server, and a webhook."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from tests.parts import free_port


@dataclass
class Mailbox:
    """A mail server at `address`, whose answer to a mail is `answer(mail)`."""

    answer: Callable[[EmailMessage], str] = lambda _mail: "250 OK"
    refuses: set[str] = field(default_factory=set)
    mails: list[EmailMessage] = field(default_factory=list)
    receivers: list[list[str]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Its address as a channel."""
        return f"mailto://127.0.0.1:{self.port}/?from=Dashboard<dash@casino.example>&to=ops@casino.example"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if address in self.refuses:
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        said = await asyncio.to_thread(self.answer, mail)
        if said.startswith("250"):
            self.mails.append(mail)
            self.receivers.append(envelope.rcpt_tos)
        return said


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mail server, until the context ends."""
    box = Mailbox(port=free_port())
    server = Controller(box, hostname="127.0.0.1", port=box.port)
    server.start()
    try:
        yield box
    finally:
        server.stop()


@dataclass
class Sink:
    """A webhook at `url`; `answer(number)` is the status it gives to the n-th post, 0 the first."""

    answer: Callable[[int], int] = lambda _number: 204
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def keys(self) -> list[str]:
        """The idempotency keys of all posts."""
        return [headers["idempotency-key"] for _, headers, _ in self.posts]

    def bodies(self) -> list[dict[str, Any]]:
        """What was posted."""
        return [json.loads(body) for *_, body in self.posts]


@contextmanager
def webhook() -> Iterator[Sink]:
    """A webhook, until the context ends."""
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            number = len(sink.posts)
            sink.posts.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(sink.answer(number))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sink.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield sink
        finally:
            server.shutdown()
