"""Where the server may listen while nobody has to sign in: to this machine alone."""

from ipaddress import ip_address
from typing import Final

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

from dashboard.core.setting_errors import SettingsError
from dashboard.core.text import text

_LOCAL_NAMES: Final = ["localhost", "127.0.0.1", "::1"]


def keep_to_this_machine() -> None:
    """See that only this machine reaches the server; raises SettingsError where another could.

    It looks at what Streamlit will do, whether a flag, the environment or a file says so. A website whose
    name leads to this machine (DNS rebinding) is kept out by the names that browsers may use for it.
    """
    address = config.get_option("server.address")
    if not is_local(address):
        raise SettingsError(
            f"TWOJ_TRUST_NETWORK: without sign-in the dashboard listens on 127.0.0.1 only, and not on"
            f" {address or 'every address'}. Set up sign-in, or set TWOJ_TRUST_NETWORK=true to let everybody"
            f" who reaches the server see and do everything."
        )
    if not config.is_manually_set("server.allowedHosts"):
        config.set_option("server.allowedHosts", [*_LOCAL_NAMES, address])


def known_names() -> Middleware:
    """Middleware that answers only under the names that Streamlit's websocket answers under.

    Streamlit itself hands pages, files and our own routes out under any name.
    """
    names = [f"[{name}]" if ":" in name else name for name in config.get_option("server.allowedHosts")]
    return Middleware(TrustedHostMiddleware, allowed_hosts=names, www_redirect=False)


class OnThisMachine:
    """Middleware that answers only what came in at a loopback address.

    Streamlit listens where its settings say; any other server that loads the application listens where it
    likes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, or refuse."""
        here = scope.get("server") or (None, None)
        if scope["type"] == "lifespan" or is_local(here[0]):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            refusal = PlainTextResponse(
                text("Without sign-in this dashboard answers its own machine only."), 403
            )
            await refusal(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})


def is_local(address: str | None) -> bool:
    """Whether this is a name or an address of the machine itself."""
    if not address:
        return False
    if address in _LOCAL_NAMES:
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
