"""Sign-in by Streamlit's own OpenID Connect: whether it is set up, and a line in the audit log for each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.access.audit import audit
from dashboard.access.return_to import CALLBACK
from dashboard.core.setting_errors import SettingsError
from dashboard.provider.merchant import Merchants

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
            outcome = "expired" if who is None else who.role or "no role"
            audit(merchant, who.name if who else subject, "sign-in", {"subject": subject}, outcome)
