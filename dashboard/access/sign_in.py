"""Sign-in by Streamlit's own OpenID Connect: is it set up, a line in the audit log for each, the way back."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.access.audit import audit
from dashboard.core.setting_errors import SettingsError
from dashboard.provider.merchant import Merchants
from twoj_client.errors import gettext_noop

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


_NEEDED: Final = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_SECRET_LENGTH: Final = 32


def is_set_up(roles: Mapping[Any, Sequence[str]]) -> bool:
    """Whether people sign in, by the section `[auth]` of Streamlit's secrets; `roles` says who has which.

    Raises SettingsError where it is set up by half: that must not pass for none.
    """
    section = st.secrets.get("auth") if st.secrets.load_if_toml_exists() else None
    if section is None:
        if roles:
            raise SettingsError("TWOJ_ROLES: needs sign-in, the section [auth] of .streamlit/secrets.toml")
        return False
    if not isinstance(section, Mapping) or not all(section.get(name) for name in _NEEDED):
        raise SettingsError(f"[auth] of .streamlit/secrets.toml: expects {', '.join(_NEEDED)}")
    if len(str(section["cookie_secret"])) < _SECRET_LENGTH:
        raise SettingsError(f"[auth] cookie_secret: expects at least {_SECRET_LENGTH} random characters")
    if not any(roles.values()):
        raise SettingsError("TWOJ_ROLES: is needed with sign-in; without a role nobody sees anything")
    return True


class SignIns:
    """Middleware that writes each sign-in into the audit log, with the role that came of it.

    `claims` reads those of whoever has these cookies.
    """

    def __init__(
        self, app: ASGIApp, merchants: Merchants, claims: Callable[[Mapping[str, str]], dict[str, Any]]
    ) -> None:
        self._app = app
        self._merchants = merchants
        self._claims = claims

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["type"] != "http" or not scope["path"].endswith(CALLBACK):
            await self._app(scope, receive, send)
            return

        async def note_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                await run_in_threadpool(self._note, Headers(raw=message["headers"]).getlist("set-cookie"))
            await send(message)

        await self._app(scope, receive, note_and_send)

    def _note(self, set_cookies: list[str]) -> None:
        new = self._claims(cookie_parser("; ".join(cookie.partition(";")[0] for cookie in set_cookies)))
        if new:
            merchant, subject = self._merchants.first, str(new.get("sub"))
            who = merchant.person(new)
            outcome = gettext_noop("expired") if who is None else who.role or gettext_noop("no role")
            audit(merchant, who.name if who else subject, "sign-in", {"subject": subject}, outcome)
