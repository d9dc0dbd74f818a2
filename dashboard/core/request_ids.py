"""One id for each request of the server's own routes, in its answer and in every line it logs."""

import re
import secrets
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

log = structlog.get_logger(__name__)

HEADER: Final = "X-Request-ID"
_VALID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)


def new_id() -> str:
    """Return an id that is like no other."""
    return secrets.token_hex(8)


def taken_over(given: str | None) -> str | None:
    """Return a proxy's id if it is plain and short, None if it is not."""
    return given if given and _VALID.fullmatch(given) else None


class RequestIds:
    """Middleware that gives each request an id, a proxy's if it has one.

    A request that fails is a line of the log: what it answers is for a machine, which does not complain.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the header."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = taken_over(Headers(scope=scope).get(HEADER)) or new_id()

        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
                if message["status"] >= 500:
                    log.warning("request failed", path=scope["path"][:80], status=message["status"])
            await send(message)

        with bound_contextvars(request_id=request_id):
            await self._app(scope, receive, send_with_header)
