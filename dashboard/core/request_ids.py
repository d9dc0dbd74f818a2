"""One id for each request of the server's own routes, in its answer and in every line it logs."""

import re
import secrets
from typing import Final

import structlog
from asgi_correlation_id import CorrelationIdMiddleware, correlation_id
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from dashboard.core.text import use_language

log = structlog.get_logger(__name__)

HEADER: Final = "X-Request-ID"
_VALID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)


def new_id() -> str:
    """Return an id that is like no other."""
    return secrets.token_hex(8)


def is_plain(given: str) -> bool:
    """Whether a proxy's id is plain and short, and may be taken over."""
    return _VALID.fullmatch(given) is not None


class RequestLog:
    """Middleware that has all lines of a request carry its id, and what it answers be in its language.

    A request that fails is a line of the log: what it answers is for a machine, which does not complain.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def note_and_send(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 500:
                log.warning("request failed", path=scope["path"][:80], status=message["status"])
            await send(message)

        accepted = Headers(scope=scope).get("accept-language", "").split(",")
        use_language(*(each.partition(";")[0].strip() for each in accepted))
        with bound_contextvars(request_id=correlation_id.get()):
            await self._app(scope, receive, note_and_send)


MIDDLEWARE: Final = (
    Middleware(
        CorrelationIdMiddleware,
        header_name=HEADER,
        generator=new_id,
        validator=is_plain,
        update_request_header=False,
    ),
    Middleware(RequestLog),
)
"""Gives each request an id, a proxy's if that has a plain one, and has its lines carry it."""
