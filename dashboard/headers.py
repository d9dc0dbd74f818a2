"""Headers that every answer of the server has."""

from typing import Final

from starlette.datastructures import MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY: Final = "Referrer-Policy"


class Headers:
    """Middleware that says to whom a page's address may be told: to this server alone.

    The address of a wall holds the token of a screen. What that page loads is told the server's name alone,
    and cannot log the token.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the header."""
        is_wall = "screen" in QueryParams(scope.get("query_string", b""))

        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[_POLICY] = "strict-origin" if is_wall else "same-origin"
            await send(message)

        await self._app(scope, receive, send_with_header)
