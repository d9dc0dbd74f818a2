"""A deep link survives the sign-in: who left a page to sign in comes back to it."""

import re
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "twoj-return"
LOGIN: Final = "/auth/login"
CALLBACK: Final = "/oauth2callback"
"""Where Streamlit begins a sign-in, and where the identity provider ends it."""
_MAX_AGE_S: Final = 900
_LONGEST: Final = 3000
# One slash and then none: browsers take //x, and /\x too, for another server.
_PLACE: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*")


class Returning:
    """Middleware that remembers in a cookie from which page somebody went to sign in, and leads back there.

    Streamlit itself leads everybody to the first page.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, but for the two ends of a sign-in."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.endswith((LOGIN, CALLBACK)):
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        place = _left(request) if path.endswith(LOGIN) else _remembered(request)

        async def send_with_place(message: Message) -> None:
            if place and message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                if path.endswith(LOGIN):
                    answer.append("set-cookie", _cookie(quote(place, safe=""), _MAX_AGE_S))
                elif "location" in answer:
                    answer["location"] = place
                    answer.append("set-cookie", _cookie("", 0))
            await send(message)

        await self._app(scope, receive, send_with_place)


def safe(place: str) -> str | None:
    """The path and query `place`, None where a browser might take it for anywhere but this server."""
    return place if len(place) <= _LONGEST and _PLACE.fullmatch(place) else None


def _left(request: HTTPConnection) -> str | None:
    """The page of this server that was left for the sign-in."""
    referer = urlsplit(request.headers.get("referer", ""))
    if referer.netloc != request.headers.get("host"):
        return None
    return safe(referer.path + (f"?{referer.query}" if referer.query else ""))


def _remembered(request: HTTPConnection) -> str | None:
    return safe(unquote(request.cookies.get(COOKIE, "")))


def _cookie(value: str, max_age_s: int) -> str:
    return f"{COOKIE}={value}; Max-Age={max_age_s}; Path=/; HttpOnly; SameSite=Lax"
