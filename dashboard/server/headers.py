"""What every answer of the server tells the browser to refuse, and what the server itself refuses."""

from typing import Final

from starlette.datastructures import MutableHeaders, QueryParams
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.core.text import text
from dashboard.kit.compat import UPLOADS, inline_scripts

CONTENT_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        " ".join(("script-src 'self' blob:", *inline_scripts())),  # the wall's script comes as a blob
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob: http: https:",  # icons of games lie where the provider's list says
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
_SAME_FOR_ALL: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}


class Headers:
    """Middleware that says to whom a page's address may be told, what it may load, and who may frame it.

    The address of a wall holds the token of a screen: what that page loads is told the server's name alone,
    and cannot log the token. A page of another origin that framed the cash desk could have
    people click in it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the headers."""
        is_wall = "screen" in QueryParams(scope.get("query_string", b""))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Referrer-Policy"] = "strict-origin" if is_wall else "same-origin"
                headers.update(_SAME_FOR_ALL)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class NoUploads:
    """Middleware that closes Streamlit's door for files.

    It takes files from anybody with an open tab, signed in or not, and keeps them in memory. No page asks
    for a file.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does; a file is refused before a byte of it is read."""
        if scope["type"] == "http" and UPLOADS in scope["path"]:
            await PlainTextResponse(text("Nothing is uploaded here."), 404)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
